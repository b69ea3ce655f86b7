//! Components that are precompiled: what an engine writes it reads again, and what it has not
//! written it refuses.
#![expect(unsafe_code, reason = "compiled code is trusted natively")]

use amphi::component::{Component, Linker};
use amphi::{Engine, Precompiled, Result, Store, shared_config};

use super::Transcript;

/// It imports `now: func() -> u32` and exports `later: func(by: u32) -> u32`.
const LATER: &str = r#"
    (component
      (import "now" (func $now (result u32)))
      (core func $lowered (canon lower (func $now)))
      (core module $m (import "" "now" (func $now (result i32)))
        (func (export "later") (param i32) (result i32) (i32.add (call $now) (local.get 0))))
      (core instance $i (instantiate $m (with "" (instance (export "now" (func $lowered))))))
      (func (export "later") (param "by" u32) (result u32) (canon lift (core func $i "later"))))
"#;

/// What `later` gives for 5, in a store whose time is 1000.
fn later(engine: &Engine, component: &Component) -> Result<u32> {
    let mut linker = Linker::<u32>::new(engine);
    linker
        .root()
        .func_wrap("now", |store, ()| Ok((*store.data(),)))?;
    let mut store = Store::new(engine, 1000);
    let instance = linker.instantiate(&mut store, component)?;
    let func = instance.get_typed_func::<(u32,), (u32,)>(&mut store, "later")?;
    Ok(func.call(&mut store, (5,))?.0)
}

pub async fn run(t: &mut Transcript, engine: &Engine) -> Result<()> {
    let bytes = wat::parse_str(LATER)?;
    let precompiled = engine.precompile_component(&bytes)?;
    t.same(
        "detected",
        Engine::detect_precompiled(&precompiled),
        Some(Precompiled::Component),
    );
    t.same(
        "a component is not precompiled",
        Engine::detect_precompiled(&bytes),
        None::<Precompiled>,
    );
    // SAFETY: this engine has just written the bytes.
    let component = unsafe { Component::deserialize(engine, &precompiled) }?;
    t.same("at once", later(engine, &component)?, 1005);
    let again = component.serialize()?;
    // SAFETY: as above.
    let component = unsafe { amphi::deserialize(engine, &again) }.await?;
    t.same(
        "serialized again, awaited",
        later(engine, &component)?,
        1005,
    );
    let serialized = Component::new(engine, &bytes)?.serialize()?;
    // SAFETY: as above.
    let component = unsafe { amphi::deserialize(engine, &serialized) }.await?;
    t.same("of a component", later(engine, &component)?, 1005);

    let mut other = shared_config();
    other.wasm_component_model_map(true).wasm_simd(false);
    other.wasm_relaxed_simd(false);
    let other = Engine::new(&other)?;
    // SAFETY: an engine has just written the bytes.
    let refused = unsafe { Component::deserialize(&other, &precompiled) };
    t.same("for another `Config`", refused.is_err(), true);
    forged(engine, &bytes, &precompiled)
}

/// In a page every change is found; natively nobody may try.
#[cfg(not(target_arch = "wasm32"))]
#[expect(clippy::unnecessary_wraps, reason = "in a page it may fail")]
fn forged(_: &Engine, _: &[u8], _: &[u8]) -> Result<()> {
    Ok(())
}

/// In a page every change is found; natively nobody may try.
#[cfg(target_arch = "wasm32")]
fn forged(engine: &Engine, component: &[u8], precompiled: &[u8]) -> Result<()> {
    let refused = |bytes: &[u8], why: &str| {
        // SAFETY: a page checks the bytes.
        let error = unsafe { Component::deserialize(engine, bytes) }.err();
        let said = error.map(|error| format!("{error:#}")).unwrap_or_default();
        amphi::ensure!(
            said.contains(why),
            "expected an error with `{why}`, found `{said}`"
        );
        Ok(())
    };
    refused(component, "found a component as it is before that")?;
    for length in 1..precompiled.len() {
        refused(&precompiled[..length], "truncated")?;
    }
    for index in 0..precompiled.len() {
        let mut changed = precompiled.to_vec();
        changed[index] ^= 0x10;
        // SAFETY: as above.
        let read = unsafe { Component::deserialize(engine, &changed) };
        amphi::ensure!(read.is_err(), "byte {index} may be changed");
    }
    Ok(())
}
