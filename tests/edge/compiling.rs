//! Components are compiled in a child process, and kept.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use amphi_edge::config::{self, Format};
use amphi_edge::{Cache, CompileError, Compiling, DeployError, Host, Isolation, Settings, Spec};
use amphi_support::fixture::{call, deploy, guest, with_causes};
use http::StatusCode;
use serde_json::json;

use crate::bombs;
use crate::trials::share;

/// The command, which is a program that compiles when it is told to.
pub fn program() -> Isolation {
    Isolation::ChildProcess(PathBuf::from(env!("CARGO_BIN_EXE_amphi")))
}

/// The command, behind commands of a shell that come first.
pub fn program_after(folder: &Path, commands: &str) -> Isolation {
    let (source, program) = (folder.join("source"), folder.join("program"));
    let command = env!("CARGO_BIN_EXE_amphi");
    fs::write(
        &source,
        format!("#!/bin/sh\n{commands}\nexec '{command}'\n"),
    )
    .expect("a text");
    // No child of another test has a program open for writing that this process never had.
    let mut install = Command::new("install");
    let installed = install
        .args(["-m", "700"])
        .args([&source, &program])
        .status();
    assert!(installed.expect("there is `install`").success());
    Isolation::ChildProcess(program)
}

fn host(compiling: Compiling, cache: &Path) -> Host {
    Host::new(Settings {
        compiling,
        cache: Some(Cache::open(cache).expect("a cache")),
        ..Settings::default()
    })
    .expect("it has no audit log")
}

/// In a child, with so much time that a busy machine changes nothing.
fn in_child() -> Compiling {
    Compiling {
        isolation: program(),
        time: Duration::from_secs(3600),
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
        let host = host(in_child(), cache.path());
        deploy(&host, Spec::new("f", guest(kind))).await;
        let function = host.function("f").expect("it is served");
        // What could not be kept says why.
        assert_eq!(function.lanes().stable.warnings, [""; 0], "{kind}");
    }
    let kept = entries(cache.path());
    assert_eq!(kept.len(), 2, "{kept:?}");
    // A program that cannot be started is not missed.
    let nobody = Compiling {
        isolation: Isolation::ChildProcess(PathBuf::from("/nonexistent")),
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

#[tokio::test]
async fn what_is_refused_is_not_compiled() {
    let cache = tempfile::tempdir().expect("a folder");
    let first = || Spec::new("calc", guest("calc-1-0"));
    deploy(&host(in_child(), cache.path()), first()).await;
    // Nothing can be compiled here, so what is compiled shows by another error.
    let nobody = Compiling {
        isolation: Isolation::ChildProcess(PathBuf::from("/nonexistent")),
        ..Compiling::default()
    };
    let host = host(nobody, cache.path());
    deploy(&host, first()).await;
    let mut on_trial = Spec::new("calc", guest("calc-1-1"));
    on_trial.canary = Some(guest("calc-2-0"));
    on_trial.config.canary = Some(share(10));
    for breaking in [Spec::new("calc", guest("calc-2-0")), on_trial] {
        let error = host.deploy(breaking).await.err().expect("it breaks");
        assert!(
            matches!(error, DeployError::Gate(_)),
            "{}",
            with_causes(&error)
        );
    }
    let mut pinned = Spec::new("calc", guest("calc-1-1"));
    pinned.config.interface = Some("demo:calc/ops@1.0.0".to_owned());
    let error = host.deploy(pinned).await.err().expect("it has another");
    assert!(
        matches!(error, DeployError::Interface { .. }),
        "{}",
        with_causes(&error)
    );
    assert_eq!(entries(cache.path()).len(), 1);
    let good = host.deploy(Spec::new("calc", guest("calc-1-1"))).await;
    let error = good.err().expect("nobody compiles it");
    assert!(
        matches!(error, DeployError::Compile(CompileError::Child { .. })),
        "{}",
        with_causes(&error)
    );
    let answer = call(&host, "calc/add", "[1, 2]").await;
    assert_eq!(answer, (StatusCode::OK, json!(3)));
}

#[tokio::test]
async fn a_component_that_two_functions_have_is_compiled_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let count = folder.path().join("count");
    let counting = program_after(folder.path(), &format!("echo >> '{}'", count.display()));
    fs::write(folder.path().join("one.wasm"), guest("calc-1-0")).expect("a component");
    fs::write(folder.path().join("two.wasm"), guest("calc-1-1")).expect("a component");
    let text = "functions:
  a: { component: one.wasm }
  b: { component: two.wasm }
  c: { component: one.wasm }
";
    let config = config::parse(text, Format::Yaml, folder.path()).expect("it reads well");
    let compiling = Compiling {
        isolation: counting,
        ..in_child()
    };
    let host = host(compiling, &folder.path().join("cache"));
    let applied = host.apply(&config).await.expect("all are good");
    assert_eq!(applied.deployed, ["a", "b", "c"]);
    assert_eq!(fs::read(&count).expect("it was run"), b"\n\n");
    for name in ["a", "b", "c"] {
        let answer = call(&host, &format!("{name}/add"), "[1, 2]").await;
        assert_eq!(answer, (StatusCode::OK, json!(3)), "{name}");
    }
}

#[tokio::test]
async fn a_compile_bomb_meets_its_limits_and_nothing_else() {
    let cache = tempfile::tempdir().expect("a folder");
    let bomb = bombs::compiling();
    let tight = [
        Compiling {
            time: Duration::from_millis(300),
            ..in_child()
        },
        Compiling {
            memory: 128 << 20,
            ..in_child()
        },
        // Not enough to read it.
        Compiling {
            memory: 1 << 20,
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
