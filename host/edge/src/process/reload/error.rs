//! Why a reload fails.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::causes::with_causes;
use crate::deploy::DeployError;
use crate::deploy::artifact::CompileError;
use crate::deploy::gate::Refusal;
use crate::host::{ApplyError, ApplyProblem};
use amphi_edge_config::{ConfigError, Issue};

/// Why a reload fails.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReloadError {
    /// There is no configuration.
    Config(ConfigError),
    /// The configuration cannot be served.
    Apply(ApplyError),
    /// It took longer than it may.
    Late {
        /// How long it may take.
        limit: Duration,
    },
    /// The configuration could not be read to its end: the process ends, something in it has
    /// panicked, or a disk hangs.
    Stopped(String),
}

/// One reason why a reload fails.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReloadProblem {
    /// The path of the key in the configuration; empty if it is the whole configuration.
    pub path: String,
    /// The message, with its causes.
    pub message: String,
    /// If the ABI gate rejected a component: what would break callers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<GateChange>,
}

/// A difference that callers would see.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GateChange {
    /// Its class: `record-field-added`.
    pub class: &'static str,
    /// Where it is, by WIT's names.
    pub path: String,
    /// The stable version's type, as WIT.
    pub expected: Option<String>,
    /// The component's type, as WIT.
    pub found: Option<String>,
}

impl fmt::Display for ReloadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(_) => f.write_str("there is no configuration to serve"),
            Self::Apply(_) => f.write_str("the configuration cannot be served"),
            Self::Late { limit } => {
                write!(
                    f,
                    "expected a reload within {limit:?}, found it still running"
                )
            }
            Self::Stopped(why) => write!(f, "the reload was interrupted: {why}"),
        }
    }
}

impl Error for ReloadError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Config(error) => Some(error),
            Self::Apply(error) => Some(error),
            Self::Late { .. } | Self::Stopped(_) => None,
        }
    }
}

impl ReloadError {
    /// All reasons; at least one.
    #[must_use]
    pub fn problems(&self) -> Vec<ReloadProblem> {
        match self {
            Self::Config(ConfigError::Wrong { file, issues }) => {
                let file = file.display().to_string();
                issues.iter().map(|issue| wrong(&file, issue)).collect()
            }
            Self::Config(error) => vec![ReloadProblem::new("", with_causes(error))],
            Self::Apply(error) => {
                let problems = error.problems.iter();
                problems
                    .map(|(path, problem)| apply(path, problem))
                    .collect()
            }
            Self::Late { .. } | Self::Stopped(_) => vec![ReloadProblem::new("", self.to_string())],
        }
    }

    /// The word for it in metrics, by the first problem.
    #[must_use]
    pub fn word(&self) -> &'static str {
        let error = match self {
            Self::Late { .. } => return "late",
            Self::Stopped(_) => return "stopped",
            Self::Config(_) => return "config",
            Self::Apply(error) => error,
        };
        match error.problems.first() {
            None | Some((_, ApplyProblem::Read { .. })) => "file",
            Some((_, ApplyProblem::Store(_))) => "store",
            Some((_, ApplyProblem::Audit(_))) => "audit",
            Some((_, ApplyProblem::Deploy(error))) => stage(error),
        }
    }
}

impl ReloadProblem {
    pub(super) fn new(path: &str, message: String) -> Self {
        Self {
            path: path.to_owned(),
            message,
            changes: Vec::new(),
        }
    }
}

fn wrong(file: &str, issue: &Issue) -> ReloadProblem {
    let message = match issue.place {
        Some(place) => format!("{file}:{}:{}: {}", place.line, place.column, issue.problem),
        None => format!("{file}: {}", issue.problem),
    };
    ReloadProblem::new(&issue.path, message)
}

fn apply(path: &str, problem: &ApplyProblem) -> ReloadProblem {
    let changes = match problem {
        ApplyProblem::Deploy(DeployError::Gate(refusal)) => changes(refusal),
        ApplyProblem::Deploy(_)
        | ApplyProblem::Read { .. }
        | ApplyProblem::Store(_)
        | ApplyProblem::Audit(_) => Vec::new(),
    };
    ReloadProblem {
        changes,
        ..ReloadProblem::new(path, with_causes(problem))
    }
}

fn changes(refusal: &Refusal) -> Vec<GateChange> {
    let changes = refusal.changes.iter().map(|change| GateChange {
        class: change.class.as_str(),
        path: change.path.clone(),
        expected: change.expected.clone(),
        found: change.found.clone(),
    });
    changes.collect()
}

/// The step that a component did not get over.
fn stage(error: &DeployError) -> &'static str {
    match error {
        DeployError::Invalid(_) => "component",
        DeployError::Engine(_) => "engine",
        DeployError::Compile(CompileError::TooLarge { .. }) => "too-large",
        DeployError::Compile(_) => "compile",
        DeployError::NotCached(_) => "cache",
        DeployError::Link(_) => "link",
        DeployError::NoSuchPlugin { .. } | DeployError::Plugin { .. } => "plugin",
        DeployError::Grants(_) => "grants",
        DeployError::Pool { .. } => "pool",
        DeployError::NothingToCall { .. } => "nothing-to-call",
        DeployError::Interface { .. } => "interface",
        DeployError::Gate(_) => "gate",
        DeployError::Random(_) => "random",
        DeployError::Unwritten(_) => "audit",
        DeployError::Instance(_) => "instance",
        DeployError::Smoke { .. } => "smoke",
        DeployError::Stopped(_) => "stopped",
    }
}
