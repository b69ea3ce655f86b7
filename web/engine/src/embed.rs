//! What a surface for another language than Rust is built from: a store whose guest is called from
//! outside of Rust, and host functions that are not Rust. No promise of stability.
//!
//! Such a surface gets the core functions, memories and allocators of a guest, and lifts and lowers
//! by itself, from a plan. Handles to resources stay with the store, and so does what a guest's
//! throw means.

mod host_function;

use crate::calls::func::Func;
use crate::calls::instance::Instance;
use crate::calls::instantiate::InstancePre;
use crate::component::component::Component;
use crate::handles::{Destructor, GuestTable, InstanceId};
use crate::page::{self, FRAME_SLOTS};
use crate::raw::ValRaw;
use crate::store::{InstanceData, Store, StoreOpaque};
use amphi_translate::plan::{Def, Plan};
use js_sys::Function;
use std::cell::{Cell, UnsafeCell};
use std::fmt;
use wasm_bindgen::JsValue;
use wasmtime_environ::component::{ExportIndex, ResourceIndex, TypeResourceTableIndex};
use wasmtime_environ::error::{Error, Result, ensure, format_err};

pub use crate::calls::precompiled::deserialize;
pub use crate::page::{Modules, caught_message, outside};
pub use host_function::{HostFunction, Lowered};

/// What it takes to run a component, as data.
pub fn plan(component: &Component) -> &Plan {
    component.plan()
}

/// The function that wrappers import to look for room on the stack.
///
/// # Errors
///
/// The engine cannot be set up in this page.
pub fn room() -> Result<JsValue> {
    page::page(|page| Ok(page.room.clone()))
}

/// The function `call` of a generated module, joined to what it imports: module, field and value.
/// The module is generated at the first use of `key` and kept in `modules`.
///
/// # Errors
///
/// The browser refuses the module, or it exports no such function.
pub fn joined<'a, K: Eq>(
    modules: &Modules<K>,
    key: K,
    generate: impl FnOnce() -> Vec<u8>,
    imports: impl IntoIterator<Item = (&'a str, &'a str, JsValue)>,
) -> Result<JsValue> {
    let module = page::cached(modules, key, || page::compile(&generate()))?;
    let exports = page::instance_exports(&module, &page::import_object(imports)?)?;
    page::export::<Function>(&exports, "call").map(JsValue::from)
}

/// A store with one instance, whose guest is called from outside of Rust.
///
/// Every method takes a shared reference, since a guest's call may come back here while another
/// method is on the stack.
pub struct SharedStore<T: 'static> {
    store: UnsafeCell<Store<T>>,
    instance: Cell<Option<Instance>>,
}

/// The one instance of a shared store.
const INSTANCE: usize = 0;

impl<T: 'static> SharedStore<T> {
    /// Takes over a store that has no instance.
    ///
    /// # Safety
    ///
    /// From when a future of this store is first polled until it is done, nothing but what runs in
    /// it or below it runs the guest.
    pub unsafe fn new(store: Store<T>) -> SharedStore<T> {
        SharedStore {
            store: UnsafeCell::new(store),
            instance: Cell::new(None),
        }
    }

    /// Makes the instance.
    ///
    /// # Errors
    ///
    /// As [`InstancePre::instantiate_async`].
    pub async fn instantiate(&self, pre: &InstancePre<T>) -> Result<()> {
        // SAFETY: as in `opaque`; start functions run while nothing else borrows the store.
        let store = unsafe { &mut *self.store.get() };
        let instance = pre.instantiate_async(store).await?;
        self.instance.set(Some(instance));
        Ok(())
    }

    #[expect(
        clippy::mut_from_ref,
        reason = "the page has one thread, and a borrow sleeps while the guest runs"
    )]
    fn opaque(&self) -> &mut StoreOpaque {
        // SAFETY: what was borrowed further up the stack sleeps until this call returns, as with
        // host functions.
        unsafe { &mut (*self.store.get()).inner_mut().opaque }
    }

    fn data(&self) -> Result<&InstanceData> {
        let data = self.opaque().instances.get(INSTANCE);
        data.map(|data| &**data)
            .ok_or_else(|| format_err!("there is no instance"))
    }

    fn id() -> InstanceId {
        InstanceId::new(INSTANCE)
    }

    fn guest_table(&self, table: u32) -> Result<GuestTable<'_>> {
        let index = TypeResourceTableIndex::from_u32(table);
        let types = self.data()?.component.types();
        ensure!(
            types.handle_table(index).is_some(),
            "there is no table {table} of handles"
        );
        Ok(self.opaque().guest_table(Self::id(), index))
    }

    /// What the instance is made from.
    ///
    /// # Errors
    ///
    /// There is no instance.
    pub fn component(&self) -> Result<Component> {
        self.data().map(|data| data.component.clone())
    }

    /// The value behind a definition of the component's plan.
    ///
    /// # Errors
    ///
    /// It is not there yet.
    pub fn resolve(&self, def: &Def) -> Result<JsValue> {
        self.data()?.resolve(def)
    }

    /// A call that borrows or lends begins: the depth to go back to at its end.
    ///
    /// # Errors
    ///
    /// No guest of the store may run any more.
    pub fn enter(&self) -> Result<usize> {
        self.opaque().enter_script()
    }

    /// Such a call ends, but for its result.
    ///
    /// # Errors
    ///
    /// A borrow is left.
    pub fn finish(&self) -> Result<()> {
        self.opaque().handles.finish_scope()
    }

    /// Such a call has ended, and so have all inside of it.
    pub fn leave(&self, depth: usize) {
        self.opaque().handles.scopes.unwind(depth);
    }

    /// An owned resource leaves the guest's table: its representation.
    ///
    /// # Errors
    ///
    /// The handle is not an owned one of that table, or is lent.
    pub fn take_own(&self, table: u32, handle: u32) -> Result<u32> {
        self.guest_table(table)?.take_own(handle)
    }

    /// An owned resource enters the guest's table: its handle there.
    ///
    /// # Errors
    ///
    /// There are too many.
    pub fn insert_own(&self, table: u32, rep: u32) -> Result<u32> {
        self.guest_table(table)?.insert_own(rep)
    }

    /// The guest lends a handle for the length of the current call: the representation.
    ///
    /// # Errors
    ///
    /// The handle is not one of that table.
    pub fn lend(&self, table: u32, handle: u32) -> Result<u32> {
        self.guest_table(table)?.lend(handle)
    }

    /// A resource is lent to the guest for the length of the current call: its handle there.
    ///
    /// # Errors
    ///
    /// There are too many.
    pub fn insert_borrow(&self, table: u32, rep: u32) -> Result<u32> {
        self.guest_table(table)?.insert_borrow(rep)
    }

    /// Runs the destructor of a resource, in a call of its own.
    ///
    /// # Errors
    ///
    /// No guest of the store may run any more, or the destructor traps.
    pub fn destroy(&self, resource: u32, rep: u32) -> Result<()> {
        let depth = self.enter()?;
        let destroyed = self
            .data()
            .and_then(|data| data.destroy(ResourceIndex::from_u32(resource), rep));
        self.leave(depth);
        destroyed
    }

    /// As [`destroy`](SharedStore::destroy), on a stack that can be suspended where the browser
    /// can.
    ///
    /// # Errors
    ///
    /// As [`destroy`](SharedStore::destroy).
    pub async fn destroy_async(&self, resource: u32, rep: u32) -> Result<()> {
        let depth = self.enter()?;
        let dtor = Destructor {
            instance: Self::id(),
            resource: ResourceIndex::from_u32(resource),
        };
        let destroyed = self.opaque().destroy_async(dtor, rep).await;
        self.leave(depth);
        destroyed
    }

    /// The error behind what a guest threw that was called from outside of Rust. No guest of the
    /// store runs again.
    ///
    /// # Errors
    ///
    /// The application itself has thrown on the guest's behalf, so that no guest of the page runs
    /// again: what it was.
    pub fn caught(&self, thrown: JsValue) -> Result<Error, JsValue> {
        let caught = page::left_by_script(thrown)?;
        Ok(self.opaque().throw_to_error(&caught))
    }

    /// Whether no guest of the store may run any more.
    pub fn has_trapped(&self) -> bool {
        self.opaque().trapped || page::is_poisoned()
    }

    /// Calls the core function behind the export `index` with flat arguments, on a stack that can
    /// be suspended where the browser can: the flat result, or what was thrown. Arguments that are
    /// missing are 0, and those beyond what the function takes are left out.
    ///
    /// # Errors
    ///
    /// The export is no function.
    pub async fn call_async(&self, index: u32, args: &[u64]) -> Result<Result<u64, JsValue>> {
        let instance = self
            .instance
            .get()
            .ok_or_else(|| format_err!("there is no instance"))?;
        let mut slots = [ValRaw::ZERO; FRAME_SLOTS];
        for (slot, arg) in slots.iter_mut().zip(args) {
            *slot = ValRaw::u64(*arg);
        }
        let func = Func::new(instance, ExportIndex::from_u32(index));
        let store = std::ptr::from_mut(self.opaque());
        // SAFETY: the store is this one's own; the rest is what `new` was promised.
        let called = unsafe { func.call_flat_async(store, slots) }.await?;
        Ok(match called {
            Ok(slots) => Ok(slots[0].get_u64()),
            Err(caught) => Err(caught.0),
        })
    }
}

impl<T: 'static> fmt::Debug for SharedStore<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedStore").finish_non_exhaustive()
    }
}
