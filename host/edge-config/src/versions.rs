//! Versions of a function beside the one that serves.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use amphi_edge_rollout::steps::{Schedule, ScheduleError, Step};
use amphi_edge_rollout::trial::TrialRules;
use schemars::JsonSchema;
use serde::de::{DeserializeSeed, Error, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::text::Period;
use super::values::Percent;

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
    pub steps: CanarySteps,
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
            steps: CanarySteps::default(),
            timeout: timeout(),
            one_client: false,
        }
    }
}

fn timeout() -> Duration {
    TrialRules::default().timeout
}

/// A schedule of periods, whose weights increase: who was on the canary stays there.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
#[schemars(with = "Vec<CanaryStep>")]
pub struct CanarySteps(Option<Schedule>);

impl CanarySteps {
    /// A schedule of these steps; no steps are none.
    ///
    /// # Errors
    ///
    /// If weights do not increase.
    pub fn new(steps: &[CanaryStep]) -> Result<Self, ScheduleError> {
        let steps: Vec<Step> = steps.iter().map(CanaryStep::step).collect();
        let schedule = (!steps.is_empty()).then(|| Schedule::new(steps));
        schedule.transpose().map(Self)
    }

    /// The same as trials have it; none if there are no steps.
    #[must_use]
    pub fn schedule(&self) -> Option<&Schedule> {
        self.0.as_ref()
    }
}

impl Serialize for CanarySteps {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let steps = self.0.iter().flat_map(Schedule::steps);
        serializer.collect_seq(steps.map(CanaryStep::of))
    }
}

impl<'de> Deserialize<'de> for CanarySteps {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Ascending)
    }
}

/// Reads steps, each with a weight above that of the one before.
struct Ascending;

impl<'de> Visitor<'de> for Ascending {
    type Value = CanarySteps;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of steps")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<CanarySteps, A::Error> {
        let mut steps: Vec<CanaryStep> = Vec::new();
        loop {
            let before = steps.last().map_or(Percent::NONE, |step| step.weight);
            match list.next_element_seed(Above(before))? {
                Some(step) => steps.push(step),
                None => return CanarySteps::new(&steps).map_err(A::Error::custom),
            }
        }
    }
}

/// Reads a step whose weight is above this one.
struct Above(Percent);

impl<'de> DeserializeSeed<'de> for Above {
    type Value = CanaryStep;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<CanaryStep, D::Error> {
        let step = CanaryStep::deserialize(deserializer)?;
        if step.weight > self.0 {
            return Ok(step);
        }
        let found = Unexpected::Unsigned(step.weight.get().into());
        let expected = format!("a weight above {}, up to 100", self.0.get());
        Err(D::Error::invalid_value(found, &expected.as_str()))
    }
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

impl CanaryStep {
    fn of(step: &Step) -> Self {
        Self {
            weight: Percent::of(step.weight),
            hold: step.hold,
            calls: step.calls,
        }
    }

    fn step(&self) -> Step {
        Step {
            weight: self.weight.weight(),
            hold: self.hold,
            calls: self.calls,
        }
    }
}
