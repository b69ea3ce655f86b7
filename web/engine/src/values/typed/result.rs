//! `result`.

use super::{
    ComponentType, ComponentVariant, Lift, Lower, NativeLayout, bad_type_info, lower_payload,
};
use crate::raw::ValRaw;
use crate::raw::map_maybe_uninit;
use crate::store::Typecheck;
use crate::types::InstanceType;
use crate::types::desc;
use crate::values::context::{LiftContext, LowerContext};
use amphi_translate::plan::ComponentTypes;
use std::mem::MaybeUninit;
use wasmtime_environ::component::{CanonicalAbiInfo, InterfaceType};
use wasmtime_environ::error::{Result, bail};

/// A result in flat form: which case, and slots for either.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct FlatResult<A: Copy, B: Copy> {
    tag: ValRaw,
    payload: Payload<A, B>,
}

#[derive(Clone, Copy)]
#[repr(C)]
union Payload<A: Copy, B: Copy> {
    ok: A,
    err: B,
}

// SAFETY: a case number and the slots of the larger payload.
unsafe impl<A: ComponentType, B: ComponentType> ComponentType for Result<A, B> {
    type Lower = FlatResult<A::Lower, B::Lower>;
    const ABI: CanonicalAbiInfo = CanonicalAbiInfo::variant_static(&[Some(A::ABI), Some(B::ABI)]);
    const MAY_REQUIRE_REALLOC: bool = A::MAY_REQUIRE_REALLOC || B::MAY_REQUIRE_REALLOC;

    fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
        let ok = (A::typecheck as Typecheck, A::IS_RUST_UNIT_TYPE);
        let err = (B::typecheck as Typecheck, B::IS_RUST_UNIT_TYPE);
        typecheck_result(ty, types, ok, err)
    }
}

/// Checks a `result`, with what checks the type of each case, and whether it may have none.
fn typecheck_result(
    ty: &InterfaceType,
    types: &InstanceType<'_>,
    ok: (Typecheck, bool),
    err: (Typecheck, bool),
) -> Result<()> {
    let InterfaceType::Result(index) = ty else {
        bail!("expected `result` found `{}`", desc(ty));
    };
    let expected = &types.types[*index];
    for (case, ty, (check, may_be_none)) in [("ok", &expected.ok, ok), ("err", &expected.err, err)]
    {
        match ty {
            Some(ty) => check(ty, types)?,
            None if may_be_none => {}
            None => bail!("expected no `{case}` type"),
        }
    }
    Ok(())
}

// SAFETY: the two cases of a result.
unsafe impl<A: ComponentType, B: ComponentType> ComponentVariant for Result<A, B> {
    const CASES: &'static [Option<CanonicalAbiInfo>] = &[Some(A::ABI), Some(B::ABI)];
}

fn payloads(
    types: &ComponentTypes,
    ty: InterfaceType,
) -> (Option<InterfaceType>, Option<InterfaceType>) {
    match ty {
        InterfaceType::Result(index) => (types[index].ok, types[index].err),
        _ => bad_type_info(),
    }
}

// SAFETY: as above.
unsafe impl<A: Lower, B: Lower> Lower for Result<A, B> {
    fn linear_lower_to_flat<T>(
        &self,
        cx: &mut LowerContext<'_, T>,
        ty: InterfaceType,
        dst: &mut MaybeUninit<Self::Lower>,
    ) -> Result<()> {
        let (ok, err) = payloads(cx.types, ty);
        map_maybe_uninit!(dst.tag).write(ValRaw::bool(self.is_err()));
        let slots = map_maybe_uninit!(dst.payload);
        match self {
            // SAFETY: fields of the payload.
            Ok(value) => unsafe {
                lower_payload(
                    slots,
                    |payload| map_maybe_uninit!(payload.ok),
                    |slots| match ok {
                        Some(ty) => value.linear_lower_to_flat(cx, ty, slots),
                        None => Ok(()),
                    },
                )
            },
            // SAFETY: as above.
            Err(value) => unsafe {
                lower_payload(
                    slots,
                    |payload| map_maybe_uninit!(payload.err),
                    |slots| match err {
                        Some(ty) => value.linear_lower_to_flat(cx, ty, slots),
                        None => Ok(()),
                    },
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
        let (ok, err) = payloads(cx.types, ty);
        *cx.get::<1>(offset) = [u8::from(self.is_err())];
        let offset = offset + Self::PAYLOAD_OFFSET32;
        match (self, ok, err) {
            (Ok(value), Some(ty), _) => value.linear_lower_to_memory(cx, ty, offset),
            (Err(value), _, Some(ty)) => value.linear_lower_to_memory(cx, ty, offset),
            (Ok(_), None, _) | (Err(_), _, None) => Ok(()),
        }
    }
}

/// Lifts a payload, or the unit that stands for one that is not there.
fn lift_payload<E: Lift>(
    ty: Option<InterfaceType>,
    lift: impl FnOnce(InterfaceType) -> Result<E>,
) -> Result<E> {
    // A unit takes nothing from the type that it is given.
    lift(ty.unwrap_or(InterfaceType::Bool))
}

// SAFETY: as above.
unsafe impl<A: Lift, B: Lift> Lift for Result<A, B> {
    const NATIVE: NativeLayout =
        NativeLayout::choice::<Self>((size_of::<A>(), A::NATIVE), (size_of::<B>(), B::NATIVE));

    fn linear_lift_from_flat(
        cx: &mut LiftContext<'_>,
        ty: InterfaceType,
        src: &Self::Lower,
    ) -> Result<Self> {
        let (ok, err) = payloads(cx.types, ty);
        match src.tag.get_u32() {
            0 => lift_payload(ok, |ty| {
                // SAFETY: the case says which payload is there.
                A::linear_lift_from_flat(cx, ty, unsafe { &src.payload.ok })
            })
            .map(Ok),
            1 => lift_payload(err, |ty| {
                // SAFETY: as above.
                B::linear_lift_from_flat(cx, ty, unsafe { &src.payload.err })
            })
            .map(Err),
            _ => bail!("invalid expected discriminant"),
        }
    }

    fn linear_lift_from_memory(
        cx: &mut LiftContext<'_>,
        ty: InterfaceType,
        bytes: &[u8],
    ) -> Result<Self> {
        let (ok, err) = payloads(cx.types, ty);
        let payload = &bytes[Self::PAYLOAD_OFFSET32..];
        match bytes[0] {
            0 => lift_payload(ok, |ty| {
                A::linear_lift_from_memory(cx, ty, &payload[..A::SIZE32])
            })
            .map(Ok),
            1 => lift_payload(err, |ty| {
                B::linear_lift_from_memory(cx, ty, &payload[..B::SIZE32])
            })
            .map(Err),
            _ => bail!("invalid expected discriminant"),
        }
    }
}
