//! `Component`: a plan with its core modules compiled by the browser.

mod lookup;
mod origin;

pub use lookup::ExportLookup;
pub(crate) use origin::Origin;

use crate::engine::Engine;
use crate::module::Module;
use crate::page::Local;
use crate::types::{self, InstanceType};
use amphi_translate::plan::{ComponentTypes, Export, ModuleShape, Plan};
use js_sys::WebAssembly;
use lookup::find_export;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use wasmtime_environ::component::ExportIndex;

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
    #[cfg(feature = "compiler")]
    origin: Origin,
}

/// An export of a component, found once and used for each of its instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ComponentExportIndex {
    component: u64,
    index: ExportIndex,
}

impl Component {
    pub(crate) fn from_parts(
        engine: &Engine,
        plan: Plan,
        modules: Vec<Local<WebAssembly::Module>>,
        wrappers: Local<WebAssembly::Module>,
        #[cfg_attr(
            not(feature = "compiler"),
            expect(unused_variables, reason = "it is nothing then")
        )]
        origin: Origin,
    ) -> Component {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Component(Arc::new(ComponentInner {
            id: NEXT.fetch_add(1, Relaxed),
            engine: engine.clone(),
            plan,
            modules,
            wrappers,
            #[cfg(feature = "compiler")]
            origin,
        }))
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

    pub(crate) fn lookup(
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

    pub(crate) fn id(&self) -> u64 {
        self.0.id
    }

    #[cfg(feature = "compiler")]
    pub(crate) fn origin(&self) -> &Origin {
        &self.0.origin
    }

    pub(crate) fn plan(&self) -> &Plan {
        &self.0.plan
    }

    pub(crate) fn types(&self) -> &Arc<ComponentTypes> {
        &self.0.plan.types
    }

    pub(crate) fn modules(&self) -> &[Local<WebAssembly::Module>] {
        &self.0.modules
    }

    /// The core module at `index`, with the shape that the plan has of it.
    pub(crate) fn static_module(&self, index: usize, shape: &ModuleShape) -> Module {
        let compiled = self.0.modules[index].clone();
        let start = self.plan().modules[index].start.clone();
        Module::from_parts(self.0.engine.clone(), shape.clone(), start, compiled)
    }

    pub(crate) fn wrappers(&self) -> &WebAssembly::Module {
        &self.0.wrappers
    }

    fn uninstantiated(&self) -> InstanceType<'_> {
        InstanceType {
            types: self.types(),
            resources: None,
        }
    }
}

impl fmt::Debug for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Component").finish_non_exhaustive()
    }
}
