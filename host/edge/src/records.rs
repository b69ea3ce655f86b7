//! What is told of versions on trial: in the audit log, in the metrics, in the log.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use serde::Serialize;

use crate::function::Function;
use crate::lanes::Lanes;
use crate::metrics::{Metrics, RolloutState};
use crate::rollout::audit::{AuditError, AuditLog};
use crate::rollout::choice::Weight;
use crate::rollout::record::{Author, Event, Record, millis};

/// Where decisions are told.
pub(crate) struct Records {
    pub(crate) metrics: Metrics,
    audit: Option<Mutex<AuditLog>>,
    /// The file of the audit log.
    pub(crate) path: Option<PathBuf>,
}

impl Records {
    /// With an audit log in a file, if there is to be one.
    pub(crate) fn new(audit: Option<&Path>) -> Result<Arc<Self>, AuditError> {
        let path = audit.map(Path::to_owned);
        let audit = match audit {
            Some(path) => {
                let (log, cut) = AuditLog::open(path)?;
                if cut > 0 {
                    tracing::warn!(path = %path.display(), bytes = cut, "the audit log ended in the middle of an entry, which was cut");
                }
                Some(Mutex::new(log))
            }
            None => None,
        };
        Ok(Arc::new(Self {
            metrics: Metrics::new(),
            audit,
            path,
        }))
    }

    /// A trial has begun.
    pub(crate) fn began(&self, function: &Function, lanes: &Lanes, by: Author) {
        let weight = lanes.canary.as_ref().map(|canary| canary.weight());
        let weight = weight.unwrap_or_default().in_10_000();
        let trial = Some(RolloutState::Trial);
        self.metrics.rollout(&function.name, trial);
        self.weights(function, lanes);
        self.write(function, lanes, Event::Began { weight, by });
    }

    /// The version on trial has another share.
    pub(crate) fn weight(&self, function: &Function, lanes: &Lanes, weight: Weight, by: Author) {
        self.weights(function, lanes);
        let weight = weight.in_10_000();
        self.write(function, lanes, Event::Weight { weight, by });
    }

    /// A trial has ended; `lanes` are as they were before.
    pub(crate) fn ended(&self, function: &Function, lanes: &Lanes, event: Event) {
        let state = match &event {
            Event::Promoted { .. } => RolloutState::Promoted,
            _ => RolloutState::RolledBack,
        };
        self.metrics.rollout(&function.name, Some(state));
        self.serves_no_more(function, lanes);
        self.weights(function, &function.lanes());
        self.write(function, lanes, event);
    }

    /// A function is served, with no trial that begins.
    pub(crate) fn serves(&self, function: &Function) {
        self.weights(function, &function.lanes());
    }

    /// There is no rollout of a function that is gone.
    pub(crate) fn gone(&self, function: &Function) {
        self.metrics.rollout(&function.name, None);
    }

    /// A function is served by these versions no more.
    pub(crate) fn serves_no_more(&self, function: &Function, lanes: &Lanes) {
        for version in lanes.versions_on_the_route() {
            self.metrics.weight(&function.name, &version.name, None);
        }
    }

    fn weights(&self, function: &Function, lanes: &Lanes) {
        let canary = lanes.canary.as_ref();
        let share = canary.map_or(0, |canary| u32::from(canary.weight().in_10_000()) / 100);
        if let Some(canary) = canary {
            self.metrics
                .weight(&function.name, &canary.version.name, Some(share));
        }
        self.metrics
            .weight(&function.name, &lanes.stable.name, Some(100 - share));
    }

    fn write(&self, function: &Function, lanes: &Lanes, event: Event) {
        let canary = lanes.canary.as_ref();
        let record = Record {
            at: millis(SystemTime::now()),
            function: function.name.clone(),
            stable: lanes.stable.digest.to_string(),
            canary: canary.map_or_else(String::new, |canary| canary.version.digest.to_string()),
            event,
        };
        tracing::info!(function = %record.function, stable = %record.stable, canary = %record.canary, event = ?record.event, "rollout");
        self.append(&record);
    }

    /// Writes an entry, decision or not, to the audit log if there is one. Blocks.
    pub(crate) fn append(&self, entry: &impl Serialize) {
        let Some(audit) = &self.audit else {
            return;
        };
        let mut audit = audit.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = audit.append(entry) {
            tracing::error!(%error, "an entry could not be written to the audit log");
        }
    }
}
