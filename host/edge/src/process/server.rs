//! A process that serves a configuration: its functions, its sockets and its certificates put
//! together.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use amphi_edge::{Config, Server, listen};
//!
//! let config = Config::of_component("calc.wasm".as_ref());
//! let server = Server::start(config, None, None).await?;
//! println!("http://{}", server.address());
//! let mut signals = listen::terminate()?;
//! let drained = server.serve(async move { signals.next().await; }).await;
//! assert_eq!(drained.lost, 0);
//! # Ok(())
//! # }
//! ```

mod file_checks;
mod front;
mod memory;
mod start;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::api::route;
use crate::blocking::CERTIFICATES;
use crate::function::Function;
use crate::host::Host;
use crate::process::admin::Admin;
use crate::process::listen;
use crate::process::reload::Reloader;
use amphi_edge_config::{Config, Page, PagePlace};
use amphi_edge_listen::{Certificates, Drained, Readiness, Settings, Timeouts};

pub use file_checks::FileError;
pub use start::{Checked, StartError};

use front::Front;

/// How long after the end of the drain a process may take to end.
pub const GRACE: Duration = Duration::from_secs(5);

/// How long the admin API has to answer what it is asked at the very end: a part of [`GRACE`].
const ADMIN_DRAIN: Duration = Duration::from_secs(1);

/// How often it is looked whether guests have ended that go on after their answers.
const STEP: Duration = Duration::from_millis(10);

/// How often certificates are looked at.
const LOOK: Duration = Duration::from_secs(10);

/// A host with its sockets bound and its functions deployed.
pub struct Server {
    host: Arc<Host>,
    reloader: Arc<Reloader>,
    config: Config,
    listener: TcpListener,
    address: SocketAddr,
    admin: Option<(TcpListener, SocketAddr, Admin)>,
    certificates: Option<Arc<Certificates>>,
    admin_certificates: Option<Arc<Certificates>>,
    readiness: Arc<Readiness>,
}

/// A function that is served, as people want to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServedFunction {
    /// Its name.
    pub name: String,
    /// The digest of its component.
    pub digest: String,
    /// The beginning of the paths that its component answers, if it speaks HTTP.
    pub route: Option<String>,
    /// The paths that its functions are called at, by POST.
    pub calls: Vec<String>,
}

impl Server {
    /// The host, for more than a configuration says.
    #[must_use]
    pub fn host(&self) -> &Arc<Host> {
        &self.host
    }

    /// What reloads the configuration.
    #[must_use]
    pub fn reloader(&self) -> &Arc<Reloader> {
        &self.reloader
    }

    /// The address that requests come in at, with the port that was free if it was to be any.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address of the admin API, if there is one.
    #[must_use]
    pub fn admin_address(&self) -> Option<SocketAddr> {
        self.admin.as_ref().map(|(_, address, _)| *address)
    }

    /// Whether connections are encrypted.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.certificates.is_some()
    }

    /// Whether connections to the admin API are.
    #[must_use]
    pub fn admin_is_encrypted(&self) -> bool {
        self.admin_certificates.is_some()
    }

    /// Where the host answers a page of its own: nowhere, if there is no such address.
    #[must_use]
    pub fn page(&self, page: Page) -> Option<PagePlace> {
        self.config.server.page(page)
    }

    /// What is served, by name.
    #[must_use]
    pub fn served(&self) -> Vec<ServedFunction> {
        let functions = self.host.functions();
        functions.iter().map(|function| served(function)).collect()
    }

    /// Answers requests until `shutdown` resolves, then drains: see [`listen`]. Meanwhile the
    /// configuration is [reloaded](crate::process::reload) when its files change. The admin API
    /// answers to the end. That takes no longer than `timeouts.drain-delay` and `timeouts.drain`
    /// together, and a second.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) -> Drained {
        let settings = Settings {
            certificates: self.certificates.clone(),
            ..listen::settings(&self.config.server, Arc::clone(&self.readiness))
        };
        listen::raise_limit_of_files(settings.connections);
        memory::give_back();
        let end = CancellationToken::new();
        let admin = self.admin.map(|(listener, _, admin)| {
            let timeouts = Timeouts {
                drain_delay: Duration::ZERO,
                drain: ADMIN_DRAIN,
                ..settings.timeouts.clone()
            };
            let settings = Settings {
                certificates: self.admin_certificates.clone(),
                timeouts,
                ..settings.clone()
            };
            let end = end.clone().cancelled_owned();
            tokio::spawn(listen::serve(listener, Arc::new(admin), settings, end))
        });
        for certificates in watched(self.certificates, self.admin_certificates) {
            let end = end.clone();
            tokio::spawn(async move { end.run_until_cancelled(watch(&certificates)).await });
        }
        // Reloads can be asked for where files cannot be watched.
        let watching = self.reloader.watch().inspect_err(|error| {
            let error: &dyn std::error::Error = error;
            tracing::error!(error, "file changes are not detected");
        });
        let shutdown = async {
            shutdown.await;
            drop(watching);
            tracing::info!("told to stop: finishing calls in flight");
        };
        self.readiness.ready();
        let Timeouts {
            drain, drain_delay, ..
        } = settings.timeouts;
        let front = Front {
            host: Arc::clone(&self.host),
            pages: start::pages(&self.config.server, PagePlace::Here),
        };
        let mut drained = listen::serve(self.listener, Arc::new(front), settings, shutdown).await;
        if drained.lost == 0 {
            let left = (drain_delay + drain).saturating_sub(drained.took);
            drained.lost = guests_have_ended(&self.host, left).await;
        }
        end.cancel();
        if let Some(admin) = admin {
            // What it is asked at the very end may wait for an answer, but nobody waits for it to
            // end well.
            let _ = admin.await;
        }
        let Drained {
            requests,
            lost,
            took,
        } = drained;
        let hanging = amphi_edge_blocking::running();
        if hanging > 0 {
            tracing::warn!(
                hanging,
                "threads hang in file access or name resolution that nothing waits for"
            );
        }
        match lost {
            0 => tracing::info!(requests, ?took, "ended, nothing was lost"),
            _ => tracing::error!(requests, lost, ?took, "exiting, requests were cut off"),
        }
        drained
    }
}

/// Waits for guests that go on after their answers, for as long as `limit`; how many have not ended
/// then.
async fn guests_have_ended(host: &Host, limit: Duration) -> usize {
    let ended = async {
        while host.running() > 0 {
            sleep(STEP).await;
        }
    };
    match timeout(limit, ended).await {
        Ok(()) => 0,
        Err(_) => host.running(),
    }
}

/// The certificates of both addresses, which may be the same.
fn watched(
    servers: Option<Arc<Certificates>>,
    admins: Option<Arc<Certificates>>,
) -> impl Iterator<Item = Arc<Certificates>> {
    let other = |admins: &Arc<Certificates>| {
        let same = servers.as_ref().map(|servers| Arc::ptr_eq(servers, admins));
        same != Some(true)
    };
    let admins = admins.filter(other);
    servers.into_iter().chain(admins)
}

/// Looks at certificates from time to time, and says what it finds.
async fn watch(certificates: &Arc<Certificates>) {
    let mut ticks = interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let certificates = Arc::clone(certificates);
        // Files may be on a disk that is slow.
        let looked = CERTIFICATES.run(move || certificates.reload()).await;
        match looked {
            Ok(false) => {}
            Ok(true) => tracing::info!("the certificate was replaced"),
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::error!(
                    error,
                    "the new certificate cannot be used, keeping the old one"
                );
            }
        }
    }
}

fn served(function: &Function) -> ServedFunction {
    let version = &function.lanes().stable;
    let call = |target: &crate::version::targets::Target| {
        let target = &target.function;
        route::call(
            &function.name,
            target.interface.as_deref(),
            &target.function,
        )
    };
    ServedFunction {
        name: function.name.clone(),
        digest: version.digest.to_string(),
        route: version.handler.as_ref().map(|_| function.route.clone()),
        calls: version.targets.callable.iter().map(call).collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use crate::function::Spec;
    use crate::function::admission::AdmissionDecision;
    use crate::host::Settings;

    use super::*;
    use amphi_edge_listen::Client;

    /// What holds a place among the calls of its function has not ended, whether its client was
    /// answered or not.
    #[tokio::test]
    async fn guests_that_go_on_are_waited_for_and_counted() {
        let component = r#"(component
            (core module $m (func (export "run")))
            (core instance $i (instantiate $m))
            (func (export "run") (canon lift (core func $i "run"))))"#;
        let component = wat::parse_str(component).expect("a component");
        let host = Host::new(Settings::default()).expect("it has no audit log");
        let deploy = async |concurrency| {
            let mut spec = Spec::new("f", component.clone());
            spec.config.limits.concurrency = NonZeroU32::new(concurrency).expect("some");
            let function = host.deploy(spec).await;
            function.unwrap_or_else(|error| panic!("{error}"))
        };
        let enter =
            async |function: &Function| match function.admission.enter(Client::UNKNOWN).await {
                AdmissionDecision::Admitted { permit, .. } => permit,
                AdmissionDecision::QueueFull | AdmissionDecision::WaitedTooLong => {
                    panic!("nobody else is there")
                }
            };
        let permit = enter(&*deploy(8).await).await;
        let short = Duration::from_millis(10);
        assert_eq!(guests_have_ended(&host, short).await, 1);
        // The same calls have another way in, and then there is none: they go on.
        let next = enter(&*deploy(8).await).await;
        assert_eq!(guests_have_ended(&host, short).await, 2);
        let last = enter(&*deploy(4).await).await;
        assert_eq!(guests_have_ended(&host, short).await, 3);
        let removed = host.remove("f").await;
        assert!(removed.is_ok_and(|removed| removed.is_some()));
        assert_eq!(guests_have_ended(&host, short).await, 3);
        let ends = async {
            sleep(short).await;
            drop((permit, next, last));
        };
        let ever = Duration::from_secs(100_000);
        let (left, ()) = tokio::join!(guests_have_ended(&host, ever), ends);
        assert_eq!(left, 0);
    }
}
