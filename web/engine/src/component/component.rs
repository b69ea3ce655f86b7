//! `Component`: a plan with its core modules compiled by the browser.

use super::lookup::{ExportLookup, find_export};
use super::matching::InstanceType;
use super::types;
use crate::engine::Engine;
use crate::module::Module;
use crate::page::{self, Local};
use amphi_translate::codegen;
use amphi_translate::plan::{Export, ModuleShape, Plan};
use js_sys::{Array, Promise, Uint8Array, WebAssembly};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::JsFuture;
use wasmtime_environ::component::{ComponentTypes, ExportIndex};
use wasmtime_environ::error::{Result, format_err};

/// A compiled component, as `wasmtime::component::Component`: cheap to clone, instantiated any
/// number of times.
#[derive(Clone)]
pub struct Component(Arc<ComponentInner>);

struct ComponentInner {
    /// Tells components apart, also after they are gone.
    id: u64,
    engine: Engine,
    plan: Plan,
    /// The core modules, in the plan's order.
    modules: Vec<Local<WebAssembly::Module>>,
    /// The wrappers that core modules import in place of host functions.
    wrappers: Local<WebAssembly::Module>,
}

/// An export of a component, found once and used for each of its instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ComponentExportIndex {
    pub(super) component: u64,
    pub(super) index: ExportIndex,
}

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
        let plan = plan(engine, bytes.as_ref())?;
        let modules = plan
            .modules
            .iter()
            .map(|module| page::compile(&module.wasm).map(Local::new))
            .collect::<Result<_>>()?;
        Component::with_modules(engine, plan, modules)
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
        let plan = plan(engine, bytes.as_ref())?;
        let compiling: Array = plan
            .modules
            .iter()
            .map(|module| WebAssembly::compile(&Uint8Array::from(module.wasm.as_slice())))
            .collect();
        let compiled = JsFuture::from(Promise::all(&compiling))
            .await
            .map_err(|error| {
                format_err!(
                    "the browser cannot compile a core module: {}",
                    page::caught_message(&error)
                )
            })?;
        let modules = Array::from(&compiled)
            .iter()
            .map(|module| Local::new(module.unchecked_into()))
            .collect();
        Component::with_modules(engine, plan, modules)
    }

    fn with_modules(
        engine: &Engine,
        mut plan: Plan,
        modules: Vec<Local<WebAssembly::Module>>,
    ) -> Result<Component> {
        let wrappers = page::page(|page| {
            page::compile(&codegen::wrappers(&plan.trampolines, page.host_entry()))
        })?;
        // The browser has its own copy now. Ours is needed only where a trap's kind has to be
        // looked up in it.
        if !page::page(|page| Ok(page.bounds_sound_alike))? {
            for module in &mut plan.modules {
                module.wasm = Vec::new();
            }
        }
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Ok(Component(Arc::new(ComponentInner {
            id: NEXT.fetch_add(1, Relaxed),
            engine: engine.clone(),
            plan,
            modules,
            wrappers: Local::new(wrappers),
        })))
    }

    /// The engine that the component was compiled for.
    pub fn engine(&self) -> &Engine {
        &self.0.engine
    }

    /// The component's type: what it imports and exports.
    pub fn component_type(&self) -> types::Component {
        types::Component::from(self.plan().ty, &self.uninstantiated())
    }

    /// An export by name, inside the instance export `instance` if one is given: its type and its
    /// index.
    pub fn get_export(
        &self,
        instance: Option<&ComponentExportIndex>,
        name: &str,
    ) -> Option<(types::ComponentItem, ComponentExportIndex)> {
        let index = self.get_export_index(instance, name)?;
        let plan = self.plan();
        let types = self.uninstantiated();
        let item = match &plan.export_items[index.index.as_u32() as usize] {
            Export::Func { ty, .. } => {
                types::ComponentItem::ComponentFunc(types::ComponentFunc::from(*ty, &types))
            }
            Export::Instance { ty, .. } => {
                types::ComponentItem::ComponentInstance(types::ComponentInstance::from(*ty, &types))
            }
            Export::Type(def) => types::ComponentItem::from(&self.0.engine, def, &types),
            Export::Module { ty, .. } | Export::ImportedModule { ty, .. } => {
                types::ComponentItem::Module(types::Module::from(*ty, &types))
            }
        };
        Some((item, index))
    }

    /// The index of an export by name, inside the instance export `instance` if one is given.
    pub fn get_export_index(
        &self,
        instance: Option<&ComponentExportIndex>,
        name: impl ExportLookup,
    ) -> Option<ComponentExportIndex> {
        let index = name.lookup(self, instance)?;
        Some(ComponentExportIndex {
            component: self.id(),
            index,
        })
    }

    pub(super) fn lookup(
        &self,
        instance: Option<&ComponentExportIndex>,
        name: &str,
    ) -> Option<ExportIndex> {
        let plan = self.plan();
        let names = match instance {
            None => &plan.exports,
            Some(outer) if outer.component == self.id() => {
                match &plan.export_items[outer.index.as_u32() as usize] {
                    Export::Instance { exports, .. } => exports,
                    _ => return None,
                }
            }
            Some(_) => return None,
        };
        find_export(names, name)
    }

    pub(super) fn id(&self) -> u64 {
        self.0.id
    }

    pub(crate) fn plan(&self) -> &Plan {
        &self.0.plan
    }

    pub(crate) fn types(&self) -> &Arc<ComponentTypes> {
        &self.0.plan.types
    }

    pub(super) fn modules(&self) -> &[Local<WebAssembly::Module>] {
        &self.0.modules
    }

    /// The core module at `index`, with the shape that the plan has of it.
    pub(super) fn static_module(&self, index: usize, shape: &ModuleShape) -> Module {
        let compiled = self.0.modules[index].clone();
        let start = self.plan().modules[index].start.clone();
        Module::from_parts(self.0.engine.clone(), shape.clone(), start, compiled)
    }

    pub(super) fn wrappers(&self) -> &WebAssembly::Module {
        &self.0.wrappers
    }

    fn uninstantiated(&self) -> InstanceType<'_> {
        InstanceType {
            types: self.types(),
            resources: None,
        }
    }
}

/// A plan that this browser can follow.
fn plan(engine: &Engine, bytes: &[u8]) -> Result<Plan> {
    let mut plan = Plan::with_features(bytes, engine.features())?;
    if !page::page(|page| Ok(page.has_multi_memory()))? {
        plan.rewrite_for_single_memory()?;
    }
    if page::can_suspend() {
        plan.defer_starts()?;
    }
    Ok(plan)
}

impl fmt::Debug for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Component").finish_non_exhaustive()
    }
}
