//! Every number, size and time of a configuration, as small and as large as it may be: what is
//! beyond is refused with its place, what is not is served.

use std::path::Path;
use std::time::Duration;

use amphi_edge::Server;
use amphi_edge::config::{self, Config, Format};
use amphi_support::command::{Serving, folder, guest, text};
use serde_json::{Value, json};
use tokio::time::timeout;

/// How long a check of one function may take on a machine that has much else to do.
const LONGEST: Duration = Duration::from_secs(60);

/// The largest time in seconds: nanoseconds are counted in 64 bits.
const SECONDS: u64 = u64::MAX / 1_000_000_000;

/// A configuration that has every key with a number, those included that have none by default.
fn full(folder: &Path) -> Value {
    let limits = json!({ "fuel": 1_000_000_000, "headers": 1024 });
    let steps = json!([{ "weight": 50, "hold": "1s", "calls": 1 }]);
    let config = json!({
        "server": { "listen": "127.0.0.1:0", "pool": { "instances": 8 }, "cache": folder.join("cache") },
        "functions": { "calc": {
            "component": guest("calc-1-0.wasm"),
            "limits": limits,
            "reuse": {},
            "status": { "not-found": 404 },
            "canary": { "component": guest("calc-1-1.wasm"), "steps": steps },
        } },
    });
    let config = read(&config, folder).unwrap_or_else(|issues| panic!("{issues}"));
    serde_json::to_value(config).expect("it is JSON")
}

/// What a value says as a configuration; JSON is YAML.
fn read(value: &Value, folder: &Path) -> Result<Config, String> {
    let read = config::parse(&value.to_string(), Format::Yaml, folder);
    read.map_err(|issues| {
        let issues = issues.iter().map(ToString::to_string);
        issues.collect::<Vec<_>>().join("\n")
    })
}

/// The paths of all numbers, and whether they are times.
fn numbers(value: &Value, path: &str, found: &mut Vec<(String, bool)>) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                numbers(value, &format!("{path}/{key}"), found);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                numbers(value, &format!("{path}/{index}"), found);
            }
        }
        Value::Number(_) => found.push((path.to_owned(), false)),
        Value::String(text) => {
            let amount = text.starts_with(|letter: char| letter.is_ascii_digit());
            let size = text.ends_with('B');
            if amount && !text.contains(['.', ':']) {
                found.push((path.to_owned(), !size));
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

fn with(config: &Value, path: &str, number: u64, is_time: bool) -> Value {
    let mut config = config.clone();
    *config.pointer_mut(path).expect("it is there") = match is_time {
        true => json!(format!("{number}s")),
        false => json!(number),
    };
    config
}

/// The first number from `from` towards `to` after which all are refused; the first is taken.
fn last(from: u64, to: u64, taken: impl Fn(u64) -> bool) -> u64 {
    if taken(to) {
        return to;
    }
    let (mut good, mut bad) = (from, to);
    while good.abs_diff(bad) > 1 {
        let middle = good.midpoint(bad);
        match taken(middle) {
            true => good = middle,
            false => bad = middle,
        }
    }
    good
}

/// The least and the most that a configuration may have at a path, whose own number is between
/// them.
fn ends(config: &Value, path: &str, is_time: bool, folder: &Path) -> (u64, u64) {
    let dotted = path[1..].replace('/', ".");
    let taken = |number: u64| match read(&with(config, path, number, is_time), folder) {
        Ok(_) => true,
        Err(issues) => {
            // What else does not fit then is said too.
            let last = dotted.rsplit('.').next().unwrap_or_default();
            assert!(issues.contains(last), "{path} {number}: {issues}");
            false
        }
    };
    let most = if is_time { SECONDS } else { u64::MAX };
    let middle = (0..64)
        .map(|bit| 1_u64 << bit)
        .find(|number| taken(*number))
        .unwrap_or_else(|| panic!("no power of two is taken at `{path}`"));
    (last(middle, 0, taken), last(middle, most, taken))
}

#[test]
fn every_number_at_its_ends_is_refused_or_served() {
    let folder = folder("serve-numbers");
    let config = full(&folder);
    let mut paths = Vec::new();
    numbers(&config, "", &mut paths);
    assert!(paths.len() >= 35, "{paths:?}");
    let runtime = tokio::runtime::Runtime::new().expect("it starts");
    let check = |value: &Value| {
        let config = read(value, &folder).unwrap_or_else(|issues| panic!("{issues}"));
        // What cannot be served is said; nothing panics, and nothing waits for ever.
        let checked = async { timeout(LONGEST, Server::check(config, None, None, |_| ())).await };
        let _ = runtime
            .block_on(checked)
            .unwrap_or_else(|_| panic!("it has not ended: {value:#}"));
    };
    // What is compiled is kept, so that it is compiled once.
    let first = read(&config, &folder).expect("it is good");
    let started = runtime.block_on(Server::start(first, None, None));
    drop(started.unwrap_or_else(|error| panic!("{error}")));
    let mut largest = config.clone();
    for (path, is_time) in &paths {
        let (least, most) = ends(&config, path, *is_time, &folder);
        for number in [least, most] {
            check(&with(&config, path, number, *is_time));
        }
        // More instances than there is address space for are refused, and all of them are made; a
        // delay is waited for.
        let kept = ["/instances", "/prewarm", "/drain-delay"];
        if !kept.iter().any(|kept| path.ends_with(kept)) {
            let (_, most) = ends(&largest, path, *is_time, &folder);
            largest = with(&largest, path, most, *is_time);
        }
    }
    let file = folder.join("amphi.yaml");
    std::fs::write(&file, largest.to_string()).expect("it can be written");
    let serving = Serving::start(&text(&file));
    let answer = serving.ask("POST", "/v1/fn/calc/add", "[1, 2]");
    assert_eq!(answer, (200, "3".to_owned()), "{largest:#}");
    serving.tell("-TERM");
    let (code, log) = serving.end();
    assert!(!log.contains("panicked"), "{log}");
    assert_eq!(code, Some(0), "{log}");
}
