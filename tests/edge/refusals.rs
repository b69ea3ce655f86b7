//! What a reload refuses, while the old version serves on under calls: the reason is in the
//! reloader's state, in the log and in the metrics.

use std::fs;
use std::time::Duration;

use amphi_edge::config::OnCacheFailure;
use amphi_edge::reload::Trigger;
use amphi_edge::{Compiling, Host, Settings, Spec};
use amphi_runner::hostile::{Hostile, Kind};
use amphi_support::fixture::{deploy, host, settings, with_causes};
use serde_json::json;

use crate::bombs;
use crate::compiling::program;
use crate::reload::{CONFIG, Load, Site, component, fill, problems, returning, with_cache};

/// Breaks a site that serves under calls: the old version serves on, and `reason` is in the state
/// and in the log, `word` in the metrics.
async fn refused(break_it: impl FnOnce(&Site), word: &str, reason: &str) {
    refused_at(Site::new().await, break_it, word, reason).await;
}

async fn refused_at(site: Site, break_it: impl FnOnce(&Site), word: &str, reason: &str) {
    let load = Load::begin(&site.host);
    break_it(&site);
    let (written, result) = site.reload().await;
    let error = result.expect_err("it is broken");
    assert_eq!(error.word(), word, "{}", with_causes(&error));
    let problems = problems(&site.reloader).expect("it failed");
    assert!(problems.contains(reason), "{problems}");
    assert!(written.contains(reason), "{written}");
    let metrics = site.host.metrics().text();
    let count = format!("amphi_config_reload_total{{result=\"{word}\"}} 1");
    assert!(metrics.contains(&count), "{metrics}");
    assert!(
        metrics.contains("amphi_config_last_reload_success 0"),
        "{metrics}"
    );
    assert_eq!(site.generation(), 1);
    assert_eq!(site.answer().await, json!(1));
    load.end().await;
    // What is whole again is served.
    site.write("amphi.yaml", CONFIG);
    site.rename_over("f.wasm", returning(2));
    let applied = site.reloader.reload(Trigger::Hand).await;
    assert_eq!(applied.expect("it is good").deployed, ["f"]);
    assert_eq!(site.answer().await, json!(2));
    assert_eq!(site.generation(), 2);
}

#[tokio::test]
async fn a_component_that_is_gone_is_refused() {
    let gone = |site: &Site| fs::remove_file(site.path("f.wasm")).expect("it was there");
    refused(gone, "config", "f.wasm").await;
}

#[tokio::test]
async fn a_configuration_that_is_gone_is_refused() {
    let gone = |site: &Site| fs::remove_file(site.path("amphi.yaml")).expect("it was there");
    refused(gone, "config", "cannot read").await;
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_refused() {
    // Nobody can read a folder as a file, not even who may read everything.
    let folder = |site: &Site| {
        site.write("amphi.yaml", CONFIG.replace("f.wasm", "g.wasm"));
        fs::create_dir(site.path("g.wasm")).expect("a folder");
    };
    refused(folder, "config", "g.wasm").await;
}

#[tokio::test]
async fn a_truncated_component_is_refused() {
    let truncated = |site: &Site| {
        let whole = returning(2);
        site.write("f.wasm", &whole[..whole.len() / 2]);
    };
    refused(truncated, "component", "expected a complete binary").await;
}

#[tokio::test]
async fn a_component_that_breaks_callers_is_refused() {
    let breaking = |site: &Site| {
        let text = r#"(core module $m (func (export "run") (result i32) i32.const 2))
            (core instance $i (instantiate $m))
            (func (export "run") (result bool) (canon lift (core func $i "run")))"#;
        site.write("f.wasm", component(text));
    };
    refused(breaking, "gate", "expected `u32`").await;
}

#[tokio::test]
async fn a_component_that_imports_what_is_not_there_is_refused() {
    let unlinked = |site: &Site| {
        let text = r#"(import "no:such/thing@1.0.0" (instance (export "f" (func))))
            (core module $m (func (export "run") (result i32) i32.const 2))
            (core instance $i (instantiate $m))
            (func (export "run") (result u32) (canon lift (core func $i "run")))"#;
        site.write("f.wasm", component(text));
    };
    refused(unlinked, "link", "no:such/thing@1.0.0").await;
}

#[tokio::test]
async fn a_component_that_traps_when_it_starts_is_refused() {
    let trapping = |site: &Site| {
        let text = r#"(core module $m
                (func $start unreachable) (start $start)
                (func (export "run") (result i32) i32.const 2))
            (core instance $i (instantiate $m))
            (func (export "run") (result u32) (canon lift (core func $i "run")))"#;
        site.write("f.wasm", component(text));
    };
    refused(trapping, "instance", "the component cannot be instantiated").await;
}

#[tokio::test]
async fn a_component_that_takes_too_long_to_compile_is_refused() {
    // What is whole is compiled before, so that a busy machine changes nothing.
    for number in [1, 2] {
        deploy(&host(), Spec::new("f", returning(number))).await;
    }
    let tight = Host::new(Settings {
        compiling: Compiling {
            isolation: program(),
            time: Duration::from_millis(300),
            ..Compiling::default()
        },
        ..settings()
    });
    let site = Site::of(tight.expect("it has no audit log")).await;
    let bomb = |site: &Site| site.write("f.wasm", bombs::compiling());
    let reason = "expected compiling to need at most";
    refused_at(site, bomb, "compile", reason).await;
}

#[tokio::test]
async fn a_component_whose_code_finds_no_space_on_the_disk_is_refused() {
    let cache = tempfile::tempdir().expect("a folder");
    let site = with_cache(cache.path(), OnCacheFailure::default()).await;
    let full = |site: &Site| {
        fill(cache.path(), &returning(2));
        site.rename_over("f.wasm", returning(2));
    };
    refused_at(site, full, "cache", "No space left on device").await;
}

#[tokio::test]
async fn what_a_component_imports_exports_and_takes_has_to_fit() {
    let pinned = |site: &Site| {
        let pin = "    interface: demo:calc/ops@1.0.0\n";
        site.write("amphi.yaml", CONFIG.to_owned() + pin);
    };
    let reason = "expected a component that exports `demo:calc/ops@1.0.0`, found run";
    refused(pinned, "interface", reason).await;
    let empty = |site: &Site| {
        site.write("f.wasm", component(""));
        site.write("amphi.yaml", CONFIG.to_owned() + "    abi: any\n");
    };
    refused(empty, "nothing-to-call", "found neither").await;
    let large = |site: &Site| {
        let memories = "(core instance (instantiate $memory))".repeat(9);
        let text = format!(
            r#"(core module $memory (memory 1)) {memories}
            (core module $m (func (export "run") (result i32) i32.const 2))
            (core instance $i (instantiate $m))
            (func (export "run") (result u32) (canon lift (core func $i "run")))"#
        );
        site.write("f.wasm", component(&text));
    };
    refused(
        large,
        "too-large",
        "expected at most 8 memories in a component, found 9",
    )
    .await;
    let untrusted = |site: &Site| {
        site.write("authorities.pem", "nothing to trust");
        let grants = "    grants: { http: { hosts: ['*'], authorities: authorities.pem } }\n";
        site.write("amphi.yaml", CONFIG.to_owned() + grants);
    };
    refused(untrusted, "grants", "authorities").await;
}

#[tokio::test]
async fn a_plugin_that_is_no_component_is_refused_whether_or_not_a_function_has_it() {
    for uses in ["", "    plugins: [p]\n"] {
        let broken = |site: &Site| {
            site.write("p.wasm", "no component");
            let plugins = "plugins: { p: { component: p.wasm } }\n";
            site.write("amphi.yaml", format!("{CONFIG}{uses}{plugins}"));
        };
        let reason = "it cannot be served: invalid component: expected WebAssembly";
        refused(broken, "component", reason).await;
    }
}

#[tokio::test]
async fn what_would_end_or_hang_the_host_is_refused_in_every_place() {
    let nested = Hostile {
        kind: Kind::InstanceTypes,
        levels: 20_000,
    };
    let twice = Hostile {
        kind: Kind::Twice,
        levels: 26,
    };
    for (hostile, reason) in [
        (nested, "expected types nested at most 100 levels deep"),
        (twice, "found one that multiplies itself"),
    ] {
        let bytes = hostile.bytes().expect("its text is well formed");
        let component = |site: &Site| site.write("f.wasm", &bytes);
        refused(component, "component", reason).await;
        let canary = |site: &Site| {
            site.write("g.wasm", &bytes);
            let canary = "    canary: { component: g.wasm, weight: 1 }\n";
            site.write("amphi.yaml", CONFIG.to_owned() + canary);
        };
        refused(canary, "component", reason).await;
        let plugin = |site: &Site| {
            site.write("p.wasm", &bytes);
            let plugins = "    plugins: [p]\nplugins: { p: { component: p.wasm } }\n";
            site.write("amphi.yaml", CONFIG.to_owned() + plugins);
        };
        refused(plugin, "component", reason).await;
    }
}

/// `CONFIG` with a smoke call.
fn with_smoke(call: &str) -> String {
    format!("{CONFIG}    smoke: {call}\n")
}

#[tokio::test]
async fn a_component_that_does_not_answer_its_smoke_call_is_refused() {
    let traps = |site: &Site| {
        let text = r#"(core module $m (func (export "run") (result i32) unreachable))
            (core instance $i (instantiate $m))
            (func (export "run") (result u32) (canon lift (core func $i "run")))"#;
        site.write("f.wasm", component(text));
        site.write("amphi.yaml", with_smoke("{ func: run }"));
    };
    refused(traps, "smoke", "the guest trapped: unreachable").await;
    let computes_on = |site: &Site| {
        let text = r#"(core module $m (func (export "run") (result i32) (loop (br 0)) unreachable))
            (core instance $i (instantiate $m))
            (func (export "run") (result u32) (canon lift (core func $i "run")))"#;
        site.write("f.wasm", component(text));
        let limits = "    limits: { cpu: 50ms }\n";
        site.write("amphi.yaml", with_smoke("{ func: run }") + limits);
    };
    refused(computes_on, "smoke", "at most 50ms of processor time").await;
    let other = |site: &Site| {
        site.write("f.wasm", returning(2));
        site.write("amphi.yaml", with_smoke("{ func: run, expect: 3 }"));
    };
    refused(other, "smoke", "expected `3`, found `2`").await;
    let says_no = |site: &Site| {
        let text = r#"(core module $m (func (export "run") (result i32) i32.const 1))
            (core instance $i (instantiate $m))
            (func (export "run") (result (result)) (canon lift (core func $i "run")))"#;
        site.write("f.wasm", component(text));
        let any = "    abi: any\n";
        site.write("amphi.yaml", with_smoke("{ func: run }") + any);
    };
    refused(says_no, "smoke", "expected a result that is not an error").await;
    let elsewhere = |site: &Site| site.write("amphi.yaml", with_smoke("{ func: walk }"));
    refused(elsewhere, "smoke", "`walk`").await;
    let with_more = |site: &Site| {
        site.write("amphi.yaml", with_smoke("{ func: run, args: [1] }"));
    };
    refused(with_more, "smoke", "does not take its arguments").await;
    let by_http = |site: &Site| site.write("amphi.yaml", with_smoke("{ path: / }"));
    refused(by_http, "smoke", "exports `wasi:http`").await;
}

#[tokio::test]
async fn a_component_that_answers_its_smoke_call_serves_without_a_trace_of_it() {
    let site = Site::new().await;
    // It counts how often it was called.
    let text = r#"(core module $m (global $n (mut i32) (i32.const 0))
            (func (export "run") (result i32)
                (global.set $n (i32.add (global.get $n) (i32.const 1))) global.get $n))
        (core instance $i (instantiate $m))
        (func (export "run") (result u32) (canon lift (core func $i "run")))"#;
    site.write("f.wasm", component(text));
    let reuse = "    reuse: { calls: 100, idle: 1m }\n";
    site.write(
        "amphi.yaml",
        with_smoke("{ func: run, args: [], expect: 1 }") + reuse,
    );
    let (_, applied) = site.reload().await;
    assert_eq!(applied.expect("it is good").deployed, ["f"]);
    assert_eq!(site.answer().await, json!(1));
    assert_eq!(site.answer().await, json!(2));
    let metrics = site.host.metrics().text();
    let version = &site
        .host
        .function("f")
        .expect("it is served")
        .lanes()
        .stable
        .name
        .clone();
    let calls = format!("version=\"{version}\",outcome=\"ok\"}} 2");
    assert!(metrics.contains(&calls), "{metrics}");
}

#[tokio::test]
async fn all_that_is_wrong_with_a_configuration_is_told() {
    let broken = |site: &Site| {
        let wrong = format!("{CONFIG}    limits:\n      memori: 1\n      cpu: soon\n");
        site.write("amphi.yaml", wrong);
    };
    refused(broken, "config", "memory").await;
    let site = Site::new().await;
    broken(&site);
    let error = site.reloader.reload(Trigger::Hand).await;
    let problems = error.expect_err("it is broken").problems();
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert_eq!(problems[1].path, "functions.f.limits.cpu");
}
