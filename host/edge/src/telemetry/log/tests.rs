//! What is written, in both formats.

use std::io::Write;
use std::sync::{Arc, Mutex};

use amphi::wasi::cli::StdoutStream;
use serde_json::Value;

use std::net::{IpAddr, Ipv4Addr};

use super::*;
use crate::telemetry::metrics::Metrics;
use crate::telemetry::usage::Usage;

/// Lines that were written.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .expect("nobody panics with it")
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What `tell` has written.
fn written(format: LogFormat, level: LogLevel, tell: impl FnOnce()) -> String {
    let written = Written::default();
    let writer = written.clone();
    let subscriber = subscriber(format, filter(level), move || writer.clone());
    tracing::subscriber::with_default(subscriber, tell);
    let bytes = written.0.lock().expect("nobody panics with it").clone();
    String::from_utf8(bytes).expect("it is text")
}

fn json(text: &str) -> Vec<Value> {
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).expect("each line is an object"))
        .collect()
}

const ACCESS: Access<'_> = Access {
    function: "calc",
    version: "abc",
    method: "POST",
    path: "/v1/fn/calc",
    client: Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
    request: Some("abc-1"),
    status: Some(200),
    call: Call {
        outcome: "ok",
        wall: Duration::from_millis(2),
        usage: Some(Usage {
            cpu: Duration::from_micros(30),
            queued: Duration::ZERO,
            memory_peak: 65536,
            fuel: None,
        }),
        received: 6,
        sent: 1,
    },
};

#[test]
fn a_request_is_a_line_in_both_formats() {
    let lines = json(&written(LogFormat::Json, LogLevel::Info, || {
        access(&ACCESS)
    }));
    assert_eq!(lines.len(), 1);
    for (name, value) in [
        ("function", Value::from("calc")),
        ("version", "abc".into()),
        ("status", 200.into()),
        ("outcome", "ok".into()),
        ("wall_us", 2000.into()),
        ("cpu_us", 30.into()),
        ("queued_us", 0.into()),
        ("memory_peak", 65536.into()),
        ("client", "127.0.0.1".into()),
        ("request", "abc-1".into()),
        ("received", 6.into()),
        ("sent", 1.into()),
        ("target", "request".into()),
        ("level", "INFO".into()),
    ] {
        assert_eq!(lines[0][name], value, "{name} in {}", lines[0]);
    }
    let text = written(LogFormat::Text, LogLevel::Info, || access(&ACCESS));
    assert_eq!(text.lines().count(), 1);
    assert!(
        text.contains(r#"answered function="calc" version="abc""#),
        "{text}"
    );
    let text = written(LogFormat::Text, LogLevel::Warn, || access(&ACCESS));
    assert_eq!(text, "", "it is not important enough");
}

fn guest(limit: u64) -> Arc<GuestLog> {
    GuestLog::new("calc", "abc", limit, Metrics::new().function("calc", "abc"))
}

fn write(log: &Arc<GuestLog>, stream: GuestStream, parts: &[&[u8]]) {
    let mut stream = log.output(stream).p2_stream();
    for part in parts {
        stream.write(part.to_vec().into()).expect("it is taken");
    }
}

#[test]
fn output_of_a_guest_is_told_line_by_line() {
    let log = guest(1 << 20);
    let lines = json(&written(LogFormat::Json, LogLevel::Info, || {
        let parts: &[&[u8]] = &[b"one\ntw", b"o\r\n\n", b"\x1b[31mred\xff", b" end"];
        write(&log, GuestStream::Stdout, parts);
        write(&log, GuestStream::Stderr, &[&[b'x'; 20 << 10]]);
    }));
    let said: Vec<_> = lines
        .iter()
        .map(|line| line["message"].as_str().unwrap_or_default())
        .collect();
    assert_eq!(said[..4], ["one", "two", "", "\u{1b}[31mred\u{fffd} end"]);
    assert_eq!(
        said[4..].iter().map(|text| text.len()).collect::<Vec<_>>(),
        [16 << 10, 4 << 10]
    );
    assert_eq!(
        (&lines[0]["stream"], &lines[4]["stream"]),
        (&"stdout".into(), &"stderr".into())
    );
    assert_eq!(
        (&lines[0]["function"], &lines[0]["version"]),
        (&"calc".into(), &"abc".into())
    );
    assert_eq!(lines[0]["target"], "guest");
}

/// What does not stay in a line, and what text has in its stead.
const OUT: &[(&str, &str)] = &[
    ("\n", "\\n"),
    ("\r", "\\r"),
    ("\0", "\\0"),
    ("\x1b[2J", "[2J"),
    ("\u{85}", "85"),
    ("\u{2028}", "\\u{2028}"),
    ("\u{202e}", "\\u{202e}"),
];

/// Whatever kind of field has it, a text begins no line of its own, and steers no terminal; JSON
/// has it as it is.
#[test]
fn an_event_is_one_line_whatever_is_in_it() {
    use amphi_edge_capabilities::logging::{LogLevel as Level, LogLine, LogSink};
    const FORGED: &str = "2026-01-01T00:00:00Z  INFO amphi_edge: reloaded";
    for (out, shown) in OUT {
        let said = &format!("before{out}{FORGED}");
        let guest = guest(1 << 20);
        let tells: [(&str, &dyn Fn()); 8] = [
            ("message", &|| tracing::info!("{said}")),
            ("message", &|| tracing::info!(target: "guest", "{}", said)),
            ("of", &|| tracing::info!(of = said.as_str(), "it")),
            ("of", &|| tracing::info!(of = %said, "it")),
            ("error", &|| {
                let error = io::Error::other(io::Error::other(said.clone()));
                let error: &dyn std::error::Error = &error;
                tracing::info!(error, "it");
            }),
            ("path", &|| {
                access(&Access {
                    path: said,
                    ..ACCESS
                })
            }),
            ("message", &|| {
                guest.line(LogLine {
                    level: Level::Info,
                    context: "it",
                    message: said,
                });
            }),
            ("context", &|| {
                guest.line(LogLine {
                    level: Level::Critical,
                    context: said,
                    message: "it",
                });
            }),
        ];
        for (number, (field, tell)) in tells.iter().enumerate() {
            let text = written(LogFormat::Text, LogLevel::Info, tell);
            let line = text.strip_suffix('\n').expect("a line");
            let plain = |letter: char| letter.is_ascii_graphic() || letter == ' ';
            assert!(line.chars().all(plain), "{number} {out:?}: {line:?}");
            assert!(line.contains(shown), "{number} {out:?}: {line:?}");
            assert!(line.contains(FORGED), "{number} {out:?}: {line:?}");
            let lines = json(&written(LogFormat::Json, LogLevel::Info, tell));
            assert_eq!(lines.len(), 1, "{number} {out:?}: {lines:?}");
            assert_eq!(lines[0][field], **said, "{number} {out:?}");
        }
        let lines = written(LogFormat::Text, LogLevel::Info, || {
            write(&guest, GuestStream::Stdout, &[said.as_bytes()]);
        });
        // A guest that prints two lines has said two.
        let expected = if *out == "\n" { 2 } else { 1 };
        assert_eq!(lines.lines().count(), expected, "{lines:?}");
        let of_guest = |line: &str| line.contains("INFO guest: ");
        assert!(lines.lines().all(of_guest), "{lines:?}");
    }
}

#[test]
fn what_is_over_the_limit_is_dropped_counted_and_told() {
    let metrics = Metrics::new();
    let log = GuestLog::new("calc", "abc", 10, metrics.function("calc", "abc"));
    let lines = json(&written(LogFormat::Json, LogLevel::Info, || {
        write(
            &log,
            GuestStream::Stdout,
            &[b"12345678\n", b"this is too much\n", b"so is this one\n"],
        );
        drop(log);
    }));
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert_eq!(lines[0]["message"], "12345678");
    assert_eq!(
        (&lines[1]["dropped"], &lines[1]["limit"]),
        (&32.into(), &10.into())
    );
    assert_eq!(lines[1]["level"], "WARN");
    let counted = r#"amphi_fn_log_dropped_bytes_total{function="calc",version="abc"} 32"#;
    assert!(metrics.text().contains(counted), "{}", metrics.text());
}
