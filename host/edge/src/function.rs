//! A function that is served: a name, a way in, and the version that answers.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use http::StatusCode;

use crate::admission::{Admission, AdmissionLimits};
use crate::breaker::{Breaker, BreakerLimits};
use crate::budget::Budget;
use crate::config;
use crate::digest::Digest;
use crate::lanes::{Canary, Chosen, Lanes};
use crate::records::Records;
use crate::rollout::Change;
use crate::rollout::choice::Weight;
use crate::rollout::decision::Decision;
use crate::rollout::record::{Author, Event};
use crate::rollout::window::CallResult;
use crate::site::Cors;
use crate::version::Version;

/// What a function is to be.
#[derive(Clone, Debug)]
pub struct Spec {
    /// Its name, as in `/v1/fn/<name>`.
    pub name: String,
    /// The component.
    pub component: Vec<u8>,
    /// The component of the version on trial, where `config` has one.
    pub canary: Option<Vec<u8>>,
    /// The components of the versions beside it.
    pub beside: Vec<Vec<u8>>,
    /// All else. The paths of components are not looked at here.
    pub config: config::Function,
}

impl Spec {
    /// A function of a component, everything else as it is when nothing is said.
    #[must_use]
    pub fn new(name: impl Into<String>, component: impl Into<Vec<u8>>) -> Self {
        Self {
            name: name.into(),
            component: component.into(),
            canary: None,
            beside: Vec::new(),
            config: config::Function::new(""),
        }
    }
}

impl Spec {
    /// Whether it is made of the same components.
    pub(crate) fn has_components_of(&self, other: &Self) -> bool {
        self.component == other.component
            && self.canary == other.canary
            && self.beside == other.beside
    }

    /// Whether it has the same versions called in the same shares, to begin with.
    fn has_trial_of(&self, other: &Self) -> bool {
        self.component == other.component
            && self.canary == other.canary
            && self.config.canary == other.config.canary
    }
}

/// How a trial has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Settled {
    /// The version on trial serves.
    Promoted,
    /// It is gone.
    RolledBack,
}

/// A function that is served.
pub struct Function {
    /// What it was asked to be.
    pub spec: Arc<Spec>,
    /// Its name, as in `/v1/fn/<name>`.
    pub name: String,
    /// The path under which its component answers HTTP itself, if it can.
    pub route: String,
    /// With which status a top-level error is answered, by its case; 422 where nothing is said.
    pub status: BTreeMap<String, StatusCode>,
    /// Which pages from elsewhere may call it by JSON.
    pub(crate) cors: Option<Cors>,
    /// How many calls run and wait.
    pub admission: Arc<Admission>,
    /// The bytes that are held for its clients.
    pub(crate) held: Arc<Budget>,
    /// Whether calls of the version that serves are let through after traps.
    pub breaker: Arc<Breaker>,
    lanes: ArcSwap<Lanes>,
    records: Arc<Records>,
}

impl Function {
    /// A function of `version`, for whose clients `buffer` bytes are held at most. Who waits and what has trapped stays as it was `before`, where the limits are the same.
    pub(crate) fn new(
        spec: Arc<Spec>,
        lanes: Lanes,
        records: Arc<Records>,
        buffer: u64,
        before: Option<&Self>,
    ) -> Self {
        let limits = AdmissionLimits::from(&spec.config.limits);
        let admission = before
            .map(|before| &before.admission)
            .filter(|admission| *admission.limits() == limits)
            .map_or_else(|| Arc::new(Admission::new(limits)), Arc::clone);
        let limits = BreakerLimits::from(&spec.config.breaker);
        // Another component has another chance.
        let breaker = before
            .filter(|before| before.lanes().stable.digest == lanes.stable.digest)
            .map(|before| &before.breaker)
            .filter(|breaker| *breaker.limits() == limits)
            .map_or_else(|| Arc::new(Breaker::new(limits)), Arc::clone);
        Self {
            route: spec.config.route(&spec.name),
            name: spec.name.clone(),
            status: status(&spec.config.status),
            cors: Cors::new(&spec.config.cors),
            admission,
            held: before.map_or_else(
                || Arc::new(Budget::new(buffer)),
                |before| Arc::clone(&before.held),
            ),
            breaker,
            lanes: ArcSwap::from_pointee(lanes),
            records,
            spec,
        }
    }

    /// The versions that are called now.
    #[must_use]
    pub fn lanes(&self) -> Arc<Lanes> {
        self.lanes.load_full()
    }

    /// How many requests have ended in each way, of those that were for the version that serves: by what their clients got.
    #[must_use]
    pub fn outcomes(&self) -> BTreeMap<String, u64> {
        self.lanes().stable.metrics.outcomes()
    }

    /// Has the version on trial take the place of the one that serves; whether there was one.
    pub fn promote(&self, by: Author) -> bool {
        self.end_trial(Event::Promoted { by }, Lanes::promoted)
    }

    /// Takes the version on trial away; whether there was one.
    pub fn roll_back(&self, by: Author, decision: Option<Box<Decision>>) -> bool {
        self.end_trial(Event::RolledBack { by, decision }, |lanes, _| {
            lanes.without_canary()
        })
    }

    /// Gives the version on trial another share of the calls; whether there is one.
    pub fn set_weight(&self, weight: Weight, by: Author) -> bool {
        let lanes = self.lanes();
        let Some(canary) = &lanes.canary else {
            return false;
        };
        canary.with(|rollout| rollout.set_weight(weight, Instant::now()));
        self.records.weight(self, &lanes, weight, by);
        true
    }

    /// Another function takes this one's place, or none: a trial that does not go on there is over. Whether it goes on.
    pub(crate) fn give_way(&self, after: Option<&Self>) -> bool {
        if let Some(after) = after {
            after.settle(self);
        }
        let (before, by) = (self.lanes(), Author::Configuration);
        let mut goes_on = false;
        if let Some(canary) = &before.canary {
            let is_canary = |version: &Version| version.digest == canary.version.digest;
            let lanes = after.map(Self::lanes);
            let next = lanes.as_ref().and_then(|lanes| lanes.canary.as_ref());
            if let (Some(after), Some(next)) = (after, next)
                && is_canary(&next.version)
            {
                // Calls that still run here count for nothing any more.
                self.take_canary(|lanes, _| lanes.without_canary());
                goes_on = self.spec.has_trial_of(&after.spec) && next.go_on(canary);
            } else if lanes.is_some_and(|lanes| is_canary(&lanes.stable)) {
                self.promote(by);
            } else {
                self.roll_back(by, None);
            }
        }
        self.records.serves_no_more(self, &before);
        if after.is_none() {
            self.records.gone(self);
        }
        goes_on
    }

    /// Has a trial end here as it has ended `before`, which may have been while this function was made.
    fn settle(&self, before: &Self) {
        let Some(settled) = before.settled(&self.spec) else {
            return;
        };
        self.take_canary(|lanes, canary| match settled {
            Settled::Promoted => lanes.promoted(canary),
            Settled::RolledBack => lanes.without_canary(),
        });
    }

    /// How the trial that `spec` asks for has ended here, if it was this one and has ended.
    pub(crate) fn settled(&self, spec: &Spec) -> Option<Settled> {
        let canary = spec.canary.as_deref()?;
        let lanes = self.lanes();
        if lanes.canary.is_some() || !self.spec.has_trial_of(spec) {
            return None;
        }
        Some(match lanes.stable.digest == Digest::of(canary) {
            true => Settled::Promoted,
            false => Settled::RolledBack,
        })
    }

    fn end_trial(&self, event: Event, after: impl Fn(&Lanes, &Canary) -> Lanes) -> bool {
        let Some(before) = self.take_canary(after) else {
            return false;
        };
        self.records.ended(self, &before, event);
        true
    }

    /// Has other versions called than those `before`, if one is on trial: who does it first, does it alone.
    fn take_canary(&self, after: impl Fn(&Lanes, &Canary) -> Lanes) -> Option<Arc<Lanes>> {
        let mut before = None;
        self.lanes.rcu(|lanes| match &lanes.canary {
            Some(canary) => {
                before = Some(Arc::clone(lanes));
                Arc::new(after(lanes, canary))
            }
            None => {
                before = None;
                Arc::clone(lanes)
            }
        });
        before
    }

    /// Counts a call of its version and in the trial that it was part of, and does what follows.
    pub(crate) fn count(&self, chosen: &Chosen, result: CallResult, latency: Duration) {
        let metrics = &chosen.version.metrics;
        metrics.count(result, latency, Instant::now());
        let Some(part) = &chosen.part else {
            return;
        };
        match part.count(result, latency) {
            None => {}
            Some(Change::Weight(weight)) => {
                self.records
                    .weight(self, &self.lanes(), weight, Author::Schedule);
            }
            Some(Change::Promote) => {
                self.promote(Author::Schedule);
            }
            Some(Change::Rollback(decision)) => {
                self.roll_back(Author::Trial, Some(decision));
            }
        }
    }
}

fn status(status: &BTreeMap<String, u16>) -> BTreeMap<String, StatusCode> {
    status
        .iter()
        .filter_map(|(case, &code)| Some((case.clone(), StatusCode::from_u16(code).ok()?)))
        .collect()
}
