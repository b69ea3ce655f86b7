//! Versions of a function beside the one that serves.

use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::Period;

/// A version on trial: it gets a share of the calls, and goes back by itself when it fails, traps or is slow more often than the version that serves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Canary {
    /// The component's file. A relative path begins at the folder of the configuration.
    pub component: PathBuf,
    /// How many of 100 calls it gets, as long as there are no steps. Default: 0, which is only who asks for it.
    #[serde(default)]
    pub weight: u16,
    /// More and more calls on a schedule, and promotion after the last step. Default: none.
    #[serde(default)]
    pub steps: Vec<CanaryStep>,
}

/// A while with one weight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CanaryStep {
    /// How many of 100 calls the canary gets; more than in the step before.
    pub weight: u16,
    /// For how long at least.
    #[serde(with = "Period")]
    pub hold: Duration,
    /// How many calls it must have had meanwhile. Default: 0.
    #[serde(default)]
    pub calls: u64,
}
