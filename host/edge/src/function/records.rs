//! What is told of versions on trial: in the audit log, in the metrics, in the log.
//!
//! What is decided is [written](Records::write) first, and told in the metrics when it is in force.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde::Serialize;
use tokio::sync::{Mutex, oneshot};
use tokio::time::{Instant, timeout_at};

use crate::blocking::RECORDING;
use crate::function::audit::{AuditError, AuditLog, AuditSettings};
use crate::function::lanes::Lanes;
use crate::telemetry::metrics::{Metrics, RolloutState};
use amphi_edge_rollout::record::{Event, Record, millis};

/// Where decisions are told.
pub(crate) struct Records {
    pub(crate) metrics: Metrics,
    audit: Option<Arc<Mutex<AuditLog>>>,
    wait: Duration,
    /// The file of the audit log.
    pub(crate) path: Option<PathBuf>,
}

impl Records {
    /// With an audit log in a file, if there is to be one.
    pub(crate) fn new(audit: Option<&AuditSettings>) -> Result<Arc<Self>, AuditError> {
        let Some(AuditSettings { path, wait }) = audit else {
            return Ok(Self::with(None, Duration::ZERO));
        };
        let (log, cut) = AuditLog::open(path)?;
        if cut > 0 {
            tracing::warn!(path = %path.display(), bytes = cut, "the audit log ended with an incomplete entry, which was removed");
        }
        Ok(Self::with(Some((path, log)), *wait))
    }

    /// With an audit log that is open, if there is to be one, which may take so long for a
    /// decision.
    pub(crate) fn with(audit: Option<(&Path, AuditLog)>, wait: Duration) -> Arc<Self> {
        let (path, audit) = audit.unzip();
        Arc::new(Self {
            metrics: Metrics::new(),
            audit: audit.map(|log| Arc::new(Mutex::new(log))),
            wait,
            path: path.map(Path::to_owned),
        })
    }

    /// Whether decisions are written anywhere.
    pub(crate) fn are_kept(&self) -> bool {
        self.audit.is_some()
    }

    /// Writes decisions, all or none. When this returns, they are on the disk and may be acted on;
    /// if they cannot be, they are not taken, which is said and counted here. Without an audit log
    /// there is nothing to wait for. However many write, one thread at most waits for the disk.
    pub(crate) async fn write(&self, records: Vec<Record>) -> Result<(), AuditError> {
        if let Some(audit) = self.audit.as_ref().filter(|_| !records.is_empty())
            && let Err(error) = self.put(audit, records.clone()).await
        {
            self.metrics.unwritten(records.len());
            for record in &records {
                let error: &dyn std::error::Error = &error;
                tracing::error!(error, function = %record.function, event = ?record.event, "a decision cannot be written to the audit log, so it is not taken");
            }
            return Err(error);
        }
        for record in &records {
            tracing::info!(function = %record.function, stable = %record.stable, canary = %record.canary, event = ?record.event, "rollout");
        }
        Ok(())
    }

    /// Writes an entry that is no decision, if there is an audit log: what it tells of has happened
    /// already.
    pub(crate) async fn append(&self, entry: impl Serialize + Send + 'static) {
        if let Some(audit) = &self.audit
            && let Err(error) = self.put(audit, vec![entry]).await
        {
            let error: &dyn std::error::Error = &error;
            tracing::error!(error, "an entry cannot be written to the audit log");
        }
    }

    /// Puts entries on the disk within the time that there is. What gets there later is taken back.
    async fn put(
        &self,
        audit: &Arc<Mutex<AuditLog>>,
        entries: Vec<impl Serialize + Send + 'static>,
    ) -> Result<(), AuditError> {
        let late = || AuditError::Late {
            path: self.path.clone().unwrap_or_default(),
            wait: self.wait,
        };
        let end = Instant::now() + self.wait;
        let audit = Arc::clone(audit).lock_owned();
        let mut audit = timeout_at(end, audit).await.map_err(|_| late())?;
        let (written, mut told) = oneshot::channel();
        tokio::spawn(RECORDING.run(move || {
            if let Err(Ok(())) = written.send(audit.append(&entries)) {
                audit.take_back();
            }
            Ok::<(), AuditError>(())
        }));
        let stopped = || AuditError::Stopped("nobody writes any more".to_owned());
        match timeout_at(end, &mut told).await {
            Ok(written) => written.unwrap_or_else(|_| Err(stopped())),
            Err(_) => {
                told.close();
                told.try_recv().unwrap_or_else(|_| Err(late()))
            }
        }
    }

    /// A trial of a function has begun, which has these versions.
    pub(crate) fn began(&self, function: &str, lanes: &Lanes) {
        self.metrics.rollout(function, Some(RolloutState::Trial));
        self.serves(function, lanes);
    }

    /// A trial has ended: the function had those versions `before`, and has these.
    pub(crate) fn ended(&self, function: &str, before: &Lanes, lanes: &Lanes, state: RolloutState) {
        self.metrics.rollout(function, Some(state));
        self.serves_no_more(function, before);
        self.serves(function, lanes);
    }

    /// A function is served by these versions, in their shares.
    pub(crate) fn serves(&self, function: &str, lanes: &Lanes) {
        let canary = lanes.canary.as_ref();
        let share = canary.map_or(0, |canary| u32::from(canary.weight().in_10_000()) / 100);
        if let Some(canary) = canary {
            self.metrics
                .weight(function, &canary.version.name, Some(share));
        }
        self.metrics
            .weight(function, &lanes.stable.name, Some(100 - share));
    }

    /// There is no rollout of a function that is gone.
    pub(crate) fn gone(&self, function: &str) {
        self.metrics.rollout(function, None);
    }

    /// A function is served by these versions no more.
    pub(crate) fn serves_no_more(&self, function: &str, lanes: &Lanes) {
        for version in lanes.versions_on_the_route() {
            self.metrics.weight(function, &version.name, None);
        }
    }
}

/// What is written of something that happens now to a function which has these versions.
pub(crate) fn record(function: &str, lanes: &Lanes, event: Event) -> Record {
    let canary = lanes.canary.as_ref();
    Record {
        at: millis(SystemTime::now()),
        function: function.to_owned(),
        stable: lanes.stable.digest.to_string(),
        canary: canary.map_or_else(String::new, |canary| canary.version.digest.to_string()),
        event,
    }
}
