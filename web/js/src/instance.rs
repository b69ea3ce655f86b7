//! An instance whose guest JavaScript calls by itself.
#![expect(
    unsafe_code,
    reason = "that nothing runs a guest which waits, JavaScript alone can see to: it calls by itself"
)]

use crate::compiled::{Compiled, engine};
use crate::core_functions::{environment, exported};
use crate::linking::Linking;
use crate::refusal;
use crate::wasi::{Grants, State};
use amphi_wasi_web::I32Exit;
use amphi_web::embed::SharedStore;
use amphi_web::{Store, Trap};
use js_sys::{Array, BigInt};
use wasm_bindgen::prelude::*;

/// A store with one instance.
#[wasm_bindgen]
pub struct Instance {
    store: SharedStore<State>,
}

#[wasm_bindgen]
impl Instance {
    /// A store with what is granted, and no instance yet.
    #[wasm_bindgen(constructor)]
    pub fn new(grants: &mut Grants) -> Instance {
        let store = Store::new(&engine(), grants.take());
        // SAFETY: the package's `guest.js` and `export.js` let no other call in while one waits.
        let store = unsafe { SharedStore::new(store) };
        Instance { store }
    }

    /// Makes the instance.
    ///
    /// # Errors
    ///
    /// An import is missing or has the wrong type, or the guest fails where it starts.
    pub async fn instantiate(&self, compiled: &Compiled, linking: &Linking) -> Result<(), JsError> {
        let pre = linking
            .linker
            .instantiate_pre(&compiled.component)
            .map_err(refusal)?;
        self.store.instantiate(&pre).await.map_err(refusal)
    }

    /// The core function of an export, and what is called with its flat result afterwards.
    ///
    /// # Errors
    ///
    /// The export is no function.
    pub fn exported(&self, index: u32) -> Result<Array, JsError> {
        let exported = exported(&self.store, index).map_err(refusal)?;
        Ok(Array::of2(
            &exported.call,
            &exported.post_return.unwrap_or(JsValue::UNDEFINED),
        ))
    }

    /// The memory and the allocator that functions with these canonical options work on.
    ///
    /// # Errors
    ///
    /// They are not there yet.
    pub fn environment(&self, options: u32) -> Result<Array, JsError> {
        let environment = environment(&self.store, options).map_err(refusal)?;
        Ok(Array::of2(
            &environment.memory.unwrap_or(JsValue::UNDEFINED),
            &environment.realloc.unwrap_or(JsValue::UNDEFINED),
        ))
    }

    /// A call that borrows or lends begins: the depth to go back to at its end.
    ///
    /// # Errors
    ///
    /// No guest of the store may run any more.
    pub fn enter(&self) -> Result<u32, JsError> {
        let depth = self.store.enter().map_err(refusal)?;
        Ok(u32::try_from(depth)?)
    }

    /// Such a call ends, but for its result.
    ///
    /// # Errors
    ///
    /// A borrow is left.
    pub fn finish(&self) -> Result<(), JsError> {
        self.store.finish().map_err(refusal)
    }

    /// Such a call has ended.
    pub fn leave(&self, depth: u32) {
        self.store.leave(depth as usize);
    }

    /// An owned resource leaves the guest's table: its representation.
    ///
    /// # Errors
    ///
    /// The handle is not an owned one of that table, or is lent.
    #[wasm_bindgen(js_name = takeOwn)]
    pub fn take_own(&self, table: u32, handle: u32) -> Result<u32, JsError> {
        self.store.take_own(table, handle).map_err(refusal)
    }

    /// An owned resource enters the guest's table: its handle there.
    ///
    /// # Errors
    ///
    /// There are too many.
    #[wasm_bindgen(js_name = insertOwn)]
    pub fn insert_own(&self, table: u32, rep: u32) -> Result<u32, JsError> {
        self.store.insert_own(table, rep).map_err(refusal)
    }

    /// The guest lends a handle for the length of the current call: the representation.
    ///
    /// # Errors
    ///
    /// The handle is not one of that table.
    pub fn lend(&self, table: u32, handle: u32) -> Result<u32, JsError> {
        self.store.lend(table, handle).map_err(refusal)
    }

    /// A resource is lent to the guest for the length of the current call: its handle there.
    ///
    /// # Errors
    ///
    /// There are too many.
    #[wasm_bindgen(js_name = insertBorrow)]
    pub fn insert_borrow(&self, table: u32, rep: u32) -> Result<u32, JsError> {
        self.store.insert_borrow(table, rep).map_err(refusal)
    }

    /// Runs the destructor of a resource.
    ///
    /// # Errors
    ///
    /// No guest of the store may run any more, or the destructor traps.
    pub fn destroy(&self, resource: u32, rep: u32) -> Result<(), JsError> {
        self.store.destroy(resource, rep).map_err(refusal)
    }

    /// As `destroy`, on a stack that can be suspended. Nothing else runs the guest until the
    /// promise is settled.
    ///
    /// # Errors
    ///
    /// As there.
    #[wasm_bindgen(js_name = destroyAsync)]
    pub async fn destroy_async(&self, resource: u32, rep: u32) -> Result<(), JsError> {
        self.store
            .destroy_async(resource, rep)
            .await
            .map_err(refusal)
    }

    /// What a guest's throw means: a message, Wasmtime's name of the trap if it is one, and the
    /// status that the guest has ended itself with.
    ///
    /// # Errors
    ///
    /// The application itself has thrown on the guest's behalf: what it was.
    pub fn caught(&self, thrown: JsValue) -> Result<Array, JsValue> {
        let error = self.store.caught(thrown)?;
        let kind = error.downcast_ref::<Trap>().map(|trap| format!("{trap:?}"));
        let exit = error.downcast_ref::<I32Exit>().map(|exit| exit.0);
        Ok(Array::of3(
            &JsValue::from(error.root_cause().to_string()),
            &JsValue::from(kind),
            &JsValue::from(exit),
        ))
    }

    /// Whether no guest of the store may run any more.
    #[wasm_bindgen(js_name = hasTrapped)]
    pub fn has_trapped(&self) -> bool {
        self.store.has_trapped()
    }

    /// Calls the core function of an export with its flat arguments, on a stack that can be
    /// suspended: the flat result. Nothing else runs the guest until that is there.
    ///
    /// # Errors
    ///
    /// What the guest throws.
    #[wasm_bindgen(js_name = callAsync)]
    pub async fn call_async(&self, index: u32, args: Vec<u64>) -> Result<BigInt, JsValue> {
        let called = self.store.call_async(index, &args).await;
        called
            .map_err(|error| JsValue::from(refusal(error)))?
            .map(BigInt::from)
    }
}
