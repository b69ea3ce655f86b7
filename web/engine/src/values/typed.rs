//! Rust types as component values: the traits, and their implementations for the types that stand
//! for themselves.
//!
//! Component-model spec, canonical ABI: `load`, `store`, `lift_flat`, `lower_flat`.

mod fixed_length_list;
mod list;
mod map;
mod native;
mod option;
mod pointer;
mod result;
mod scalar;
mod storage;
mod string;
mod tuple;
mod typecheck;
mod wasm_list;
mod wasm_str;

pub use native::NativeLayout;
pub use storage::lower_payload;
pub(crate) use storage::{slice_to_storage, slice_to_storage_mut};
pub use typecheck::{
    typecheck_enum, typecheck_flags, typecheck_func, typecheck_record, typecheck_tuple,
    typecheck_variant,
};
pub use wasm_list::WasmList;
pub use wasm_str::WasmStr;

use super::context::{LiftContext, LowerContext};
use crate::types::InstanceType;
use std::fmt;
use std::mem::MaybeUninit;
use wasmtime_environ::component::{CanonicalAbiInfo, InterfaceType, VariantInfo};
use wasmtime_environ::error::Result;

/// A Rust type that stands for a component type, as `wasmtime::component::ComponentType`.
///
/// # Safety
///
/// `Lower` is made of as many [`ValRaw`](crate::ValRaw)s as the type has flat core values, `ABI` is
/// the type's, and `typecheck` accepts no other type.
pub unsafe trait ComponentType: Send + Sync {
    #[doc(hidden)]
    type Lower: Copy;
    #[doc(hidden)]
    const ABI: CanonicalAbiInfo;
    #[doc(hidden)]
    const SIZE32: usize = Self::ABI.size32 as usize;
    #[doc(hidden)]
    const ALIGN32: u32 = Self::ABI.align32;
    #[doc(hidden)]
    const IS_RUST_UNIT_TYPE: bool = false;
    #[doc(hidden)]
    const MAY_REQUIRE_REALLOC: bool = true;
    /// Whether lifting and lowering look at the component type, rather than know all of it from the
    /// Rust type.
    #[doc(hidden)]
    const NEEDS_TYPE: bool = true;

    #[doc(hidden)]
    #[inline]
    fn flatten_count() -> usize {
        // A constant, whatever the compiler inlines: each call asks.
        const {
            match Self::ABI.flat_count {
                Some(count) => count as usize,
                None => usize::MAX,
            }
        }
    }

    #[doc(hidden)]
    fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()>;
}

/// A type with cases; used by the derives.
///
/// # Safety
///
/// `CASES` are the type's.
#[doc(hidden)]
pub unsafe trait ComponentVariant: ComponentType {
    const CASES: &'static [Option<CanonicalAbiInfo>];
    const INFO: VariantInfo = VariantInfo::new_static(Self::CASES);
    const PAYLOAD_OFFSET32: usize = Self::INFO.payload_offset32 as usize;
}

/// A Rust type that can be passed to a component, as `wasmtime::component::Lower`.
///
/// # Safety
///
/// What is written matches the type.
pub unsafe trait Lower: ComponentType {
    /// Whether a slice of this type has the bytes of a canonical list.
    #[doc(hidden)]
    const PLAIN: bool = false;

    #[doc(hidden)]
    fn linear_lower_to_flat<T>(
        &self,
        cx: &mut LowerContext<'_, T>,
        ty: InterfaceType,
        dst: &mut MaybeUninit<Self::Lower>,
    ) -> Result<()>;

    #[doc(hidden)]
    fn linear_lower_to_memory<T>(
        &self,
        cx: &mut LowerContext<'_, T>,
        ty: InterfaceType,
        offset: usize,
    ) -> Result<()>;

    /// Allocates and fills a list; types whose bytes are their own canonical form copy them at
    /// once.
    #[doc(hidden)]
    fn linear_lower_list<T>(
        cx: &mut LowerContext<'_, T>,
        element: InterfaceType,
        items: &[Self],
    ) -> Result<usize>
    where
        Self: Sized,
    {
        list::lower_elements(cx, element, items)
    }
}

/// A Rust type that can be taken from a component, as `wasmtime::component::Lift`.
///
/// # Safety
///
/// What is read matches the type.
pub unsafe trait Lift: Sized + ComponentType {
    /// How large a value is natively.
    #[doc(hidden)]
    const NATIVE: NativeLayout = NativeLayout::here::<Self>();

    #[doc(hidden)]
    fn linear_lift_from_flat(
        cx: &mut LiftContext<'_>,
        ty: InterfaceType,
        src: &Self::Lower,
    ) -> Result<Self>;

    #[doc(hidden)]
    fn linear_lift_from_memory(
        cx: &mut LiftContext<'_>,
        ty: InterfaceType,
        bytes: &[u8],
    ) -> Result<Self>;

    /// Reads a list; types whose bytes are their own canonical form copy them at once.
    #[doc(hidden)]
    fn linear_lift_list(
        cx: &mut LiftContext<'_>,
        element: InterfaceType,
        ptr: usize,
        len: usize,
    ) -> Result<Vec<Self>> {
        list::lift_elements(cx, element, ptr, len)
    }
}

/// The tuples that are a function's parameters or results, as
/// `wasmtime::component::ComponentNamedList`.
///
/// # Safety
///
/// Implemented for tuples alone.
pub unsafe trait ComponentNamedList: ComponentType {}

/// What follows a type check that cannot have passed.
#[doc(hidden)]
pub fn bad_type_info<T>() -> T {
    unreachable!("a value is lifted or lowered with a type that it was not checked against")
}

/// Writes a flags value as the names of what is set; used by `flags!`.
#[doc(hidden)]
pub fn format_flags(bits: &[u32], names: &[&str], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let set = names
        .iter()
        .enumerate()
        .filter(|(index, _)| bits[index / 32] & (1 << (index % 32)) != 0);
    f.write_str("(")?;
    for (position, (_, name)) in set.enumerate() {
        if position > 0 {
            f.write_str("|")?;
        }
        f.write_str(name)?;
    }
    f.write_str(")")
}
