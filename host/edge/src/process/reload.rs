//! Reload: apply a changed configuration, completely or not at all, while calls go on.
//!
//! A [`Reloader`] reads its source and has the host [`apply`](Host::apply) it, one reload at a time
//! and not on the threads that serve calls. If it fails, the old configuration stays in use; the
//! reasons are in the log, the metrics, and [`Reloads`]. A reload is triggered by a call of
//! [`reload`](Reloader::reload), by SIGHUP, or by a change of a file that is
//! [watched](Reloader::watch). Contents decide what has changed: a reload of files with the same
//! contents changes nothing. Every reload ends: each step has a timeout, and so has the whole.
//!
//! The `server` section of a configuration takes effect when the process starts; a reload does not
//! apply it, and reports the keys that have changed.
//!
//! Each reload is recorded in the audit log, if one is kept.

mod entry;
mod error;
mod inputs;
mod restart;
mod watch;

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use serde::Serialize;
use tokio::time::timeout;

use crate::blocking::{DEPLOYING, WATCHING};
use crate::host::{Applied, Host, PreparedChange};
use amphi_edge_blocking::Stopped;
use amphi_edge_config::{self as config, Config, ConfigError};
use amphi_edge_rollout::record::millis;

use entry::Entry;
use inputs::Stamps;

/// What the entry of a reload in the audit log has as `event`.
pub(crate) const EVENT: &str = Entry::EVENT;

pub use error::{ReloadError, ReloadProblem};
pub use watch::{WatchError, Watching};

/// Where a configuration comes from.
#[derive(Clone, Debug)]
pub enum ConfigSource {
    /// A file, which is read at each reload.
    File(PathBuf),
    /// This one; its components are read at each reload.
    Fixed(Box<Config>),
}

/// What asked for a reload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trigger {
    /// A file that has changed.
    Files,
    /// SIGHUP.
    Hangup,
    /// Somebody, by a call.
    Hand,
}

/// What reloads came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reloads {
    /// The number of the configuration that is in use; the first is 1, and each that changes
    /// something is one more.
    pub generation: u64,
    /// The last reload, if there was one.
    pub last: Option<Attempt>,
}

/// One reload.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Attempt {
    /// When it ended, in milliseconds since 1970 began.
    pub at: u64,
    /// How long it took, in milliseconds.
    pub took: u64,
    /// What asked for it.
    pub trigger: Trigger,
    /// The keys of the `server` section that are other ones than those that the process began with.
    /// They wait until it is started again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub restart: Vec<String>,
    /// How it ended.
    #[serde(flatten)]
    pub outcome: ReloadOutcome,
}

/// How a reload ended.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "result", rename_all = "kebab-case")]
pub enum ReloadOutcome {
    /// Nothing has changed.
    Unchanged,
    /// The new configuration is in use.
    Changed {
        /// Functions that are new or have changed.
        deployed: Vec<String>,
        /// Functions that are no longer served.
        removed: Vec<String>,
        /// Warnings, which do not make a reload fail.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        warnings: Vec<ReloadProblem>,
    },
    /// The old configuration stays in use.
    Failed {
        /// All reasons.
        problems: Vec<ReloadProblem>,
    },
}

/// Reloads the configuration of a host.
pub struct Reloader {
    host: Arc<Host>,
    source: ConfigSource,
    /// What the process began with.
    server: Option<config::Server>,
    /// Held by the reload that runs.
    reloading: tokio::sync::Mutex<()>,
    state: Mutex<Reloads>,
    /// The files that the last configuration that could be read is made of, as they were before
    /// they were read.
    seen: Mutex<Stamps>,
    /// How long a reload may take.
    limit: Duration,
}

impl Reloader {
    /// A reloader of `host`, which serves what `source` says already or will after the first
    /// reload. A reload has the time that it has by default.
    #[must_use]
    pub fn new(host: Arc<Host>, source: ConfigSource) -> Arc<Self> {
        Self::within(host, source, config::Timeouts::default().reload)
    }

    /// The same with `limit` as the time that a reload has.
    #[must_use]
    pub fn within(host: Arc<Host>, source: ConfigSource, limit: Duration) -> Arc<Self> {
        let first = 1;
        // In the metrics, what a process starts with is its first configuration.
        host.metrics().reload(Ok(first));
        let config = match &source {
            ConfigSource::File(file) => config::unchecked(file),
            ConfigSource::Fixed(config) => Some(Config::clone(config)),
        };
        let seen = inputs::stamps(&inputs::of(config.as_ref(), &source));
        Arc::new(Self {
            host,
            source,
            server: config.map(|config| config.server),
            reloading: tokio::sync::Mutex::default(),
            state: Mutex::new(Reloads {
                generation: first,
                last: None,
            }),
            seen: Mutex::new(seen),
            limit,
        })
    }

    /// The host.
    #[must_use]
    pub fn host(&self) -> &Arc<Host> {
        &self.host
    }

    /// The configuration in use, and the result of the last reload.
    #[must_use]
    pub fn state(&self) -> Reloads {
        self.locked().clone()
    }

    /// Reads the configuration and applies it, after the running reload if there is one. A reload
    /// that has started runs to its end, even if its future is dropped. A reload because of changed
    /// [files](Trigger::Files) does nothing, and is not recorded, if an earlier one has already
    /// read the files as they are.
    ///
    /// # Errors
    ///
    /// All reasons why the configuration cannot be served. Nothing has changed then.
    pub async fn reload(self: &Arc<Self>, trigger: Trigger) -> Result<Applied, ReloadError> {
        self.reload_by(trigger, None).await
    }

    /// The same, requested by a client with this address.
    ///
    /// # Errors
    ///
    /// As [`reload`](Self::reload).
    pub async fn reload_by(
        self: &Arc<Self>,
        trigger: Trigger,
        by: Option<IpAddr>,
    ) -> Result<Applied, ReloadError> {
        let this = Arc::clone(self);
        let task = tokio::spawn(async move {
            let _reloading = this.reloading.lock().await;
            if trigger == Trigger::Files && !this.differs().await {
                return Ok(Applied::default());
            }
            let begin = Instant::now();
            let mut restart = Vec::new();
            let limit = this.limit;
            let ready = timeout(limit, this.prepare(&mut restart)).await;
            let ready = ready.unwrap_or(Err(ReloadError::Late { limit }));
            // Up to here nothing has changed, and from here on nothing is given up.
            let result = match ready {
                Ok(ready) => this.host.take_over(ready).await.map_err(ReloadError::Apply),
                Err(error) => Err(error),
            };
            let (generation, attempt) = this.take_down(trigger, begin, restart, &result);
            let entry = Entry::new(generation, by, attempt);
            this.host.records().append(entry).await;
            result
        });
        task.await
            .unwrap_or_else(|error| Err(ReloadError::Stopped(error.to_string())))
    }

    /// Whether files are others than those that were read last; also where a disk does not say it.
    async fn differs(&self) -> bool {
        let seen = self.seen();
        let looked = WATCHING.run(move || Ok::<_, Stopped>(inputs::differ(&seen)));
        looked.await.unwrap_or(true)
    }

    /// What a reload is to take over, and what of the configuration waits for a restart.
    async fn prepare(&self, restart: &mut Vec<String>) -> Result<PreparedChange<'_>, ReloadError> {
        let (source, before) = (self.source.clone(), self.seen());
        // Files may be on a disk that is slow.
        let read = DEPLOYING.run(move || Ok(read(&source, &before)));
        let (config, seen) = read
            .await
            .map_err(|Stopped(why)| ReloadError::Stopped(why))?;
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = seen;
        let config = config.map_err(ReloadError::Config)?;
        if let Some(before) = &self.server {
            *restart = restart::differences(before, &config.server);
        }
        let ready = self.host.prepare(&config, &|_| ()).await;
        ready.map_err(ReloadError::Apply)
    }

    /// Keeps how a reload ended, and says it.
    fn take_down(
        &self,
        trigger: Trigger,
        begin: Instant,
        restart: Vec<String>,
        result: &Result<Applied, ReloadError>,
    ) -> (u64, Attempt) {
        let mut state = self.locked();
        let outcome = match result {
            Ok(applied) if *applied == Applied::default() => ReloadOutcome::Unchanged,
            Ok(Applied {
                deployed,
                removed,
                warnings,
            }) => {
                state.generation += 1;
                let warnings = warnings.iter();
                ReloadOutcome::Changed {
                    deployed: deployed.clone(),
                    removed: removed.clone(),
                    warnings: warnings
                        .map(|(path, warning)| ReloadProblem::new(path, warning.clone()))
                        .collect(),
                }
            }
            Err(error) => ReloadOutcome::Failed {
                problems: error.problems(),
            },
        };
        let generation = state.generation;
        self.host.metrics().reload(match result {
            Ok(_) => Ok(generation),
            Err(error) => Err(error.word()),
        });
        tell(trigger, generation, &outcome);
        if !restart.is_empty() {
            tracing::warn!(
                ?trigger,
                keys = restart.join(", "),
                "keys of `server` have changed, which take effect when the process is restarted"
            );
        }
        let attempt = Attempt {
            at: millis(SystemTime::now()),
            took: u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX),
            trigger,
            restart,
            outcome,
        };
        state.last = Some(attempt.clone());
        (generation, attempt)
    }

    fn seen(&self) -> Stamps {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.clone()
    }

    fn locked(&self) -> MutexGuard<'_, Reloads> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A source's configuration, and its files as they were before they were read: also those of a
/// configuration that is refused, which it may not be when they are as they should be; those there
/// were `before`, if it cannot be told which it has.
fn read(source: &ConfigSource, before: &Stamps) -> (Result<Config, ConfigError>, Stamps) {
    let mut seen = inputs::stamps(before.keys());
    let config = match source {
        ConfigSource::Fixed(config) => Ok(Config::clone(config)),
        ConfigSource::File(file) => config::read(file),
    };
    let files = match (&config, source) {
        (Ok(config), _) => Some(inputs::of(Some(config), source)),
        (Err(_), ConfigSource::File(file)) => {
            config::unchecked(file).map(|config| inputs::of(Some(&config), source))
        }
        (Err(_), ConfigSource::Fixed(_)) => None,
    };
    if let Some(files) = files {
        seen.retain(|file, _| files.contains(file));
        for file in files {
            seen.entry(file)
                .or_insert_with_key(|file| inputs::stamp(file));
        }
    }
    (config, seen)
}

/// Says in the log how a reload ended.
fn tell(trigger: Trigger, generation: u64, outcome: &ReloadOutcome) {
    match outcome {
        ReloadOutcome::Unchanged => {
            tracing::debug!(?trigger, generation, "a reload changed nothing")
        }
        ReloadOutcome::Changed {
            deployed,
            removed,
            warnings: _,
        } => {
            // Of what they warn it was said when it was found.
            tracing::info!(?trigger, generation, ?deployed, ?removed, "reloaded");
        }
        ReloadOutcome::Failed { problems } => {
            for problem in problems {
                let ReloadProblem { path, message, .. } = problem;
                tracing::error!(
                    ?trigger,
                    generation,
                    path,
                    reason = message,
                    "a reload failed, the previous configuration stays in force"
                );
            }
        }
    }
}
