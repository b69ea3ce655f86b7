//! `/admin/`: a process of `amphi serve` with calls and two trials, looked at and changed by the
//! page.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use amphi_harness::Browser;
use amphi_support::command::{Serving, ask_at};
use amphi_support::fixture::guest;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::tab::{Tab, in_each};

const CALC: &str = "[data-function=calc]";
/// What each browser says of an answer that is a problem, and of none.
const TOLD: &[&str] = &["Failed to load resource"];

#[test]
fn what_is_served_is_looked_at_and_changed() {
    in_each(|browser| {
        let site = Site::new();
        let serving = Serving::start(&site.file());
        let calls = Calls::of(serving.place("address"));
        let tab = Tab::open(browser, &format!("{}/admin/", serving.place("admin")));
        tab.until("$('#status').dataset.state === 'live'");
        lines_move(&tab);
        weight_is_set(&tab, &serving);
        refusal_is_told(&tab, &serving);
        version_is_promoted(&tab, &serving);
        reload_is_refused_and_taken(&tab, &site);
        it_rests_while_nobody_looks(&tab, &calls);
        calls.end();
        assert_eq!(tab.complaints(TOLD), [""; 0]);
    });
}

#[test]
fn a_server_that_is_gone_is_told_and_a_token_asked_for() {
    in_each(token);
}

fn lines_move(tab: &Tab) {
    let versions = "return all(given).map((one) => [one.dataset.role, one.querySelector('strong').textContent])";
    let versions = tab.run(versions, json!(format!("{CALC} .versions li")));
    assert_eq!(versions, json!([["stable", "1.0.0"], ["canary", "1.1.0"]]));
    for role in ["stable", "canary"] {
        let now = format!("text('{CALC} [data-role={role}] .rate dd')");
        tab.until(&format!("parseFloat({now}) > 0"));
        let line = format!("$('{CALC} [data-role={role}] .rate .line').getAttribute('d')");
        let points = format!("{line}.split('L').length");
        let before = tab.until(&format!("{points} > 2 && {line}"));
        let after = tab.until_with(&format!("{line} !== given && {line}"), before.clone());
        assert_ne!(before, after);
        let said = "$('SIDE .rate svg').getAttribute('aria-label')";
        let said = said.replace("SIDE", &format!("{CALC} [data-role={role}]"));
        let begin = "calls per second in the last minute: from";
        tab.until(&format!("{said}.startsWith('{begin}')"));
        tab.until(&format!(
            "/^[0-9.]+ (µs|ms|s)$/.test(text('{CALC} [data-role={role}] .time dd'))"
        ));
        tab.until(&format!(
            "/^ok [0-9,]+$/.test(text('{CALC} [data-role={role}] .outcomes'))"
        ));
    }
    tab.until(&format!("text('{CALC} .badge') === 'breaker closed'"));
    tab.until("text('#decisions').includes('on trial beside')");
}

fn weight_is_set(tab: &Tab, serving: &Serving) {
    tab.until(&format!(
        "text('{CALC} [data-role=canary] .weight') === '10 %'"
    ));
    tab.press(&format!("{CALC} button"), "Set weight");
    tab.until("$('#dialog').open && $('#dialog-value').value === '10'");
    tab.press("#dialog button", "Cancel");
    tab.until("!$('#dialog').open");
    assert_eq!(canary(serving, "calc")["weight"], 10.0, "it was not meant");
    tab.press(&format!("{CALC} button"), "Set weight");
    tab.run("fill('#dialog-value', '101')", json!(null));
    tab.press("#dialog button", "Set weight");
    let open = tab.run("return $('#dialog').open", json!(null));
    assert_eq!(open, true, "there is no such share");
    tab.run("fill('#dialog-value', '40')", json!(null));
    tab.press("#dialog button", "Set weight");
    tab.until(&format!(
        "!$('#dialog').open && text('{CALC} [data-role=canary] .weight') === '40 %'"
    ));
    assert_eq!(canary(serving, "calc")["weight"], 40.0);
    tab.until("text('#decisions li').includes('gets 40 % of the calls, by hand')");
}

/// The trial ends while somebody is asked whether to end it.
fn refusal_is_told(tab: &Tab, serving: &Serving) {
    tab.press("[data-function=other] button", "Promote");
    tab.until("$('#dialog').open");
    let path = "/admin/functions/other/rollback";
    let (status, answer) = ask_at(serving.place("admin"), "POST", path, "", "");
    assert_eq!(status, 200, "{answer}");
    tab.press("#dialog button", "Promote");
    tab.until("text('#dialog-problem').startsWith('409') && text('#dialog-problem').includes('no-canary')");
    tab.until("text('#dialog-problem').includes('`other` has no canary')");
    tab.press("#dialog button", "Cancel");
    tab.until("$('[data-function=other] .trial').hidden");
}

fn version_is_promoted(tab: &Tab, serving: &Serving) {
    tab.press(&format!("{CALC} button"), "Promote");
    tab.until("$('#dialog').open && text('#dialog-title').includes('1.1.0')");
    tab.press("#dialog button", "Promote");
    tab.until(&format!(
        "text('{CALC} [data-role=stable] strong') === '1.1.0'"
    ));
    tab.until(&format!("$('{CALC} .trial').hidden"));
    tab.until("text('#decisions li').includes('promoted in the place of')");
    let function = function(serving, "calc");
    assert_eq!(function["versions"][0]["version"], "1.1.0", "{function}");
    assert_eq!(function["trial"], Value::Null);
}

fn reload_is_refused_and_taken(tab: &Tab, site: &Site) {
    site.write("functions: { calc: { component: calc-2-0.wasm } }\n");
    tab.press("button", "Reload");
    tab.until("$('#dialog').open");
    tab.press("#dialog button", "Reload");
    tab.until("text('#dialog-problem').startsWith('422')");
    tab.until("text('#dialog-problem').includes('removed-interface')");
    tab.press("#dialog button", "Cancel");
    tab.until("text('#configuration').includes('removed-interface')");
    site.write("functions: {}\n");
    tab.press("button", "Reload");
    tab.press("#dialog button", "Reload");
    tab.until("!$('#dialog').open && !$('#no-functions').hidden");
    tab.until("text('#configuration').includes('Gone: calc, other.')");
}

/// A page that is hidden asks for nothing, however much is called meanwhile, and goes on when it is
/// shown.
fn it_rests_while_nobody_looks(tab: &Tab, calls: &Calls) {
    let show = "Object.defineProperty(document, 'hidden', { value: !given, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));";
    let asked = "return performance.getEntriesByType('resource').length";
    tab.run(show, json!(false));
    tab.until("$('#status').dataset.state === 'resting'");
    tab.run("performance.clearResourceTimings()", json!(null));
    // As many as take a page that looks more than one turn.
    calls.more(200);
    assert_eq!(tab.run(asked, json!(null)), 0);
    tab.run(show, json!(true));
    tab.until("$('#status').dataset.state === 'live'");
    tab.until("performance.getEntriesByType('resource').length > 3");
}

fn token(browser: &'static Browser) {
    let site = Site::new();
    let serving = Serving::start(&site.file());
    let admin = serving.place("admin").to_owned();
    let tab = Tab::open(browser, &format!("{admin}/admin/"));
    tab.until("$('#status').dataset.state === 'live'");
    serving.tell("-TERM");
    assert_eq!(serving.end().0, Some(0));
    tab.until("text('#status').startsWith('The server does not answer. Next try in 2 s')");

    // At the same address, now with a token and without an audit log.
    fs::write(site.folder.path().join("token"), "correct horse\n").expect("it can be written");
    let listen = admin.strip_prefix("http://").expect("it is a URL");
    site.write_with(
        &format!("admin: {{ listen: '{listen}', token-file: token }}"),
        CONFIG,
    );
    let serving = Serving::start(&site.file());
    assert_eq!(serving.place("admin"), admin);
    tab.until("!$('#token-form').hidden && $('#token').type === 'password'");
    tab.run("fill('#token', 'wrong')", json!(null));
    tab.press("#token-form button", "Show it");
    tab.until("text('#token-said') === 'The server did not take this token.'");
    tab.run("fill('#token', 'correct horse')", json!(null));
    tab.press("#token-form button", "Show it");
    tab.until("$('#status').dataset.state === 'live' && $('#token-form').hidden");
    tab.until("text('#no-decisions') === 'No audit log is kept.'");
    let kept = "return [location.href, $('#token').value, localStorage.length, sessionStorage.length, document.cookie]";
    let kept = tab.run(kept, json!(null));
    assert_eq!(kept, json!([format!("{admin}/admin/"), "", 0, 0, ""]));
    let complaints = tab.complaints(&[TOLD, &["ERR_CONNECTION_REFUSED"]].concat());
    assert_eq!(complaints, [""; 0]);
}

fn function(serving: &Serving, name: &str) -> Value {
    let (status, answer) = ask_at(serving.place("admin"), "GET", "/admin/functions", "", "");
    assert_eq!(status, 200, "{answer}");
    let mut document: Value = serde_json::from_str(&answer).expect("it is JSON");
    let functions = document["functions"].as_array_mut().expect("functions");
    let found = functions
        .iter_mut()
        .find(|function| function["name"] == name);
    found.expect("it is served").take()
}

fn canary(serving: &Serving, name: &str) -> Value {
    let function = function(serving, name);
    assert_eq!(function["versions"][1]["role"], "canary", "{function}");
    function["versions"][1].clone()
}

/// Two functions, each with a version on trial.
const CONFIG: &str = "functions:
  calc: { component: calc-1-0.wasm, canary: { component: calc-1-1.wasm, weight: 10 } }
  other: { component: calc-1-0.wasm, canary: { component: calc-1-1.wasm, weight: 1 } }
";

/// A folder with a configuration and its components.
struct Site {
    folder: TempDir,
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["calc-1-0", "calc-1-1", "calc-2-0"] {
            let path = folder.path().join(name).with_extension("wasm");
            fs::write(path, guest(name)).expect("it can be written");
        }
        let site = Self { folder };
        site.write(CONFIG);
        site
    }

    fn path(&self) -> PathBuf {
        Path::join(self.folder.path(), "amphi.yaml")
    }

    fn file(&self) -> String {
        self.path().to_str().expect("it is Unicode").to_owned()
    }

    fn write(&self, functions: &str) {
        let server = "admin: { listen: '127.0.0.1:0' }, audit: decisions.jsonl";
        self.write_with(server, functions);
    }

    fn write_with(&self, server: &str, functions: &str) {
        let text = format!("server: {{ {server} }}\n{functions}");
        fs::write(self.path(), text).expect("it can be written");
    }
}

/// Calls, one after the other, until they are ended.
struct Calls {
    over: Arc<AtomicBool>,
    answered: Receiver<()>,
    thread: JoinHandle<()>,
}

impl Calls {
    fn of(address: &str) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let (address, seen) = (address.to_owned(), Arc::clone(&over));
        let (tell, answered) = mpsc::channel();
        let thread = thread::spawn(move || {
            while !seen.load(Ordering::Relaxed) {
                ask_at(&address, "POST", "/v1/fn/calc/add", "", "[1, 2]");
                if tell.send(()).is_err() {
                    return;
                }
                thread::sleep(Duration::from_millis(10));
            }
        });
        Self {
            over,
            answered,
            thread,
        }
    }

    /// So many more are answered.
    fn more(&self, count: usize) {
        self.answered.try_iter().for_each(drop);
        assert_eq!(self.answered.iter().take(count).count(), count);
    }

    fn end(self) {
        self.over.store(true, Ordering::Relaxed);
        self.thread.join().expect("all calls were answered");
    }
}
