//! Lists whose length is part of their type.

use super::{ComponentType, Lift, Lower, NativeLayout, bad_type_info};
use crate::raw::map_maybe_uninit;
use crate::types::InstanceType;
use crate::types::desc;
use crate::values::context::{LiftContext, LowerContext};
use amphi_translate::plan::ComponentTypes;
use std::mem::MaybeUninit;
use wasmtime_environ::component::{CanonicalAbiInfo, InterfaceType};
use wasmtime_environ::error::{Result, bail, format_err};

// SAFETY: the slots of the elements, one after another.
unsafe impl<E: ComponentType, const N: usize> ComponentType for [E; N] {
    type Lower = [E::Lower; N];
    const ABI: CanonicalAbiInfo = CanonicalAbiInfo::fixed_length_list_static(&E::ABI, N);
    const MAY_REQUIRE_REALLOC: bool = E::MAY_REQUIRE_REALLOC;

    fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
        let InterfaceType::FixedLengthList(index) = ty else {
            bail!("expected `list<_, {N}>` found `{}`", desc(ty));
        };
        let list = &types.types[*index];
        if list.size as usize != N {
            bail!("expected `list<_, {}>` found `list<_, {N}>`", list.size);
        }
        E::typecheck(&list.element, types)
    }
}

fn element(types: &ComponentTypes, ty: InterfaceType) -> InterfaceType {
    match ty {
        InterfaceType::FixedLengthList(index) => types[index].element,
        _ => bad_type_info(),
    }
}

// SAFETY: as above.
unsafe impl<E: Lower, const N: usize> Lower for [E; N] {
    fn linear_lower_to_flat<T>(
        &self,
        cx: &mut LowerContext<'_, T>,
        ty: InterfaceType,
        dst: &mut MaybeUninit<Self::Lower>,
    ) -> Result<()> {
        let element = element(cx.types, ty);
        for (index, value) in self.iter().enumerate() {
            value.linear_lower_to_flat(cx, element, map_maybe_uninit!(dst[index]))?;
        }
        Ok(())
    }

    fn linear_lower_to_memory<T>(
        &self,
        cx: &mut LowerContext<'_, T>,
        ty: InterfaceType,
        offset: usize,
    ) -> Result<()> {
        let element = element(cx.types, ty);
        for (index, value) in self.iter().enumerate() {
            value.linear_lower_to_memory(cx, element, offset + index * E::SIZE32)?;
        }
        Ok(())
    }
}

// SAFETY: as above.
unsafe impl<E: Lift, const N: usize> Lift for [E; N] {
    const NATIVE: NativeLayout = E::NATIVE.array(N);

    fn linear_lift_from_flat(
        cx: &mut LiftContext<'_>,
        ty: InterfaceType,
        src: &Self::Lower,
    ) -> Result<Self> {
        let element = element(cx.types, ty);
        collect(|index| E::linear_lift_from_flat(cx, element, &src[index]))
    }

    fn linear_lift_from_memory(
        cx: &mut LiftContext<'_>,
        ty: InterfaceType,
        bytes: &[u8],
    ) -> Result<Self> {
        let element = element(cx.types, ty);
        collect(|index| {
            let bytes = &bytes[index * E::SIZE32..][..E::SIZE32];
            E::linear_lift_from_memory(cx, element, bytes)
        })
    }
}

fn collect<E, const N: usize>(lift: impl FnMut(usize) -> Result<E>) -> Result<[E; N]> {
    let values = (0..N).map(lift).collect::<Result<Vec<_>>>()?;
    let found = values.len();
    let array = values.try_into();
    array.map_err(|_| format_err!("expected {N} elements, found {found}"))
}
