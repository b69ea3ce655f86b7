//! Versions of a function beside the one that serves.

use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::Period;
use super::values::Percent;
use amphi_edge_rollout::trial::TrialRules;

/// A version on trial: it gets a share of the calls, and goes back by itself when it fails, traps or is slow more often than the version that serves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Canary {
    /// The component's file. A relative path begins at the folder of the configuration.
    pub component: PathBuf,
    /// How many of 100 calls it gets, as long as there are no steps. Default: 0, which is only who asks for it.
    #[serde(default)]
    #[schemars(with = "u16")]
    pub weight: Percent,
    /// More and more calls on a schedule, and promotion after the last step. Default: none.
    #[serde(default)]
    pub steps: Vec<CanaryStep>,
    /// For how long the version on trial may have no call that says something of it, and a step may go on beyond its `hold`; then the trial ends, and the version goes back. It is long enough for a
    /// night without calls. Default: `24h`.
    #[serde(default = "timeout", with = "Period")]
    pub timeout: Duration,
    /// Whether calls of one client alone may decide: for a function that has one client only, or whose clients all come through one proxy that the host does not know of. A client is an
    /// address, or the /64 of an IPv6 address. Default: false; what one client alone has sent ends no step and, if it has chosen the version by a key, takes none back.
    #[serde(default)]
    pub one_client: bool,
}

impl Canary {
    /// A version on trial of this component that no call gets which does not ask for it, everything else as it is when nothing is said.
    #[must_use]
    pub fn new(component: impl Into<PathBuf>) -> Self {
        Self {
            component: component.into(),
            weight: Percent::NONE,
            steps: Vec::new(),
            timeout: timeout(),
            one_client: false,
        }
    }
}

fn timeout() -> Duration {
    TrialRules::default().timeout
}

/// A while with one weight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CanaryStep {
    /// How many of 100 calls the canary gets; more than in the step before.
    #[schemars(with = "u16")]
    pub weight: Percent,
    /// For how long at least.
    #[serde(with = "Period")]
    pub hold: Duration,
    /// How many calls it must have had meanwhile. Default: 0.
    #[serde(default)]
    pub calls: u64,
}
