//! What an instance takes, as the host makes it and bare, from `bench-instances`.

use crate::shell::{self, Core};
use crate::workspace::{DIST, Workspace};
use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};

/// The guests that are instantiated: a handler of `wasi:http`, and functions without imports.
pub const GUESTS: [&str; 2] = ["words", "calc-1-1"];
/// How many instances live at once when their memory is measured.
const COUNT: u32 = 150;

/// For each guest the time of an instance in nanoseconds and its memory in bytes, by the host and
/// bare.
pub fn measure(workspace: &Workspace) -> Result<Value> {
    let program = workspace.native.join(DIST).join("bench-instances");
    let ask = |words: &[&str]| -> Result<Value> {
        let output = shell::pinned(Core::Measured, &program)
            .args(words)
            .output()
            .with_context(|| format!("cannot start `{}`", program.display()))?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "`bench-instances` failed: {said}");
        Ok(serde_json::from_slice(&output.stdout)?)
    };
    let mut all = Map::new();
    for guest in GUESTS {
        let file = workspace.target(&format!("guests/{guest}.wasm"));
        let file = file.to_str().context("a path in UTF-8")?;
        let memory = |kind: &str| ask(&["memory", kind, file, &COUNT.to_string()]);
        all.insert(
            guest.to_owned(),
            json!({
                "nanoseconds": ask(&["time", file])?,
                "bytes": { "host": memory("host")?, "bare": memory("bare")? },
            }),
        );
    }
    Ok(Value::Object(all))
}
