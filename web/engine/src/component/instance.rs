//! `Instance`, what a store keeps for it, and calls from its guest.

use super::component::{Component, ComponentExportIndex};
use super::destroying::{self, Destroy};
use super::func::{Func, LiftedFunc, TypedFunc};
use super::host::{Frame, Landing};
use super::instantiate::{InstancePre, RuntimeImport};
use super::lookup::ExportLookup;
use super::matching::{InstanceType, ResourceTypes};
use super::resource::{HandleTable, ResourceType};
use super::typed::{ComponentNamedList, Lift, Lower};
use super::types;
use crate::module::Module;
use crate::page::{self, CallFrame, GuestMemory, Local, Slot};
use crate::raw::ValRaw;
use crate::store::{AsContext, AsContextMut, StoreOpaque};
use amphi_translate::codegen::{CANNOT_LEAVE, DESTROYED, INVALID, UNCAUGHT, invalid_string};
use amphi_translate::plan::{Def, Export, TrampolineKind, Transcoding};
use js_sys::{Object, WebAssembly};
use std::cell::{Cell, OnceCell};
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomPinned;
use std::sync::Arc;
use wasm_bindgen::JsValue;
use wasmtime_environ::component::{
    ResourceIndex, RuntimeComponentInstanceIndex, TypeResourceTableIndex,
};
use wasmtime_environ::error::{Context as _, Error, Result, bail, ensure, format_err};
use wasmtime_environ::packed_option::PackedOption;
use wasmtime_environ::{SecondaryMap, Trap};

/// An instance of a component in a store, as `wasmtime::component::Instance`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instance {
    store: u32,
    pub(super) id: InstanceId,
}

/// The place of an instance in its store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InstanceId(u32);

impl InstanceId {
    #[inline]
    pub(crate) fn new(index: usize) -> InstanceId {
        InstanceId(index as u32)
    }

    #[inline]
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a store keeps for an instance. Its address is known to the instance's wrappers.
pub struct InstanceData {
    pub(super) id: InstanceId,
    /// The store that owns this; set once, and never moves.
    pub(super) store: *mut StoreOpaque,
    pub(super) component: Component,
    pub(super) imports: Arc<[RuntimeImport]>,
    pub(super) core_instances: Vec<Local<Object>>,
    pub(super) wrappers: Local<Object>,
    pub(super) flags: Vec<Local<WebAssembly::Global>>,
    pub(super) memories: Vec<Option<GuestMemory>>,
    pub(super) reallocs: Vec<Option<Slot>>,
    pub(super) post_returns: Vec<Option<Slot>>,
    /// Where calls of lowered imports arrive. Their addresses are known to the wrappers too.
    pub(super) landings: Box<[Landing]>,
    pub(super) handles: Vec<HandleTable>,
    pub(super) resource_types: Arc<ResourceTypes>,
    pub(super) destructors: BTreeMap<ResourceIndex, Destroy>,
    /// Which component instance defines a resource.
    pub(super) owners: SecondaryMap<ResourceIndex, PackedOption<RuntimeComponentInstanceIndex>>,
    /// Whether it may not be entered: until it is made, and then while a call from the host is
    /// inside.
    pub(super) entered: Cell<bool>,
    /// Trampolines of exported functions, made when first asked for.
    pub(super) funcs: Vec<OnceCell<LiftedFunc>>,
    pub(super) _pinned: PhantomPinned,
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

impl Instance {
    pub(super) fn new(store: &StoreOpaque, id: InstanceId) -> Instance {
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
    pub(super) fn data<'a>(&self, store: &'a StoreOpaque) -> &'a InstanceData {
        assert!(
            self.store == store.id,
            "object used with the wrong store: an instance belongs to one store"
        );
        &store.instances[self.id.index()]
    }

    /// An exported function by name or index.
    pub fn get_func(&self, mut store: impl AsContextMut, name: impl ExportLookup) -> Option<Func> {
        let mut store = store.as_context_mut();
        let component = &self.data(store.opaque()).component;
        let index = name.lookup(component, None)?;
        match component.plan().export_items[index.as_u32() as usize] {
            Export::Func { .. } => Some(Func::new(*self, index)),
            _ => None,
        }
    }

    /// An exported function by name or index, checked against Rust types.
    ///
    /// # Errors
    ///
    /// There is no such function, or its type is another one.
    pub fn get_typed_func<Params, Results>(
        &self,
        mut store: impl AsContextMut,
        name: impl ExportLookup,
    ) -> Result<TypedFunc<Params, Results>>
    where
        Params: ComponentNamedList + Lower,
        Results: ComponentNamedList + Lift,
    {
        self.get_func(store.as_context_mut(), name)
            .ok_or_else(|| format_err!("failed to find function export"))?
            .typed::<Params, Results>(store)
            .context("failed to convert function to given type")
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
    ) -> Option<(types::ComponentItem, ComponentExportIndex)> {
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

    /// What this instance was made from.
    pub fn instance_pre<T>(&self, store: impl AsContext<Data = T>) -> InstancePre<T> {
        let store = store.as_context();
        let data = self.data(&store.0.opaque);
        InstancePre::from_parts(
            data.component.clone(),
            Arc::clone(&data.imports),
            Arc::clone(&data.resource_types),
        )
    }
}

impl InstanceData {
    /// The bytes of the component's core modules.
    pub(crate) fn core_modules(&self) -> impl Iterator<Item = &[u8]> {
        let modules = &self.component.plan().modules;
        modules.iter().map(|module| module.wasm.as_slice())
    }

    /// The names that core modules give themselves.
    pub(crate) fn module_names(&self) -> impl Iterator<Item = &str> {
        let own = self.component.plan().modules.iter();
        let imported = self.imports.iter().filter_map(|import| match import {
            RuntimeImport::Module(module) => module.name(),
            RuntimeImport::Func(_) | RuntimeImport::Resource(_) => None,
        });
        own.filter_map(|module| module.name.as_deref())
            .chain(imported)
    }

    pub(crate) fn instance_type(&self) -> InstanceType<'_> {
        InstanceType {
            types: self.component.types(),
            resources: Some(&self.resource_types),
        }
    }

    /// Whether the handle table `table` is one of the component instance that defines its resource.
    pub(super) fn defines(&self, table: TypeResourceTableIndex) -> bool {
        let table = &self.component.types()[table];
        self.owners[table.unwrap_concrete_ty()] == table.unwrap_concrete_instance().into()
    }

    /// The JavaScript value behind a definition.
    pub(super) fn resolve(&self, def: &Def) -> Result<JsValue> {
        let field = |object: &Object, name: &str| {
            js_sys::Reflect::get(object, &JsValue::from_str(name))
                .ok()
                .filter(|value| !value.is_undefined())
                .ok_or_else(|| format_err!("core instance has no export `{name}`"))
        };
        match def {
            Def::Export(export) => field(&self.core_instances[export.instance], &export.name),
            Def::Flags(instance) => Ok(JsValue::from(&*self.flags[*instance])),
            Def::Trampoline(index) => match &self.component.plan().trampolines[*index].kind {
                TrampolineKind::Transcode(transcoding) => {
                    let invalid = field(&self.wrappers, &format!("{INVALID}{index}"))?;
                    self.transcoder(transcoding, invalid)
                }
                TrampolineKind::LowerImport { lowering, .. } => {
                    match self.script(*lowering, *index) {
                        Some(function) => function,
                        None => field(&self.wrappers, &index.to_string()),
                    }
                }
                _ => field(&self.wrappers, &index.to_string()),
            },
        }
    }

    /// What stands in the place of trampoline `index`, where that is for a host function which the
    /// guest calls by itself.
    fn script(&self, lowering: usize, index: usize) -> Option<Result<JsValue>> {
        let direct = self.landings[lowering].direct()?;
        let trampoline = &self.component.plan().trampolines[index];
        let flags = trampoline
            .caller
            .map(|instance| JsValue::from(&*self.flags[instance]));
        let function = direct
            .make
            .call1(&JsValue::UNDEFINED, &JsValue::from(lowering as u32))
            .map_err(|error| format_err!("{}", page::caught_message(&error)));
        Some(function.and_then(|function| {
            page::script_call(
                &trampoline.signature,
                function,
                (*direct.failed).clone(),
                flags,
            )
        }))
    }

    fn transcoder(&self, transcoding: &Transcoding, invalid: JsValue) -> Result<JsValue> {
        let memory = |index: usize| {
            self.memories[index]
                .as_ref()
                .map(|memory| JsValue::from(memory.object()))
                .ok_or_else(|| format_err!("a string's memory was not extracted"))
        };
        let (from, to) = (memory(transcoding.from)?, memory(transcoding.to)?);
        page::transcoder(transcoding.op, from, to, invalid)
    }

    /// Does what is built in; what the guest's wrapper is to do next.
    fn call_from_guest(&self, trampoline: u32, frame: &mut CallFrame) -> Result<u32> {
        match trampoline {
            CANNOT_LEAVE => bail!(Trap::CannotLeaveComponent),
            UNCAUGHT => bail!(Trap::UncaughtException),
            DESTROYED => return destroying::finish(frame),
            _ => {}
        }
        let plan = self.component.plan();
        // SAFETY: the store outlives its instances, and whoever borrows it sleeps while the guest
        // runs.
        let store = unsafe { &mut *self.store };
        // SAFETY: the wrapper has stored the arguments; each built-in reads those that its core
        // type has.
        let argument =
            |frame: &Frame, index: usize| unsafe { frame[index].assume_init() }.get_u32();
        let slots = &mut frame.slots;
        match plan.trampolines[trampoline as usize].kind {
            // Wrappers of imports call their landings.
            TrampolineKind::LowerImport { .. } => bail!("an import is called as what is built in"),
            TrampolineKind::ResourceNew(ty) => {
                let handle = store.guest_insert_own(self.id, ty, argument(slots, 0))?;
                slots[0].write(ValRaw::u32(handle));
            }
            TrampolineKind::ResourceRep(ty) => {
                let rep = store.guest_rep(self.id, ty, argument(slots, 0))?;
                slots[0].write(ValRaw::u32(rep));
            }
            TrampolineKind::ResourceDrop(ty) => {
                if let Some(rep) = store.guest_remove(self.id, ty, argument(slots, 0))? {
                    let resource = self.component.types()[ty].unwrap_concrete_ty();
                    if !self.defines(ty) {
                        self.check_may_leave(resource)?;
                    }
                    return self.destroy_for_guest(resource, rep, frame);
                }
            }
            TrampolineKind::Transcode(Transcoding { op, .. }) => bail!(invalid_string(op)),
            TrampolineKind::TransferOwn => {
                let (handle, from, to) = transferred(slots, argument);
                let rep = store.guest_take_own(self.id, from, handle)?;
                let handle = store.guest_insert_own(self.id, to, rep)?;
                slots[0].write(ValRaw::u32(handle));
            }
            TrampolineKind::TransferBorrow => {
                let (handle, from, to) = transferred(slots, argument);
                let rep = store.guest_lend(self.id, from, handle)?;
                // Spec, `lower_borrow`: who defines a resource gets its representation.
                let handle = match self.defines(to) {
                    true => rep,
                    false => store.guest_insert_borrow(self.id, to, rep)?,
                };
                slots[0].write(ValRaw::u32(handle));
            }
            TrampolineKind::Trap => return Err(trap_with_code(argument(slots, 0))),
            TrampolineKind::EnterCall => {
                store.scopes.enter_guest();
            }
            TrampolineKind::ExitCall => {
                store.finish_scope()?;
                store.scopes.leave();
            }
        }
        Ok(0)
    }

    /// Fails while the component instance that defines `resource` may not be left.
    fn check_may_leave(&self, resource: ResourceIndex) -> Result<()> {
        let may_leave = self.owners[resource]
            .expand()
            .is_none_or(|owner| self.flags[owner.as_u32() as usize].value() != 0);
        ensure!(may_leave, Trap::CannotLeaveComponent);
        Ok(())
    }
}

/// The arguments of a transfer: the handle, and the tables that it leaves and enters.
fn transferred(
    frame: &Frame,
    argument: impl Fn(&Frame, usize) -> u32,
) -> (u32, TypeResourceTableIndex, TypeResourceTableIndex) {
    let table = |index| TypeResourceTableIndex::from_u32(argument(frame, index));
    (argument(frame, 0), table(1), table(2))
}

/// The error for a trap that a fused adapter asks for.
fn trap_with_code(code: u32) -> Error {
    match u8::try_from(code).ok().and_then(Trap::from_u8) {
        Some(trap) => trap.into(),
        None => format_err!("an adapter trapped with the unknown code {code}"),
    }
}

/// Where wrappers enter the application: the guest of `instance` calls `trampoline` with its
/// arguments in `frame`.
///
/// Returns 0 and the result in `frame`, or 1 with the error kept in the store, or 4 if the guest is
/// to throw, or what else a wrapper of `resource.drop` is to do.
pub extern "C" fn host_call(
    instance: *const InstanceData,
    trampoline: u32,
    frame: *mut CallFrame,
) -> u32 {
    // SAFETY: wrappers carry the address of their instance, which outlives every call.
    let instance = unsafe { &*instance };
    let mut none = CallFrame::new(std::ptr::null());
    // SAFETY: a wrapper passes the current frame, or null when it has nothing to pass.
    let frame = unsafe { frame.as_mut() }.unwrap_or(&mut none);
    match instance.call_from_guest(trampoline, frame) {
        Ok(next) => next,
        Err(error) => {
            // SAFETY: the store outlives its instances, and whoever borrows it sleeps while the
            // guest runs.
            unsafe { (*instance.store).fail(error) }
        }
    }
}
