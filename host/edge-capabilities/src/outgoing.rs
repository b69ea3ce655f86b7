//! Outgoing HTTP: where a function may send requests, how many at a time, and how long they take.
//!
//! [`Outgoing`] is the hooks of `wasi:http`, 0.2 and 0.3. What is refused is refused as the
//! interface says it: a host that no pattern names is `HTTP-request-denied`, an address in a
//! blocked network `destination-IP-prohibited`, a name that is none `DNS-error`, a request too many
//! `connection-limit-reached`. A redirect is an answer like others: following it is the guest's
//! business, and a request of its own.

mod connect;
mod counted;
mod network;
mod trust;

use self::connect::{Target, connect};
use self::counted::Counted;
use amphi::wasi_http::{
    Beside, Error, RequestOptions, Result, WasiBody, WasiHttpHooks, exchange, within,
};
use amphi_edge_blocking::Threads;
use amphi_edge_pattern::port_of;
use http_body_util::BodyExt as _;
use std::num::NonZeroU32;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tokio::sync::Semaphore;

pub use amphi_edge_pattern::{HostPattern, PatternError};
pub use network::Networks;
pub use trust::{Trust, TrustError};

/// What finds the addresses of names, for all functions; each has a share. Who waits has the time
/// to connect.
static NAMES: LazyLock<Threads> = LazyLock::new(|| Threads::new(64));

/// How many names of a function's requests are looked for at a time; those above wait, within the
/// time to connect.
const NAMES_AT_A_TIME: usize = 8;

/// How many requests a function sends at a time, and how long each part of one takes. A guest may
/// ask for less time, not for more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutgoingLimits {
    /// Requests whose responses have not ended, in all calls of the function together.
    pub concurrency: NonZeroU32,
    /// Until there is a connection: finding the name's addresses, and TLS, included.
    pub connect: Duration,
    /// From there until the response begins.
    pub first_byte: Duration,
    /// Between the parts of the response's body.
    pub between_bytes: Duration,
}

impl Default for OutgoingLimits {
    fn default() -> OutgoingLimits {
        OutgoingLimits {
            concurrency: NonZeroU32::new(64).expect("more than none"),
            connect: Duration::from_secs(5),
            first_byte: Duration::from_secs(30),
            between_bytes: Duration::from_secs(30),
        }
    }
}

/// What a function is granted of outgoing HTTP. Cloning it clones a reference; all clones count
/// together.
#[derive(Clone, Debug)]
pub struct Outgoing(Arc<Granted>);

#[derive(Debug)]
struct Granted {
    hosts: Vec<HostPattern>,
    networks: Networks,
    limits: OutgoingLimits,
    trust: Trust,
    places: Arc<Semaphore>,
    /// Its share of the threads that find the addresses of names.
    names: Threads,
}

impl Outgoing {
    /// Grants requests to `hosts`, at addresses that `networks` permit, with TLS as far as `trust`
    /// goes.
    #[must_use]
    pub fn new(
        hosts: Vec<HostPattern>,
        networks: Networks,
        limits: OutgoingLimits,
        trust: Trust,
    ) -> Outgoing {
        let places = limits.concurrency.get() as usize;
        Outgoing(Arc::new(Granted {
            hosts,
            networks,
            limits,
            trust,
            places: Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS))),
            names: NAMES.share(NAMES_AT_A_TIME),
        }))
    }

    /// How many requests are under way.
    #[must_use]
    pub fn running(&self) -> usize {
        (self.0.limits.concurrency.get() as usize).saturating_sub(self.0.places.available_permits())
    }
}

impl WasiHttpHooks for Outgoing {
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Beside,
    ) -> Box<dyn Future<Output = Result<(http::Response<WasiBody>, Beside)>> + Send> {
        let granted = self.0.clone();
        Box::new(async move { granted.send(request, options.unwrap_or_default()).await })
    }
}

impl Granted {
    async fn send(
        &self,
        request: http::Request<WasiBody>,
        options: RequestOptions,
    ) -> Result<(http::Response<WasiBody>, Beside)> {
        let target = self.target(request.uri())?;
        let place = self.places.clone().try_acquire_owned();
        let place = place.map_err(|_| Error::ConnectionLimitReached)?;
        let options = self.limits.over(options);

        let connected = connect(&target, &self.networks, &self.trust, &self.names);
        let late = Error::ConnectionTimeout;
        let stream = within(options.connect_timeout, late, connected).await??;
        let (response, beside) = exchange(stream, request, options).await?;
        let counted = |body| {
            let _place = place;
            Counted { body, _place }.boxed_unsync()
        };
        Ok((response.map(counted), beside))
    }

    /// Where a request goes, if it may.
    fn target(&self, uri: &http::Uri) -> Result<Target> {
        let wrong = || Error::HttpRequestUriInvalid;
        let scheme = uri.scheme().ok_or_else(wrong)?.clone();
        let authority = uri.authority().ok_or_else(wrong)?;
        if authority.as_str().contains('@') {
            return Err(wrong());
        }
        let host = authority.host().to_owned();
        let port = authority.port_u16().unwrap_or_else(|| port_of(&scheme));
        let mut hosts = self.hosts.iter();
        match hosts.any(|pattern| pattern.matches(&scheme, &host, port)) {
            true => Ok(Target { scheme, host, port }),
            false => Err(Error::HttpRequestDenied),
        }
    }
}

impl OutgoingLimits {
    /// What a guest asked for, as far as it is within the limits.
    fn over(&self, options: RequestOptions) -> RequestOptions {
        let least = |asked: Option<Duration>, most: Duration| {
            Some(asked.map_or(most, |asked| asked.min(most)))
        };
        RequestOptions {
            connect_timeout: least(options.connect_timeout, self.connect),
            first_byte_timeout: least(options.first_byte_timeout, self.first_byte),
            between_bytes_timeout: least(options.between_bytes_timeout, self.between_bytes),
        }
    }
}
