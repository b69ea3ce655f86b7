//! cargo-deny by `deny.toml`: licences, sources, and what is there twice. No advisories: what those
//! say changes without the project.

use crate::workspace::cargo;
use crate::{shell, tools};
use anyhow::Result;

/// What is checked.
const CHECKS: [&str; 3] = ["bans", "licenses", "sources"];

/// Checks the dependencies, and prints what is wrong with them.
pub fn run() -> Result<()> {
    tools::cargo_deny()?;
    shell::shown(cargo(&["deny", "--all-features", "check"]).args(CHECKS))
}
