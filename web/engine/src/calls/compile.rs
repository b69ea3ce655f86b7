//! From a component's bytes to a `Component`.

use super::assemble::{compiled, compiled_async, component};
use crate::component::component::{Component, Origin};
use crate::engine::Engine;
use crate::page;
use amphi_translate::codegen::single_memory_transcoders;
use amphi_translate::plan::Plan;
use wasmtime_environ::error::Result;

impl Component {
    /// Compiles a component on the calling thread.
    ///
    /// Browsers refuse to compile large modules on the main thread (8 MiB in Chromium):
    /// [`Component::new_async`] has no such limit.
    ///
    /// # Errors
    ///
    /// The bytes are not a valid component, need a feature that this engine does not have, or the
    /// browser refuses a core module.
    pub fn new(engine: &Engine, bytes: impl AsRef<[u8]>) -> Result<Component> {
        let bytes = bytes.as_ref();
        let plan = plan(engine, bytes)?;
        let modules = compiled(plan.modules.iter().map(|module| &*module.wasm))?;
        component(engine, without_bytes(plan), modules, Origin::new(bytes))
    }

    /// As [`Component::new`]; a component is always binary here.
    ///
    /// # Errors
    ///
    /// As [`Component::new`].
    pub fn from_binary(engine: &Engine, bytes: &[u8]) -> Result<Component> {
        Component::new(engine, bytes)
    }

    /// Compiles a component off the main thread, its core modules side by side.
    ///
    /// # Errors
    ///
    /// As [`Component::new`].
    pub async fn new_async(engine: &Engine, bytes: impl AsRef<[u8]>) -> Result<Component> {
        let bytes = bytes.as_ref();
        let plan = plan(engine, bytes)?;
        let modules = compiled_async(plan.modules.iter().map(|module| &*module.wasm)).await?;
        component(engine, without_bytes(plan), modules, Origin::new(bytes))
    }
}

/// A plan that this browser can follow.
fn plan(engine: &Engine, bytes: &[u8]) -> Result<Plan> {
    let mut plan = Plan::with_features(bytes, engine.features())?;
    if !page::page(|page| Ok(page.has_multi_memory()))? {
        plan.rewrite_for_single_memory()?;
        plan.transcoders = single_memory_transcoders(&plan.trampolines)?;
    }
    if page::can_suspend() {
        plan.defer_starts()?;
    }
    if page::page(|page| Ok(page.bounds_sound_alike))? {
        plan.look_up_table_accesses()?;
    }
    Ok(plan)
}

/// The browser has its own copy of core modules.
fn without_bytes(mut plan: Plan) -> Plan {
    for module in &mut plan.modules {
        module.wasm = Vec::new();
    }
    plan
}
