//! Slots of the dispatcher's table: taken, given back, reused.

use super::boot::page;
use super::glue;
use amphi_translate::plan::{Placed, Signature};
use js_sys::{Function, WebAssembly};
use wasm_bindgen::{JsCast as _, JsValue};
use wasmtime_environ::error::{Result, format_err};

/// How many slots the table grows by at a time.
const GROWTH: u32 = 64;

/// The dispatcher's table and its free slots.
pub struct Slots {
    table: WebAssembly::Table,
    free: Vec<u32>,
}

impl Slots {
    /// Takes over a table whose slots are all free.
    pub fn new(table: WebAssembly::Table) -> Slots {
        let free = (0..table.length()).rev().collect();
        Slots { table, free }
    }

    /// The table itself, for generated modules that call what is in it.
    pub fn table(&self) -> JsValue {
        JsValue::from(&self.table)
    }

    /// How many slots there are, and how many of them are taken.
    pub fn count(&self) -> (u32, u32) {
        let slots = self.table.length();
        (slots, slots - self.free.len() as u32)
    }

    fn take(&mut self, function: &Function) -> Result<u32> {
        if self.free.is_empty() {
            let first = self
                .table
                .grow(GROWTH)
                .map_err(|_| format_err!("the browser cannot grow the dispatcher's table"))?;
            self.free.extend((first..first + GROWTH).rev());
        }
        let index = self
            .free
            .pop()
            .ok_or_else(|| format_err!("the dispatcher's table has no free slot"))?;
        self.table
            .set(index, function)
            .map_err(|_| format_err!("the dispatcher's table refuses a function"))?;
        Ok(index)
    }
}

/// A function in the dispatcher's table; the slot is free again when this is dropped.
#[derive(Debug)]
pub struct Slot(u32);

impl Slot {
    /// Puts `function` into a free slot.
    pub fn new(function: &Function) -> Result<Slot> {
        page(|page| page.slots.borrow_mut().take(function)).map(Slot)
    }

    /// The function in the slot, on a stack that can be suspended: `(args)` gives a promise.
    pub fn promising(&self) -> Result<Function> {
        page(|page| {
            let function = page.slots.borrow().table.get_raw(self.0);
            function
                .ok()
                .and_then(|function| function.dyn_into::<Function>().ok())
                .map(|function| glue::promising(&function))
                .ok_or_else(|| format_err!("slot {} has no function", self.0))
        })
    }

    /// The slot's number.
    #[inline]
    pub fn index(&self) -> u32 {
        self.0
    }
}

/// Puts an array-call trampoline for a guest's core function into a slot; `flags` are cleared
/// around the call if given.
pub fn array_call_slot(
    signature: &Signature,
    function: JsValue,
    flags: Option<JsValue>,
) -> Result<Slot> {
    let exports = page(|page| {
        let module = page.array_call(signature, flags.is_some())?;
        let fixed = [("m", "app", page.memory.clone()), ("f", "f", function)];
        let imports = glue::import_object(
            fixed
                .into_iter()
                .chain(flags.map(|flags| ("f", "flags", flags))),
        )?;
        glue::instance_exports(&module, &imports)
    })?;
    Slot::new(&glue::export(&exports, "call")?)
}

/// What a placing trampoline is joined to, besides the function itself.
pub struct PlacingImports {
    /// The guest's memory.
    pub guest: JsValue,
    /// The guest's `realloc`.
    pub realloc: JsValue,
    /// The flags of the component instance that `realloc` belongs to.
    pub flags: JsValue,
}

/// Puts a placing trampoline for a guest's core function into a slot; `None` in a browser without
/// multi-memory.
pub fn placing_call_slot(
    signature: &Signature,
    placed: &[Placed],
    function: JsValue,
    joined: PlacingImports,
) -> Result<Option<Slot>> {
    let exports = page(|page| {
        if page.accessor.is_none() {
            return Ok(None);
        }
        let module = page.placing_call(signature, placed)?;
        let imports = glue::import_object([
            ("m", "app", page.memory.clone()),
            ("m", "guest", joined.guest),
            ("f", "f", function),
            ("f", "realloc", joined.realloc),
            ("f", "flags", joined.flags),
        ])?;
        glue::instance_exports(&module, &imports).map(Some)
    })?;
    match exports {
        Some(exports) => Slot::new(&glue::export(&exports, "call")?).map(Some),
        None => Ok(None),
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        // A page that cannot be reached any more has nothing to give back.
        let _ = page(|page| {
            let mut slots = page.slots.borrow_mut();
            let cleared = slots.table.set_raw(self.0, &JsValue::NULL);
            if cleared.is_ok() {
                slots.free.push(self.0);
            }
            Ok(())
        });
    }
}
