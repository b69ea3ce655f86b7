//! What is served to a crowd of good and bad clients: the configuration, its components, and how
//! much memory that may take.

use std::fs;
use std::time::Duration;

use amphi_support::slow;
use anyhow::Result;

use crate::server::Site;

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;

/// What a version on trial adds to the answers of the one that serves, so that a client sees which
/// it got.
pub const OF_CANARY: u32 = 1000;

/// How many connections one client may have.
pub const CONNECTIONS_OF_CLIENT: usize = 64;

/// How long a call of `wait` waits.
const WAIT: Duration = Duration::from_millis(100);

/// Bytes of bodies that are held for all clients.
const BUFFERS: u64 = 8 * MIB;
/// Bytes of headers.
const HEADERS: u64 = 8 * KIB;

/// A function, with those of its limits that bound its memory.
struct Served {
    name: &'static str,
    component: &'static str,
    /// More of its configuration.
    more: &'static str,
    cpu: &'static str,
    concurrency: u64,
    /// Bytes of its memories, of an instance of its plugin too.
    memory: u64,
    request: u64,
    /// Of an answer's body, and of what a guest may have the host take at once.
    response: u64,
    /// Whether it speaks HTTP itself.
    handles: bool,
}

/// A function of numbers.
const SMALL: Served = Served {
    name: "",
    component: "",
    more: "",
    cpu: "2s",
    concurrency: 16,
    memory: 128 * KIB,
    request: 4 * KIB,
    response: 4 * KIB,
    handles: false,
};

const FUNCTIONS: [Served; 7] = [
    Served {
        name: "add",
        component: "add",
        more: "plugins: [ledger]",
        cpu: "2s",
        concurrency: 16,
        memory: 4 * MIB,
        request: 64 * KIB,
        response: 64 * KIB,
        handles: false,
    },
    Served {
        name: "respond",
        component: "respond",
        more: "route: /",
        cpu: "2s",
        concurrency: 96,
        memory: 2 * MIB,
        request: MIB,
        response: MIB,
        handles: true,
    },
    Served {
        name: "wait",
        component: "wait",
        ..SMALL
    },
    Served {
        name: "large",
        component: "large",
        more: "",
        cpu: "2s",
        concurrency: 4,
        memory: MIB,
        request: 4 * KIB,
        response: MIB,
        handles: false,
    },
    Served {
        name: "judged",
        component: "stable",
        cpu: "50ms",
        ..SMALL
    },
    Served {
        name: "eager",
        component: "stable",
        ..SMALL
    },
    Served {
        name: "failing",
        component: "stable",
        ..SMALL
    },
];

/// The canary of each function that has one.
const CANARIES: [(&str, &str); 3] = [
    (
        "judged",
        "{ component: healthy.wasm, steps: [{ weight: 20, hold: 1s, calls: 200 }] }",
    ),
    (
        "eager",
        "{ component: healthy.wasm, steps: [{ weight: 10, hold: 1s, calls: 200 }] }",
    ),
    ("failing", "{ component: failing.wasm, weight: 50 }"),
];

/// Writes the components, and the configuration without trials.
pub fn write(site: &Site) -> Result<()> {
    // Even numbers are what the failing version fails at.
    let fails = "(if (i32.eqz (i32.and (local.get 0) (i32.const 1))) (then unreachable))";
    let wait = slow::waiting(Duration::ZERO, WAIT);
    let components = [
        ("stable", numbers("", 0)?),
        ("healthy", numbers("", OF_CANARY)?),
        ("failing", numbers(fails, OF_CANARY)?),
        ("wait", wait),
        ("large", wat::parse_str(LARGE)?),
    ];
    for (name, bytes) in components {
        fs::write(site.path(&format!("{name}.wasm")), bytes)?;
    }
    configure(site, false)
}

/// Writes the configuration, with trials or without.
pub fn configure(site: &Site, trials: bool) -> Result<()> {
    let mut text = format!(
        "server:
  listen: 127.0.0.1:0
  admin: {{ listen: 127.0.0.1:0 }}
  cache: cache
  audit: audit.jsonl
  connections-per-client: {CONNECTIONS_OF_CLIENT}
  headers: {HEADERS}
  buffers: {{ all: {BUFFERS}, function: 4MiB, client: 2MiB, connection: 1MiB }}
  timeouts: {{ header: 5s, body: 8s, idle: 10s, drain: 30s }}
  log: {{ format: json }}
plugins:
  ledger: {{ component: ledger.wasm }}
functions:
"
    );
    for of in FUNCTIONS {
        let Served {
            name,
            component,
            more,
            cpu,
            concurrency,
            memory,
            request,
            response,
            ..
        } = of;
        text += &format!(
            "  {name}:
    component: {component}.wasm
    {more}
    limits: {{ concurrency: {concurrency}, queue: 64, queue-wait: 5s, wall: 5s, cpu: {cpu}, memory: {memory}, request: {request}, response: {response}, headers: {HEADERS}, hostcall: {response} }}
"
        );
        let canary = CANARIES.iter().find(|(of, _)| *of == name);
        if let Some((_, canary)) = canary.filter(|_| trials) {
            text += &format!("    canary: {canary}\n");
        }
    }
    Ok(fs::write(site.path("amphi.yaml"), text)?)
}

/// What clients have open at most.
#[derive(Clone, Copy)]
pub struct Open {
    pub first: u64,
    pub second: u64,
    pub requests: u64,
}

/// How many bytes the server may take beyond what it takes when idle: the formula of docs/edge.md,
/// "Memory".
pub fn most(open: Open) -> u64 {
    let one = FUNCTIONS.iter().map(|of| of.request.max(of.response)).max();
    let held = 2 * BUFFERS.max(one.unwrap_or_default());
    let calls = FUNCTIONS.iter().map(|of| {
        let values = match of.handles {
            true => 0,
            false => (16 * of.request).min(128 * MIB) + 3 * of.response,
        };
        of.concurrency * (of.memory + MIB + values)
    });
    held + calls.sum::<u64>()
        + open.first * (4 * HEADERS + 80 * KIB)
        + open.second * MIB
        + open.requests * (HEADERS + 64 * KIB)
}

/// Gives numbers back, with `more` added: 0 traps, 1 computes without end.
fn numbers(check: &str, more: u32) -> Result<Vec<u8>> {
    let text = format!(
        r#"(component
            (core module $m
                (func (export "run") (param i32) (result i32)
                    (if (i32.eqz (local.get 0)) (then unreachable))
                    (if (i32.eq (local.get 0) (i32.const 1)) (then (loop $on (br $on))))
                    {check}
                    (i32.add (local.get 0) (i32.const {more}))))
            (core instance $i (instantiate $m))
            (func (export "run") (param "number" u32) (result u32) (canon lift (core func $i "run"))))"#
    );
    Ok(wat::parse_str(text)?)
}

/// Answers with so many letters, of which it has room for a hundred thousand.
const LARGE: &str = r#"(component
    (core module $m
        (memory (export "memory") 2)
        (func (export "run") (param i32) (result i32)
            (memory.fill (i32.const 16) (i32.const 97) (local.get 0))
            (i32.store (i32.const 0) (i32.const 16))
            (i32.store (i32.const 4) (local.get 0))
            (i32.const 0)))
    (core instance $i (instantiate $m))
    (func (export "run") (param "length" u32) (result string)
        (canon lift (core func $i "run") (memory (core memory $i "memory")))))"#;
