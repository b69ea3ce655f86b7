//! What the page has once: the dispatcher, the application's memory and table, and compiled helper modules.

use super::enter::{self, reserve};
use super::glue;
use crate::codegen::{self, HostEntry};
use crate::plan::{Placed, Signature};
use js_sys::WebAssembly;
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::hash::Hash;
use wasm_bindgen::{JsCast as _, JsValue};
use wasmtime_environ::component::Transcode;
use wasmtime_environ::error::{Result, format_err};

/// What every engine of this page shares.
pub struct Page {
    /// The application's linear memory.
    pub memory: JsValue,
    /// The application's function table.
    pub table: WebAssembly::Table,
    /// The dispatcher's own table.
    pub slots: RefCell<super::slots::Slots>,
    /// Compiled accessor of guest memories; `None` in a browser without multi-memory.
    pub accessor: Option<WebAssembly::Module>,
    array_calls: Modules<(Signature, bool)>,
    placing_calls: Modules<(Signature, Box<[Placed]>)>,
    transcoders: Modules<Transcode>,
}

/// Generated modules by what they were generated for.
type Modules<K> = RefCell<HashMap<K, WebAssembly::Module>>;

thread_local! {
    static PAGE: OnceCell<Page> = const { OnceCell::new() };
}

/// Runs `with` on the page's shared state, which is made at the first call.
///
/// # Errors
///
/// The application exports no function table or memory, or the browser refuses a generated module.
pub fn page<R>(with: impl FnOnce(&Page) -> Result<R>) -> Result<R> {
    PAGE.with(|cell| {
        if cell.get().is_none() {
            let booted = boot()?;
            let _ = cell.set(booted);
        }
        with(
            cell.get()
                .ok_or_else(|| format_err!("the page's engine was set up inside itself"))?,
        )
    })
}

fn boot() -> Result<Page> {
    let table = wasm_bindgen::function_table()
        .dyn_into::<WebAssembly::Table>()
        .map_err(|_| format_err!("the application exports no function table"))?;
    let memory = wasm_bindgen::memory();
    let imports = glue::import_object([("m", "app", memory.clone())])?;
    let dispatcher = codegen::dispatcher(enter::host_entry().in_host);
    let dispatcher = glue::instance_exports(&glue::compile(&dispatcher)?, &imports)?;
    let guard = glue::make_guard(&glue::export(&dispatcher, "enter")?);
    let guard_imports = glue::import_object([("g", "guard", guard.into())])?;
    let guard =
        glue::instance_exports(&glue::compile(&codegen::reexport_guard())?, &guard_imports)?;
    reserve(
        &table,
        &glue::export(&guard, "guard")?,
        &glue::export(&dispatcher, "call")?,
    )?;
    Ok(Page {
        memory,
        table,
        slots: RefCell::new(super::slots::Slots::new(glue::export(
            &dispatcher,
            "table",
        )?)),
        accessor: glue::compile(&codegen::accessor()).ok(),
        array_calls: RefCell::default(),
        placing_calls: RefCell::default(),
        transcoders: RefCell::default(),
    })
}

impl Page {
    /// Where wrappers find the application.
    pub fn host_entry(&self) -> HostEntry {
        enter::host_entry()
    }

    /// The compiled array-call trampoline for a signature.
    pub fn array_call(
        &self,
        signature: &Signature,
        leave_flag: bool,
    ) -> Result<WebAssembly::Module> {
        cached(&self.array_calls, (signature.clone(), leave_flag), || {
            codegen::array_call(signature, leave_flag)
        })
    }

    /// The compiled trampoline for a signature that places parameters on the way.
    pub fn placing_call(
        &self,
        signature: &Signature,
        placed: &[Placed],
    ) -> Result<WebAssembly::Module> {
        cached(
            &self.placing_calls,
            (signature.clone(), placed.into()),
            || codegen::placing_call(signature, placed),
        )
    }

    /// The compiled transcoder of an operation.
    pub fn transcoder(&self, op: Transcode) -> Result<WebAssembly::Module> {
        cached(&self.transcoders, op, || codegen::transcoder(op))
    }
}

/// A generated module, compiled at its first use.
fn cached<K: Eq + Hash>(
    modules: &Modules<K>,
    key: K,
    generate: impl FnOnce() -> Vec<u8>,
) -> Result<WebAssembly::Module> {
    if let Some(module) = modules.borrow().get(&key) {
        return Ok(module.clone());
    }
    let module = glue::compile(&generate())?;
    modules.borrow_mut().insert(key, module.clone());
    Ok(module)
}
