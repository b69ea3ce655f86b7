//! Lists.

use super::pointer::Pair;
use super::{ComponentType, Lift, Lower, NativeLayout, bad_type_info};
use crate::raw::ValRaw;
use crate::types::InstanceType;
use crate::types::desc;
use crate::values::context::{AlignedBytes, LiftContext, LowerContext};
use amphi_translate::plan::ComponentTypes;
use std::mem::MaybeUninit;
use std::sync::Arc;
use wasmtime_environ::component::{CanonicalAbiInfo, InterfaceType};
use wasmtime_environ::error::{Result, bail, format_err};

// SAFETY: a list is a pointer and a length.
unsafe impl<T: ComponentType> ComponentType for [T] {
    type Lower = [ValRaw; 2];
    const ABI: CanonicalAbiInfo = CanonicalAbiInfo::POINTER_PAIR;

    fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
        match ty {
            InterfaceType::List(index) => T::typecheck(&types.types[*index].element, types),
            other => bail!("expected `list` found `{}`", desc(other)),
        }
    }
}

pub(super) fn element(types: &ComponentTypes, ty: InterfaceType) -> InterfaceType {
    match ty {
        InterfaceType::List(index) => types[index].element,
        _ => bad_type_info(),
    }
}

// SAFETY: as above.
unsafe impl<E: Lower> Lower for [E] {
    fn linear_lower_to_flat<T>(
        &self,
        cx: &mut LowerContext<'_, T>,
        ty: InterfaceType,
        dst: &mut MaybeUninit<[ValRaw; 2]>,
    ) -> Result<()> {
        if E::PLAIN && cx.defer(dst.as_mut_ptr(), self.as_ptr().cast(), self.len()) {
            return Ok(());
        }
        let ptr = E::linear_lower_list(cx, element(cx.types, ty), self)?;
        Pair::new(ptr, self.len())?.to_flat(dst);
        Ok(())
    }

    fn linear_lower_to_memory<T>(
        &self,
        cx: &mut LowerContext<'_, T>,
        ty: InterfaceType,
        offset: usize,
    ) -> Result<()> {
        let ptr = E::linear_lower_list(cx, element(cx.types, ty), self)?;
        *cx.get(offset) = Pair::new(ptr, self.len())?.to_bytes();
        Ok(())
    }
}

/// Allocates a list and lowers its elements one by one.
pub(super) fn lower_elements<T, E: Lower>(
    cx: &mut LowerContext<'_, T>,
    element: InterfaceType,
    items: &[E],
) -> Result<usize> {
    let size = items
        .len()
        .checked_mul(E::SIZE32)
        .ok_or_else(|| format_err!("size overflow copying a list"))?;
    let ptr = cx.realloc(0, 0, E::ALIGN32, size)?;
    for (index, item) in items.iter().enumerate() {
        item.linear_lower_to_memory(cx, element, ptr + index * E::SIZE32)?;
    }
    Ok(ptr)
}

/// Copies the list's bytes and lifts its elements one by one.
pub(super) fn lift_elements<E: Lift>(
    cx: &mut LiftContext<'_>,
    element: InterfaceType,
    ptr: usize,
    len: usize,
) -> Result<Vec<E>> {
    let mut space = AlignedBytes::new();
    let bytes = cx.read_elements(&mut space, "list", (ptr, len), &E::ABI, E::NATIVE.size)?;
    let mut elements = Vec::new();
    elements.try_reserve_exact(len)?;
    for index in 0..len {
        let bytes = &bytes[index * E::SIZE32..][..E::SIZE32];
        elements.push(E::linear_lift_from_memory(cx, element, bytes)?);
    }
    Ok(elements)
}

fn lift_list<E: Lift>(cx: &mut LiftContext<'_>, ty: InterfaceType, pair: Pair) -> Result<Vec<E>> {
    E::linear_lift_list(
        cx,
        element(cx.types, ty),
        pair.ptr as usize,
        pair.len as usize,
    )
}

/// Lifting into each owner of a list, which is so many words large.
macro_rules! lift_into {
    ($($owner:ty: $words:literal),*) => {$(
        // SAFETY: as for slices.
        unsafe impl<E: Lift> Lift for $owner {
            const NATIVE: NativeLayout = NativeLayout::words($words);

            fn linear_lift_from_flat(
                cx: &mut LiftContext<'_>,
                ty: InterfaceType,
                src: &[ValRaw; 2],
            ) -> Result<$owner> {
                Ok(lift_list(cx, ty, Pair::from_flat(src))?.into())
            }

            fn linear_lift_from_memory(
                cx: &mut LiftContext<'_>,
                ty: InterfaceType,
                bytes: &[u8],
            ) -> Result<$owner> {
                Ok(lift_list(cx, ty, Pair::from_bytes(bytes)?)?.into())
            }
        }
    )*};
}

lift_into!(Vec<E>: 3, Box<[E]>: 2, Arc<[E]>: 2);
