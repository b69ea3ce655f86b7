//! Components that wait: for a clock, or for a file. Each exports `run`.

use std::time::Duration;

fn component(text: &str) -> Vec<u8> {
    wat::parse_str(format!("(component {text})")).expect("a component")
}

/// Waits for `start` when an instance is made, and for `run` in each call, which returns 1.
pub fn waiting(start: Duration, run: Duration) -> Vec<u8> {
    let (start, run) = (start.as_nanos(), run.as_nanos());
    component(&format!(
        r#"
        (import "wasi:io/poll@0.2.0" (instance $poll
            (export "pollable" (type $pollable (sub resource)))
            (export "[method]pollable.block" (func (param "self" (borrow $pollable))))))
        (alias export $poll "pollable" (type $pollable))
        (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
            (alias outer 1 $pollable (type $pollable))
            (export "subscribe-duration" (func (param "when" u64) (result (own $pollable))))))
        (alias export $poll "[method]pollable.block" (func $block))
        (alias export $clock "subscribe-duration" (func $subscribe))
        (core func $block (canon lower (func $block)))
        (core func $subscribe (canon lower (func $subscribe)))
        (core module $m
            (import "host" "block" (func $block (param i32)))
            (import "host" "subscribe" (func $subscribe (param i64) (result i32)))
            (func $wait (param i64)
                (if (i64.ne (local.get 0) (i64.const 0))
                    (then (call $block (call $subscribe (local.get 0))))))
            (func $start (call $wait (i64.const {start})))
            (start $start)
            (func (export "run") (result i32) (call $wait (i64.const {run})) (i32.const 1)))
        (core instance $i (instantiate $m (with "host" (instance
            (export "block" (func $block)) (export "subscribe" (func $subscribe))))))
        (func (export "run") (result u32) (canon lift (core func $i "run")))"#
    ))
}

/// Opens the file of this name in the folder that it is granted: 0 if it is opened, 1 if not.
pub fn opening(name: &str) -> Vec<u8> {
    let length = name.len();
    component(&format!(
        r#"
        (import "wasi:filesystem/types@0.2.0" (instance $types
            (export "descriptor" (type $descriptor (sub resource)))
            (type $lookup (flags "symlink-follow"))
            (export "path-flags" (type $path-flags (eq $lookup)))
            (type $open (flags "create" "directory" "exclusive" "truncate"))
            (export "open-flags" (type $open-flags (eq $open)))
            (type $use (flags "read" "write" "file-integrity-sync" "data-integrity-sync" "requested-write-sync" "mutate-directory"))
            (export "descriptor-flags" (type $descriptor-flags (eq $use)))
            (type $codes (enum "access" "would-block" "already" "bad-descriptor" "busy" "deadlock" "quota" "exist" "file-too-large"
                "illegal-byte-sequence" "in-progress" "interrupted" "invalid" "io" "is-directory" "loop" "too-many-links" "message-size"
                "name-too-long" "no-device" "no-entry" "no-lock" "insufficient-memory" "insufficient-space" "not-directory" "not-empty"
                "not-recoverable" "unsupported" "no-tty" "no-such-device" "overflow" "not-permitted" "pipe" "read-only" "invalid-seek"
                "text-file-busy" "cross-device"))
            (export "error-code" (type $error-code (eq $codes)))
            (export "[method]descriptor.open-at" (func
                (param "self" (borrow $descriptor)) (param "path-flags" $path-flags) (param "path" string)
                (param "open-flags" $open-flags) (param "flags" $descriptor-flags)
                (result (result (own $descriptor) (error $error-code)))))))
        (alias export $types "descriptor" (type $descriptor))
        (import "wasi:filesystem/preopens@0.2.0" (instance $preopens
            (alias outer 1 $descriptor (type $descriptor))
            (export "get-directories" (func (result (list (tuple (own $descriptor) string)))))))
        (alias export $types "[method]descriptor.open-at" (func $open))
        (alias export $preopens "get-directories" (func $folders))
        (core module $memory
            (memory (export "memory") 1)
            (data (i32.const 1024) "{name}")
            (global $next (mut i32) (i32.const 4096))
            (func (export "realloc") (param i32 i32 i32 i32) (result i32)
                (global.get $next)
                (global.set $next (i32.and (i32.add (i32.add (global.get $next) (local.get 3)) (i32.const 7)) (i32.const -8)))))
        (core instance $memory (instantiate $memory))
        (core func $open (canon lower (func $open) (memory (core memory $memory "memory"))))
        (core func $folders (canon lower (func $folders)
            (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
        (core module $m
            (import "memory" "memory" (memory 1))
            (import "host" "folders" (func $folders (param i32)))
            (import "host" "open" (func $open (param i32 i32 i32 i32 i32 i32 i32)))
            (func (export "run") (result i32)
                (call $folders (i32.const 0))
                (call $open (i32.load (i32.load (i32.const 0))) (i32.const 1) (i32.const 1024) (i32.const {length})
                    (i32.const 0) (i32.const 1) (i32.const 16))
                (i32.load8_u (i32.const 16))))
        (core instance $i (instantiate $m (with "memory" (instance $memory)) (with "host" (instance
            (export "folders" (func $folders)) (export "open" (func $open))))))
        (func (export "run") (result u32) (canon lift (core func $i "run")))"#
    ))
}
