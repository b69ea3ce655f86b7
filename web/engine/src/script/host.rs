//! Host functions that are JavaScript.

use super::functions::script_call;
use crate::calls::host::{finish, typecheck_dynamic};
use crate::page::{self, CallFrame, Finish, Local, Waiting};
use crate::store::{HostFunc, InstanceData, Landing, unbound};
use amphi_translate::plan::TrampolineKind;
use js_sys::{Function, Promise};
use std::sync::Arc;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasmtime_environ::error::{Error, Result, format_err};

/// A host function that a guest calls without Rust between them.
#[derive(Clone, Debug)]
pub struct Direct {
    /// `(lowering) -> function`, which makes the core function for a lowering once the memory that
    /// it works on is there.
    pub make: Local<Function>,
    /// The global that such a function sets when it fails.
    pub failed: Local<JsValue>,
}

/// A host function that may have to be waited for. What it keeps to itself when it fails, its
/// caller finds there.
#[derive(Clone, Debug)]
pub struct Waited {
    /// `(lowering, slots) -> promise | undefined`: reads the arguments at the address `slots`, and
    /// either stores the result there or gives a promise.
    pub begin: Local<Function>,
    /// `(lowering, slots)`: stores the result once the promise is fulfilled.
    pub finish: Local<Function>,
}

impl HostFunc {
    /// A function of JavaScript that never waits.
    pub fn direct(direct: Direct) -> Arc<HostFunc> {
        Arc::new(HostFunc {
            typecheck: typecheck_dynamic,
            land: unbound,
            finish: None,
            closure: Box::new(direct),
            stand_in: Some(stand_in),
        })
    }

    /// A function of JavaScript that may give a promise.
    pub fn waited(waited: Waited) -> Arc<HostFunc> {
        Arc::new(HostFunc {
            typecheck: typecheck_dynamic,
            land,
            finish: Some(finish),
            closure: Box::new(waited),
            stand_in: None,
        })
    }
}

/// The core function of JavaScript behind the small wrapper that it needs.
fn stand_in(func: &HostFunc, instance: &InstanceData, index: usize) -> Result<JsValue> {
    let trampoline = &instance.component.plan().trampolines[index];
    let (Some(direct), TrampolineKind::LowerImport { lowering, .. }) =
        (func.closure.downcast_ref::<Direct>(), &trampoline.kind)
    else {
        return Err(format_err!(
            "a function of JavaScript stands for what is no import"
        ));
    };
    let flags = trampoline
        .caller
        .map(|instance_index| JsValue::from(&*instance.flags[instance_index]));
    let function = direct
        .make
        .call1(&JsValue::UNDEFINED, &JsValue::from(*lowering as u32))
        .map_err(|error| format_err!("{}", page::caught_message(&error)))?;
    let failed = (*direct.failed).clone();
    script_call(&trampoline.signature, function, failed, flags)
}

extern "C" fn land(landing: &Landing, frame: &mut CallFrame) -> u32 {
    // SAFETY: a landing that is bound calls what its closure brought with it, which knows the type.
    let waited = unsafe { &*landing.closure.cast::<Waited>() }.clone();
    let lowering = JsValue::from(landing.lowering);
    let slots = JsValue::from(frame.slots.as_ptr() as u32);
    let this: *const Landing = landing;
    landing.begin(frame, move |_| {
        let begun = page::outside(|| waited.begin.call2(&JsValue::UNDEFINED, &lowering, &slots));
        let promise = begun.map_err(|_| failed())?.dyn_into::<Promise>().ok();
        let waiting: Waiting = Box::pin(async move {
            if let Some(promise) = promise {
                JsFuture::from(promise).await.map_err(|_| failed())?;
                let finish: Finish = Box::new(move |frame| {
                    // SAFETY: a guest comes back to the landing that it called.
                    unsafe { (*this).host_call(frame) }.finish_scope()?;
                    let slots = JsValue::from(frame.as_ptr() as u32);
                    page::outside(|| waited.finish.call2(&JsValue::UNDEFINED, &lowering, &slots))
                        .map(drop)
                        .map_err(|_| failed())
                });
                return Ok(finish);
            }
            let nothing: Finish = Box::new(|_| Ok(()));
            Ok(nothing)
        });
        Ok(waiting)
    })
}

/// What the guest ends with; JavaScript knows more.
#[cold]
fn failed() -> Error {
    format_err!("a host function failed")
}
