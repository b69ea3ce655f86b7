//! Runs schemathesis, which makes requests of an OpenAPI document and looks whether the answers are
//! those that it describes, over both documents of `amphi serve`.

use crate::guests;
use crate::shell;
use crate::test::native_cargo;
use crate::tools;
use crate::workspace::Workspace;
use anyhow::{Context, Result, ensure};
use clap::Args;
use serde_json::Value;
use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Its version on PyPI.
const VERSION: &str = "4.32.5";
/// Which checks are made, and why others are not.
const CHECKS: &str = include_str!("schemathesis.toml");
/// What the admin API is called with.
const TOKEN: &str = "a token for schemathesis";

/// What is served besides the functions of the example: results, variants, records and lists,
/// errors with a status of their own, and a version on trial.
const MORE: &str = "functions:
  transform: { component: ../../target/guests/transform.wasm, status: { syntax: 409 } }
  notes: { component: ../../target/guests/notes.wasm, json: { int64: string, wit: tagged } }
  tried:
    component: ../../target/guests/calc-1-0.wasm
    canary: { component: ../../target/guests/calc-1-1.wasm, weight: 10 }
";

/// Runs schemathesis over the OpenAPI documents of functions and of the admin API; fails where an
/// answer is none that they describe.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  cargo xtask schemathesis\n  cargo xtask schemathesis admin --seconds 20 --seed 7"
)]
pub struct Options {
    /// Which document; both unless one is named.
    documents: Vec<Document>,
    /// How many seconds each is tried at most, from 1.
    #[arg(long, value_name = "COUNT", default_value_t = 240, value_parser = clap::value_parser!(u32).range(1..=300))]
    seconds: u32,
    /// What chance begins with, as a run before has said it. Default: any.
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Document {
    /// `/openapi.json`.
    Functions,
    /// `/admin/openapi.json`.
    Admin,
}

/// Starts a server of its own, and tries its documents.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    guests::build(workspace)?;
    shell::quiet(&mut native_cargo(workspace, &["build", "--bin", "amphi"]))?;
    let folder = workspace.target("schemathesis");
    fs::create_dir_all(&folder)?;
    let program = install(&folder)?;
    let checks = folder.join("schemathesis.toml");
    fs::write(&checks, CHECKS)?;
    let configuration = configure(workspace, &folder)?;
    let server = Served::start(workspace, &configuration)?;
    for document in [Document::Functions, Document::Admin] {
        if !options.documents.is_empty() && !options.documents.contains(&document) {
            continue;
        }
        let mut command = Command::new(&program);
        command
            .current_dir(&folder)
            .arg("--config-file")
            .arg(&checks)
            .args(["run", "--checks", "all", "--continue-on-failure"])
            .args(["--max-time", &options.seconds.to_string()])
            .args(["--generation-database", "none"])
            .args(server.document(document));
        if let Some(seed) = options.seed {
            command.args(["--seed", &seed.to_string()]);
        }
        shell::shown(&mut command)?;
    }
    Ok(())
}

/// Makes an environment with schemathesis in `folder`, unless it is there; its program.
fn install(folder: &Path) -> Result<PathBuf> {
    let environment = folder.join("venv");
    let program = environment.join("bin/schemathesis");
    let found = shell::answer(Command::new(&program).arg("--version")).unwrap_or_default();
    if found.split_whitespace().any(|word| word == VERSION) {
        return Ok(program);
    }
    tools::python()?;
    shell::quiet(
        Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&environment),
    )?;
    let package = format!("schemathesis=={VERSION}");
    shell::quiet(
        Command::new(environment.join("bin/python"))
            .args(["-m", "pip", "install", "--quiet"])
            .arg(package),
    )?;
    Ok(program)
}

/// Writes a configuration: that of the example, more functions, an admin address, and what changes
/// nothing outside of the folder.
fn configure(workspace: &Workspace, folder: &Path) -> Result<PathBuf> {
    let example = fs::read_to_string(workspace.root.join("docs/edge/amphi.yaml"))?;
    let token = folder.join("token");
    let _ = fs::remove_file(&token);
    let mut options = OpenOptions::new();
    let file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&token);
    file.and_then(|mut file| file.write_all(TOKEN.as_bytes()))?;
    let text = [
        // Each program has its own address, and time for what a program that is built for debugging
        // takes.
        (
            "  listen: 127.0.0.1:8080\n",
            "  listen: 127.0.0.1:0\n  admin: { listen: 127.0.0.1:0, token-file: token }\n  audit: audit.jsonl\n",
        ),
        ("cpu: 100ms", "cpu: 1s"),
        ("wall: 1s", "wall: 5s"),
        ("functions:\n", MORE),
    ]
    .iter()
    .try_fold(example, |text, (from, to)| {
        ensure!(text.contains(from), "docs/edge/amphi.yaml has no `{from}`");
        Ok(text.replacen(from, to, 1))
    })?;
    let path = folder.join("amphi.yaml");
    fs::write(&path, text)?;
    Ok(path)
}

/// A server, which ends when this is dropped.
struct Served {
    child: Child,
    /// What it says of itself.
    said: Value,
}

impl Served {
    fn start(workspace: &Workspace, configuration: &Path) -> Result<Self> {
        let mut command = Command::new(workspace.native.join("debug/amphi"));
        let mut child = command
            .args(["serve", "--json"])
            .arg(configuration)
            .env("AMPHI_LOG", "error")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start `amphi`")?;
        let output = child.stdout.take().context("its output is ours")?;
        let mut served = Self {
            child,
            said: Value::Null,
        };
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        served.said = serde_json::from_str(&line)
            .with_context(|| format!("expected a line of JSON from the server, found `{line}`"))?;
        Ok(served)
    }

    /// Where a document is, and what has to be sent with each request.
    fn document(&self, document: Document) -> Vec<String> {
        let address = |name: &str| self.said[name].as_str().unwrap_or_default();
        match document {
            Document::Functions => vec![format!("{}/openapi.json", address("address"))],
            Document::Admin => vec![
                format!("{}/admin/openapi.json", address("admin")),
                format!("--header=authorization: Bearer {TOKEN}"),
            ],
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
