//! Making a function: what it consists of is judged before anything is compiled.

use std::io;
use std::sync::Arc;

use amphi_core::contract::Contract;

use super::Host;
use crate::deploy::gate::judge;
use crate::deploy::{Candidate, DeployError, Making};
use crate::function::lanes::{Canary, Lanes};
use crate::function::{Function, Settled, Spec};
use crate::runtime::plugin::Providers;
use amphi_edge_capabilities::keyvalue::KeyValueStores;
use amphi_edge_config::{self as config, OnCacheFailure};
use amphi_edge_rollout::Plan;
use amphi_edge_rollout::secret::Secret;
use amphi_edge_rollout::trial::TrialRules;

/// The components of a function, all of which may serve.
struct GatedCandidates {
    stable: Candidate,
    canary: Option<OnTrial>,
    side_by_side: Vec<Candidate>,
}

/// What is to be on trial.
struct OnTrial {
    candidate: Candidate,
    plan: Plan,
    rules: TrialRules,
}

impl Host {
    /// A function of a specification, not yet served.
    pub(super) async fn make(
        &self,
        spec: Arc<Spec>,
        plugins: &Providers,
        stores: &KeyValueStores,
    ) -> Result<Arc<Function>, DeployError> {
        let starts = self.starts();
        let making = Making {
            engines: &self.engines,
            compiler: &self.compiler,
            on_cache_failure: match starts {
                true => OnCacheFailure::Serve,
                false => self.on_cache_failure,
            },
            starts,
            plugins,
            stores,
            metrics: &self.records.metrics,
        };
        let before = self.function(&spec.name);
        let judged = self.judge(&spec, before.as_deref()).await?;
        let lanes = lanes(&making, &spec, judged).await?;
        let records = Arc::clone(&self.records);
        let function = Function::new(
            spec,
            lanes,
            records,
            (self.buffers.function, &self.buffers.places),
            before.as_deref(),
        );
        Ok(Arc::new(function))
    }

    /// Reads the components of a specification, and judges them by what callers have now.
    async fn judge(
        &self,
        spec: &Spec,
        before: Option<&Function>,
    ) -> Result<GatedCandidates, DeployError> {
        let settled = before.and_then(|before| before.settled(spec));
        let (stable, on_trial) = match (settled, &spec.canary) {
            (None, canary) => (&spec.component, canary.as_ref()),
            (Some(Settled::Promoted), Some(canary)) => (canary, None),
            (Some(_), _) => (&spec.component, None),
        };
        let stable = candidate(spec, stable).await?;
        // Whoever is called today is called tomorrow by the same callers. Where the version that
        // serves stays, taking the one on trial away is no step back.
        let before = before.map(Function::lanes);
        if let Some(before) = before.filter(|before| before.stable.digest != stable.digest) {
            for version in before.versions_on_the_route() {
                self.gate(spec, version.title(), &version.contract, &stable)?;
            }
        }
        let mut canary = None;
        if let (Some(bytes), Some(config)) = (on_trial, &spec.config.canary) {
            let candidate = candidate(spec, bytes).await?;
            self.gate(spec, &stable.title(), &stable.contract, &candidate)?;
            canary = Some(OnTrial {
                candidate,
                plan: plan(config),
                rules: rules(config),
            });
        }
        // What is pinned is for who asks for no version.
        let mut side_by_side = Vec::new();
        for bytes in &spec.side_by_side {
            side_by_side.push(Candidate::read(&**bytes).await?);
        }
        Ok(GatedCandidates {
            stable,
            canary,
            side_by_side,
        })
    }

    fn gate(
        &self,
        spec: &Spec,
        version: &str,
        old: &Contract,
        new: &Candidate,
    ) -> Result<(), DeployError> {
        let judged = judge(spec.config.abi, version, old, &new.contract);
        let reason = match &judged {
            Ok(()) => "none",
            Err(refusal) => refusal
                .changes
                .first()
                .map_or("none", |change| change.class.as_str()),
        };
        self.records.metrics.gate(judged.is_ok(), reason);
        judged.map_err(|refusal| DeployError::Gate(Box::new(refusal)))
    }
}

async fn candidate(spec: &Spec, bytes: &[u8]) -> Result<Candidate, DeployError> {
    let candidate = Candidate::read(bytes).await?;
    candidate.exports(spec.config.interface.as_deref())?;
    Ok(candidate)
}

/// The versions of components that may serve.
async fn lanes(
    making: &Making<'_>,
    spec: &Spec,
    judged: GatedCandidates,
) -> Result<Lanes, DeployError> {
    let smoke = spec.config.smoke.as_ref();
    let mut lanes = Lanes::only(making.version(spec, judged.stable, smoke).await?);
    if let Some(OnTrial {
        candidate,
        plan,
        rules,
    }) = judged.canary
    {
        let version = making.version(spec, candidate, smoke).await?;
        let secret = Secret::new(random().map_err(DeployError::Random)?);
        lanes.canary = Some(Canary::new(version, secret, plan, rules));
    }
    for candidate in judged.side_by_side {
        // It may have other functions, or the same with other types.
        let version = making.version(spec, candidate, None).await?;
        lanes.side_by_side.push(version);
    }
    Ok(lanes)
}

/// Bytes from the system's randomness.
fn random() -> io::Result<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// When a canary goes back.
fn rules(canary: &config::Canary) -> TrialRules {
    TrialRules {
        timeout: canary.timeout,
        one_client: canary.one_client,
        ..TrialRules::default()
    }
}

/// How a canary goes on.
fn plan(canary: &config::Canary) -> Plan {
    match canary.steps.schedule() {
        Some(schedule) => Plan::Steps(schedule.clone()),
        None => Plan::Fixed(canary.weight.weight()),
    }
}
