//! The ABI gate: whether a component may take the place of one that is called.
//!
//! What callers see must stay as it was; all that does not is listed. What a component imports is
//! no matter for callers: whether it is there, linking says.

use std::fmt;

use amphi_core::abi::{self, Change, Class, Effect, Report};
use amphi_core::contract::Contract;

use amphi_edge_config::Abi;

/// Why the gate stays closed.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// What was asked for.
    pub policy: Abi,
    /// The digest of the version that the component was compared with.
    pub version: String,
    /// What stands against it.
    pub changes: Vec<Change>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let expected = match self.policy {
            Abi::Compatible => "a component that serves all callers of",
            Abi::Exact => "a component with exactly the interfaces of",
            Abi::Any => "any component side by side",
        };
        write!(f, "expected {expected} version {}", self.version)?;
        self.changes
            .iter()
            .try_for_each(|change| write!(f, "; {change}"))
    }
}

impl std::error::Error for Refusal {}

/// Judges a component by the `policy` against a `version` that is called.
pub(crate) fn judge(
    policy: Abi,
    version: &str,
    old: &Contract,
    new: &Contract,
) -> Result<(), Refusal> {
    let report = abi::compare(old.into(), new.into());
    let changes = standing_against(policy, report);
    if changes.is_empty() {
        return Ok(());
    }
    Err(Refusal {
        policy,
        version: version.to_owned(),
        changes,
    })
}

fn standing_against(policy: Abi, report: Report) -> Vec<Change> {
    let mut changes = report.changes;
    changes.retain(|change| match policy {
        Abi::Compatible => {
            change.effect() == Effect::Breaking && change.class != Class::ImportAdded
        }
        Abi::Exact => !matches!(
            change.class,
            Class::ImportAdded
                | Class::ImportRemoved
                | Class::VersionRaised
                | Class::VersionRebuilt
        ),
        Abi::Any => false,
    });
    changes
}
