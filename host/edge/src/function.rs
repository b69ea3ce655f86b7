//! A function that is served: a name, a way in, and the version that answers.

pub(crate) mod admission;
pub(crate) mod admitted;
pub mod audit;
pub(crate) mod breaker;
pub(crate) mod budget;
pub(crate) mod buffers;
pub(crate) mod exchange;
pub(crate) mod lanes;
pub(crate) mod records;
pub(crate) mod site;
mod trial;

use std::collections::BTreeMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use http::StatusCode;

use crate::function::admission::{Admission, AdmissionLimits};
use crate::function::breaker::{Breaker, BreakerLimits};
use crate::function::budget::{Budget, ClientBudgets};
use crate::function::lanes::Lanes;
use crate::function::records::Records;
use crate::function::site::Cors;
use amphi_edge_config as config;

pub(crate) use trial::{Replacement, Settled};

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
    pub side_by_side: Vec<Vec<u8>>,
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
            side_by_side: Vec::new(),
            config: config::Function::new(""),
        }
    }
}

impl Spec {
    /// Whether it is made of the same components.
    pub(crate) fn has_components_of(&self, other: &Self) -> bool {
        self.component == other.component
            && self.canary == other.canary
            && self.side_by_side == other.side_by_side
    }

    /// Whether it has the same versions called in the same shares, to begin with.
    fn has_trial_of(&self, other: &Self) -> bool {
        self.component == other.component
            && self.canary == other.canary
            && self.config.canary == other.config.canary
    }
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
    /// Which pages of other origins may call it by JSON.
    pub(crate) cors: Option<Cors>,
    /// How many calls run and wait.
    pub admission: Arc<Admission>,
    /// The bytes that are held for its clients.
    pub(crate) held: Arc<Budget>,
    /// The places of the host's pools that each client's calls have, of whichever function.
    pub(crate) places: Arc<ClientBudgets>,
    /// Whether calls of the version that serves are let through after traps.
    pub breaker: Arc<Breaker>,
    lanes: ArcSwap<Lanes>,
    records: Arc<Records>,
    /// Held while something about its versions is decided, written and done: one thing at a time.
    deciding: Arc<tokio::sync::Mutex<()>>,
}

impl Function {
    /// A function of these versions, for whose clients so many bytes are held, and whose calls have
    /// those `places` of the pools. Who waits and what has trapped stays as it was `before`, where
    /// the limits are the same.
    pub(crate) fn new(
        spec: Arc<Spec>,
        lanes: Lanes,
        records: Arc<Records>,
        (held, places): (u64, &Arc<ClientBudgets>),
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
        let status = spec.config.status.iter();
        Self {
            route: spec.config.route(&spec.name),
            name: spec.name.clone(),
            status: status
                .map(|(case, status)| (case.clone(), status.get()))
                .collect(),
            cors: Cors::new(&spec.config.cors),
            admission,
            places: Arc::clone(places),
            held: before.map_or_else(
                || Arc::new(Budget::new(held)),
                |before| Arc::clone(&before.held),
            ),
            breaker,
            lanes: ArcSwap::from_pointee(lanes),
            records,
            deciding: Arc::default(),
            spec,
        }
    }

    /// The versions that are called now.
    #[must_use]
    pub fn lanes(&self) -> Arc<Lanes> {
        self.lanes.load_full()
    }

    /// How many requests have ended in each way, of those that were for the version that serves: by
    /// what their clients got.
    #[must_use]
    pub fn outcomes(&self) -> BTreeMap<String, u64> {
        self.lanes().stable.metrics.outcomes()
    }
}
