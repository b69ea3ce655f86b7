//! Versions of a function beside the one that serves.

use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::Period;
use super::values::Percent;
use amphi_edge_rollout::trial::TrialRules;

/// A canary: it gets a share of the calls, and is rolled back automatically if it fails, traps or
/// is slow more often than the stable version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Canary {
    /// The component's file. A relative path is relative to the configuration's folder.
    pub component: PathBuf,
    /// The share of calls that it gets, in percent, if there are no steps. Default: 0, only calls
    /// that ask for it.
    #[serde(default)]
    #[schemars(with = "u16")]
    pub weight: Percent,
    /// A schedule of increasing weights, with promotion after the last step. Default: none.
    #[serde(default)]
    pub steps: Vec<CanaryStep>,
    /// How long the canary may go without a call that counts, and how long a step may exceed its
    /// `hold`, before the canary is rolled back. The default is long enough for a night without
    /// calls. Default: `24h`.
    #[serde(default = "timeout", with = "Period")]
    pub timeout: Duration,
    /// Whether the calls of a single client may decide the trial: for a function with only one
    /// client, or whose clients all come through one unknown proxy. A client is an IPv4 address, or
    /// the /64 of an IPv6 address. Default: false; one client alone completes no step and, if it
    /// chose the version by a key, causes no rollback.
    #[serde(default)]
    pub one_client: bool,
}

impl Canary {
    /// A version on trial of this component that no call gets which does not ask for it, everything
    /// else as it is when nothing is said.
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

/// A period with one weight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CanaryStep {
    /// The canary's share of calls, in percent; higher than in the step before.
    #[schemars(with = "u16")]
    pub weight: Percent,
    /// The shortest duration.
    #[serde(with = "Period")]
    pub hold: Duration,
    /// How many calls the canary must have had in this step. Default: 0.
    #[serde(default)]
    pub calls: u64,
}
