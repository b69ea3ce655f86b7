//! One request from its head to the end of its answer, and what came of it.
//!
//! Several hold an [`Exchange`]: who reads the request's body, the guest that answers it, and the
//! answer's body. Each tells it what it knows: which version was chosen, what the guest has used
//! and how it failed, how far the answer came. When the last of them has let go, it is over, and
//! only then is it recorded: in the metrics, in the log, in the trial that it was part of. So it is
//! recorded once, whichever way it went.
//!
//! **The outcome is what the client got.** An answer that came whole is `ok`, or `error` if the
//! guest says in it that it failed, or the kind of the problem that it tells of. One that did not
//! come whole is what the guest did to it, or else the client's doing. What a guest does after its
//! answer has come whole changes nothing; it is said in the log. What it says of a body that its
//! client has not sent whole, in whichever way, is the client's doing: the outcome is what was
//! wrong with the body.

mod received;
mod sent;
mod waiting;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::request::Parts;
use http::{Method, Request, StatusCode};

use crate::function::Function;
use crate::function::admission::Permit;
use crate::function::budget::{Account, Budget, ClientBudgets};
use crate::function::lanes::Chosen;
use crate::function::records::Records;
use crate::problem::kind_of;
use crate::problem::{Fault, Kind, Problem};
use crate::runtime::call::{Failure, Patience, Usage};
use crate::telemetry::log::{Access, access};
use crate::telemetry::metrics::Call;
use amphi_edge_listen::Client;
use amphi_edge_listen::Memo;
use amphi_edge_listen::{Follower, RequestBodyError, RequestContext};
use amphi_edge_rollout::window::CallResult;

pub(crate) use received::Received;

/// A request that is being answered. Copies are of the same one.
#[derive(Clone)]
pub(crate) struct Exchange(Arc<Inner>);

struct Inner {
    records: Arc<Records>,
    line: RequestLine,
    begun: Instant,
    received: AtomicU64,
    sent: AtomicU64,
    patience: Patience,
    state: Mutex<ExchangeState>,
}

#[derive(Default)]
struct ExchangeState {
    /// The function that was asked, and the version that it was given.
    asked: Option<(Arc<Function>, Chosen)>,
    /// The place of the call, if that lasts until the exchange is over.
    place: Option<Arc<Permit>>,
    /// What the guest has used, once it was let in and has ended.
    used: Option<Used>,
    /// What is wrong with the request's body, by the client's doing.
    body: Option<Kind>,
    /// How the guest failed, whether the client notices or not.
    failure: Option<Kind>,
    /// The problem that the answer tells of.
    problem: Option<Kind>,
    status: Option<StatusCode>,
    is_whole: bool,
    /// Whether it is a call by JSON, where a status that is not 200 is an error of the guest's own.
    is_typed: bool,
    /// Whether a part of the answer was handed over that the client has not taken.
    is_untaken: bool,
}

/// What is the same for all requests that come over a connection.
#[derive(Debug)]
pub(crate) struct OfConnection {
    /// The bytes that are held for it.
    budget: Arc<Budget>,
    /// How long a client may make its guest wait for one part of a body.
    part: Duration,
    /// Where what is held for its calls counts.
    kept: Accounts,
}

/// Accounts that calls over a connection have had: of whom, and the account.
#[derive(Debug, Default)]
pub(crate) struct Accounts {
    /// Of bytes, at all levels.
    pub(crate) bytes: Memo<(Client, Account)>,
    /// Of places of the pools, among those of these clients.
    pub(crate) places: Memo<(Client, Arc<ClientBudgets>, Account)>,
}

impl OfConnection {
    /// For a connection that at most `buffer` bytes are held for.
    pub(crate) fn new(buffer: u64, part: Duration) -> Self {
        Self {
            budget: Arc::new(Budget::new(buffer)),
            part,
            kept: Accounts::default(),
        }
    }
}

/// What a guest took.
#[derive(Clone, Copy)]
pub(crate) struct Used {
    pub(crate) usage: Usage,
    /// From when it was let in to its end, without what it waited for its client.
    pub(crate) latency: Duration,
}

/// Which request it is.
#[derive(Clone, Debug)]
struct RequestLine {
    method: Method,
    path: String,
    client: Client,
    /// What the listener knows of it, if it came by one.
    context: Option<RequestContext>,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// With an answer.
    Ok,
    /// With an answer in which the guest says that it failed.
    Error,
    /// Otherwise.
    Problem(Kind),
}

impl Outcome {
    /// Its word in the log and in metrics.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Error => "error",
            Self::Problem(kind) => kind.word(),
        }
    }
}

impl Exchange {
    /// A request has come.
    pub(crate) fn begin<B>(records: &Arc<Records>, request: &Request<B>) -> Self {
        let context: Option<&RequestContext> = request.extensions().get();
        let part = context.and_then(|context| Some(of_connection(context)?.part));
        Self(Arc::new(Inner {
            records: Arc::clone(records),
            line: RequestLine {
                method: request.method().clone(),
                path: request.uri().path().to_owned(),
                client: Client::of(request.extensions()),
                context: context.cloned(),
            },
            begun: Instant::now(),
            received: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            patience: Patience::new(part),
            state: Mutex::default(),
        }))
    }

    /// A request has come that was answered with a problem before anything was asked of it.
    pub(crate) fn refused(records: &Arc<Records>, request: &Parts, problem: &Problem) {
        let mut asked = Request::new(());
        *asked.method_mut() = request.method.clone();
        *asked.uri_mut() = request.uri.clone();
        *asked.extensions_mut() = request.extensions.clone();
        let exchange = Self::begin(records, &asked);
        if request.method != Method::HEAD {
            exchange.0.sent.store(problem.length(), Ordering::Relaxed);
        }
        let mut state = exchange.state();
        (state.problem, state.status) = (Some(problem.kind()), Some(problem.status()));
    }

    /// The bytes that are held for the connection that it came over, and the accounts that its
    /// calls have had, if it came over one.
    pub(crate) fn of_connection(&self) -> Option<(&Arc<Budget>, &Accounts)> {
        let terms = of_connection(self.0.line.context.as_ref()?)?;
        Some((&terms.budget, &terms.kept))
    }

    /// The path that is asked for.
    pub(crate) fn path(&self) -> &str {
        &self.0.line.path
    }

    /// Who sent the request.
    pub(crate) fn client(&self) -> Client {
        self.0.line.client
    }

    /// How long the guest has waited for its client.
    pub(crate) fn patience(&self) -> &Patience {
        &self.0.patience
    }

    /// The request is a call by JSON.
    pub(crate) fn is_typed(&self) {
        self.state().is_typed = true;
    }

    /// The request is for a function, of which it gets this version.
    pub(crate) fn asks(&self, function: &Arc<Function>, chosen: &Chosen) {
        self.state().asked = Some((Arc::clone(function), chosen.clone()));
    }

    /// The call has its place until the exchange is over.
    pub(crate) fn keeps(&self, place: Permit) {
        self.state().place = Some(Arc::new(place));
    }

    /// The guest has ended.
    pub(crate) fn used(&self, used: Used) {
        self.state().used = Some(used);
    }

    /// The guest has failed, which is said in the log with all that clients are not told.
    pub(crate) fn failed(&self, failure: &Failure) {
        let mut state = self.state();
        state.fails(failure.kind());
        if let Some((function, chosen)) = &state.asked
            && let Some(error) = failure.in_full()
        {
            let after = state.is_whole;
            tracing::warn!(
                function = function.name,
                version = chosen.version.name,
                error,
                after,
                "a guest failed"
            );
        }
    }

    /// The request's body ends with an error, which is the client's doing. One that did not come in
    /// time the listener answers, if nothing is answered yet.
    pub(crate) fn body_fails(&self, kind: Kind) {
        let mut state = self.state();
        state.body.get_or_insert(kind);
        if kind == Kind::BodyLate && state.status.is_none() {
            let late = RequestBodyError::Late;
            let problem = Problem::new(kind_of(&late), late);
            state.problem = Some(problem.kind());
            state.status = Some(problem.status());
            self.0.sent.store(problem.length(), Ordering::Relaxed);
        }
    }

    /// What is answered where the guest has failed.
    pub(crate) fn problem(&self, failure: &Failure) -> Problem {
        match self.state().excused(failure.kind()) {
            Some(kind) => Problem::new(kind, kind.about()),
            None => Problem::from(failure),
        }
    }

    fn state(&self) -> MutexGuard<'_, ExchangeState> {
        self.0.state()
    }
}

/// What the connection of a request has, if it came over one of ours.
fn of_connection(context: &RequestContext) -> Option<&OfConnection> {
    context.attached()
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, ExchangeState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Follower for Inner {
    fn is_untaken(&self) {
        self.state().is_untaken = true;
    }
}

impl ExchangeState {
    /// The first failure is the one that counts: those that follow come of it.
    fn fails(&mut self, kind: Kind) {
        let kind = self.excused(kind).unwrap_or(kind);
        self.failure.get_or_insert(kind);
    }

    /// What is wrong with the body, if a failure is what the guest says of that. A trap, and a
    /// limit that is met, is the guest's own.
    fn excused(&self, failure: Kind) -> Option<Kind> {
        self.body.filter(|_| failure.fault() == Fault::Guest)
    }

    fn outcome(&self) -> Outcome {
        if let Some(problem) = self.problem {
            return Outcome::Problem(problem);
        }
        if !self.is_whole || self.is_untaken {
            let failure = match std::thread::panicking() {
                true => Some(Kind::HostFailed),
                false => self.failure,
            };
            return Outcome::Problem(failure.unwrap_or(Kind::GivenUp));
        }
        match self.status {
            Some(StatusCode::OK) => Outcome::Ok,
            Some(status) if self.is_typed || status.is_server_error() => Outcome::Error,
            _ => Outcome::Ok,
        }
    }

    /// What it says of the version; nothing, if it was given up or refused.
    fn result(&self, outcome: Outcome) -> Option<CallResult> {
        match outcome {
            Outcome::Ok => Some(CallResult::Good),
            Outcome::Error if self.status.is_some_and(|status| status.is_server_error()) => {
                self.body.is_none().then_some(CallResult::Error)
            }
            Outcome::Error => Some(CallResult::Good),
            Outcome::Problem(kind) => kind.result(),
        }
    }
}

/// The last who held it has let go.
impl Drop for Inner {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        let outcome = state.outcome();
        let wall = self.begun.elapsed();
        let usage = state.used.map(|used| used.usage);
        let (received, sent) = (*self.received.get_mut(), *self.sent.get_mut());
        let call = Call {
            outcome: outcome.word(),
            wall,
            usage,
            received,
            sent,
        };
        let (function, version) = match &state.asked {
            Some((function, chosen)) => (&*function.name, &*chosen.version.name),
            None => ("", ""),
        };
        let context = self.line.context.as_ref();
        access(&Access {
            function,
            version,
            method: self.line.method.as_str(),
            path: &self.line.path,
            client: context.map(|context| context.peer().client),
            request: context.map(|context| context.id().as_str()),
            status: state.status.map(|status| status.as_u16()),
            call,
        });
        let Some((function, chosen)) = &state.asked else {
            self.records.metrics.answered(outcome.word());
            return;
        };
        chosen.version.metrics.record(&call);
        if let (Some(used), Some(result)) = (state.used, state.result(outcome)) {
            function.count(chosen, result, used.latency);
        }
    }
}
