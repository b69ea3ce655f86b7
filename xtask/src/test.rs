//! Everything that continuous integration checks, in the order in which mistakes are cheapest to
//! find.
//!
//! Native code is built in one target folder, with one choice of packages for all steps, so that
//! Wasmtime is compiled once to be checked and once to run. Code for the page and for guests has
//! folders of its own.

use crate::web::{self, PAGES, Profile, TARGET};
use crate::workspace::{DIST, Workspace, cargo, select};
use crate::{
    conformance, demo, fuzz, guests, jco, next_patch, outside, shell, tools, typescript, vite,
};
use amphi_harness::Selection;
use anyhow::Result;
use clap::Args;
use std::process::Command;
use std::time::{Duration, Instant};

/// The packages that are compiled for the page.
const FOR_THE_PAGE: &[&str] = &[
    "amphi",
    "amphi-translate",
    "amphi-precompile",
    "amphi-web",
    "amphi-wasi-web",
    "amphi-js",
    "amphi-runtime",
    "amphi-translator",
    "amphi-wit",
    "amphi-compile",
    "amphi-runner",
    "amphi-conformance",
    "sensor-demo",
    "amphi-bench-web",
    "amphi-bench-size",
];

/// A package for the page whose build script compiles what else is compiled for the page: in one
/// build with others it would have theirs built again, with other features.
const BUILT_ALONE: &str = "amphi-precompiled";

/// The fuzzer's seed: the tests do not depend on chance. `cargo xtask fuzz` has another each time.
const SEED: u64 = 1;

/// How many seconds the fuzzer runs.
const FUZZED: u64 = 30;

/// What a step is called, what it is for, what it does.
type Step = (&'static str, &'static str, fn(&Workspace) -> Result<()>);

const STEPS: &[Step] = &[
    ("tools", "what the other steps need is installed", install),
    ("format", "rustfmt agrees", format),
    (
        "structure",
        "dependency directions, file by file rules, this command's own tests",
        structure,
    ),
    ("guests", "every guest builds both ways", guests::build),
    (
        "lint",
        "clippy on native code, and on the command without its server",
        lint,
    ),
    ("lint-page", "clippy on code for the page", lint_page),
    ("lint-guests", "clippy on guests", lint_guests),
    (
        "native",
        "unit tests, documentation tests, the corpus natively",
        native,
    ),
    (
        "fuzz",
        "no mutated component ends the translation",
        fuzz_briefly,
    ),
    (
        "types",
        "TypeScript programs against the declarations that are written for components",
        typescript::check,
    ),
    ("docs", "rustdoc, natively and for the page", docs),
    ("pages", "the pages are assembled", pages),
    (
        "browser",
        "the corpus in the browsers, equal to native",
        in_browsers,
    ),
    (
        "javascript",
        "the package for JavaScript, in the browsers",
        javascript,
    ),
    (
        "vite",
        "an application that Vite builds, and serves while it is developed",
        vite::check,
    ),
    (
        "consoles",
        "the pages of `amphi serve`, in the browsers",
        consoles,
    ),
    (
        "conformance",
        "component scripts, natively and in the browsers",
        conformance::own,
    ),
    (
        "outside",
        "an application outside of this workspace, of the crates as they are packed, works natively and in the browsers",
        outside_application,
    ),
    (
        "next-patch",
        "an application compiles with Wasmtime's next patch, natively and for the page",
        next_patch::check,
    ),
    (
        "values",
        "random values in the browsers, equal to native to the bit",
        values_in_browsers,
    ),
    (
        "demo",
        "the demo's answers are equal, in the page, in service workers and natively",
        show,
    ),
];

/// Checks everything that continuous integration checks.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  cargo xtask test\n  cargo xtask test format lint\n  AMPHI_BROWSERS=firefox,webkit cargo xtask test pages browser\n\nAMPHI_BROWSERS names the browsers to test in, out of chromium, firefox and webkit; else all that are or can be installed."
)]
pub struct Options {
    /// The steps to take, in their usual order; all when none is named.
    #[arg(value_parser = step_names())]
    steps: Vec<String>,
}

/// Takes the steps that `options` name up to the first that fails, and prints what each took.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let chosen =
        |name: &str| options.steps.is_empty() || options.steps.iter().any(|step| step == name);
    let mut taken = Vec::new();
    let mut failure = None;
    for (name, purpose, step) in STEPS.iter().filter(|(name, ..)| chosen(name)) {
        eprintln!("\n== {name}: {purpose}");
        let started = Instant::now();
        let outcome = step(workspace);
        taken.push((*name, started.elapsed(), outcome.is_ok()));
        if let Err(error) = outcome {
            failure = Some(error.context(format!("the step `{name}` failed")));
            break;
        }
    }
    print_summary(&taken);
    failure.map_or(Ok(()), Err)
}

fn step_names() -> Vec<&'static str> {
    STEPS.iter().map(|(name, ..)| *name).collect()
}

fn print_summary(taken: &[(&str, Duration, bool)]) {
    println!("\n{:<12} {:>9}", "step", "time");
    for (name, time, passed) in taken {
        let mark = if *passed { "" } else { "  failed" };
        println!("{name:<12} {:>7.1} s{mark}", time.as_secs_f64());
    }
    let total: Duration = taken.iter().map(|(_, time, _)| *time).sum();
    println!("{:<12} {:>7.1} s", "total", total.as_secs_f64());
    let passed = taken.iter().filter(|(.., passed)| *passed).count();
    println!("\nsteps: {passed} passed, {} failed", taken.len() - passed);
    if let Ok(selection) = Selection::read() {
        print!("{}", selection.skipped_lines());
    }
}

fn install(_: &Workspace) -> Result<()> {
    guests::prepare()?;
    web::prepare(Profile::WebDev)?;
    browsers()
}

/// Installs the browsers that `AMPHI_BROWSERS` names or, where that can be done, all; and names
/// those that stay out.
pub fn browsers() -> Result<()> {
    let chosen = std::env::var("AMPHI_BROWSERS").ok();
    let browsers = match &chosen {
        Some(names) => amphi_harness::named(names)?,
        None => amphi_harness::BROWSERS.iter().collect(),
    };
    for browser in browsers {
        match tools::browser(browser) {
            Err(error) if chosen.is_none() => shell::left_out(browser.name, &error)?,
            done => done?,
        }
    }
    eprint!("{}", Selection::read()?.skipped_lines());
    Ok(())
}

fn format(_: &Workspace) -> Result<()> {
    shell::quiet(&mut cargo(&["fmt", "--all", "--check"]))
}

fn structure(_: &Workspace) -> Result<()> {
    shell::shown(&mut cargo(&["test", "--quiet", "-p", "xtask"]))
}

fn lint(workspace: &Workspace) -> Result<()> {
    shell::quiet(
        native_cargo(workspace, &["clippy", "--all-targets"])
            .args(["--features", "amphi-fuzz/native"])
            .args(["-p", "xtask", "--", "-D", "warnings"]),
    )?;
    let command_alone = [
        "clippy",
        "-p",
        "amphi-cli",
        "--bins",
        "--no-default-features",
    ];
    shell::quiet(cargo(&command_alone).args(["--", "-D", "warnings"]))
}

fn lint_page(workspace: &Workspace) -> Result<()> {
    shell::quiet(page_cargo(workspace, "clippy").args(["--", "-D", "warnings"]))?;
    let mut without_compiler = cargo(&[
        "clippy",
        "--lib",
        "--target",
        TARGET,
        "--profile",
        Profile::WebDev.name(),
        "-p",
        "amphi-bench-size",
        "-p",
        "amphi-runtime",
        "--no-default-features",
    ]);
    without_compiler.env("CARGO_TARGET_DIR", web::target_folder(workspace));
    shell::quiet(without_compiler.args(["--", "-D", "warnings"]))?;
    let mut alone = for_the_page(workspace, "clippy", &[BUILT_ALONE]);
    shell::quiet(alone.args(["--", "-D", "warnings"]))
}

fn lint_guests(workspace: &Workspace) -> Result<()> {
    let mut command = guests::cargo_for(workspace, &["clippy"]);
    shell::quiet(command.args(["--", "-D", "warnings"]))
}

fn native(workspace: &Workspace) -> Result<()> {
    shell::shown(&mut native_cargo(workspace, &["test"]))
}

fn fuzz_briefly(workspace: &Workspace) -> Result<()> {
    fuzz::fuzz(workspace, fuzz::Target::Page, FUZZED, Some(SEED))?;
    fuzz::fuzz(workspace, fuzz::Target::File, FUZZED, Some(SEED))
}

fn docs(workspace: &Workspace) -> Result<()> {
    let deny = |mut command: Command| {
        shell::quiet(command.arg("--no-deps").env("RUSTDOCFLAGS", "-D warnings"))
    };
    deny(native_cargo(workspace, &["doc"]))?;
    deny(page_cargo(workspace, "doc"))
}

fn pages(workspace: &Workspace) -> Result<()> {
    for page in PAGES {
        web::build(workspace, page, Profile::WebDev)?;
    }
    Ok(())
}

fn in_browsers(workspace: &Workspace) -> Result<()> {
    shell::shown(&mut native_cargo(
        workspace,
        &[
            "test",
            "--test",
            "browser",
            "--test",
            "http",
            "--test",
            "kept",
            "--test",
            "lifecycle",
            "--test",
            "precompiled",
            "--test",
            "thrown",
        ],
    ))
}

fn javascript(workspace: &Workspace) -> Result<()> {
    let mut command = native_cargo(
        workspace,
        &["test", "--test", "javascript", "--test", "uploads"],
    );
    if let Err(error) = jco::install(workspace, &workspace.target("page/javascript/jco")) {
        shell::left_out("the comparison with jco", &error)?;
        command.args(["--", "--skip", "by_the_package_and_by_jco"]);
    }
    shell::shown(&mut command)?;
    if let Err(error) = tools::node() {
        return shell::left_out("the command of the npm package", &error);
    }
    shell::shown(&mut native_cargo(workspace, &["test", "--test", "npm"]))
}

fn consoles(workspace: &Workspace) -> Result<()> {
    shell::shown(&mut native_cargo(
        workspace,
        &["test", "--test", "consoles"],
    ))
}

fn outside_application(workspace: &Workspace) -> Result<()> {
    outside::build(workspace)?;
    shell::shown(&mut native_cargo(workspace, &["test", "--test", "outside"]))
}

fn values_in_browsers(workspace: &Workspace) -> Result<()> {
    let mut command = native_cargo(workspace, &["test", "--test", "same_values"]);
    shell::shown(command.args(["--", "--nocapture"]))
}

fn show(workspace: &Workspace) -> Result<()> {
    shell::quiet(&mut native_cargo(
        workspace,
        &["build", "--bin", "sensor-demo"],
    ))?;
    let program = workspace.native.join("debug/sensor-demo");
    let server = demo::Server::start(&program, &workspace.target("page/demo"), 0)?;
    let first = demo::browser()?;
    demo::check(first, &server.url, &workspace.target("demo.png"))?;
    let mut others = amphi_harness::selected()?;
    others.retain(|browser| browser.name != first.name);
    demo::answers(&others, &server.url)
}

/// A cargo command on every native package. The same packages each time: another choice would mean
/// other features, and those another build of what they share.
pub fn native_cargo(workspace: &Workspace, words: &[&str]) -> Command {
    let mut command = cargo(words);
    let left_out = |name: &str| {
        let alone = ["xtask", BUILT_ALONE].contains(&name);
        alone || workspace.guests().any(|guest| guest.name == name)
    };
    let names = workspace
        .packages
        .iter()
        .map(|package| package.name.as_str());
    select(&mut command, names.filter(|name| !left_out(name)));
    command
}

/// Builds programs as they are given out.
pub fn build_dist(workspace: &Workspace, programs: &[&str]) -> Result<()> {
    let mut command = native_cargo(workspace, &["build", "--profile", DIST]);
    for program in programs {
        command.args(["--bin", program]);
    }
    shell::quiet(&mut command)
}

fn page_cargo(workspace: &Workspace, word: &str) -> Command {
    for_the_page(workspace, word, FOR_THE_PAGE)
}

fn for_the_page(workspace: &Workspace, word: &str, packages: &[&str]) -> Command {
    let mut command = cargo(&[
        word,
        "--lib",
        "--target",
        TARGET,
        "--profile",
        Profile::WebDev.name(),
    ]);
    select(&mut command, packages.iter().copied());
    command.env("CARGO_TARGET_DIR", web::target_folder(workspace));
    command
}
