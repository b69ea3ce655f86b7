//! Components are compiled in a child process, and kept.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use amphi_edge::{Cache, CompileError, Compiling, DeployError, Host, Place, Settings, Spec};
use http::StatusCode;
use serde_json::json;

use crate::fixture::{call, deploy, guest};

/// The command, which is a program that compiles when it is told to.
fn program() -> Place {
    Place::Child(PathBuf::from(env!("CARGO_BIN_EXE_amphi")))
}

fn host(compiling: Compiling, cache: &Path) -> Host {
    Host::new(Settings {
        compiling,
        cache: Some(Cache::open(cache).expect("a cache")),
        ..Settings::default()
    })
    .expect("it has no audit log")
}

fn in_child() -> Compiling {
    Compiling {
        place: program(),
        ..Compiling::default()
    }
}

fn entries(cache: &Path) -> Vec<PathBuf> {
    let folders = fs::read_dir(cache).expect("the cache");
    folders
        .flat_map(|folder| fs::read_dir(folder.expect("a folder").path()).expect("a folder"))
        .map(|file| file.expect("a file").path())
        .collect()
}

#[tokio::test]
async fn what_a_child_compiles_is_kept_and_used_again() {
    let cache = tempfile::tempdir().expect("a folder");
    for kind in ["calc-1-0", "respond-0-3"] {
        deploy(&host(in_child(), cache.path()), Spec::new("f", guest(kind))).await;
    }
    assert_eq!(entries(cache.path()).len(), 2);
    // A program that cannot be started is not missed.
    let nobody = Compiling {
        place: Place::Child(PathBuf::from("/nonexistent")),
        ..Compiling::default()
    };
    let host = host(nobody, cache.path());
    deploy(&host, Spec::new("calc", guest("calc-1-0"))).await;
    assert_eq!(
        call(&host, "calc/add", "[1, 2]").await,
        (StatusCode::OK, json!(3))
    );
    let error = host.deploy(Spec::new("other", guest("calc-1-1"))).await;
    assert!(
        matches!(error, Err(DeployError::Compile(CompileError::Child { .. }))),
        "{:?}",
        error.err()
    );
}

#[tokio::test]
async fn a_broken_entry_is_compiled_again() {
    let cache = tempfile::tempdir().expect("a folder");
    deploy(
        &host(in_child(), cache.path()),
        Spec::new("f", guest("calc-1-0")),
    )
    .await;
    let entry = entries(cache.path()).remove(0);
    let good = fs::read(&entry).expect("an entry");
    let half = &good[..good.len() / 2];
    let mut other = good.clone();
    let last = other.len() - 1;
    other[last] ^= 0xff;
    for bad in [half, b"", &other] {
        fs::write(&entry, bad).expect("an entry");
        let host = host(in_child(), cache.path());
        deploy(&host, Spec::new("calc", guest("calc-1-0"))).await;
        let answer = call(&host, "calc/add", "[1, 2]").await;
        assert_eq!(answer, (StatusCode::OK, json!(3)));
        assert_eq!(fs::read(&entry).expect("an entry"), good);
    }
}

/// A component that takes long to compile: one function of very many instructions.
fn bomb() -> Vec<u8> {
    let body = "(local.set 0 (i32.mul (i32.add (local.get 0) (i32.const 7)) (local.get 0)))"
        .repeat(400_000);
    let text = format!(
        r#"(component
            (core module $m (func (export "run") (result i32) (local i32) {body} (local.get 0)))
            (core instance $i (instantiate $m))
            (func (export "run") (result s32) (canon lift (core func $i "run"))))"#
    );
    wat::parse_str(text).expect("a component")
}

#[tokio::test]
async fn a_compile_bomb_meets_its_limits_and_nothing_else() {
    let cache = tempfile::tempdir().expect("a folder");
    let bomb = bomb();
    let tight = [
        Compiling {
            time: Duration::from_millis(300),
            ..in_child()
        },
        Compiling {
            memory: 128 << 20,
            ..in_child()
        },
    ];
    // What is compiled already needs nothing of the limits.
    let small = || Spec::new("small", wat::parse_str(SMALL).expect("a component"));
    deploy(&host(in_child(), cache.path()), small()).await;
    for compiling in tight {
        let host = host(compiling.clone(), cache.path());
        deploy(&host, small()).await;
        match host.deploy(Spec::new("bomb", bomb.clone())).await {
            Err(DeployError::Compile(CompileError::Limits { .. })) => {}
            other => panic!("{compiling:?}: {:?}", other.err()),
        }
        let (status, _) = call(&host, "small/run", "").await;
        assert_eq!(status, StatusCode::OK);
    }
}

const SMALL: &str = r#"(component
    (core module $m (func (export "run")))
    (core instance $i (instantiate $m))
    (func (export "run") (canon lift (core func $i "run"))))"#;
