//! Host functions that are JavaScript; they are told apart by the number of the lowering that
//! calls.

use crate::core_functions::script_call;
use amphi_web::embed::{self, HostFunction};
use amphi_web::{Error, Local, format_err};
use js_sys::{Function, Promise};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Functions that never wait. `make: (lowering) -> function` makes the core function for a
/// lowering, which does not throw but sets the global `failed`.
pub fn direct(make: Function, failed: JsValue) -> HostFunction {
    let (make, failed) = (Local::new(make), Local::new(failed));
    HostFunction::direct(move |lowered| {
        let function = make
            .call1(&JsValue::UNDEFINED, &JsValue::from(lowered.lowering))
            .map_err(|error| format_err!("{}", embed::caught_message(&error)))?;
        script_call(lowered, function, (*failed).clone())
    })
}

/// Functions that may have to be waited for: `begin: (lowering, slots) -> promise | undefined`
/// reads the arguments at the address `slots` of the application's memory, and stores the result
/// there or gives a promise; `finish: (lowering, slots)` stores the result later. What they keep to
/// themselves when they fail, the caller of the guest finds there.
pub fn waited(begin: Function, finish: Function) -> HostFunction {
    let functions = Local::new(Rc::new((begin, finish)));
    HostFunction::waited(move |lowering, slots| {
        let (begin, _) = &**functions;
        let lowering = JsValue::from(lowering);
        let begun =
            embed::outside(|| begin.call2(&JsValue::UNDEFINED, &lowering, &JsValue::from(slots)));
        let promise = begun.map_err(|_| failed())?.dyn_into::<Promise>().ok();
        let functions = Rc::clone(&functions);
        Ok(promise.map(|promise| async move {
            JsFuture::from(promise).await.map_err(|_| failed())?;
            Ok(move |slots: u32| {
                let (_, finish) = &*functions;
                let slots = JsValue::from(slots);
                embed::outside(|| finish.call2(&JsValue::UNDEFINED, &lowering, &slots))
                    .map(drop)
                    .map_err(|_| failed())
            })
        }))
    })
}

/// What the guest ends with; JavaScript knows more.
#[cold]
fn failed() -> Error {
    format_err!("a host function failed")
}
