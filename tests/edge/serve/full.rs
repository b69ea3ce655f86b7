//! `amphi serve` with a trial, on a disk that is full for a while.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use amphi_support::command::{Serving, ask_at, folder, text};
use serde_json::Value;

fn component(run: &str) -> Vec<u8> {
    let text = format!(
        r#"(component
            (core module $m (func (export "run") (result i32) {run}))
            (core instance $i (instantiate $m))
            (func (export "run") (result u32) (canon lift (core func $i "run"))))"#
    );
    wat::parse_str(text).expect("a component")
}

/// Waits for something that must come, however slow this machine is.
fn until(what: &str, mut is: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is() {
        assert!(begin.elapsed() < Duration::from_secs(120), "{what}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_decision_that_finds_no_place_on_the_disk_is_not_taken_and_tried_again() {
    let folder = folder("serve-full");
    for (name, run) in [("a.wasm", "(i32.const 1)"), ("b.wasm", "unreachable")] {
        fs::write(folder.join(name), component(run)).expect("it can be written");
    }
    let log = folder.join("decisions.jsonl");
    let _ = fs::remove_file(&log);
    let config = "server: { admin: { listen: '127.0.0.1:0' }, audit: decisions.jsonl }
functions: { f: { component: a.wasm, canary: { component: b.wasm, weight: 50 } } }
";
    let file = folder.join("amphi.yaml");
    fs::write(&file, config).expect("it can be written");
    let serving = Serving::start_limited(&text(&file));
    let admin = serving.place("admin").to_owned();
    let ask = |method, path| ask_at(&admin, method, path, "", "");
    let on_trial = || {
        ask("GET", "/admin/functions")
            .1
            .contains(r#""role":"canary""#)
    };
    let events = || {
        let text = fs::read_to_string(&log).expect("it is there");
        let entries = text.lines().map(serde_json::from_str::<Value>);
        let events = entries.map(|entry| entry.expect("it is whole")["event"].clone());
        events.collect::<Vec<_>>()
    };

    let full = fs::metadata(&log).expect("it is there").len() + 20;
    serving.limit_files(Some(full));
    until("it is counted", || {
        serving.ask("POST", "/v1/fn/f/run", "");
        let metrics = ask("GET", "/metrics").1;
        let count = metrics
            .lines()
            .find_map(|line| line.strip_prefix("amphi_rollout_unwritten_total "));
        count.is_some_and(|count| count != "0")
    });
    assert!(on_trial());
    let (status, problem) = ask("POST", "/admin/functions/f/promote");
    assert_eq!(status, 503, "{problem}");
    assert!(problem.contains(r#""kind":"unwritten""#), "{problem}");
    assert!(on_trial());
    assert_eq!(events(), ["began"]);

    serving.limit_files(None);
    until("it goes back", || !on_trial());
    assert_eq!(events(), ["began", "rolled-back"]);
    serving.tell("-TERM");
    let (code, said) = serving.end();
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("cannot be written to the audit log"),
        "{said}"
    );
}
