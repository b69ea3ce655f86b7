//! Installs what a command needs and the machine lacks, and only that.

use crate::shell;
use amphi_harness::{Browser, find_program};
use anyhow::{Context, Result, bail, ensure};
use std::path::Path;
use std::process::Command;

/// The version of `cargo component` that the guests are built with.
const CARGO_COMPONENT: &str = "0.21.1";
/// The version of `cargo deny` that `deny.toml` is written for.
const CARGO_DENY: &str = "0.20.2";
/// The version of the `wasmtime` command: that of the crate.
const WASMTIME: &str = "48.0.8";

/// Has rustup add those of `targets` that are missing.
pub fn targets(targets: &[&str]) -> Result<()> {
    let installed = shell::answer(Command::new("rustup").args(["target", "list", "--installed"]))
        .context("`rustup` does not answer: install Rust from https://rustup.rs, or add the wasm targets by other means")?;
    let missing: Vec<_> = targets
        .iter()
        .filter(|target| !installed.lines().any(|line| line == **target))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    shell::quiet(Command::new("rustup").args(["target", "add"]).args(missing))
}

/// Installs `cargo component`, unless the right version is there.
pub fn cargo_component() -> Result<()> {
    installed(
        "cargo-component",
        CARGO_COMPONENT,
        &["cargo", "component", "--version"],
    )
}

/// Installs `cargo deny`, unless the right version is there.
pub fn cargo_deny() -> Result<()> {
    installed("cargo-deny", CARGO_DENY, &["cargo", "deny", "--version"])
}

/// Installs `name` with cargo, unless `asked` answers with that version.
fn installed(name: &str, version: &str, asked: &[&str]) -> Result<()> {
    let there = || {
        let mut command = Command::new(asked[0]);
        let found = shell::answer(command.args(&asked[1..])).unwrap_or_default();
        found.split_whitespace().any(|word| word == version)
    };
    if there() {
        return Ok(());
    }
    cargo_install(name, version)?;
    ensure!(
        there(),
        "`{name}` {version} is installed, and `{}` does not answer with that version: is the folder of cargo's programs on PATH?",
        asked.join(" ")
    );
    Ok(())
}

/// Installs `browser`, its driver and what they run on, unless all is there.
pub fn browser(browser: &Browser) -> Result<()> {
    let what = format!("{} and its WebDriver", browser.name);
    debian(&what, browser.packages, || {
        let driver = browser.driver_crate.is_some() || browser.driver().is_ok();
        driver && browser.program().is_ok() && browser.display().is_ok()
    })?;
    if let (Err(_), Some((name, version))) = (browser.driver(), browser.driver_crate) {
        cargo_install(name, version)?;
    }
    browser.check()
}

/// Installs npm, unless it is there.
pub fn npm() -> Result<()> {
    debian("npm", &["npm"], || find_program(&["npm"]).is_some())
}

/// Installs Node, unless it is there.
pub fn node() -> Result<()> {
    debian("node", &["nodejs"], || find_program(&["node"]).is_some())
}

/// Installs `curl`, unless it is there.
pub fn curl() -> Result<()> {
    debian("curl", &["curl"], || find_program(&["curl"]).is_some())
}

/// Installs `wasm-opt`, unless it is there.
pub fn binaryen() -> Result<()> {
    debian("wasm-opt", &["binaryen"], || {
        find_program(&["wasm-opt"]).is_some()
    })
}

/// Installs `brotli`, unless it is there.
pub fn brotli() -> Result<()> {
    debian("brotli", &["brotli"], || {
        find_program(&["brotli"]).is_some()
    })
}

/// Installs Python, with what makes environments of its own, unless it is there.
pub fn python() -> Result<()> {
    debian("python3", &["python3", "python3-venv"], || {
        shell::answer(Command::new("python3").args(["-c", "import ensurepip, venv"])).is_some()
    })
}

/// Installs pip, unless it is there.
pub fn pip() -> Result<()> {
    debian("pip for python3", &["python3-pip"], || {
        shell::answer(Command::new("python3").args(["-m", "pip", "--version"])).is_some()
    })
}

/// Installs `what` from Debian's `packages`, unless it is there.
fn debian(what: &str, packages: &[&str], there: impl Fn() -> bool) -> Result<()> {
    if there() {
        return Ok(());
    }
    let names = packages.join(" ");
    if find_program(&["apt-get"]).is_none() || !is_root() {
        bail!("{what} must be on PATH; on Debian: `sudo apt-get install {names}`");
    }
    shell::quiet(&mut apt_get(&["update"]))?;
    shell::quiet(apt_get(&["install", "-y", "--no-install-recommends"]).args(packages))?;
    if !there() {
        bail!("`{names}` are installed, and {what} still not on PATH");
    }
    Ok(())
}

/// Installs `wrk`, which sends the load, unless it is there.
pub fn wrk() -> Result<()> {
    debian("wrk", &["wrk"], || find_program(&["wrk"]).is_some())
}

/// Installs the `wasmtime` command, with what `wasmtime serve` needs, unless the right version is
/// there.
pub fn wasmtime() -> Result<()> {
    let found = shell::answer(Command::new("wasmtime").arg("--version")).unwrap_or_default();
    if found.split_whitespace().any(|word| word == WASMTIME) {
        return Ok(());
    }
    let features = "run,serve,cranelift,pooling-allocator,component-model,component-model-async,wasi-http,parallel-compilation,cache";
    shell::quiet(Command::new("cargo").args([
        "install",
        "wasmtime-cli",
        "--locked",
        "--version",
        WASMTIME,
        "--no-default-features",
        "--features",
        features,
    ]))
}

/// Has cargo install `name`, unoptimised: these programs wait for others, and are built in half the
/// time so. In a folder of its own, so that it does not wait for what is built meanwhile.
fn cargo_install(name: &str, version: &str) -> Result<()> {
    let mut command = Command::new("cargo");
    command
        .args(["install", name, "--locked", "--debug", "--version", version])
        .env("CARGO_PROFILE_DEV_DEBUG", "false")
        .env_remove("CARGO_TARGET_DIR");
    shell::quiet(&mut command)
}

fn apt_get(args: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    command.args(args).env("DEBIAN_FRONTEND", "noninteractive");
    command
}

fn is_root() -> bool {
    // The owner of our own process, without a dependency to ask for it.
    let owner = std::fs::metadata(Path::new("/proc/self"));
    owner.is_ok_and(|metadata| std::os::unix::fs::MetadataExt::uid(&metadata) == 0)
}
