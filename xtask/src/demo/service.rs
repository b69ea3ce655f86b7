//! The demo's service worker: a component answers a page's requests there, the native server the
//! same requests, and `curl` too.

use crate::{shell, tools};
use amphi_harness::Session;
use anyhow::{Context, Result, anyhow, ensure};
use serde_json::json;
use std::process::Command;

/// Awaits the page's verdict and takes down what was answered, and how to ask the same from a
/// shell.
const AWAIT_VERDICT: &str = "
    const done = arguments[arguments.length - 1];
    const root = document.documentElement;
    const rows = () => [...document.querySelectorAll('#hosts tbody tr')];
    const tell = () => done({
        verdict: root.dataset.verdict,
        detail: document.getElementById('detail').innerText,
        curl: document.getElementById('curl').textContent,
        answer: rows().find((row) => row.cells[0].textContent === 'Answer')?.cells[1].textContent,
    });
    const watch = new MutationObserver(() => root.dataset.verdict && (watch.disconnect(), tell()));
    if (root.dataset.verdict) tell();
    else watch.observe(root, { attributeFilter: ['data-verdict'] });";

/// Opens the page whose requests a component answers; unequal answers are an error. A browser that
/// cannot suspend components says so.
pub fn check(session: &Session, url: &str) -> Result<()> {
    session.open(&format!("{}/service/", url.trim_end_matches('/')))?;
    let found = session
        .run_async(AWAIT_VERDICT, json!([]))
        .map_err(|error| session.explain(error))?;
    let text = |field: &str| found[field].as_str().unwrap_or_default();
    let name = session.browser.name;
    match text("verdict") {
        "unable" => println!("no answers in {name}: {}", text("detail")),
        "equal" => {
            by_curl(text("curl"), text("answer"))?;
            println!("answers in {name}'s service worker and natively: equal");
        }
        other => {
            let verdict = anyhow!(
                "expected the service worker's answer to equal the native one, found `{other}`: {}",
                text("detail")
            );
            return Err(session.explain(verdict));
        }
    }
    Ok(())
}

/// Asks by the line that the page shows.
fn by_curl(line: &str, expected: &str) -> Result<()> {
    if let Err(error) = tools::curl() {
        return shell::left_out("the same by curl", &error);
    }
    let output = Command::new("sh")
        .args(["-c", line])
        .output()
        .context("cannot start `sh`")?;
    let answer = String::from_utf8_lossy(&output.stdout);
    ensure!(
        output.status.success() && answer == expected,
        "`{line}`: expected `{expected}`, found `{answer}` ({})",
        output.status
    );
    Ok(())
}
