//! What is known of an exported function that was called once.

use crate::page::{Local, Slot};
use amphi_translate::plan::{ComponentTypes, Options};
use js_sys::Function;
use std::cell::OnceCell;
use std::sync::Arc;
use wasmtime_environ::component::InterfaceType;

/// What a call needs to know. It is found once, so that a call looks nothing up.
pub(crate) struct FuncInfo {
    pub call: u32,
    /// The trampoline that places parameters, and a bit for each slot that it places.
    pub placing: Option<(u32, u32)>,
    pub post_return: Option<u32>,
    pub types: Arc<ComponentTypes>,
    pub params: InterfaceType,
    pub results: InterfaceType,
    pub options: Options,
}

/// A function that is ready to be called, and the slots of its trampolines.
pub(crate) struct LiftedFunc {
    pub info: FuncInfo,
    pub call: Slot,
    /// The trampoline for calls that can be suspended, made when first asked for.
    pub promising: OnceCell<Local<Function>>,
    pub _placing: Option<Slot>,
}
