//! What the page has once: the dispatcher, the application's memory and table, and compiled helper
//! modules.

use super::enter::{self, Arrivals, reserve};
use super::glue;
use amphi_translate::codegen::{self, HostEntry};
use amphi_translate::plan::{Placed, Signature};
use amphi_translate::rewrite::Accessor;
use js_sys::{Function, Object, WebAssembly};
use std::cell::{OnceCell, RefCell};
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
    /// What wrappers import to suspend their guests.
    pub suspend: JsValue,
    /// What wrappers import to look for room on the stack.
    pub room: JsValue,
    /// What wrappers import where guests may catch exceptions; `None` in a browser that has none to
    /// rely on.
    pub border: Option<Border>,
    can_suspend: bool,
    /// Whether the browser says the same of an access outside of a memory and of a call outside of
    /// a table.
    #[cfg(feature = "compiler")]
    pub bounds_sound_alike: bool,
    array_calls: Modules<(Signature, bool)>,
    placing_calls: Modules<(Signature, Box<[Placed]>)>,
    counted_calls: Modules<Signature>,
    transcoders: Modules<Transcode>,
    single_memory_transcoders: Modules<Box<[u8]>>,
    accessors: Modules<Box<[u8]>>,
}

/// What keeps guests from catching what is not their own.
pub struct Border {
    /// Keeps what the application has thrown while a guest was calling it.
    pub keep: JsValue,
    /// Throws what a guest has thrown, for another to catch.
    pub throw: JsValue,
    /// Throws what was kept.
    pub again: Function,
}

/// Generated modules by what they were generated for. There are few, and to find one is nothing
/// beside making an instance of it.
pub type Modules<K, M = WebAssembly::Module> = RefCell<Vec<(K, M)>>;

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
        with(match cell.get() {
            Some(page) => page,
            None => booted(cell)?,
        })
    })
}

#[cold]
#[inline(never)]
fn booted(cell: &OnceCell<Page>) -> Result<&Page> {
    let _ = cell.set(boot()?);
    cell.get()
        .ok_or_else(|| format_err!("the page's engine was set up inside itself"))
}

/// Whether this browser can suspend a guest (JavaScript Promise Integration).
pub fn can_suspend() -> bool {
    page(|page| Ok(page.can_suspend)).unwrap_or(false)
}

/// Whether guests may throw and catch exceptions in this browser.
pub fn has_exceptions() -> bool {
    page(|page| Ok(page.border.is_some())).unwrap_or(false)
}

fn boot() -> Result<Page> {
    let table = wasm_bindgen::function_table()
        .dyn_into::<WebAssembly::Table>()
        .map_err(|_| format_err!("the application exports no function table"))?;
    let memory = wasm_bindgen::memory();
    let imports = glue::import_object([("m", "app", memory.clone())])?;
    let dispatcher = codegen::dispatcher(enter::in_host_address());
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
    let nothing = glue::export::<JsValue>(&dispatcher, "nothing")?;
    let room_imports =
        glue::import_object([("m", "app", memory.clone()), ("d", "nothing", nothing)])?;
    let room = glue::instance_exports(&glue::compile(&codegen::room())?, &room_imports)?;
    Ok(Page {
        memory,
        table,
        slots: RefCell::new(super::slots::Slots::new(glue::export(
            &dispatcher,
            "table",
        )?)),
        accessor: glue::compile_if_valid(&codegen::accessor())?,
        suspend: glue::make_suspend(),
        room: glue::export(&room, "room")?,
        border: border()?,
        can_suspend: glue::can_suspend(),
        #[cfg(feature = "compiler")]
        bounds_sound_alike: bounds_sound_alike(&imports)?,
        array_calls: RefCell::default(),
        placing_calls: RefCell::default(),
        counted_calls: RefCell::default(),
        transcoders: RefCell::default(),
        single_memory_transcoders: RefCell::default(),
        accessors: RefCell::default(),
    })
}

/// What keeps guests from catching what is not theirs; `None` where they can catch nothing, or not
/// all that they should.
fn border() -> Result<Option<Border>> {
    let Some(module) = glue::compile_if_valid(&codegen::border())? else {
        return Ok(None);
    };
    let probe = glue::instance_exports(&glue::compile(&codegen::catches())?, &Object::new())?;
    let caught = glue::export::<Function>(&probe, "caught")?.call0(&JsValue::UNDEFINED);
    if caught != Ok(JsValue::from(1)) {
        return Ok(None);
    }
    let exports = glue::instance_exports(&module, &Object::new())?;
    Ok(Some(Border {
        keep: glue::export(&exports, "keep")?,
        throw: glue::make_throw(),
        again: glue::export(&exports, "again")?,
    }))
}

/// Goes out of bounds both ways and compares what the browser says.
#[cfg(feature = "compiler")]
fn bounds_sound_alike(imports: &Object) -> Result<bool> {
    let exports = glue::instance_exports(&glue::compile(&codegen::out_of_bounds())?, imports)?;
    let said = |name| {
        let thrown = glue::export::<Function>(&exports, name)?.call0(&JsValue::UNDEFINED);
        Ok::<_, wasmtime_environ::error::Error>(
            thrown.err().map(|error| glue::caught_message(&error)),
        )
    };
    Ok(said("memory")? == said("table")?)
}

impl Page {
    /// Where wrappers find the application, which calls arrive in at `arrivals`.
    pub fn host_entry(&self, arrivals: Arrivals) -> HostEntry {
        enter::host_entry(arrivals, self.border.is_some())
    }

    /// Whether a module may have several memories in this browser.
    pub fn has_multi_memory(&self) -> bool {
        self.accessor.is_some()
    }

    /// The compiled array-call trampoline for a signature.
    pub fn array_call(
        &self,
        signature: &Signature,
        leave_flag: bool,
    ) -> Result<WebAssembly::Module> {
        cached(&self.array_calls, (signature.clone(), leave_flag), || {
            glue::compile(&codegen::array_call(signature, leave_flag))
        })
    }

    /// The compiled trampoline for a signature that places parameters on the way.
    pub fn placing_call(
        &self,
        signature: &Signature,
        placed: &[Placed],
    ) -> Result<WebAssembly::Module> {
        let key = (signature.clone(), placed.into());
        cached(&self.placing_calls, key, || {
            glue::compile(&codegen::placing_call(signature, placed))
        })
    }

    /// The compiled way from an adapter to a guest whose call is counted.
    pub fn counted_call(&self, signature: &Signature) -> Result<WebAssembly::Module> {
        cached(&self.counted_calls, signature.clone(), || {
            glue::compile(&codegen::counted_call(signature))
        })
    }

    /// The compiled transcoder of an operation.
    pub fn transcoder(&self, op: Transcode) -> Result<WebAssembly::Module> {
        cached(&self.transcoders, op, || {
            glue::compile(&codegen::transcoder(op))
        })
    }

    /// The compiled transcoder `wasm`, which has one memory.
    pub fn single_memory_transcoder(&self, wasm: &[u8]) -> Result<WebAssembly::Module> {
        let compile = || glue::compile(wasm);
        cached(&self.single_memory_transcoders, wasm.into(), compile)
    }

    /// How many generated modules are kept.
    pub fn generated(&self) -> usize {
        self.array_calls.borrow().len()
            + self.placing_calls.borrow().len()
            + self.counted_calls.borrow().len()
            + self.transcoders.borrow().len()
            + self.single_memory_transcoders.borrow().len()
            + self.accessors.borrow().len()
    }

    /// The compiled accessor that stands for a memory.
    pub fn memory_accessor(&self, accessor: &Accessor) -> Result<WebAssembly::Module> {
        let key = accessor.wasm.as_slice().into();
        cached(&self.accessors, key, || glue::compile(&accessor.wasm))
    }
}

/// How many generated modules of a kind are kept: signatures are a component's choice, so that
/// there is no end of them.
const KEPT: usize = 256;

/// Something compiled at its first use, and kept until there are too many.
pub fn cached<K: Eq, M: Clone>(
    modules: &Modules<K, M>,
    key: K,
    compile: impl FnOnce() -> Result<M>,
) -> Result<M> {
    if let Some((_, module)) = modules.borrow().iter().find(|(kept, _)| *kept == key) {
        return Ok(module.clone());
    }
    let module = compile()?;
    let mut modules = modules.borrow_mut();
    if modules.len() >= KEPT {
        modules.clear();
    }
    modules.push((key, module.clone()));
    Ok(module)
}
