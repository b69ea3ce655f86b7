//! What was measured on, as one line of a report.

use crate::shell;
use crate::workspace::Workspace;
use serde_json::{Value, json};
use std::fs;
use std::process::Command;
use std::thread;

/// The machine, how busy it already was, the compiler and the commit.
pub fn describe(workspace: &Workspace) -> Value {
    json!({
        "processor": field("/proc/cpuinfo", "model name"),
        "cores": thread::available_parallelism().map_or(0, usize::from),
        "load": load(),
        "rustc": first_line(Command::new("rustc").arg("--version")),
        "commit": first_line(
            Command::new("git")
                .args(["describe", "--always", "--dirty"])
                .current_dir(&workspace.root),
        ),
    })
}

/// What [`describe`] says, for people.
pub fn line(machine: &Value) -> String {
    let text = |name: &str| match &machine[name] {
        Value::String(text) => text.clone(),
        Value::Null => "unknown".to_string(),
        other => other.to_string(),
    };
    format!(
        "{} ({} cores, load {} at the start), {}, commit {}",
        text("processor"),
        text("cores"),
        text("load"),
        text("rustc"),
        text("commit")
    )
}

/// What a program says in one line.
pub fn first_line(command: &mut Command) -> Option<String> {
    let text = shell::answer(command)?;
    text.lines().next().map(|line| line.trim().to_string())
}

/// How many programs wanted to run during the last minute.
fn load() -> Option<f64> {
    let text = fs::read_to_string("/proc/loadavg").ok()?;
    text.split(' ').next()?.parse().ok()
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim().to_string())
    })
}
