//! A version of a function: one component, compiled, linked, and ready to be instantiated.

pub(crate) mod handler;
mod invoke;
pub(crate) mod targets;

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use amphi::component::InstancePre;
use amphi::wasi_http::{p2, p3};
use http::HeaderValue;

use crate::digest::Digest;
use crate::runtime::call::{CallState, Clock, Exceeded, Failure, Files, Usage};
use crate::runtime::call::{Patience, within};
use crate::runtime::engine::{Pool, Share, SlotPermit, Tenant};
use crate::runtime::instance::{Idle, LiveInstance};
use crate::runtime::template::Template;
use crate::telemetry::metrics::FunctionMetrics;
use crate::version::targets::Targets;
use amphi_core::contract::Contract;
use amphi_edge_config::{Limits, Reuse};

/// The HTTP interface that a component exports.
pub(crate) enum Handler {
    /// `wasi:http/incoming-handler` 0.2.
    Incoming(p2::bindings::ProxyIndices),
    /// `wasi:http/handler` 0.3.
    Service(p3::bindings::ServiceIndices),
}

/// What a call begins with.
enum Seat {
    /// An instance that is kept.
    Kept(LiveInstance),
    /// A place for a new one.
    Slot(SlotPermit),
}

/// A component that is ready to be called.
pub struct Version {
    /// Of the component's bytes.
    pub digest: Digest,
    /// The digest's first digits, by which metrics and logs name the version.
    pub name: String,
    /// [`Self::title`], as responses have it.
    pub(crate) title: HeaderValue,
    /// The version that its exported interfaces have, if it is one.
    pub interface: Option<semver::Version>,
    pub(crate) contract: Contract,
    /// What its calls may use.
    pub limits: Limits,
    /// Whether its instances are used again.
    pub reuse: Reuse,
    pub(crate) pool: Arc<Pool>,
    pub(crate) pre: InstancePre<CallState>,
    pub(crate) handler: Option<Handler>,
    pub(crate) targets: Targets,
    pub(crate) idle: Idle,
    /// How many instances are ready before anybody asks.
    pub(crate) prewarm: u32,
    pub(crate) refilling: AtomicBool,
    pub(crate) metrics: Arc<FunctionMetrics>,
    pub(crate) template: Template,
    /// The threads of its guests' files, and of its plugins', if there are any.
    pub(crate) files: Option<Files>,
    /// What did not keep it from being served but should be known.
    pub warnings: Vec<String>,
    /// How many places of the pool an instance takes: its own, and one for each component that
    /// serves it.
    pub(crate) places: u32,
    /// Its function's part of the pool.
    pub(crate) share: Arc<Share>,
}

impl Version {
    /// By what it is told of: the version of its interface, if it has one, and digits of its
    /// digest.
    #[must_use]
    pub fn title(&self) -> &str {
        self.title.to_str().unwrap_or_default()
    }

    /// A new instance as a call gets it, which keeps its place of the pool until it is dropped.
    ///
    /// # Errors
    ///
    /// There was no place in time, a limit was met, or the guest trapped when it started.
    pub async fn instantiate(&self) -> Result<impl Sized + use<>, Failure> {
        self.make(self.place(self.limits.queue_wait).await?).await
    }

    /// Does `call` on an instance: one that is kept, or a new one as soon as there is a place for
    /// it. That it is made is part of the call, which has `wall` and `cpu` for all of it, without
    /// what `patience` says that its client was waited for. The instance is kept for another call
    /// if this one ends well; else it is returned, since things are seen by who talks with its
    /// guest once it goes.
    ///
    /// # Errors
    ///
    /// There was no place in time, a limit was met, the guest trapped when it started, or what
    /// `call` says.
    pub(crate) async fn within_limits<T>(
        self: &Arc<Self>,
        usage: &mut Usage,
        patience: Option<&Patience>,
        call: impl AsyncFnOnce(&mut LiveInstance) -> Result<T, Failure>,
    ) -> (Result<T, Failure>, Option<LiveInstance>) {
        let seat = match self.seat().await {
            Ok(seat) => seat,
            Err(failure) => return (Err(failure), None),
        };
        let clock = match &seat {
            Seat::Kept(live) => live.clock().clone(),
            Seat::Slot(_) => Clock::new(self.limits.cpu),
        };
        let mut seated = None;
        let outcome = {
            // It is large, and stays where it is.
            let work = pin!(async {
                let live = match seat {
                    Seat::Kept(live) => live,
                    Seat::Slot(place) => self.make_by(place, &clock).await?,
                };
                call(seated.insert(live)).await
            });
            self.bounded(&clock, patience, work).await
        };
        let store = seated.as_ref().map(|live| &live.store);
        usage.read(&clock, store, self.limits.fuel);
        if outcome.is_ok()
            && let Some(live) = seated.take()
        {
            self.idle.give_back(live, &self.reuse);
        }
        (outcome, seated)
    }

    /// What a call begins with.
    async fn seat(self: &Arc<Self>) -> Result<Seat, Failure> {
        let kept = self.idle.take(&self.reuse);
        self.refill();
        if let Some(mut live) = kept {
            live.begin(&self.limits).map_err(Failure::Instantiation)?;
            return Ok(Seat::Kept(live));
        }
        self.place(self.limits.queue_wait).await.map(Seat::Slot)
    }

    /// Does `work`, all that is done for a call, within the call's time.
    async fn bounded<T>(
        &self,
        clock: &Clock,
        patience: Option<&Patience>,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let limit = self.limits.wall;
        let late = Failure::Exceeded(Exceeded::Wall { limit });
        let work = clock.run(self.files.as_ref(), work);
        let outcome = within(patience, limit, work).await;
        outcome.unwrap_or(Err(late))
    }

    /// Has one instance ready, as soon as there is a place for it, which shows that there can be
    /// one.
    pub(crate) async fn prove(&self) -> Result<(), Failure> {
        if self.idle.len() == 0 {
            let place = self.place(self.limits.wall).await?;
            self.idle.put(self.make(place).await?);
        }
        Ok(())
    }

    /// Has `count` instances ready before anybody asks, as far as there are places.
    pub(crate) async fn prewarm(&self, count: usize) -> Result<(), Failure> {
        while self.idle.len() < count {
            let Some(place) = self.share.try_take(self.places) else {
                break;
            };
            let live = self.make(place).await?;
            self.idle.put(live);
        }
        Ok(())
    }

    /// Has as many instances ready again as there should be, while calls go on.
    fn refill(self: &Arc<Self>) {
        let wanted = self.prewarm as usize;
        if self.idle.len() >= wanted || self.refilling.swap(true, Ordering::Relaxed) {
            return;
        }
        let version = Arc::clone(self);
        tokio::spawn(async move {
            if let Err(failure) = version.prewarm(wanted).await {
                tracing::warn!(version = version.name, %failure, "an instance could not be prewarmed");
            }
            version.refilling.store(false, Ordering::Relaxed);
        });
    }

    /// A new instance that no call waits for, made within the time that a call has.
    async fn make(&self, place: SlotPermit) -> Result<LiveInstance, Failure> {
        let clock = Clock::new(self.limits.cpu);
        let live = self
            .bounded(&clock, None, self.make_by(place, &clock))
            .await;
        // The call that it serves begins anew.
        clock.reset();
        live
    }

    async fn make_by(&self, place: SlotPermit, clock: &Clock) -> Result<LiveInstance, Failure> {
        let store = self
            .template
            .state(&self.limits, clock.clone())
            .await
            .and_then(|state| state.into_store(&self.pool.engine, &self.limits))
            .map_err(Failure::Instantiation)?;
        LiveInstance::make(&self.pre, store, place, &self.metrics)
            .await
            .map_err(|(error, store)| Failure::of_instantiation(error, &store))
    }

    async fn place(&self, wait: Duration) -> Result<SlotPermit, Failure> {
        if let Some(place) = self.share.try_take(self.places) {
            return Ok(place);
        }
        self.pool.make_room(&self.share, self.places);
        let place = tokio::time::timeout(wait, self.share.take(self.places)).await;
        place.map_err(|_| Failure::NoPlace { waited: wait })
    }
}

impl Tenant for Version {
    fn share(&self) -> &Arc<Share> {
        &self.share
    }

    fn clear(&self) {
        self.idle.clear(None);
    }

    fn sweep(&self) {
        self.idle.clear(Some(&self.reuse));
    }
}

/// The version of its interface, if it has one, and digits of its digest.
pub(crate) fn title(interface: Option<&semver::Version>, digits: &str) -> String {
    match interface {
        Some(version) => format!("{version} sha256:{digits}"),
        None => format!("sha256:{digits}"),
    }
}

/// What a component exports that requests can reach.
pub(crate) fn handler(pre: &InstancePre<CallState>) -> Option<Handler> {
    if let Ok(service) = p3::bindings::ServiceIndices::new(pre) {
        return Some(Handler::Service(service));
    }
    p2::bindings::ProxyIndices::new(pre)
        .ok()
        .map(Handler::Incoming)
}
