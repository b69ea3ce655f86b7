//! What a surface for JavaScript is built from: instances whose functions JavaScript calls by
//! itself, and host functions that are JavaScript. No promise of stability.
//!
//! JavaScript gets the core functions, memories and allocators of a guest, and lifts and lowers by
//! itself, from a plan. Handles to resources stay with the store, and so does what a guest's throw
//! means.

mod functions;
mod host;

use crate::calls::func::Func;
use crate::calls::instance::Instance;
use crate::calls::instantiate::InstancePre;
use crate::calls::linker::LinkerInstance;
use crate::component::component::Component;
use crate::handles::{Destructor, InstanceId};
use crate::page::{self, FRAME_SLOTS};
use crate::raw::ValRaw;
use crate::store::{HostFunc, InstanceData, Store, StoreOpaque};
use amphi_translate::plan::{CoreType, Export, Options, Plan, Signature, Step};
use functions::fenced_call;
use host::{Direct, Waited};
use js_sys::Function;
use std::cell::{Cell, UnsafeCell};
use std::fmt;
use std::sync::Arc;
use wasm_bindgen::JsValue;
use wasmtime_environ::component::{ExportIndex, ResourceIndex, TypeResourceTableIndex};
use wasmtime_environ::error::{Error, Result, bail, format_err};

pub use crate::page::{Local, outside};

/// What it takes to run a component, as data.
pub fn plan(component: &Component) -> &Plan {
    component.plan()
}

/// The host functions of one guest, which are JavaScript; they are told apart by the number of the
/// lowering that calls.
pub struct HostFunctions(Arc<HostFunc>);

impl HostFunctions {
    /// Functions that never wait. `make: (lowering) -> function` makes the core function for a
    /// lowering, which does not throw but sets the global `failed`.
    pub fn direct(make: Function, failed: JsValue) -> HostFunctions {
        HostFunctions(HostFunc::direct(Direct {
            make: Local::new(make),
            failed: Local::new(failed),
        }))
    }

    /// Functions that may have to be waited for: `begin: (lowering, slots) -> promise | undefined`
    /// reads the arguments at the address `slots` of the application's memory, and stores the
    /// result there or gives a promise; `finish: (lowering, slots)` stores the result later.
    pub fn waited(begin: Function, finish: Function) -> HostFunctions {
        HostFunctions(HostFunc::waited(Waited {
            begin: Local::new(begin),
            finish: Local::new(finish),
        }))
    }
}

impl fmt::Debug for HostFunctions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostFunctions").finish_non_exhaustive()
    }
}

/// Defines a host function that is JavaScript.
///
/// # Errors
///
/// `name` is defined already.
pub fn define<T: 'static>(
    linker: &mut LinkerInstance<'_, T>,
    name: &str,
    functions: &HostFunctions,
) -> Result<()> {
    linker.define_func(name, Arc::clone(&functions.0))
}

/// A store with one instance, whose guest JavaScript calls by itself.
///
/// Every method takes a shared reference, since a guest's call may come back here while another
/// method is on the stack.
pub struct Guest<T: 'static> {
    store: UnsafeCell<Store<T>>,
    instance: Cell<Option<Instance>>,
}

/// The functions behind an export.
#[derive(Debug)]
pub struct Exported {
    /// The core function.
    pub call: JsValue,
    /// What is called with its flat result once that is lifted.
    pub post_return: Option<JsValue>,
}

/// What lifting and lowering work on.
#[derive(Debug)]
pub struct Environment {
    /// The memory.
    pub memory: Option<JsValue>,
    /// Its allocator.
    pub realloc: Option<JsValue>,
}

/// The one instance of a guest's store.
const INSTANCE: usize = 0;

impl<T: 'static> Guest<T> {
    /// Takes over a store that has no instance.
    pub fn new(store: Store<T>) -> Guest<T> {
        Guest {
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

    /// The functions behind the export `index`.
    ///
    /// # Errors
    ///
    /// It is no function.
    pub fn exported(&self, index: u32) -> Result<Exported> {
        let data = self.data()?;
        let plan = data.component.plan();
        let Some(Export::Func { func, options, .. }) = plan.export_items.get(index as usize) else {
            bail!("export {index} is not a function");
        };
        let call = data.resolve(func)?;
        let Some(wanted) = options_of(plan, options.as_u32())?.post_return else {
            return Ok(Exported {
                call,
                post_return: None,
            });
        };
        let post_return = plan.steps.iter().find_map(|step| match step {
            Step::ExtractPostReturn {
                index,
                def,
                params,
                instance,
            } if *index == wanted => Some((def, params, *instance)),
            _ => None,
        });
        let (def, params, instance) =
            post_return.ok_or_else(|| format_err!("a `post-return` was not extracted"))?;
        let signature = Signature {
            params: params.clone(),
            results: Box::default(),
        };
        let flags = JsValue::from(&*data.flags[instance]);
        let post_return = fenced_call(&signature, data.resolve(def)?, flags)?;
        Ok(Exported {
            call,
            post_return: Some(post_return),
        })
    }

    /// What functions with the canonical options `options` work on.
    ///
    /// # Errors
    ///
    /// It is not there yet.
    pub fn environment(&self, options: u32) -> Result<Environment> {
        let data = self.data()?;
        let options = options_of(data.component.plan(), options)?;
        let memory = options
            .memory
            .and_then(|index| data.memories[index].as_ref())
            .map(|memory| JsValue::from(memory.object()));
        let realloc = options.realloc.and_then(|index| data.realloc(index));
        let realloc = realloc.map(|(def, instance)| {
            let signature = Signature {
                params: [CoreType::I32; 4].into(),
                results: [CoreType::I32].into(),
            };
            let flags = JsValue::from(&*data.flags[instance]);
            fenced_call(&signature, data.resolve(def)?, flags)
        });
        Ok(Environment {
            memory,
            realloc: realloc.transpose()?,
        })
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
        self.opaque()
            .guest_table(Self::id(), TypeResourceTableIndex::from_u32(table))
            .take_own(handle)
    }

    /// An owned resource enters the guest's table: its handle there.
    ///
    /// # Errors
    ///
    /// There are too many.
    pub fn insert_own(&self, table: u32, rep: u32) -> Result<u32> {
        self.opaque()
            .guest_table(Self::id(), TypeResourceTableIndex::from_u32(table))
            .insert_own(rep)
    }

    /// The guest lends a handle for the length of the current call: the representation.
    ///
    /// # Errors
    ///
    /// The handle is not one of that table.
    pub fn lend(&self, table: u32, handle: u32) -> Result<u32> {
        self.opaque()
            .guest_table(Self::id(), TypeResourceTableIndex::from_u32(table))
            .lend(handle)
    }

    /// A resource is lent to the guest for the length of the current call: its handle there.
    ///
    /// # Errors
    ///
    /// There are too many.
    pub fn insert_borrow(&self, table: u32, rep: u32) -> Result<u32> {
        self.opaque()
            .guest_table(Self::id(), TypeResourceTableIndex::from_u32(table))
            .insert_borrow(rep)
    }

    /// Runs the destructor of a resource.
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

    /// As [`destroy`](Guest::destroy), on a stack that can be suspended where the browser can.
    /// Nothing else runs the guest until the future is done.
    ///
    /// # Errors
    ///
    /// As [`destroy`](Guest::destroy).
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

    /// The error behind what a guest threw that JavaScript called. No guest of the store runs
    /// again.
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
    /// be suspended where the browser can: the flat result, or what was thrown.
    ///
    /// # Errors
    ///
    /// The export is no function.
    ///
    /// # Safety
    ///
    /// `args` are what the function takes, at most 17 slots, and nothing else runs the guest until
    /// the future is done.
    pub async unsafe fn call_async(
        &self,
        index: u32,
        args: &[u64],
    ) -> Result<Result<u64, JsValue>> {
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
        // SAFETY: the store is this guest's own; the rest is the caller's promise.
        let called = unsafe { func.call_flat_async(store, slots) }.await?;
        Ok(match called {
            Ok(slots) => Ok(slots[0].get_u64()),
            Err(caught) => Err(caught.0),
        })
    }
}

fn options_of(plan: &Plan, index: u32) -> Result<&Options> {
    let options = plan.options.get(index as usize);
    options.ok_or_else(|| format_err!("there are no canonical options {index}"))
}

impl<T: 'static> fmt::Debug for Guest<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guest").finish_non_exhaustive()
    }
}
