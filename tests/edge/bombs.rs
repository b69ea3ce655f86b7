//! Components that want more than they may have.

/// A component that exports `run`, with the core module's `run` behind it.
pub fn component(module: &str) -> Vec<u8> {
    importing("", "", module)
}

/// The same with more in the component, whose core functions the module imports from `host`.
fn importing(more: &str, host: &str, module: &str) -> Vec<u8> {
    let text = format!(
        r#"(component
            {more}
            (core module $m {module})
            (core instance $i (instantiate $m (with "host" (instance {host}))))
            (func (export "run") (canon lift (core func $i "run"))))"#
    );
    wat::parse_str(text).expect("a component")
}

pub fn endless() -> Vec<u8> {
    component(r#"(func (export "run") (loop (br 0)))"#)
}

pub fn trapping() -> Vec<u8> {
    component(r#"(func (export "run") unreachable)"#)
}

/// What is thrown and caught, and thrown again without being caught.
pub fn throwing() -> Vec<u8> {
    component(
        r#"
        (tag $t)
        (func (export "run")
            (block $caught (result exnref)
                (try_table (catch_all_ref $caught) (throw $t))
                (return))
            throw_ref)"#,
    )
}

/// Exceptions without end, thrown by a function that is called and caught by its caller.
pub fn caught() -> Vec<u8> {
    component(
        r#"
        (tag $t)
        (func $throw (throw $t))
        (func (export "run")
            (loop $next
                (block $caught (try_table (catch_all $caught) (call $throw)))
                (br $next)))"#,
    )
}

/// Exceptions without end, each with the one before inside.
pub fn exceptions() -> Vec<u8> {
    component(
        r#"
        (tag $t (param exnref))
        (global $last (mut exnref) (ref.null exn))
        (func (export "run")
            (loop $next
                (block $caught (result exnref)
                    (try_table (catch_all_ref $caught) (throw $t (global.get $last)))
                    unreachable)
                (global.set $last)
                (br $next)))"#,
    )
}

/// Three memories of 16 pages each.
pub fn memories() -> Vec<u8> {
    component(
        r#"
        (memory $a 1) (memory $b 1) (memory $c 1)
        (func (export "run")
            (if (i32.eq (memory.grow $a (i32.const 15)) (i32.const -1)) (then unreachable))
            (if (i32.eq (memory.grow $b (i32.const 15)) (i32.const -1)) (then unreachable))
            (if (i32.eq (memory.grow $c (i32.const 15)) (i32.const -1)) (then unreachable)))"#,
    )
}

/// A table of 50,000 elements.
pub fn table() -> Vec<u8> {
    component(
        r#"
        (table $t 1 funcref)
        (func (export "run")
            (if (i32.eq (table.grow $t (ref.null func) (i32.const 50000)) (i32.const -1))
                (then unreachable)))"#,
    )
}

/// One line of the log, of 20 MiB.
pub fn long_line() -> Vec<u8> {
    logging(
        "(call $log (i32.const 4) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 20971520))",
    )
}

/// Two megabytes of lines.
pub fn many_lines() -> Vec<u8> {
    logging(
        "(local $n i32)
        (loop $again
            (call $log (i32.const 4) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1000))
            (local.set $n (i32.add (local.get $n) (i32.const 1)))
            (br_if $again (i32.lt_u (local.get $n) (i32.const 2000))))",
    )
}

fn logging(run: &str) -> Vec<u8> {
    importing(
        r#"(import "wasi:logging/logging@0.1.0-draft" (instance $logging
                (type $words (enum "trace" "debug" "info" "warn" "error" "critical"))
                (export "level" (type $level (eq $words)))
                (export "log" (func (param "level" $level) (param "context" string) (param "message" string)))))
            (alias export $logging "log" (func $log))
            (core module $memory (memory (export "memory") 321))
            (core instance $memory (instantiate $memory))
            (core func $log (canon lower (func $log) (memory (core memory $memory "memory"))))"#,
        r#"(export "log" (func $log))"#,
        &format!(
            r#"(import "host" "log" (func $log (param i32 i32 i32 i32 i32)))
            (func (export "run") {run})"#
        ),
    )
}

/// Handles to what the host has made, without end.
pub fn pollables() -> Vec<u8> {
    importing(
        r#"(import "wasi:io/poll@0.2.0" (instance $poll (export "pollable" (type (sub resource)))))
            (alias export $poll "pollable" (type $pollable))
            (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
                (alias outer 1 $pollable (type $pollable))
                (export "subscribe-duration" (func (param "when" u64) (result (own $pollable))))))
            (alias export $clock "subscribe-duration" (func $subscribe))
            (core func $subscribe (canon lower (func $subscribe)))"#,
        r#"(export "subscribe" (func $subscribe))"#,
        r#"(import "host" "subscribe" (func $subscribe (param i64) (result i32)))
        (func (export "run") (loop $again (drop (call $subscribe (i64.const 1))) (br $again)))"#,
    )
}

/// Handles to what the guest has made itself, without end.
pub fn resources() -> Vec<u8> {
    importing(
        r#"(type $thing (resource (rep i32)))
            (core func $new (canon resource.new $thing))"#,
        r#"(export "new" (func $new))"#,
        r#"(import "host" "new" (func $new (param i32) (result i32)))
        (func (export "run") (loop $again (drop (call $new (i32.const 1))) (br $again)))"#,
    )
}

/// Takes numbers in an `ok`, or an `err`.
pub fn choice() -> Vec<u8> {
    let text = r#"(component
        (type $choice (result (list u16)))
        (core module $m
            (memory (export "memory") 1)
            (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 8))
            (func (export "run") (param i32 i32 i32)))
        (core instance $i (instantiate $m))
        (func (export "run") (param "x" $choice)
            (canon lift (core func $i "run") (memory (core memory $i "memory")) (realloc (core func $i "realloc")))))"#;
    wat::parse_str(text).expect("a component")
}

/// Takes long to compile: one function of very many instructions.
pub fn compiling() -> Vec<u8> {
    let body = "(local.set 0 (i32.mul (i32.add (local.get 0) (i32.const 7)) (local.get 0)))"
        .repeat(400_000);
    let text = format!(
        r#"(component
            (core module $m (func (export "run") (result i32) (local i32) {body} (local.get 0)))
            (core instance $i (instantiate $m))
            (func (export "run") (result u32) (canon lift (core func $i "run"))))"#
    );
    wat::parse_str(text).expect("a component")
}
