//! What a store keeps for an instance of a component.

use super::{Destroy, HostDestructor, HostFunc, Landing, LiftedFunc, StoreOpaque};
use crate::component::component::Component;
use crate::handles::InstanceId;
use crate::module::Module;
use crate::page::{GuestMemory, Local, Slot};
use crate::types::{InstanceType, ResourceTypes};
use amphi_translate::plan::TableAccesses;
use js_sys::{Object, WebAssembly};
use std::cell::{Cell, OnceCell};
use std::fmt;
use std::marker::PhantomPinned;
use std::sync::Arc;
use wasmtime_environ::component::{
    ResourceIndex, RuntimeComponentInstanceIndex, TypeResourceTableIndex,
};
use wasmtime_environ::packed_option::PackedOption;
use wasmtime_environ::{EntityRef as _, SecondaryMap};

/// What a store keeps for an instance. Its address is known to the instance's wrappers; once it is
/// made, nothing in it changes but cells, so that calls of guests may read it beside the store.
pub struct InstanceData {
    pub id: InstanceId,
    /// The store that owns this, which never moves: see `StoreInner`.
    pub store: *mut StoreOpaque,
    pub component: Component,
    pub imports: Arc<[RuntimeImport]>,
    pub core_instances: Vec<Local<Object>>,
    pub wrappers: Local<Object>,
    pub flags: Vec<Local<WebAssembly::Global>>,
    pub memories: Vec<Option<GuestMemory>>,
    pub reallocs: Vec<Option<Slot>>,
    pub post_returns: Vec<Option<Slot>>,
    /// Where calls of lowered imports arrive. Their addresses are known to the wrappers too.
    pub landings: Box<[Landing]>,
    pub resource_types: Arc<ResourceTypes>,
    /// By the resource that they are of.
    pub destructors: Vec<Option<Destroy>>,
    /// Which component instance defines a resource.
    pub owners: SecondaryMap<ResourceIndex, PackedOption<RuntimeComponentInstanceIndex>>,
    /// Whether it may not be entered: until it is made, and then while a call from the host is
    /// inside.
    pub entered: Cell<bool>,
    /// Trampolines of exported functions, made when first asked for.
    pub funcs: Vec<OnceCell<LiftedFunc>>,
    pub _pinned: PhantomPinned,
}

// SAFETY: the page has one thread; `page::local` refuses to compile otherwise.
unsafe impl Send for InstanceData {}
// SAFETY: as above.
unsafe impl Sync for InstanceData {}

impl fmt::Debug for InstanceData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InstanceData")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// What an import is bound to.
#[derive(Clone, Debug)]
pub(crate) enum RuntimeImport {
    Func(Arc<HostFunc>),
    Module(Module),
    Resource(Arc<HostDestructor>),
}

impl InstanceData {
    /// Where the component's core modules reach into tables.
    pub fn table_accesses(&self) -> impl Iterator<Item = &TableAccesses> {
        let modules = &self.component.plan().modules;
        modules.iter().map(|module| &module.table_accesses)
    }

    /// The names that core modules give themselves.
    pub fn module_names(&self) -> impl Iterator<Item = &str> {
        let own = self.component.plan().modules.iter();
        let imported = self.imports.iter().filter_map(|import| match import {
            RuntimeImport::Module(module) => module.name(),
            RuntimeImport::Func(_) | RuntimeImport::Resource(_) => None,
        });
        own.filter_map(|module| module.name.as_deref())
            .chain(imported)
    }

    /// What is run when a resource is dropped.
    pub fn destructor(&self, resource: ResourceIndex) -> Option<&Destroy> {
        self.destructors.get(resource.index())?.as_ref()
    }

    pub fn set_destructor(&mut self, resource: ResourceIndex, destroy: Destroy) {
        let place = resource.index();
        if self.destructors.len() <= place {
            self.destructors.resize_with(place + 1, || None);
        }
        self.destructors[place] = Some(destroy);
    }

    pub fn instance_type(&self) -> InstanceType<'_> {
        InstanceType {
            types: self.component.types(),
            resources: Some(&self.resource_types),
        }
    }

    /// Whether the handle table `table` is one of the component instance that defines its resource.
    pub fn defines(&self, table: TypeResourceTableIndex) -> bool {
        let table = &self.component.types()[table];
        self.owners[table.unwrap_concrete_ty()] == table.unwrap_concrete_instance().into()
    }
}
