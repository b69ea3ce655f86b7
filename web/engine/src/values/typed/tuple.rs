//! Tuples, which are also the parameters and results of functions.

use super::{
    ComponentNamedList, ComponentType, Lift, Lower, NativeLayout, bad_type_info, typecheck_tuple,
};
use crate::raw::ValRaw;
use crate::raw::map_maybe_uninit;
use crate::types::InstanceType;
use crate::values::context::{LiftContext, LowerContext};
use amphi_translate::plan::ComponentTypes;
use std::mem::MaybeUninit;
use wasmtime_environ::component::{CanonicalAbiInfo, InterfaceType};
use wasmtime_environ::error::Result;

/// Tuples of one length: the type of their slots, their fields, and their elements with their
/// positions.
macro_rules! tuple {
    ($slots:ident: $($element:ident $index:tt),*) => {
        /// A tuple in flat form.
        #[derive(Clone, Copy)]
        #[repr(C)]
        #[allow(non_snake_case, reason = "fields are named after type parameters")]
        pub struct $slots<$($element),*> {
            $($element: $element,)*
            /// A tuple of nothing is as aligned as any other.
            _align: [ValRaw; 0],
        }

        // SAFETY: the slots of the elements, one after another.
        unsafe impl<$($element: ComponentType),*> ComponentType for ($($element,)*) {
            type Lower = $slots<$($element::Lower),*>;
            const ABI: CanonicalAbiInfo = CanonicalAbiInfo::record_static(&[$($element::ABI),*]);
            const IS_RUST_UNIT_TYPE: bool = ([$($element::IS_RUST_UNIT_TYPE),*] as [bool; _]).is_empty();
            const MAY_REQUIRE_REALLOC: bool = false $(|| $element::MAY_REQUIRE_REALLOC)*;

            fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
                typecheck_tuple(ty, types, &[$($element::typecheck),*])
            }
        }

        // SAFETY: as above.
        #[allow(unused_variables, unused_mut, reason = "unused for the empty tuple")]
        unsafe impl<$($element: Lower),*> Lower for ($($element,)*) {
            #[inline]
            fn linear_lower_to_flat<Data>(
                &self,
                cx: &mut LowerContext<'_, Data>,
                ty: InterfaceType,
                dst: &mut MaybeUninit<Self::Lower>,
            ) -> Result<()> {
                $(
                    let element = element_type::<$element>(cx.types, ty, $index);
                    self.$index.linear_lower_to_flat(cx, element, map_maybe_uninit!(dst.$element))?;
                )*
                Ok(())
            }

            #[inline]
            fn linear_lower_to_memory<Data>(
                &self,
                cx: &mut LowerContext<'_, Data>,
                ty: InterfaceType,
                mut offset: usize,
            ) -> Result<()> {
                $(
                    let element = element_type::<$element>(cx.types, ty, $index);
                    let start = $element::ABI.next_field32_size(&mut offset);
                    self.$index.linear_lower_to_memory(cx, element, start)?;
                )*
                Ok(())
            }
        }

        // SAFETY: as above.
        #[allow(unused_variables, unused_mut, clippy::unused_unit, reason = "unused for the empty tuple")]
        unsafe impl<$($element: Lift),*> Lift for ($($element,)*) {
            const NATIVE: NativeLayout = NativeLayout::fields(&[$($element::NATIVE),*]);

            #[inline]
            fn linear_lift_from_flat(
                cx: &mut LiftContext<'_>,
                ty: InterfaceType,
                src: &Self::Lower,
            ) -> Result<Self> {
                $(
                    let element = element_type::<$element>(cx.types, ty, $index);
                    #[allow(non_snake_case, reason = "named after type parameters")]
                    let $element = $element::linear_lift_from_flat(cx, element, &src.$element)?;
                )*
                Ok(($($element,)*))
            }

            #[inline]
            fn linear_lift_from_memory(
                cx: &mut LiftContext<'_>,
                ty: InterfaceType,
                bytes: &[u8],
            ) -> Result<Self> {
                let mut offset = 0;
                $(
                    let element = element_type::<$element>(cx.types, ty, $index);
                    let start = $element::ABI.next_field32_size(&mut offset);
                    #[allow(non_snake_case, reason = "named after type parameters")]
                    let $element = $element::linear_lift_from_memory(
                        cx,
                        element,
                        &bytes[start..][..$element::SIZE32],
                    )?;
                )*
                Ok(($($element,)*))
            }
        }

        // SAFETY: a tuple.
        unsafe impl<$($element: ComponentType),*> ComponentNamedList for ($($element,)*) {}
    };
}

/// The type of one element; a unit that stands for a missing payload asks for none. An element that
/// does not look at its type gets any.
#[inline]
fn element_type<E: ComponentType>(
    types: &ComponentTypes,
    ty: InterfaceType,
    index: usize,
) -> InterfaceType {
    match ty {
        _ if !E::NEEDS_TYPE => InterfaceType::Bool,
        InterfaceType::Tuple(tuple) => types[tuple].types[index],
        _ => bad_type_info(),
    }
}

tuple!(Slots0:);
tuple!(Slots1: A0 0);
tuple!(Slots2: A0 0, A1 1);
tuple!(Slots3: A0 0, A1 1, A2 2);
tuple!(Slots4: A0 0, A1 1, A2 2, A3 3);
tuple!(Slots5: A0 0, A1 1, A2 2, A3 3, A4 4);
tuple!(Slots6: A0 0, A1 1, A2 2, A3 3, A4 4, A5 5);
tuple!(Slots7: A0 0, A1 1, A2 2, A3 3, A4 4, A5 5, A6 6);
tuple!(Slots8: A0 0, A1 1, A2 2, A3 3, A4 4, A5 5, A6 6, A7 7);
tuple!(Slots9: A0 0, A1 1, A2 2, A3 3, A4 4, A5 5, A6 6, A7 7, A8 8);
tuple!(Slots10: A0 0, A1 1, A2 2, A3 3, A4 4, A5 5, A6 6, A7 7, A8 8, A9 9);
tuple!(Slots11: A0 0, A1 1, A2 2, A3 3, A4 4, A5 5, A6 6, A7 7, A8 8, A9 9, A10 10);
tuple!(Slots12: A0 0, A1 1, A2 2, A3 3, A4 4, A5 5, A6 6, A7 7, A8 8, A9 9, A10 10, A11 11);
tuple!(Slots13: A0 0, A1 1, A2 2, A3 3, A4 4, A5 5, A6 6, A7 7, A8 8, A9 9, A10 10, A11 11, A12 12);
tuple!(Slots14: A0 0, A1 1, A2 2, A3 3, A4 4, A5 5, A6 6, A7 7, A8 8, A9 9, A10 10, A11 11, A12 12, A13 13);
tuple!(Slots15: A0 0, A1 1, A2 2, A3 3, A4 4, A5 5, A6 6, A7 7, A8 8, A9 9, A10 10, A11 11, A12 12, A13 13, A14 14);
tuple!(Slots16: A0 0, A1 1, A2 2, A3 3, A4 4, A5 5, A6 6, A7 7, A8 8, A9 9, A10 10, A11 11, A12 12, A13 13, A14 14, A15 15);
tuple!(Slots17: A0 0, A1 1, A2 2, A3 3, A4 4, A5 5, A6 6, A7 7, A8 8, A9 9, A10 10, A11 11, A12 12, A13 13, A14 14, A15 15, A16 16);
