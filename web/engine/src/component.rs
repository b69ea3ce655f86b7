//! `wasmtime::component`: the names that host code and generated bindings use.

#[expect(
    clippy::module_inception,
    reason = "the file of `Component`, named after it like every other"
)]
pub(crate) mod component;
mod has_data;

pub use crate::calls::func::{Func, TypedFunc};
pub use crate::calls::instance::Instance;
pub use crate::calls::instantiate::InstancePre;
#[doc(hidden)]
pub use crate::calls::linker::Nobody;
pub use crate::calls::linker::{Linker, LinkerInstance};
pub use crate::types::{ResourceType, Type};
pub use crate::values::resource::{Resource, ResourceAny, ResourceDynamic};
pub use crate::values::resource_table::{ResourceTable, ResourceTableError};
pub use crate::values::typed::{ComponentNamedList, ComponentType, Lift, Lower, WasmList, WasmStr};
pub use crate::values::val::Val;
pub use component::{Component, ComponentExportIndex, ExportLookup};
pub use has_data::{HasData, HasSelf};
pub use wasmtime_internal_component_macro::{ComponentType, Lift, Lower, bindgen};

/// Declares a Rust type for a WIT `flags` type.
pub use crate::flags::__flags_here as flags;

/// The types of components, reflected.
///
/// A type here is a handle on the type table of the component that it was read from, together with
/// the resource types which that component's instance has, where there is one. Two types are equal
/// when their structure is, wherever they were read.
pub mod types {
    pub use crate::types::{
        Case, Component, ComponentExtern, ComponentFunc, ComponentInstance, ComponentItem, Enum,
        Field, FixedLengthList, Flags, FutureType, List, Map, Module, OptionType, Record,
        ResourceType, ResultType, StreamType, Tuple, Type, Variant,
    };
}

/// What derives and generated bindings use; no promise of stability.
#[doc(hidden)]
pub mod __internal {
    pub use crate::raw::{MaybeUninitExt, map_maybe_uninit};
    pub use crate::types::InstanceType;
    pub use crate::values::context::{LiftContext, LowerContext};
    pub use crate::values::typed::{
        ComponentVariant, bad_type_info, format_flags, lower_payload, typecheck_enum,
        typecheck_flags, typecheck_record, typecheck_variant,
    };
    pub use amphi_translate::plan::ComponentTypes;
    pub use std::boxed::Box;
    pub use std::cell::RefCell;
    pub use std::future::Future;
    pub use std::mem::transmute;
    pub use std::string::String;
    pub use std::vec::Vec;
    pub use wasmtime_environ;
    pub use wasmtime_environ::anyhow;
    pub use wasmtime_environ::component::{CanonicalAbiInfo, InterfaceType};
}
