//! The versions of a function that are called, and which one a call gets.
//!
//! One version serves. Beside it there may be a version on trial, which gets a share of the calls,
//! and others that only those get who ask for them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::problem::{Kind, Problem};
use crate::version::Version;
use amphi_edge_listen::Client;
use amphi_edge_rollout::asked::{Found, Served, find};
use amphi_edge_rollout::choice::{Reason, Side, Split, Weight, Wish};
use amphi_edge_rollout::secret::{Secret, Stratum};
use amphi_edge_rollout::tally::Call;
use amphi_edge_rollout::trial::TrialRules;
use amphi_edge_rollout::window::CallResult;
use amphi_edge_rollout::{Change, Plan, Rollout};

/// By what header a call asks for a version: digits of a digest, or a version of the interface.
pub const VERSION_HEADER: HeaderName = HeaderName::from_static("amphi-version");
/// By what header a call says what it has in common with others that are to get the same version.
pub const AFFINITY_HEADER: HeaderName = HeaderName::from_static("amphi-key");
/// In what header a response says why the version that is named in `amphi-version` has served.
pub const VERSION_REASON_HEADER: HeaderName = HeaderName::from_static("amphi-version-reason");

/// The versions of a function that are called.
#[derive(Clone)]
pub struct Lanes {
    /// The one that serves.
    pub stable: Arc<Version>,
    /// The one on trial.
    pub canary: Option<Arc<Canary>>,
    /// Those that are only there for who asks for them.
    pub side_by_side: Vec<Arc<Version>>,
}

/// A version on trial.
pub struct Canary {
    /// The version.
    pub version: Arc<Version>,
    split: ArcSwap<Split>,
    rollout: Mutex<Rollout>,
}

/// The version that a call gets.
#[derive(Clone)]
pub(crate) struct Chosen {
    pub(crate) version: Arc<Version>,
    /// Whether it is the one that serves.
    pub(crate) serves: bool,
    /// What part it has in a trial, if there is one.
    pub(crate) part: Option<Part>,
    reason: &'static str,
}

/// The part that a call has in a trial.
#[derive(Clone)]
pub(crate) struct Part {
    pub(crate) canary: Arc<Canary>,
    side: Side,
    drawn: bool,
    stratum: Stratum,
    turn: u32,
}

impl Part {
    /// Counts the call in its trial; what is due about the canary, if that is new.
    pub(crate) fn count(&self, result: CallResult, latency: Duration) -> Option<Change> {
        let call = Call {
            side: self.side,
            drawn: self.drawn,
            stratum: self.stratum,
            turn: self.turn,
            result,
            latency,
        };
        self.canary
            .with(|rollout| rollout.count(&call, Instant::now()))
    }
}

impl Canary {
    pub(crate) fn new(
        version: Arc<Version>,
        secret: Secret,
        plan: Plan,
        rules: TrialRules,
    ) -> Arc<Self> {
        let rollout = Rollout::new(secret, plan, rules, Instant::now());
        Arc::new(Self {
            version,
            split: ArcSwap::from_pointee(rollout.split()),
            rollout: Mutex::new(rollout),
        })
    }

    /// How many of 10,000 calls it gets.
    #[must_use]
    pub fn weight(&self) -> Weight {
        self.split.load().weight()
    }

    /// Goes on with the trial that another canary of the same component has come to.
    pub(crate) fn go_on(&self, before: &Self) {
        let mut rollout = before.with(|rollout| rollout.clone());
        rollout.begin_again(Instant::now());
        self.with(|this| *this = rollout);
    }

    /// Reads, or changes, the state of the trial.
    pub(crate) fn with<R>(&self, change: impl FnOnce(&mut Rollout) -> R) -> R {
        let mut rollout = self.rollout.lock().unwrap_or_else(PoisonError::into_inner);
        let result = change(&mut rollout);
        self.split.store(Arc::new(rollout.split()));
        result
    }
}

impl Lanes {
    /// One version and no other.
    pub(crate) fn only(stable: Arc<Version>) -> Self {
        Self {
            stable,
            canary: None,
            side_by_side: Vec::new(),
        }
    }

    /// The same with the one on trial in the place of the one that serves.
    pub(crate) fn promoted(&self, canary: &Canary) -> Self {
        Self {
            stable: Arc::clone(&canary.version),
            canary: None,
            side_by_side: self.side_by_side.clone(),
        }
    }

    /// The same without the one on trial.
    pub(crate) fn without_canary(&self) -> Self {
        Self {
            canary: None,
            ..self.clone()
        }
    }

    /// Every version that may be called.
    pub fn versions(&self) -> impl Iterator<Item = &Arc<Version>> {
        let canary = self.canary.as_ref().map(|canary| &canary.version);
        canary
            .into_iter()
            .chain([&self.stable])
            .chain(&self.side_by_side)
    }

    /// The versions that calls get which ask for none.
    pub(crate) fn versions_on_the_route(&self) -> impl Iterator<Item = &Arc<Version>> {
        let canary = self.canary.as_ref().map(|canary| &canary.version);
        [&self.stable].into_iter().chain(canary)
    }

    /// The version that a call of `client` with these header fields gets; `chance` is any number,
    /// drawn evenly from all there are.
    pub(crate) fn choose(
        &self,
        headers: &HeaderMap,
        client: Client,
        chance: u64,
    ) -> Result<Chosen, Problem> {
        if let Some(asked) = headers.get(VERSION_HEADER) {
            return self.asked(asked);
        }
        let Some(canary) = &self.canary else {
            return Ok(Chosen {
                version: Arc::clone(&self.stable),
                serves: true,
                part: None,
                reason: "only",
            });
        };
        let wish = Wish {
            side: None,
            key: headers.get(AFFINITY_HEADER).map(HeaderValue::as_bytes),
        };
        let split = canary.split.load();
        let (side, reason) = split.choose(&wish, chance);
        let version = match side {
            Side::Stable => &self.stable,
            Side::Canary => &canary.version,
        };
        Ok(Chosen {
            version: Arc::clone(version),
            serves: side == Side::Stable,
            part: Some(Part {
                canary: Arc::clone(canary),
                side,
                drawn: reason == Reason::Weight,
                stratum: split.stratum(&client.octets()),
                turn: split.turn(),
            }),
            reason: reason.name(),
        })
    }

    fn asked(&self, asked: &HeaderValue) -> Result<Chosen, Problem> {
        let versions: Vec<&Arc<Version>> = self.versions().collect();
        let digests: Vec<String> = versions
            .iter()
            .map(|version| version.digest.to_string())
            .collect();
        let served: Vec<Served<'_>> = versions
            .iter()
            .zip(&digests)
            .map(|(version, digest)| Served {
                digest,
                version: version.interface.as_ref(),
            })
            .collect();
        let found = asked.to_str().ok().and_then(|asked| find(asked, &served));
        let (place, reason) = match found {
            Some(Found::Exact(place)) => (place, "asked"),
            Some(Found::Compatible(place)) => (place, "compatible"),
            None => return Err(no_such_version(asked, &versions)),
        };
        Ok(Chosen {
            version: Arc::clone(versions[place]),
            serves: Arc::ptr_eq(versions[place], &self.stable),
            // Who chooses is not part of the trial.
            part: None,
            reason,
        })
    }
}

impl Chosen {
    /// Says in a response which version has served, and why.
    pub(crate) fn tell(&self, headers: &mut HeaderMap) {
        headers.insert(VERSION_HEADER, self.version.title.clone());
        headers.insert(VERSION_REASON_HEADER, HeaderValue::from_static(self.reason));
    }
}

fn no_such_version(asked: &HeaderValue, versions: &[&Arc<Version>]) -> Problem {
    let served: Vec<&str> = versions.iter().map(|version| version.title()).collect();
    Problem::new(
        Kind::NoSuchVersion,
        format!(
            "expected a version that is served ({}), found {asked:?}",
            served.join(", ")
        ),
    )
}
