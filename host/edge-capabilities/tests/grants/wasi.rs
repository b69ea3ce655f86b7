//! Configuration values, the log, and WASI, from a guest.

use amphi::Engine;
use amphi::component::Component;
use amphi_edge_capabilities::keyvalue::{Access, KeyValueStores};
use amphi_edge_capabilities::logging::LogLevel;
use amphi_edge_capabilities::{DirectoryGrant, GrantError, Grants, NotGranted, Prepared};
use amphi_support::vault::{Host, linked};
use std::collections::BTreeMap;

fn host(grants: Grants) -> Host {
    Host::new(grants, &KeyValueStores::default())
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let pair = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    pairs.iter().map(pair).collect()
}

#[tokio::test]
async fn values_of_the_configuration_and_the_environment_are_what_is_granted() {
    let granted = host(Grants {
        config: map(&[("colour", "blue"), ("size", "3")]),
        env: map(&[("HOME", "/nowhere")]),
        ..Grants::default()
    });
    granted
        .check(&[
            ("config:colour", "Ok(Some(\"blue\"))"),
            ("config:weight", "Ok(None)"),
            ("config", "Ok([(\"colour\", \"blue\"), (\"size\", \"3\")])"),
            ("env", "[(\"HOME\", \"/nowhere\")]"),
        ])
        .await;
    let nothing = host(Grants::default());
    nothing
        .check(&[
            ("config:colour", "Ok(None)"),
            ("config", "Ok([])"),
            ("env", "[]"),
        ])
        .await;
}

#[tokio::test]
async fn lines_of_the_log_keep_their_level() {
    let host = host(Grants::default());
    let levels = [
        LogLevel::Trace,
        LogLevel::Debug,
        LogLevel::Info,
        LogLevel::Warn,
        LogLevel::Error,
        LogLevel::Critical,
    ];
    let tries = levels.map(|level| format!("log:{}=it is {level:?}", level.name()));
    let tries: Vec<&str> = tries.iter().map(String::as_str).collect();
    host.call(&tries).await.expect("it does not trap");
    let expected = levels.map(|level| (level, "vault".to_owned(), format!("it is {level:?}")));
    let found = host.log.0.lock().expect("nobody panics").clone();
    assert_eq!(found, expected);
}

/// A component that imports each draft by its name alone.
const UNVERSIONED: &str = r#"(component
    (type $level' (enum "trace" "debug" "info" "warn" "error" "critical"))
    (import "wasi:logging/logging" (instance
        (export "level" (type $level (eq $level')))
        (export "log" (func (param "level" $level) (param "context" string) (param "message" string)))))
    (type $problem' (variant (case "upstream" string) (case "io" string)))
    (import "wasi:config/store" (instance
        (export "error" (type $problem (eq $problem')))
        (export "get" (func (param "key" string) (result (result (option string) (error $problem)))))))
    (type $error' (variant (case "no-such-store") (case "access-denied") (case "other" string)))
    (import "wasi:keyvalue/store" (instance $store
        (export "error" (type $error (eq $error')))
        (export "bucket" (type $bucket (sub resource)))
        (export "open" (func (param "identifier" string) (result (result (own $bucket) (error $error)))))))
    (alias export $store "bucket" (type $bucket))
    (alias export $store "error" (type $error))
    (import "wasi:keyvalue/atomics" (instance
        (export "error" (type $atomic-error (eq $error)))
        (export "bucket" (type $atomic (eq $bucket)))
        (export "increment" (func (param "bucket" (borrow $atomic)) (param "key" string) (param "delta" u64)
            (result (result u64 (error $atomic-error)))))))
    (import "wasi:keyvalue/batch" (instance
        (export "error" (type $batch-error (eq $error)))
        (export "bucket" (type $batch (eq $bucket)))
        (export "delete-many" (func (param "bucket" (borrow $batch)) (param "keys" (list string))
            (result (result (error $batch-error)))))))
)"#;

#[test]
fn drafts_are_linked_without_their_versions_too() {
    let engine = Engine::default();
    let bytes = wat::parse_str(UNVERSIONED).expect("the text is well formed");
    let component = Component::new(&engine, bytes).expect("it is valid");
    let prepared = Prepared::new(Grants::default(), &KeyValueStores::default());
    let prepared = prepared.expect("it can be granted");
    let linker = linked(&engine, &component, &prepared).expect("nothing is defined twice");
    let pre = linker.instantiate_pre(&component).map(drop);
    assert!(pre.is_ok(), "{pre:?}");
}

#[tokio::test]
async fn directories_are_read_or_written_as_they_are_granted() {
    let folder = tempfile::tempdir().expect("a folder");
    let (kept, drafts) = (folder.path().join("kept"), folder.path().join("drafts"));
    for directory in [&kept, &drafts] {
        std::fs::create_dir(directory).expect("it is made");
    }
    std::fs::write(kept.join("letter"), "dear reader").expect("it is written");
    let directory = |host: &std::path::Path, guest: &str, access| DirectoryGrant {
        host: host.to_owned(),
        guest: guest.to_owned(),
        access,
    };
    let host = host(Grants {
        directories: vec![
            directory(&kept, "/kept", Access::Read),
            directory(&drafts, "/drafts", Access::Write),
        ],
        ..Grants::default()
    });
    let words = [
        "read:/kept/letter",
        "write:/kept/letter=no",
        "write:/drafts/new=yes",
    ];
    let found = host.call(&words).await.expect("it does not trap");
    let lines: Vec<&str> = found.lines().collect();
    assert_eq!(lines[0], "read: dear reader");
    assert!(lines[1].starts_with("write failed:"), "{found}");
    assert_eq!(lines[2], "write: done");
    let letter = std::fs::read_to_string(kept.join("letter")).expect("it is there");
    assert_eq!(letter, "dear reader");
    let draft = std::fs::read_to_string(drafts.join("new")).expect("it is there");
    assert_eq!(draft, "yes");
    let above = host
        .call(&["read:/kept/../drafts/new", "read:/etc/passwd"])
        .await;
    let above = above.expect("it does not trap");
    assert!(
        above.lines().all(|line| line.starts_with("read failed:")),
        "{above}"
    );

    let missing = Grants {
        directories: vec![directory(&folder.path().join("none"), "/", Access::Read)],
        ..Grants::default()
    };
    let refused = Prepared::new(missing, &KeyValueStores::default());
    assert!(matches!(refused, Err(GrantError::Directory { .. })));
}

#[tokio::test]
async fn clocks_and_random_numbers_trap_unless_they_are_granted() {
    let granted = host(Grants {
        clocks: true,
        random: true,
        ..Grants::default()
    });
    granted
        .check(&[("clock", "true"), ("random", "true")])
        .await;

    let nothing = host(Grants::default());
    for (word, grant, function) in [
        ("clock", "clocks", "now"),
        ("random", "random", "get-random-u64"),
    ] {
        let trap = nothing.call(&[word]).await.expect_err("it traps");
        let found = trap.downcast_ref::<NotGranted>().expect("it says why");
        assert_eq!((found.grant, found.function.as_str()), (grant, function));
        assert!(
            found.interface.starts_with(&format!("wasi:{grant}/")),
            "{found}"
        );
    }
}

#[tokio::test]
async fn sockets_are_never_granted() {
    let host = host(Grants::default());
    let found = host
        .call(&["connect:127.0.0.1:1"])
        .await
        .expect("it does not trap");
    assert!(
        found.starts_with("connect failed: permission denied"),
        "{found}"
    );
}
