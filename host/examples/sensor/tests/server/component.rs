//! Components that do what a guest should not.

use std::path::Path;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// The real filter, as the guests' build left it.
pub fn sensor() -> Vec<u8> {
    let path = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../target/guests/sensor.wasm"
    ));
    std::fs::read(path)
        .expect("`target/guests/sensor.wasm` is there: `cargo xtask guests` builds it")
}

/// A filter whose `run` does `body`, which leaves a pointer to its result.
pub fn filter(body: &str) -> Vec<u8> {
    encode(
        "package demo:test; world test { include demo:sensor/sensor@1.0.0; }",
        r#"(import "demo:sensor/log@1.0.0" "record-message" (func $log (param i32 i32 i32)))"#,
        body,
    )
}

/// A filter that waits for a day.
pub fn sleeper() -> Vec<u8> {
    encode(
        "package demo:test;
        world test {
            include demo:sensor/sensor@1.0.0;
            import wasi:io/poll@0.2.0;
            import wasi:clocks/monotonic-clock@0.2.0;
        }",
        r#"(import "wasi:clocks/monotonic-clock@0.2.0" "subscribe-duration" (func $sleep (param i64) (result i32)))
        (import "wasi:io/poll@0.2.0" "[method]pollable.block" (func $block (param i32)))"#,
        "(call $block (call $sleep (i64.const 86400000000000))) unreachable",
    )
}

/// A filter that ends itself: well with 0, with an error with 1.
pub fn exits(status: u32) -> Vec<u8> {
    encode(
        "package demo:test;
        world test {
            include demo:sensor/sensor@1.0.0;
            import wasi:cli/exit@0.2.0;
        }",
        r#"(import "wasi:cli/exit@0.2.0" "exit" (func $exit (param i32)))"#,
        &format!("(call $exit (i32.const {status})) unreachable"),
    )
}

/// A component that never comes to its exports.
pub fn spins_at_start() -> Vec<u8> {
    let looping = "(func $start (loop $on (br $on))) (start $start)";
    encode(
        "package demo:test; world test { include demo:sensor/sensor@1.0.0; }",
        looping,
        "unreachable",
    )
}

/// A component that exports nothing.
pub fn empty() -> Vec<u8> {
    assemble("(component)")
}

/// A core module where a component is expected.
pub fn core_module() -> Vec<u8> {
    assemble("(module)")
}

fn encode(world: &str, declarations: &str, body: &str) -> Vec<u8> {
    let mut module = assemble(&format!(
        r#"(module
            {declarations}
            (memory (export "memory") 1)
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024)
            (func (export "demo:sensor/filter@1.0.0#run") (param i32 i32) (result i32) {body}))"#
    ));
    let mut resolve = Resolve::default();
    resolve
        .push_str(
            "sensor.wit",
            include_str!("../../../../../wit/sensor/sensor.wit"),
        )
        .expect("the contract is WIT");
    for (name, text) in WASI {
        resolve.push_str(name, text).expect("WASI is WIT");
    }
    let package = resolve
        .push_str("test.wit", world)
        .expect("the world is WIT");
    let world = resolve
        .select_world(&[package], None)
        .expect("there is one world");
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
        .expect("the module takes metadata");
    let mut encoder = ComponentEncoder::default()
        .validate(true)
        .module(&module)
        .expect("the module fits the world");
    encoder.encode().expect("the module becomes a component")
}

/// What a guest needs of WASI in order to sleep and to end itself.
const WASI: [(&str, &str); 3] = [
    (
        "cli.wit",
        "package wasi:cli@0.2.0; interface exit { exit: func(status: result); }",
    ),
    (
        "io.wit",
        "package wasi:io@0.2.0; interface poll { resource pollable { block: func(); } }",
    ),
    (
        "clocks.wit",
        "package wasi:clocks@0.2.0;
        interface monotonic-clock {
            use wasi:io/poll@0.2.0.{pollable};
            subscribe-duration: func(when: u64) -> pollable;
        }",
    ),
];

fn assemble(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("the text is WebAssembly")
}
