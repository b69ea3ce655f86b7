//! The trial of a function's canary.
//!
//! Every decision, by its trial, its schedule, an operator or another configuration, goes the same
//! way: it is made, written to the audit log on a thread that serves no calls, and then carried
//! out, one at a time. A decision that cannot be written is not carried out.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use tokio::runtime::Handle;
use tokio::sync::{MutexGuard, OwnedMutexGuard};
use tokio::time::{MissedTickBehavior, interval};

use super::{Function, Spec};
use crate::digest::Digest;
use crate::function::audit::AuditError;
use crate::function::lanes::{Canary, Chosen, Lanes};
use crate::function::records::record;
use crate::telemetry::metrics::RolloutState;
use crate::version::Version;
use amphi_edge_rollout::Change;
use amphi_edge_rollout::choice::Weight;
use amphi_edge_rollout::record::{Author, Event, Record};
use amphi_edge_rollout::window::CallResult;

/// How often it is looked whether a trial has waited for long enough.
const TICK: Duration = Duration::from_secs(1);

/// How a trial has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Settled {
    /// The canary is the stable version now.
    Promoted,
    /// The canary was removed.
    RolledBack,
}

/// The replacement or removal of a function, with what becomes of its trial. No other decision
/// about that function is made meanwhile.
pub(crate) struct Replacement {
    before: Option<Arc<Function>>,
    after: Option<Arc<Function>>,
    fate: Fate,
    _deciding: Option<OwnedMutexGuard<()>>,
}

/// What becomes of the trial of a function that is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// There is none.
    None,
    /// It goes on.
    GoesOn,
    /// Another of the same version begins, so that this one counts no more.
    Anew,
    /// It is over.
    Ends(Settled),
}

/// What is done about a version on trial.
#[derive(Clone, Copy, Debug)]
enum Act {
    Weight(Weight),
    End(Settled),
}

impl Function {
    /// Promotes the canary to stable version; returns whether there was one.
    ///
    /// # Errors
    ///
    /// It cannot be written to the audit log. Nothing has changed then.
    pub async fn promote(self: &Arc<Self>, by: Author) -> Result<bool, AuditError> {
        let act = Act::End(Settled::Promoted);
        self.by_hand(Event::Promoted { by }, act).await
    }

    /// Rolls the canary back; returns whether there was one.
    ///
    /// # Errors
    ///
    /// As [`promote`](Self::promote).
    pub async fn roll_back(self: &Arc<Self>, by: Author) -> Result<bool, AuditError> {
        let event = Event::RolledBack { by, decision: None };
        self.by_hand(event, Act::End(Settled::RolledBack)).await
    }

    /// Gives the version on trial another share of the calls; whether there is one.
    ///
    /// # Errors
    ///
    /// As [`promote`](Self::promote).
    pub async fn set_weight(
        self: &Arc<Self>,
        weight: Weight,
        by: Author,
    ) -> Result<bool, AuditError> {
        let in_10_000 = weight.in_10_000();
        let event = Event::Weight {
            weight: in_10_000,
            by,
        };
        self.by_hand(event, Act::Weight(weight)).await
    }

    /// What is decided by hand is written and done to its end also if nobody waits for that any
    /// more.
    async fn by_hand(self: &Arc<Self>, event: Event, act: Act) -> Result<bool, AuditError> {
        let function = Arc::clone(self);
        let done = tokio::spawn(async move {
            let _deciding = function.deciding.lock().await;
            let lanes = function.lanes();
            let Some(canary) = &lanes.canary else {
                return Ok(false);
            };
            let record = record(&function.name, &lanes, event);
            function.records.write(vec![record]).await?;
            if let Act::Weight(weight) = act {
                canary.with(|rollout| rollout.set_weight(weight, Instant::now()));
            }
            function.act(&lanes, act);
            Ok(true)
        });
        let done = done.await;
        done.unwrap_or_else(|error| Err(AuditError::Stopped(error.to_string())))
    }

    /// Counts a call of its version and in the trial that it was part of. `latency` is how long the
    /// guest took, without what it waited for its client: a slow client is no slow version. A call
    /// whose client went away is counted too, as [`CallResult::GivenUp`].
    pub(crate) fn count(self: &Arc<Self>, chosen: &Chosen, result: CallResult, latency: Duration) {
        let metrics = &chosen.version.metrics;
        metrics.count(result, latency, Instant::now());
        if let Some(part) = &chosen.part
            && part.count(result, latency).is_some()
        {
            self.decide(&part.canary);
        }
    }

    /// Looks after its trial until that is over, or the function is gone.
    pub(crate) fn watch(self: &Arc<Self>) {
        let (function, runtime) = (Arc::downgrade(self), Handle::try_current());
        let Some(runtime) = runtime.ok().filter(|_| self.lanes().canary.is_some()) else {
            return;
        };
        runtime.spawn(async move {
            let mut ticks = interval(TICK);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                let Some(function) = function.upgrade() else {
                    return;
                };
                let lanes = function.lanes();
                let Some(canary) = &lanes.canary else { return };
                function.tick(canary, Instant::now());
            }
        });
    }

    /// Decides what time has brought about its version on trial.
    fn tick(self: &Arc<Self>, canary: &Arc<Canary>, now: Instant) {
        if canary.with(|rollout| rollout.tick(now)).is_some() {
            self.decide(canary);
        }
    }

    /// Has what is due about its version on trial written and done: at once where nothing is
    /// written, otherwise while calls go on.
    fn decide(self: &Arc<Self>, canary: &Arc<Canary>) {
        if !self.records.are_kept()
            && let Ok(deciding) = self.deciding.try_lock()
        {
            // Where nothing is written, nothing is waited for.
            self.carry_out(canary, deciding).now_or_never();
            return;
        }
        match Handle::try_current() {
            Ok(runtime) => {
                let (function, canary) = (Arc::clone(self), Arc::clone(canary));
                runtime.spawn(async move {
                    let deciding = function.deciding.lock().await;
                    function.carry_out(&canary, deciding).await;
                });
            }
            // Later, when there is somebody to write it.
            Err(_) => canary.with(|rollout| rollout.begin_again(Instant::now())),
        }
    }

    /// Writes what is due about this version on trial, and does it. If the trial is over by now, or
    /// goes on in another function, nothing is due here.
    async fn carry_out(&self, canary: &Arc<Canary>, _deciding: MutexGuard<'_, ()>) {
        let lanes = self.lanes();
        let is_on_trial = |now: &Arc<Canary>| Arc::ptr_eq(now, canary);
        let due = canary.with(|rollout| rollout.due().cloned());
        let Some(change) = due.filter(|_| lanes.canary.as_ref().is_some_and(is_on_trial)) else {
            return;
        };
        let (event, act) = match &change {
            Change::Weight(share) => {
                let (weight, by) = (share.in_10_000(), Author::Schedule);
                (Event::Weight { weight, by }, Act::Weight(*share))
            }
            Change::Promote => {
                let by = Author::Schedule;
                (Event::Promoted { by }, Act::End(Settled::Promoted))
            }
            Change::Rollback(decision) => {
                let (by, decision) = (Author::Trial, Some(decision.clone()));
                let event = Event::RolledBack { by, decision };
                (event, Act::End(Settled::RolledBack))
            }
        };
        let record = record(&self.name, &lanes, event);
        let written = self.records.write(vec![record]).await.is_ok();
        if canary.with(|rollout| rollout.settle(&change, written, Instant::now())) {
            self.act(&lanes, act);
        }
    }

    /// Does what was written; `lanes` are as they were before. The trial knows of it.
    fn act(&self, lanes: &Lanes, act: Act) {
        match act {
            Act::Weight(_) => self.records.serves(&self.name, &self.lanes()),
            Act::End(settled) => {
                self.end(settled);
                let state = match settled {
                    Settled::Promoted => RolloutState::Promoted,
                    Settled::RolledBack => RolloutState::RolledBack,
                };
                self.records.ended(&self.name, lanes, &self.lanes(), state);
            }
        }
    }

    /// Has other versions called than before, if one is on trial.
    fn end(&self, settled: Settled) {
        let lanes = self.lanes();
        if let Some(canary) = &lanes.canary {
            self.lanes.store(Arc::new(match settled {
                Settled::Promoted => lanes.promoted(canary),
                Settled::RolledBack => lanes.without_canary(),
            }));
        }
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
}

impl Replacement {
    /// Waits until nothing is under way that was decided about `before`, and finds out what becomes
    /// of its trial.
    pub(crate) async fn of(before: Option<Arc<Function>>, after: Option<Arc<Function>>) -> Self {
        let deciding = match &before {
            Some(before) => Some(Arc::clone(&before.deciding).lock_owned().await),
            None => None,
        };
        if let (Some(before), Some(after)) = (&before, &after)
            && let Some(settled) = before.settled(&after.spec)
        {
            // It may have ended while this function was made.
            after.end(settled);
        }
        let fate = before
            .as_ref()
            .map_or(Fate::None, |before| fate(before, after.as_deref()));
        Self {
            before,
            after,
            fate,
            _deciding: deciding,
        }
    }

    /// What is to be written before it is done.
    pub(crate) fn records(&self) -> Vec<Record> {
        let by = Author::Configuration;
        let ended = match self.fate {
            Fate::Ends(Settled::Promoted) => Some(Event::Promoted { by }),
            Fate::Ends(Settled::RolledBack) => Some(Event::RolledBack { by, decision: None }),
            Fate::None | Fate::GoesOn | Fate::Anew => None,
        };
        let ended = self.before.as_ref().zip(ended);
        let ended = ended.map(|(before, event)| record(&before.name, &before.lanes(), event));
        let began = self.begins().map(|(after, canary)| {
            let weight = canary.weight().in_10_000();
            record(&after.name, &after.lanes(), Event::Began { weight, by })
        });
        ended.into_iter().chain(began).collect()
    }

    /// Does what was written. The trials are those of the new function from now on.
    pub(crate) fn finish(&self) {
        if let Some(before) = &self.before {
            let lanes = before.lanes();
            match self.fate {
                Fate::None => {}
                // Calls that still run here count for nothing any more.
                Fate::GoesOn | Fate::Anew => before.end(Settled::RolledBack),
                Fate::Ends(settled) => before.act(&lanes, Act::End(settled)),
            }
            let next = self
                .after
                .as_ref()
                .and_then(|after| after.lanes().canary.clone());
            if let (Fate::GoesOn, Some(canary), Some(next)) = (self.fate, &lanes.canary, next) {
                next.go_on(canary);
            }
            before.records.serves_no_more(&before.name, &lanes);
            if self.after.is_none() {
                before.records.gone(&before.name);
            }
        }
        if let Some(after) = &self.after {
            match self.begins() {
                Some(_) => after.records.began(&after.name, &after.lanes()),
                None => after.records.serves(&after.name, &after.lanes()),
            }
            after.watch();
        }
    }

    /// The function whose trial begins, if it does.
    fn begins(&self) -> Option<(&Arc<Function>, Arc<Canary>)> {
        let after = self.after.as_ref().filter(|_| self.fate != Fate::GoesOn)?;
        let canary = after.lanes().canary.clone()?;
        Some((after, canary))
    }
}

/// What becomes of the trial of `before`, when `after` takes its place or nothing does.
fn fate(before: &Function, after: Option<&Function>) -> Fate {
    let Some(canary) = before.lanes().canary.clone() else {
        return Fate::None;
    };
    let is_canary = |version: &Version| version.digest == canary.version.digest;
    let Some(after) = after else {
        return Fate::Ends(Settled::RolledBack);
    };
    let lanes = after.lanes();
    match &lanes.canary {
        Some(next) if is_canary(&next.version) => match before.spec.has_trial_of(&after.spec) {
            true => Fate::GoesOn,
            false => Fate::Anew,
        },
        _ if is_canary(&lanes.stable) => Fate::Ends(Settled::Promoted),
        _ => Fate::Ends(Settled::RolledBack),
    }
}

#[cfg(test)]
mod tests;
