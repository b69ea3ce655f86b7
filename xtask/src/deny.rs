//! cargo-deny by `deny.toml`: licences, sources, and what is there twice. No advisories: what those
//! say changes without the project.

use crate::workspace::cargo;
use crate::{shell, tools};
use anyhow::Result;

/// What is checked.
const CHECKS: [&str; 3] = ["bans", "licenses", "sources"];

/// Checks the dependencies of all members, and prints what is wrong with them. Exceptions that
/// nothing needs are wrong, too.
pub fn run() -> Result<()> {
    tools::cargo_deny()?;
    let words = [
        "deny",
        "--workspace",
        "--all-features",
        "check",
        "-D",
        "warnings",
    ];
    shell::shown(cargo(&words).args(CHECKS))
}
