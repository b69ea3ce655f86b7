//! The project's own commands. `cargo xtask --help` lists them; each installs what it needs and
//! lacks.

mod bench;
mod conformance;
mod demo;
mod deny;
mod fuzz;
mod guests;
mod javascript;
mod jco;
mod next_patch;
mod npm;
mod outside;
mod package;
mod sample;
mod schemathesis;
mod shell;
mod size;
mod soak;
mod test;
mod tools;
mod typescript;
mod vite;
mod web;
mod wild;
mod workspace;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::process::ExitCode;
use workspace::Workspace;

/// Builds, shows and tests Amphi.
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    after_help = "Examples:\n  cargo xtask demo\n  cargo xtask test"
)]
struct Arguments {
    #[command(subcommand)]
    command: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Demo(demo::Options),
    Test(test::Options),
    /// Builds every guest to a component, both ways, into `target/guests`.
    #[command(
        after_help = "Example:\n  cargo xtask guests && ls target/guests target/guests/wasip2"
    )]
    Guests,
    Web(web::Options),
    /// Assembles the package `amphi-web`, ready for npm, in `dist/amphi-web`.
    #[command(after_help = "Example:\n  cargo xtask npm && npm pack ./dist/amphi-web")]
    Npm,
    /// Checks licences, sources and duplicates of what we build of, by `deny.toml`; not advisories.
    #[command(after_help = "Example:\n  cargo xtask deny")]
    Deny,
    Package(package::Options),
    Bench(bench::Options),
    Conformance(conformance::Options),
    Size(size::Options),
    Fuzz(fuzz::Options),
    Schemathesis(schemathesis::Options),
    Soak(soak::Options),
    Wild(wild::Options),
    /// Writes the demo's readings, `web/demo/data/readings.json`, from their fixed seed.
    #[command(after_help = "Example:\n  cargo xtask sample && git diff --stat")]
    Sample,
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(action: Action) -> Result<()> {
    let workspace = Workspace::read()?;
    match action {
        Action::Demo(options) => demo::run(&workspace, &options),
        Action::Test(options) => test::run(&workspace, &options),
        Action::Guests => guests::build(&workspace),
        Action::Web(options) => web::run(&workspace, &options),
        Action::Deny => deny::run(),
        Action::Npm => javascript::run(&workspace),
        Action::Package(options) => package::run(&workspace, &options),
        Action::Bench(options) => bench::run(&workspace, &options),
        Action::Conformance(options) => conformance::run(&workspace, &options),
        Action::Size(options) => size::run(&workspace, &options),
        Action::Fuzz(options) => fuzz::run(&workspace, &options),
        Action::Schemathesis(options) => schemathesis::run(&workspace, &options),
        Action::Soak(options) => soak::run(&workspace, &options),
        Action::Wild(options) => wild::run(&workspace, &options),
        Action::Sample => sample::run(&workspace.root),
    }
}
