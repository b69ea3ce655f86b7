//! A call that was let in, until its guest has ended.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::admission::{Entry, Permit};
use crate::breaker::{Ending, Pass};
use crate::call::{Failure, Usage};
use crate::function::Function;
use crate::handler::Ended;
use crate::lanes::Chosen;
use crate::problem::Problem;
use crate::rollout::window::CallResult;
use http::{Method, Request, StatusCode};

/// A call that was let in: it holds its place among the calls of its function.
pub(crate) struct Entered {
    pub(crate) function: Arc<Function>,
    chosen: Chosen,
    line: RequestLine,
    queued: Duration,
    started: Instant,
    /// Of the breaker, if the call is of the version that serves.
    pass: Option<Pass>,
    over: bool,
    _permit: Permit,
}

/// A call whose client went away has ended too.
impl Drop for Entered {
    fn drop(&mut self) {
        if !self.over {
            self.ended(Usage::default(), None, Some(&Failure::GivenUp));
        }
    }
}

impl Entered {
    /// Lets a call in that came with `line`, or says why not.
    pub(crate) async fn enter(
        function: &Arc<Function>,
        chosen: &Chosen,
        line: RequestLine,
    ) -> Result<Self, Problem> {
        let started = Instant::now();
        // Traps of other versions than the one that serves are no reason to refuse its calls: a trial judges those of its own.
        let serves = Arc::ptr_eq(&chosen.version, &function.lanes().stable);
        let pass = serves.then(|| function.breaker.enter(Instant::now()));
        let pass = pass.transpose();
        let pass = pass.map_err(|time| refused_by_breaker(function, time))?;
        let (permit, queued) = match function.admission.enter().await {
            Entry::Admitted { permit, queued } => (permit, queued),
            Entry::QueueFull => return Err(queue_full(function)),
            Entry::WaitedTooLong => return Err(waited_too_long(function)),
        };
        Ok(Self {
            function: Arc::clone(function),
            chosen: chosen.clone(),
            line,
            queued,
            started,
            pass,
            over: false,
            _permit: permit,
        })
    }
}

impl Ended for Entered {
    fn ended(&mut self, mut usage: Usage, status: Option<StatusCode>, failure: Option<&Failure>) {
        self.over = true;
        usage.queued = self.queued;
        let now = Instant::now();
        if let Some(pass) = self.pass.take() {
            pass.end(ending(failure), now);
        }
        let status = status
            .or_else(|| Some(Problem::from(failure?).status()))
            .unwrap_or(StatusCode::OK);
        let outcome = match failure {
            Some(failure) => failure.kind(),
            None if status == StatusCode::OK || !self.line.typed => "ok",
            None => "error",
        };
        let wall = now.duration_since(self.started);
        self.function.record(
            &self.chosen.version,
            &self.line,
            status,
            outcome,
            wall,
            usage,
        );
        if let Some(result) = result(status, failure) {
            self.function.count(&self.chosen, result, wall);
        }
    }
}

/// Which request a call came with.
#[derive(Clone, Debug)]
pub(crate) struct RequestLine {
    pub(crate) method: Method,
    pub(crate) path: String,
    /// Whether it is a call by JSON, where a status that is not 200 is an error of the guest's own.
    pub(crate) typed: bool,
}

impl RequestLine {
    pub(crate) fn of<B>(request: &Request<B>, typed: bool) -> Self {
        Self {
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            typed,
        }
    }
}

/// What a failure says of the function.
fn ending(failure: Option<&Failure>) -> Ending {
    match failure {
        None | Some(Failure::Refused(_)) => Ending::Returned,
        Some(
            Failure::Instantiation(_)
            | Failure::Exceeded(_)
            | Failure::Trap { .. }
            | Failure::NoResponse,
        ) => Ending::Trapped,
        Some(Failure::NoPlace { .. } | Failure::GivenUp) => Ending::GivenUp,
    }
}

/// What a call says of the version that it had; nothing, if it was given up.
fn result(status: StatusCode, failure: Option<&Failure>) -> Option<CallResult> {
    match failure {
        None if status.is_server_error() => Some(CallResult::Error),
        None => Some(CallResult::Good),
        Some(Failure::Refused(_)) => Some(CallResult::Error),
        Some(Failure::Instantiation(_)) => Some(CallResult::NotInstantiated),
        Some(Failure::Exceeded(_) | Failure::Trap { .. } | Failure::NoResponse) => {
            Some(CallResult::Trap)
        }
        Some(Failure::NoPlace { .. } | Failure::GivenUp) => None,
    }
}

fn refused_by_breaker(function: &Function, time: Duration) -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "circuit-open",
        format!(
            "`{}` has trapped too often and is left alone for a while",
            function.name
        ),
    )
    .retry_after(time)
}

fn queue_full(function: &Function) -> Problem {
    let limits = function.admission.limits();
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "queue-full",
        format!(
            "`{}` runs {} calls and {} wait: no more may",
            function.name, limits.concurrency, limits.queue
        ),
    )
    .retry_after(limits.wait)
}

fn waited_too_long(function: &Function) -> Problem {
    let limits = function.admission.limits();
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "queue-wait",
        format!("`{}` had no place within {:?}", function.name, limits.wait),
    )
    .retry_after(limits.wait)
}
