//! `amphi serve`: a process that is started, asked, and told to end.

mod check;
mod full;
mod numbers;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use amphi_support::command::{Serving, ask_at, folder, guest, text};
use amphi_support::slow;
use serde_json::{Value, json};

/// The example that the documentation speaks of.
pub const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/edge/amphi.yaml");
/// Limits that are easily met.
const TIGHT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/edge/tight.yaml");

#[test]
fn a_component_is_served_without_a_configuration() {
    let serving = Serving::start(&guest("calc-1-1.wasm"));
    let function = &serving.said["functions"][0];
    assert_eq!(function["name"], "calc-1-1");
    assert_eq!(function["route"], Value::Null);
    let calls = json!([
        "/v1/fn/calc-1-1/demo:calc/ops@1.1.0/add",
        "/v1/fn/calc-1-1/demo:calc/ops@1.1.0/mul"
    ]);
    assert_eq!(function["calls"], calls);
    let add = calls[0].as_str().expect("it is a path");
    assert_eq!(
        serving.ask("POST", add, r#"{"a": 20, "b": 22}"#),
        (200, "42".into())
    );
    assert_eq!(serving.ask("POST", add, "[1]").0, 400);
    assert_eq!(serving.ask("GET", "/readyz", ""), (200, "ready\n".into()));
    for what in ["docs", "openapi"] {
        let place = serving.said[what].as_str().expect("it is a text");
        let base = serving.said["address"].as_str().expect("it is a text");
        let path = place.strip_prefix(base).expect("it is here");
        assert_eq!(serving.ask("GET", path, "").0, 200, "{path}");
    }
    let (status, metrics) = serving.ask("GET", "/metrics", "");
    assert_eq!(status, 200);
    for part in [
        r#"amphi_fn_requests_total{function="calc-1-1",version=""#,
        r#"outcome="ok"} 1"#,
        r#"outcome="arguments"} 1"#,
        "amphi_pool_component_instances{engine=\"",
    ] {
        assert!(metrics.contains(part), "{part}\n{metrics}");
    }
    serving.tell("-TERM");
    let (code, log) = serving.end();
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains(r#"answered function="calc-1-1""#), "{log}");
    assert!(log.contains("nothing was lost"), "{log}");
}

#[test]
fn the_example_is_served_with_both_ways_into_a_component_and_a_plugin() {
    let serving = Serving::start(EXAMPLE);
    assert_eq!(
        serving.ask("POST", "/v1/fn/calc/add", "[1, 2]"),
        (200, "3".into())
    );
    let (status, count) = serving.ask("POST", "/words", "one two\nthree\n");
    assert_eq!(status, 200, "{count}");
    assert!(count.contains(r#""lines":2,"words":3"#), "{count}");
    let (status, report) = serving.ask("POST", "/v1/fn/add-with-log/add-with-log", "[[1, 2]]");
    assert_eq!(status, 200, "{report}");
    let report: Value = serde_json::from_str(&report).expect("it is JSON");
    assert_eq!(report, json!({ "sum": 3, "lines": ["+ 1 = 1", "+ 2 = 3"] }));
    serving.tell("-INT");
    assert_eq!(serving.end().0, Some(0));
}

/// What the documentation does with curl.
#[test]
fn limits_are_seen_to_bite() {
    let serving = Serving::start(TIGHT);
    let add = "/v1/fn/calc/add";
    assert_eq!(serving.ask("POST", add, "[1, 2]"), (200, "3".into()));
    let long = serving.ask("POST", add, r#"{"a": 1, "b": 200}"#);
    let mut slow = serving.connect();
    let head =
        "POST /words HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 9\r\n\r\none";
    slow.write_all(head.as_bytes()).expect("it takes it");
    // A call before it would take the only place, and the slow one would be turned away.
    let live = r#"amphi_fn_instances{state="live",function="words","#;
    let begun = (0..1_000).any(|_| {
        let (_, metrics) = serving.ask("GET", "/metrics", "");
        let line = metrics.lines().find(|line| line.starts_with(live));
        line.is_some_and(|line| line.ends_with(" 1"))
    });
    assert!(begun, "the slow call begins");
    let busy = serving.ask("POST", "/words", "two");
    let numbers = vec!["1"; 30_000].join(",");
    let large = serving.ask(
        "POST",
        "/v1/fn/adding/add-with-log",
        &format!("[[{numbers}]]"),
    );
    let mut late = String::new();
    slow.read_to_string(&mut late).expect("it answers");
    let late = late
        .split_once("\r\n\r\n")
        .expect("an answer has a head")
        .1
        .to_owned();
    for (answer, status, kind) in [
        (long.1, 413, "body-too-large"),
        (busy.1, 429, "queue-full"),
        (large.1, 500, "memory-limit"),
        (late, 408, "body-late"),
    ] {
        let problem: Value = serde_json::from_str(&answer).expect(&answer);
        assert_eq!(
            (&problem["status"], &problem["kind"]),
            (&status.into(), &kind.into())
        );
    }
    assert_eq!(serving.ask("POST", add, "[1, 2]"), (200, "3".into()));
}

#[test]
fn a_body_that_stops_is_answered_with_408_by_whoever_reads_it() {
    let folder = folder("serve-late");
    let config = format!(
        "server:
  timeouts: {{ body: 300ms }}
functions:
  calc: {{ component: {} }}
  words: {{ component: {}, route: /words }}
",
        guest("calc-1-1.wasm"),
        guest("words.wasm")
    );
    fs::write(folder.join("amphi.yaml"), config).expect("it can be written");
    let serving = Serving::start(&text(&folder.join("amphi.yaml")));
    for path in ["/v1/fn/calc/add", "/words"] {
        let mut stream = serving.connect();
        let head = format!("POST {path} HTTP/1.1\r\nhost: a\r\ncontent-length: 50\r\n\r\n[1, 2]");
        stream.write_all(head.as_bytes()).expect("it takes it");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        assert!(head.starts_with("HTTP/1.1 408 "), "{path}: {answer}");
        let problem: Value = serde_json::from_str(body).expect(body);
        assert_eq!(problem["kind"], "body-late", "{path}");
    }
}

#[test]
fn a_request_in_flight_is_answered_when_the_process_is_told_to_end() {
    let serving = Serving::start(EXAMPLE);
    let mut stream = serving.connect();
    let head = "POST /words HTTP/1.1\r\nhost: a\r\ncontent-length: 14\r\n\r\none two";
    stream.write_all(head.as_bytes()).expect("it takes it");
    // Answered by the process, and after the head above was read by the system.
    serving.ask("GET", "/readyz", "");
    serving.tell("-TERM");
    let refused = |_| TcpStream::connect(stream.peer_addr().expect("it is connected")).is_err();
    let ends = (0..3_000).any(|round| {
        thread::sleep(Duration::from_millis(10));
        refused(round)
    });
    assert!(ends, "it does not accept connections any more");
    stream.write_all(b"\nthree\n").expect("it takes the rest");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    assert!(
        answer.starts_with("HTTP/1.1 200 ") && answer.contains(r#""words":3"#),
        "{answer}"
    );
    assert_eq!(serving.end().0, Some(0));
}

/// A configuration of one function with a component of [`slow`], and a named pipe in the folder
/// that it is granted.
fn slow_site(name: &str, component: &[u8], server: &str, wall: &str) -> String {
    let folder = folder(name);
    fs::write(folder.join("slow.wasm"), component).expect("it can be written");
    let pipe = folder.join("pipe");
    let _ = fs::remove_file(&pipe);
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("there is `mkfifo`").success());
    let config = format!(
        "server: {{ timeouts: {server} }}\nfunctions:\n  slow:\n    component: slow.wasm\n    limits: {{ wall: {wall} }}\n    grants: {{ directories: [{{ host: ., guest: /data }}] }}\n"
    );
    let file = folder.join("amphi.yaml");
    fs::write(&file, config).expect("it can be written");
    text(&file)
}

/// Begins a call that does not end by itself.
fn begin_slow(serving: &Serving) -> TcpStream {
    let mut stream = serving.connect();
    let head = "POST /v1/fn/slow/run HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n";
    stream.write_all(head.as_bytes()).expect("it takes it");
    // Answered by the process, and after the head above was read by the system.
    serving.ask("GET", "/readyz", "");
    stream
}

#[test]
fn a_file_that_hangs_does_not_keep_the_process() {
    let component = slow::opening("pipe");
    // Its client was answered ...
    let site = slow_site("serve-hangs", &component, "{ drain: 1000h }", "300ms");
    let serving = Serving::start(&site);
    let (status, problem) = serving.ask("POST", "/v1/fn/slow/run", "");
    assert_eq!(status, 504, "{problem}");
    serving.tell("-TERM");
    let (code, log) = serving.end();
    assert_eq!(code, Some(0), "{log}");
    // ... or is cut off.
    let site = slow_site("serve-hang", &component, "{ drain: 300ms }", "1000h");
    let serving = Serving::start(&site);
    let _stream = begin_slow(&serving);
    serving.tell("-TERM");
    let (code, log) = serving.end();
    assert_eq!(code, Some(1), "{log}");
    assert!(log.contains("requests were cut off"), "{log}");
    assert!(!log.contains("nothing was lost"), "{log}");
}

#[test]
fn a_second_signal_ends_the_process_at_once() {
    let ever = Duration::from_secs(100_000);
    let component = slow::waiting(Duration::ZERO, ever);
    let site = slow_site("serve-twice", &component, "{ drain: 1000h }", "1000h");
    let serving = Serving::start(&site);
    let stream = begin_slow(&serving);
    serving.tell("-TERM");
    let address = stream.peer_addr().expect("it is connected");
    while TcpStream::connect(address).is_ok() {
        thread::sleep(Duration::from_millis(10));
    }
    serving.tell("-INT");
    let (code, log) = serving.end();
    assert_eq!(code, Some(1), "{log}");
    assert!(log.contains("told to stop again"), "{log}");
    assert!(!log.contains("nothing was lost"), "{log}");
}

#[test]
fn a_log_that_nobody_reads_stops_nobody() {
    let mut serving = Serving::unread(&guest("calc-1-0.wasm"));
    let add = "/v1/fn/calc-1-0/add";
    // Each is a line of the log, and all of them are more than a pipe and the host hold.
    let long = format!("{add}/{}", "x".repeat(4_000));
    for _ in 0..2_000 {
        assert_eq!(serving.ask("POST", add, "[1, 2]"), (200, "3".into()));
        assert_eq!(serving.ask("POST", &long, "[1, 2]").0, 404);
    }
    let (_, metrics) = serving.ask("GET", "/metrics", "");
    let dropped = metrics
        .lines()
        .find_map(|line| line.strip_prefix("amphi_log_dropped_lines_total "));
    let dropped: u64 = dropped.expect(&metrics).parse().expect("it is a number");
    assert!(dropped > 0, "{metrics}");
    serving.tell("-TERM");
    assert_eq!(serving.code(), Some(0));
}

#[test]
fn the_last_lines_of_the_log_arrive() {
    let serving = Serving::start(&guest("calc-1-0.wasm"));
    for _ in 0..1_000 {
        assert_eq!(serving.ask("POST", "/v1/fn/calc-1-0/add", "[1, 2]").0, 200);
    }
    serving.tell("-TERM");
    let (code, log) = serving.end();
    assert_eq!(code, Some(0));
    let answered = log
        .lines()
        .filter(|line| line.contains("answered function="));
    assert_eq!(answered.count(), 1_000);
    let last = log.lines().last().unwrap_or_default();
    assert!(last.contains("nothing was lost"), "{last}");
}

#[test]
fn an_admin_address_has_the_metrics_for_who_has_the_token() {
    let folder = folder("serve-admin");
    fs::write(folder.join("token"), "secret\n").expect("it can be written");
    let config = format!(
        "server: {{ admin: {{ listen: '127.0.0.1:0', token-file: token }} }}\nfunctions: {{ calc: {{ component: {} }} }}\n",
        guest("calc-1-0.wasm")
    );
    let file = folder.join("amphi.yaml");
    fs::write(&file, config).expect("it can be written");
    let serving = Serving::start(&text(&file));
    assert_eq!(
        serving.ask("GET", "/metrics", "").0,
        404,
        "they are elsewhere"
    );
    let admin = serving.said["admin"].as_str().expect("there is one");
    for (field, status) in [
        ("", 401),
        ("authorization: Bearer secre\r\n", 401),
        ("authorization: Bearer secret\r\n", 200),
    ] {
        let answer = ask_at(admin, "GET", "/metrics", field, "");
        assert_eq!(answer.0, status, "{field}{}", answer.1);
        // Its page is for everybody who gets here.
        assert_eq!(ask_at(admin, "GET", "/admin/", field, "").0, 200);
    }
    serving.tell("-TERM");
    let (code, log) = serving.end();
    assert_eq!(code, Some(0));
    assert!(!log.contains("secre"), "{log}");
}

#[test]
fn a_component_that_changes_is_served_and_one_that_breaks_callers_is_not() {
    let folder = folder("serve-reload");
    let put = |name: &str| {
        fs::copy(guest(name), folder.join("next")).expect("it can be copied");
        fs::rename(folder.join("next"), folder.join("calc.wasm")).expect("in its place");
    };
    put("calc-1-0.wasm");
    let file = folder.join("amphi.yaml");
    let config = "functions: { calc: { component: calc.wasm } }\n";
    fs::write(&file, config).expect("it can be written");
    let serving = Serving::start(&text(&file));
    let mul = || serving.ask("POST", "/v1/fn/calc/mul", "[6, 7]").0;
    assert_eq!(mul(), 404, "it cannot do that yet");
    put("calc-1-1.wasm");
    let begin = Instant::now();
    while mul() != 200 {
        assert!(begin.elapsed() < Duration::from_secs(60), "nothing changed");
        thread::sleep(Duration::from_millis(10));
    }
    put("calc-2-0.wasm");
    serving.tell("-HUP");
    let refused = |metrics: &str| metrics.contains(r#"amphi_config_reload_total{result="gate"}"#);
    let begin = Instant::now();
    while !refused(&serving.ask("GET", "/metrics", "").1) {
        assert!(begin.elapsed() < Duration::from_secs(60), "nothing failed");
        thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(mul(), 200);
    serving.tell("-TERM");
    let (code, log) = serving.end();
    assert_eq!(code, Some(0), "{log}");
    assert!(
        log.contains("the previous configuration stays in force"),
        "{log}"
    );
    assert!(log.contains("removed-interface"), "{log}");
}

/// A component whose `run` returns a number, and takes the longer to be compiled the more `padding`
/// there is.
fn returning(number: u32, padding: usize) -> Vec<u8> {
    let padding = "(local.set 0 (i32.mul (i32.add (local.get 0) (i32.const 7)) (local.get 0)))"
        .repeat(padding);
    let text = format!(
        r#"(component
            (core module $m (func (export "run") (result i32) (local i32) {padding} (i32.const {number})))
            (core instance $i (instantiate $m))
            (func (export "run") (result u32) (canon lift (core func $i "run"))))"#
    );
    wat::parse_str(text).expect("a component")
}

#[test]
fn signals_that_come_while_a_reload_compiles_are_one_reload_that_loses_nothing() {
    let folder = folder("serve-storm");
    // A component that was never compiled before.
    let number = std::process::id();
    let put = |component: &[u8]| {
        fs::write(folder.join("next"), component).expect("it can be written");
        fs::rename(folder.join("next"), folder.join("f.wasm")).expect("in its place");
    };
    put(&returning(1, 0));
    let file = folder.join("amphi.yaml");
    let config = "functions: { f: { component: f.wasm } }\n";
    fs::write(&file, config).expect("it can be written");
    let serving = Serving::start(&text(&file));
    put(&returning(number, 50_000));
    let storm = |count: u32| {
        let id = serving.id();
        let kill = format!("for n in $(seq {count}); do kill -HUP {id}; done");
        let told = Command::new("sh").args(["-c", &kill]).status();
        assert!(told.expect("there is a shell").success());
    };
    storm(100);
    put(&returning(3, 0));
    storm(100);
    let begin = Instant::now();
    loop {
        let (status, found) = serving.ask("POST", "/v1/fn/f/run", "");
        assert_eq!(status, 200, "{found}");
        if found == "3" {
            break;
        }
        assert!(begin.elapsed() < Duration::from_secs(60), "{found}");
        thread::sleep(Duration::from_millis(10));
    }
    let (_, metrics) = serving.ask("GET", "/metrics", "");
    let reloads = metrics.lines().filter_map(|line| {
        let (name, count) = line.split_once(' ')?;
        name.starts_with("amphi_config_reload_total{")
            .then(|| count.parse::<u32>().expect("a number"))
    });
    // The first one is the start. Files that are watched may have begun some too.
    let reloads: u32 = reloads.sum();
    assert!(reloads < 20, "{reloads} for 200 signals");
    serving.tell("-TERM");
    assert_eq!(serving.end().0, Some(0));
}
