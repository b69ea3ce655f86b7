//! Host functions that are not Rust.

use crate::calls::host::finish;
use crate::calls::linker::LinkerInstance;
use crate::page::{CallFrame, Finish, Waiting};
use crate::store::{HostFunc, InstanceData, Landing, unbound};
use amphi_translate::plan::{Signature, TrampolineKind};
use std::fmt;
use std::sync::Arc;
use wasm_bindgen::JsValue;
use wasmtime_environ::error::{Result, format_err};

/// A host function that is not Rust, under any names: each import of an instance that is lowered
/// has a number, by which its calls are told apart.
pub struct HostFunction(Arc<HostFunc>);

/// An import for which a core function is made.
#[derive(Debug)]
pub struct Lowered<'a> {
    /// The number of the lowering.
    pub lowering: u32,
    /// The type of the core function.
    pub signature: &'a Signature,
    /// The flags of the component instance that calls, if they are to be looked at.
    pub flags: Option<JsValue>,
}

impl HostFunction {
    /// A function that guests call with no Rust between them and the core function that `make`
    /// makes for a lowering, once the memory that it works on is there.
    pub fn direct<F>(make: F) -> HostFunction
    where
        F: Fn(Lowered<'_>) -> Result<JsValue> + Send + Sync + 'static,
    {
        HostFunction(Arc::new(HostFunc {
            typecheck: None,
            land: unbound,
            finish: None,
            closure: Box::new(make),
            stand_in: Some(stand_in::<F>),
        }))
    }

    /// A function that may have to be waited for: `begin(lowering, slots)` reads the arguments at
    /// the address `slots` of the application's memory, and stores the result there, or gives what
    /// is to be waited for; what becomes of that stores it later.
    pub fn waited<F, W, S>(begin: F) -> HostFunction
    where
        F: Fn(u32, u32) -> Result<Option<W>> + Send + Sync + 'static,
        W: Future<Output = Result<S>> + 'static,
        S: FnOnce(u32) -> Result<()> + 'static,
    {
        HostFunction(Arc::new(HostFunc {
            typecheck: None,
            land: land::<F, W, S>,
            finish: Some(finish),
            closure: Box::new(begin),
            stand_in: None,
        }))
    }

    /// Defines the function under a name.
    ///
    /// # Errors
    ///
    /// `name` is defined already.
    pub fn define<T: 'static>(&self, linker: &mut LinkerInstance<'_, T>, name: &str) -> Result<()> {
        linker.define_func(name, Arc::clone(&self.0))
    }
}

impl fmt::Debug for HostFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostFunction").finish_non_exhaustive()
    }
}

/// What is made for an import in its wrapper's place.
fn stand_in<F>(func: &HostFunc, instance: &InstanceData, index: usize) -> Result<JsValue>
where
    F: Fn(Lowered<'_>) -> Result<JsValue> + 'static,
{
    let trampoline = &instance.component.plan().trampolines[index];
    let TrampolineKind::LowerImport { lowering, .. } = &trampoline.kind else {
        return Err(format_err!("a function stands for what is no import"));
    };
    // SAFETY: a function has this beside its closure, whose type it knows.
    let make = unsafe { &*(&raw const *func.closure).cast::<F>() };
    make(Lowered {
        lowering: *lowering as u32,
        signature: &trampoline.signature,
        flags: trampoline
            .caller
            .map(|instance_index| JsValue::from(&*instance.flags[instance_index])),
    })
}

extern "C" fn land<F, W, S>(landing: &Landing, frame: &mut CallFrame) -> u32
where
    F: Fn(u32, u32) -> Result<Option<W>> + 'static,
    W: Future<Output = Result<S>> + 'static,
    S: FnOnce(u32) -> Result<()> + 'static,
{
    // SAFETY: a landing that is bound calls what its closure brought with it, which knows the type.
    let begin = unsafe { &*landing.closure.cast::<F>() };
    let slots = frame.slots.as_ptr() as u32;
    let this: *const Landing = landing;
    landing.begin(frame, move |_| {
        let waited = begin(landing.lowering, slots)?;
        let waiting: Waiting = Box::pin(async move {
            if let Some(waited) = waited {
                let store = waited.await?;
                let finish: Finish = Box::new(move |frame| {
                    // SAFETY: a guest comes back to the landing that it called.
                    unsafe { (*this).host_call(frame) }.finish_scope()?;
                    store(frame.as_ptr() as u32)
                });
                return Ok(finish);
            }
            let nothing: Finish = Box::new(|_| Ok(()));
            Ok(nothing)
        });
        Ok(waiting)
    })
}
