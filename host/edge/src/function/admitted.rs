//! A call that was let in, until its guest has ended and its answer is taken.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::function::Function;
use crate::function::admission::{AdmissionDecision, Permit};
use crate::function::breaker::{BreakerScope, Ending, Pass, Refused};
use crate::function::budget::Held;
use crate::function::buffers::account_of_places;
use crate::function::exchange::{Exchange, Used};
use crate::function::lanes::Chosen;
use crate::problem::{Fault, Kind, Problem};
use crate::runtime::call::Patience;
use crate::runtime::call::{Failure, Usage};
use crate::version::handler::EndObserver;

/// A call that was let in: it holds its place among the calls of its function.
pub(crate) struct Admitted {
    exchange: Exchange,
    queued: Duration,
    began: Instant,
    /// What the client was waited for before.
    waited: Duration,
    /// Of the breaker, if the call is of the version that serves.
    pass: Option<Pass>,
    over: bool,
    /// Its place among the calls of its function, unless its answer keeps it.
    place: Option<Permit>,
    /// What the client has of the pool by it.
    _share: Option<Held>,
}

/// A call whose client went away has ended too.
impl Drop for Admitted {
    fn drop(&mut self) {
        if !self.over {
            self.ended(Usage::default(), Some(&Failure::GivenUp));
        }
    }
}

impl Admitted {
    /// Lets a call in, or says why not.
    pub(crate) async fn enter(
        function: &Arc<Function>,
        chosen: &Chosen,
        exchange: &Exchange,
    ) -> Result<Self, Problem> {
        // Traps of other versions than the one that serves are no reason to refuse its calls: a
        // trial judges those of its own.
        let pass = chosen
            .serves
            .then(|| function.breaker.enter(exchange.client(), Instant::now()));
        let pass = pass.transpose();
        let pass = pass.map_err(|refused| refused_by_breaker(function, refused))?;
        let (permit, queued) = match function.admission.enter(exchange.client()).await {
            AdmissionDecision::Admitted { permit, queued } => (permit, queued),
            AdmissionDecision::QueueFull => return Err(queue_full(function)),
            AdmissionDecision::WaitedTooLong => return Err(waited_too_long(function)),
        };
        let share = share(function, chosen, exchange).await?;
        Ok(Self {
            queued,
            began: Instant::now(),
            waited: exchange.patience().waited(),
            exchange: exchange.clone(),
            pass,
            over: false,
            place: Some(permit),
            _share: share,
        })
    }
}

impl Admitted {
    /// The call has its place until the client has taken its answer, so the bytes that are under
    /// way to clients are those of as many answers as calls may run.
    pub(crate) fn keep_place(&mut self) {
        if let Some(place) = self.place.take() {
            self.exchange.keeps(place);
        }
    }
}

impl EndObserver for Admitted {
    fn ended(&mut self, mut usage: Usage, failure: Option<&Failure>) {
        self.over = true;
        usage.queued = self.queued;
        let now = Instant::now();
        let kind = failure.map(Failure::kind);
        if let Some(pass) = self.pass.take() {
            pass.end(ending(kind), now);
        }
        let waited = self.exchange.patience().waited() - self.waited;
        self.exchange.used(Used {
            usage,
            latency: now.duration_since(self.began).saturating_sub(waited),
        });
        match failure {
            None | Some(Failure::GivenUp) => {}
            Some(failure) => self.exchange.failed(failure),
        }
    }

    fn patience(&self) -> Option<&Patience> {
        Some(self.exchange.patience())
    }
}

/// What the end of a call says of the function.
fn ending(kind: Option<Kind>) -> Ending {
    match kind.map(Kind::fault) {
        None | Some(Fault::Guest) => Ending::Returned,
        Some(Fault::Trap | Fault::Component) => Ending::Trapped,
        Some(Fault::Client | Fault::Host) => Ending::GivenUp,
    }
}

fn refused_by_breaker(function: &Function, refused: Refused) -> Problem {
    let name = &function.name;
    let detail = match refused.scope {
        BreakerScope::Function => {
            format!("the circuit breaker of `{name}` is open after repeated traps")
        }
        BreakerScope::Client => {
            format!("the circuit breaker of `{name}` is open for this client after repeated traps")
        }
    };
    Problem::new(Kind::CircuitOpen, detail).retry_after(refused.wait)
}

/// What the client gets of the pool, of which it has no more than three quarters, whichever
/// functions it calls.
async fn share(
    function: &Function,
    chosen: &Chosen,
    exchange: &Exchange,
) -> Result<Option<Held>, Problem> {
    let client = exchange.client();
    if !client.is_known() {
        return Ok(None);
    }
    let account = account_of_places(&function.places, exchange);
    let wait = function.admission.limits().wait;
    let held = account.hold(u64::from(chosen.version.places), wait).await;
    held.map(Some).map_err(|_| {
        let detail = "the client's calls hold all slots of the pool that one client may have";
        Problem::new(Kind::NoPlace, detail).retry_after(wait)
    })
}

fn queue_full(function: &Function) -> Problem {
    let limits = function.admission.limits();
    let detail = format!(
        "`{}` is at capacity: {} running, {} queued",
        function.name, limits.concurrency, limits.queue
    );
    Problem::new(Kind::QueueFull, detail).retry_after(limits.wait)
}

fn waited_too_long(function: &Function) -> Problem {
    let wait = function.admission.limits().wait;
    let detail = format!(
        "`{}` waited in the queue for its limit of {wait:?}",
        function.name
    );
    Problem::new(Kind::QueueWait, detail).retry_after(wait)
}
