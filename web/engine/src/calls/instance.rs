//! `Instance`: what a component's instance exports.

use crate::component::component::{ComponentExportIndex, ExportLookup};
use crate::handles::InstanceId;
use crate::module::Module;
use crate::store::{AsContextMut, InstanceData, RuntimeImport, StoreOpaque};
use crate::types::{ComponentItem, ResourceType};
use amphi_translate::plan::Export;

/// An instance of a component in a store, as `wasmtime::component::Instance`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instance {
    store: u32,
    pub(crate) id: InstanceId,
}

impl Instance {
    pub(crate) fn new(store: &StoreOpaque, id: InstanceId) -> Instance {
        Instance {
            store: store.id,
            id,
        }
    }

    /// What the store keeps for this instance.
    ///
    /// # Panics
    ///
    /// The instance belongs to another store, as in Wasmtime.
    #[inline]
    pub(crate) fn data<'a>(&self, store: &'a StoreOpaque) -> &'a InstanceData {
        assert!(
            self.store == store.id,
            "object used with the wrong store: an instance belongs to one store"
        );
        &store.instances[self.id.index()]
    }

    /// An exported core module by name or index.
    pub fn get_module(
        &self,
        mut store: impl AsContextMut,
        name: impl ExportLookup,
    ) -> Option<Module> {
        let mut store = store.as_context_mut();
        let data = self.data(store.opaque());
        let index = name.lookup(&data.component, None)?;
        match &data.component.plan().export_items[index.as_u32() as usize] {
            Export::Module { index, shape, .. } => {
                Some(data.component.static_module(*index, shape))
            }
            Export::ImportedModule { import, .. } => match &data.imports[*import] {
                RuntimeImport::Module(module) => Some(module.clone()),
                RuntimeImport::Func(_) | RuntimeImport::Resource(_) => None,
            },
            Export::Func { .. } | Export::Instance { .. } | Export::Type(_) => None,
        }
    }

    /// An exported resource type by name or index.
    pub fn get_resource(
        &self,
        mut store: impl AsContextMut,
        name: impl ExportLookup,
    ) -> Option<ResourceType> {
        let mut store = store.as_context_mut();
        let data = self.data(store.opaque());
        let index = name.lookup(&data.component, None)?;
        match data.component.plan().export_items[index.as_u32() as usize] {
            Export::Type(wasmtime_environ::component::TypeDef::Resource(table)) => {
                Some(data.instance_type().resource_type(table))
            }
            _ => None,
        }
    }

    /// An export by name, inside the instance export `instance` if one is given: its type and its
    /// index.
    pub fn get_export(
        &self,
        mut store: impl AsContextMut,
        instance: Option<&ComponentExportIndex>,
        name: &str,
    ) -> Option<(ComponentItem, ComponentExportIndex)> {
        let mut store = store.as_context_mut();
        self.data(store.opaque())
            .component
            .get_export(instance, name)
    }

    /// The index of an export by name, inside the instance export `instance` if one is given.
    pub fn get_export_index(
        &self,
        mut store: impl AsContextMut,
        instance: Option<&ComponentExportIndex>,
        name: impl ExportLookup,
    ) -> Option<ComponentExportIndex> {
        let mut store = store.as_context_mut();
        self.data(store.opaque())
            .component
            .get_export_index(instance, name)
    }
}
