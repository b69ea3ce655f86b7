//! `wasmtime::component`: the names that host code and generated bindings use.

pub(crate) mod call_scope;
#[expect(
    clippy::module_inception,
    reason = "the file of `Component`, named after it like every other"
)]
mod component;
pub(crate) mod context;
mod destroying;
pub(crate) mod entering;
mod func;
mod has_data;
pub(crate) mod host;
pub(crate) mod instance;
mod instantiate;
mod linker;
mod lookup;
pub(crate) mod matching;
pub(crate) mod resource;
mod resource_table;
#[doc(hidden)]
pub mod script;
mod typed;
pub mod types;
mod val;

pub use component::{Component, ComponentExportIndex};
pub use func::{Func, TypedFunc};
pub use has_data::{HasData, HasSelf};
pub use instance::Instance;
pub use instantiate::InstancePre;
pub use linker::{Linker, LinkerInstance};
pub use lookup::ExportLookup;
pub use resource::{Resource, ResourceAny, ResourceDynamic, ResourceType};
pub use resource_table::{ResourceTable, ResourceTableError};
pub use typed::{ComponentNamedList, ComponentType, Lift, Lower, WasmList, WasmStr};
pub use types::Type;
pub use val::Val;
pub use wasmtime_internal_component_macro::{ComponentType, Lift, Lower, bindgen};

/// Declares a Rust type for a WIT `flags` type.
pub use crate::__flags_here as flags;

/// What derives and generated bindings use; no promise of stability.
#[doc(hidden)]
pub mod __internal {
    pub use super::context::{LiftContext, LowerContext};
    pub use super::matching::{
        InstanceType, typecheck_enum, typecheck_flags, typecheck_record, typecheck_variant,
    };
    pub use super::typed::{ComponentVariant, bad_type_info, format_flags, lower_payload};
    pub use crate::{MaybeUninitExt, map_maybe_uninit};
    pub use std::boxed::Box;
    pub use std::cell::RefCell;
    pub use std::future::Future;
    pub use std::mem::transmute;
    pub use std::string::String;
    pub use std::vec::Vec;
    pub use wasmtime_environ;
    pub use wasmtime_environ::anyhow;
    pub use wasmtime_environ::component::{CanonicalAbiInfo, ComponentTypes, InterfaceType};
}
