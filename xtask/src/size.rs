//! Weighs what a page downloads, and says what takes the space: `docs/bench/SIZE.md`.

mod attribution;
pub mod weight;

use crate::web::{self, Profile};
use crate::workspace::Workspace;
use crate::{bench, javascript, shell, tools};
use anyhow::{Context, Result};
use attribution::Part;
use clap::Args;
use std::fs;
use weight::Weight;

/// What the engine may weigh, compressed by gzip.
const LIMIT: u64 = 600_000;
/// What it may weigh without the translator.
const RUNTIME_LIMIT: u64 = 180_000;
/// What of that may be code of the crates that translate.
const TRANSLATING_LIMIT: u64 = 10_000;
/// What the package for JavaScript may weigh, with the engine and WASI in it.
const PACKAGE_LIMIT: u64 = 750_000;
/// What a precompiled component without WASI may need of it.
const SCRIPT_LIMIT: u64 = 40_000;
/// What one with WASI, and without HTTP, may need of it.
const WASI_LIMIT: u64 = 250_000;
/// How many parts are listed.
const PARTS: usize = 20;
/// How many functions are listed.
const FUNCTIONS: usize = 25;

/// Weighs the engine as a page downloads it, and the package for JavaScript, and writes
/// `docs/bench/SIZE.md`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  cargo xtask size")]
pub struct Options {}

/// Builds the page that has the engine alone, weighs it, and writes the report.
pub fn run(workspace: &Workspace, _: &Options) -> Result<()> {
    web::prepare(Profile::Web)?;
    tools::binaryen()?;
    tools::brotli()?;
    let engine = Weighed::page(workspace, "size")?;
    let runtime = Weighed::page(workspace, "runtime")?;
    let package = javascript::build(workspace)?;
    let echo = shell::long("weighing");
    let package = weight::of_folder(&package)?;
    let (precompiled, package): (Vec<_>, Vec<_>) = package
        .into_iter()
        .filter(|(name, _)| is_downloaded(name))
        .partition(|(name, _)| PRECOMPILED.contains(&name.as_str()));
    let text = report(workspace, &engine, &runtime, [&package, &precompiled])?;
    echo.done();
    let file = workspace.root.join("docs/bench/SIZE.md");
    fs::write(&file, text).with_context(|| format!("cannot write `{}`", file.display()))?;
    for (weighed, limit) in [(&engine, LIMIT), (&runtime, RUNTIME_LIMIT)] {
        let total = weight::total(&weighed.files);
        println!(
            "gzip {} of at most {limit} bytes, brotli {}, uncompressed {}",
            total.gzip, total.brotli, total.bytes
        );
    }
    Ok(())
}

/// A page that was built for users, and what takes its space.
struct Weighed {
    files: Vec<(String, Weight)>,
    parts: attribution::Parts,
    /// The code of the crates that translate.
    translating: Weight,
}

impl Weighed {
    fn page(workspace: &Workspace, name: &str) -> Result<Weighed> {
        let page = web::page(name)?;
        let folder = web::build(workspace, page, Profile::Web)?;
        let named = web::named_module(workspace, page);
        let module =
            fs::read(&named).with_context(|| format!("cannot read `{}`", named.display()))?;
        let parts = attribution::parts(&module)?;
        let code = workspace.target("named").join("translating");
        fs::write(&code, &parts.translating)
            .with_context(|| format!("cannot write `{}`", code.display()))?;
        Ok(Weighed {
            files: weight::of_folder(&folder)?,
            translating: weight::weigh(&code)?,
            parts,
        })
    }
}

fn report(
    workspace: &Workspace,
    engine: &Weighed,
    runtime: &Weighed,
    [package, precompiled]: [&[(String, Weight)]; 2],
) -> Result<String> {
    let script: Vec<_> = precompiled
        .iter()
        .filter(|(name, _)| name == PRECOMPILED[0])
        .cloned()
        .collect();
    let Weighed { files, parts, .. } = engine;
    Ok(format!(
        "# What a page downloads

Written by `cargo xtask size`: the engine alone, without WASI, in a page that compiles a component, gives it host functions and calls it
([benches/size](../../benches/size/src/lib.rs)). Built as for users: `--profile web`, wasm-bindgen, `wasm-opt {flags}`.

- {machine}
- {verdict}

{files}
## Without the translator

The same page without the feature `compiler`: it makes a component of what was precompiled.

- {runtime_verdict}
- `{translating_crates}` together, {translating_verdict}

{runtime}
| part | bytes | of all |
|---|--:|--:|
{runtime_parts}
## The package for JavaScript

`amphi-web` as `cargo xtask npm` makes it: the engine, WASI with HTTP, and the modules that lift and lower. What `component.wit` needs is fetched when it is asked
for, and is not counted.

- {package_verdict}

{package}
For precompiled components `{script_name}` is all of it, and for those that import WASI the other two files are fetched.

- {script_verdict}
- with WASI, {wasi_verdict}

{precompiled}
## What takes the space

Bytes of the module before compression, by the crate that a function's name begins with; what is inlined counts where it is
inlined.

| part | bytes | of all |
|---|--:|--:|
{parts}
The largest functions:

| function | bytes |
|---|--:|
{functions}
## For a page of your own

Its manifest decides. The profile `web` of [the workspace](../../Cargo.toml) has `lto = \"fat\"`, `codegen-units = 1`, `panic = \"abort\"` and `opt-level = \"s\"` for
everything but the page's own crate. A dependency on `log` with the feature `release_max_level_off` leaves out a printer of modules that only
log lines of the translator need. `wasm-opt {flags}` comes last.
",
        flags = web::OPTIMISE,
        machine = bench::machine_line(workspace),
        verdict = verdict(weight::total(files), LIMIT),
        runtime_verdict = verdict(weight::total(&runtime.files), RUNTIME_LIMIT),
        translating_crates = attribution::TRANSLATING.join("`, `"),
        translating_verdict = verdict(runtime.translating, TRANSLATING_LIMIT),
        runtime = weights(&runtime.files),
        runtime_parts = table(&runtime.parts.crates, runtime.parts.total),
        files = weights(files),
        package_verdict = verdict(weight::total(package), PACKAGE_LIMIT),
        package = weights(package),
        script_name = PRECOMPILED[0].trim_matches('`'),
        script_verdict = verdict(weight::total(&script), SCRIPT_LIMIT),
        wasi_verdict = verdict(weight::total(precompiled), WASI_LIMIT),
        precompiled = weights(precompiled),
        parts = table(&parts.crates, parts.total),
        functions = functions(&parts.functions),
    ))
}

/// What a page downloads of the package for precompiled components: always, and for WASI.
const PRECOMPILED: [&str; 3] = ["`runtime.js`", "`wasi.js`", "`wasm/amphi_runtime_bg.wasm`"];

/// What a page downloads of the package when it loads a component: its modules, but for those that
/// it has to ask for, and those that build pages.
fn is_downloaded(name: &str) -> bool {
    const OTHERS: [&str; 8] = [
        "amphi_wit",
        "amphi_compile",
        "src/build/",
        "src/runtime/",
        "runtime.modules.js",
        "bin.js",
        "compile.js",
        "vite.js",
    ];
    let is_code = [".js`", ".wasm`"].iter().any(|end| name.ends_with(end));
    is_code && !OTHERS.iter().any(|other| name.contains(other))
}

fn verdict(total: Weight, limit: u64) -> String {
    let gzip = total.gzip;
    let met = if gzip <= limit { "yes" } else { "**no**" };
    format!("asked: at most {limit} bytes by gzip; measured: {gzip}; met: {met}")
}

fn weights(files: &[(String, Weight)]) -> String {
    let rows = files.iter().map(|(name, weight)| row(name, *weight));
    let rows = rows.chain([row("**together**", weight::total(files))]);
    format!(
        "| file | bytes | gzip -9 | brotli -q 11 |\n|---|--:|--:|--:|\n{}",
        rows.collect::<String>()
    )
}

fn row(name: &str, weight: Weight) -> String {
    let Weight {
        bytes,
        gzip,
        brotli,
    } = weight;
    format!("| {name} | {bytes} | {gzip} | {brotli} |\n")
}

fn table(parts: &[Part], total: u64) -> String {
    let share = |bytes: u64| format!("{:.1} %", bytes as f64 * 100.0 / total as f64);
    let row = |name: &str, bytes| format!("| {name} | {bytes} | {} |\n", share(bytes));
    let (listed, rest) = parts.split_at(parts.len().min(PARTS));
    let listed = listed.iter().map(|part| row(&part.name, part.bytes));
    let rest: u64 = rest.iter().map(|part| part.bytes).sum();
    listed.chain([row("everything else", rest)]).collect()
}

fn functions(functions: &[Part]) -> String {
    functions
        .iter()
        .take(FUNCTIONS)
        .map(|function| {
            format!(
                "| `{}` | {} |\n",
                function.name.replace('|', "\\|"),
                function.bytes
            )
        })
        .collect()
}
