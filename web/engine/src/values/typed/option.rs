//! `option`.

use super::{
    ComponentType, ComponentVariant, Lift, Lower, NativeLayout, bad_type_info, lower_payload,
};
use crate::raw::ValRaw;
use crate::raw::map_maybe_uninit;
use crate::types::InstanceType;
use crate::types::desc;
use crate::values::context::{LiftContext, LowerContext};
use amphi_translate::plan::ComponentTypes;
use std::mem::MaybeUninit;
use wasmtime_environ::component::{CanonicalAbiInfo, InterfaceType};
use wasmtime_environ::error::{Result, bail};

/// An optional value in flat form: whether it is there, and its own slots.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct FlatOption<T> {
    tag: ValRaw,
    payload: T,
}

// SAFETY: a case number and the payload's slots.
unsafe impl<E: ComponentType> ComponentType for Option<E> {
    type Lower = FlatOption<E::Lower>;
    const ABI: CanonicalAbiInfo = CanonicalAbiInfo::variant_static(&[None, Some(E::ABI)]);
    const MAY_REQUIRE_REALLOC: bool = E::MAY_REQUIRE_REALLOC;

    fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
        match ty {
            InterfaceType::Option(index) => E::typecheck(&types.types[*index].ty, types),
            other => bail!("expected `option` found `{}`", desc(other)),
        }
    }
}

// SAFETY: the two cases of an option.
unsafe impl<E: ComponentType> ComponentVariant for Option<E> {
    const CASES: &'static [Option<CanonicalAbiInfo>] = &[None, Some(E::ABI)];
}

fn payload(types: &ComponentTypes, ty: InterfaceType) -> InterfaceType {
    match ty {
        InterfaceType::Option(index) => types[index].ty,
        _ => bad_type_info(),
    }
}

// SAFETY: as above.
unsafe impl<E: Lower> Lower for Option<E> {
    fn linear_lower_to_flat<T>(
        &self,
        cx: &mut LowerContext<'_, T>,
        ty: InterfaceType,
        dst: &mut MaybeUninit<Self::Lower>,
    ) -> Result<()> {
        map_maybe_uninit!(dst.tag).write(ValRaw::bool(self.is_some()));
        let payload_slots = map_maybe_uninit!(dst.payload);
        match self {
            Some(value) => value.linear_lower_to_flat(cx, payload(cx.types, ty), payload_slots),
            // SAFETY: an empty case of the payload's slots.
            None => unsafe {
                lower_payload(
                    payload_slots,
                    |slots| &mut *std::ptr::from_mut(slots).cast::<MaybeUninit<[ValRaw; 0]>>(),
                    |_| Ok(()),
                )
            },
        }
    }

    fn linear_lower_to_memory<T>(
        &self,
        cx: &mut LowerContext<'_, T>,
        ty: InterfaceType,
        offset: usize,
    ) -> Result<()> {
        *cx.get::<1>(offset) = [u8::from(self.is_some())];
        match self {
            Some(value) => value.linear_lower_to_memory(
                cx,
                payload(cx.types, ty),
                offset + Self::PAYLOAD_OFFSET32,
            ),
            None => Ok(()),
        }
    }
}

// SAFETY: as above.
unsafe impl<E: Lift> Lift for Option<E> {
    const NATIVE: NativeLayout =
        NativeLayout::choice::<Self>((size_of::<E>(), E::NATIVE), (0, NativeLayout::fields(&[])));

    fn linear_lift_from_flat(
        cx: &mut LiftContext<'_>,
        ty: InterfaceType,
        src: &Self::Lower,
    ) -> Result<Self> {
        let payload = payload(cx.types, ty);
        match src.tag.get_u32() {
            0 => Ok(None),
            1 => E::linear_lift_from_flat(cx, payload, &src.payload).map(Some),
            _ => bail!("invalid option discriminant"),
        }
    }

    fn linear_lift_from_memory(
        cx: &mut LiftContext<'_>,
        ty: InterfaceType,
        bytes: &[u8],
    ) -> Result<Self> {
        let payload = payload(cx.types, ty);
        match bytes[0] {
            0 => Ok(None),
            1 => {
                let bytes = &bytes[Self::PAYLOAD_OFFSET32..][..E::SIZE32];
                E::linear_lift_from_memory(cx, payload, bytes).map(Some)
            }
            _ => bail!("invalid option discriminant"),
        }
    }
}
