//! Component scripts, natively and in browsers: builds the command `amphi-conformance` and its
//! page, and runs it.

use crate::shell;
use crate::test::native_cargo;
use crate::web::{self, Profile};
use crate::workspace::Workspace;
use anyhow::Result;
use clap::Args;
use std::process::Command;

/// Runs every `.wast` component script under folders, natively and in browsers, and compares.
#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub struct Options {
    /// What the command takes; `cargo xtask conformance --help` lists it.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// Builds what is needed, and passes on the arguments.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let paged = !options
        .arguments
        .iter()
        .any(|word| ["none", "--browser=none", "--help", "-h"].contains(&word.as_str()));
    if paged {
        web::prepare(Profile::WebDev)?;
        web::build(workspace, web::page("conformance")?, Profile::WebDev)?;
    }
    let mut command = command(workspace)?;
    shell::shown(command.args(&options.arguments))
}

/// Runs the scripts of this project; the page is assembled.
pub fn own(workspace: &Workspace) -> Result<()> {
    let browsers = amphi_harness::selected()?;
    let mut command = command(workspace)?;
    command.args(
        browsers
            .iter()
            .flat_map(|browser| ["--browser", browser.name]),
    );
    command.args([
        "--known",
        "tests/conformance/known.toml",
        "tests/conformance/scripts",
    ]);
    shell::shown(&mut command)
}

fn command(workspace: &Workspace) -> Result<Command> {
    shell::quiet(&mut native_cargo(
        workspace,
        &["build", "--bin", "amphi-conformance"],
    ))?;
    let mut command = Command::new(workspace.native.join("debug/amphi-conformance"));
    command
        .arg("--page")
        .arg(workspace.target("page/conformance"));
    Ok(command)
}
