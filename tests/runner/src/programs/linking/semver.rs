//! Names with versions: a compatible version stands for another, in imports and in exports.

use amphi::component::Linker;
use amphi::{Engine, Result, Store};

use super::component;
use crate::programs::Transcript;

/// A component that imports a clock of `version`, and exports another under the same version.
fn clock(version: &str) -> String {
    format!(
        r#"
        (component
          (import "demo:clock/clock@{version}" (instance (export "now" (func (result u32)))))
          (core module $m (func (export "f") (result i32) i32.const 7))
          (core instance $i (instantiate $m))
          (func $later (result u32) (canon lift (core func $i "f")))
          (instance $out (export "later" (func $later)))
          (export "demo:clock/later@{version}" (instance $out)))
        "#
    )
}

/// The clock's name with a version, or without where that is empty.
fn clock_of(version: &str) -> String {
    match version {
        "" => "demo:clock/clock".to_owned(),
        version => format!("demo:clock/clock@{version}"),
    }
}

/// A component that calls what it imports.
fn caller(version: &str) -> String {
    let clock = clock_of(version);
    format!(
        r#"
        (component
          (import "{clock}" (instance $clock (export "now" (func (result u32)))))
          (alias export $clock "now" (func $now))
          (core func $now' (canon lower (func $now)))
          (core module $m
            (import "c" "now" (func $now (result i32)))
            (func (export "f") (result i32) (call $now)))
          (core instance $i (instantiate $m (with "c" (instance (export "now" (func $now'))))))
          (func (export "run") (result u32) (canon lift (core func $i "f"))))
        "#
    )
}

/// What a component that imports `version` gets of a linker that defines `defined`, each with its
/// own number.
fn found(engine: &Engine, defined: &[&str], version: &str) -> Result<u32> {
    let mut linker = Linker::new(engine);
    for (number, defined) in (1_u32..).zip(defined) {
        let mut clock = linker.instance(&clock_of(defined))?;
        clock.func_wrap("now", move |_, ()| Ok((number,)))?;
    }
    let component = component(engine, &caller(version))?;
    let mut store = Store::new(engine, ());
    let instance = linker.instantiate(&mut store, &component)?;
    let run = instance.get_typed_func::<(), (u32,)>(&mut store, "run")?;
    Ok(run.call(&mut store, ())?.0)
}

pub fn run(t: &mut Transcript, engine: &Engine, _: &[amphi::component::Component]) -> Result<()> {
    for (defined, version) in [
        (vec!["1.0.0"], "1.0.0"),
        (vec!["1.2.0"], "1.0.0"),
        (vec!["1.0.0"], "1.2.3"),
        (vec!["1.0.0", "1.1.0", "1.0.5"], "1.0.1"),
        (vec!["1.0.0", "1.1.0", "1.0.5"], "1.0.5"),
        (vec!["0.2.0", "0.2.7", "0.3.0"], "0.2.1"),
        (vec!["0.0.1"], "0.0.1"),
        (vec!["1.0.0-rc1"], "1.0.0-rc1"),
        (vec!["1.0.0+build"], "1.0.0"),
        (vec!["1.0.0", ""], ""),
    ] {
        let number = found(engine, &defined, version)?;
        t.saw(&format!("{version} of {defined:?}"), number);
    }
    for (defined, version) in [
        (vec!["2.0.0"], "1.0.0"),
        (vec!["0.2.0"], "0.1.0"),
        (vec!["0.0.1"], "0.0.2"),
        (vec!["1.0.0"], "1.0.0-rc1"),
        (vec!["1.0.0"], ""),
        (vec![""], "1.0.0"),
    ] {
        let missing = found(engine, &defined, version);
        let step = format!("{version} of {defined:?}");
        t.fails(
            &step,
            missing,
            "a matching implementation was not found in the linker",
        );
    }
    exports(t, engine)
}

/// Exports are looked up in the same way.
fn exports(t: &mut Transcript, engine: &Engine) -> Result<()> {
    let component = component(engine, &clock("1.2.0"))?;
    for name in [
        "demo:clock/later@1.2.0",
        "demo:clock/later@1.0.0",
        "demo:clock/later@1.9.9",
        "demo:clock/later@2.0.0",
        "demo:clock/later",
    ] {
        t.saw(name, component.get_export_index(None, name).is_some());
    }
    let mut linker: Linker<()> = Linker::new(engine);
    linker
        .instance("demo:clock/clock@1.0.0")?
        .func_wrap("now", |_, ()| Ok((3_u32,)))?;
    let mut store = Store::new(engine, ());
    let instance = linker.instantiate(&mut store, &component)?;
    let later = instance.get_export_index(&mut store, None, "demo:clock/later@1.0.0");
    let later = instance.get_export_index(&mut store, later.as_ref(), "later");
    t.same("an export inside", later.is_some(), true);
    Ok(())
}
