//! How types that stand for a resource cross: as the `u32` handle that the canonical ABI makes of
//! one.

/// Implements `ComponentType`, `Lower` and `Lift` for a type that has the functions
/// `typecheck_handle`, `lower_handle` and `lift_handle`, and natively this layout.
macro_rules! by_handle {
    ([$($generics:tt)*] $ty:ty, $native:expr) => {
        // SAFETY: lowered and lifted as a `u32`, whose layout is taken over as it is.
        unsafe impl<$($generics)*> $crate::values::typed::ComponentType for $ty {
            type Lower = <u32 as $crate::values::typed::ComponentType>::Lower;
            const ABI: wasmtime_environ::component::CanonicalAbiInfo =
                wasmtime_environ::component::CanonicalAbiInfo::SCALAR4;
            const MAY_REQUIRE_REALLOC: bool = false;

            fn typecheck(
                ty: &wasmtime_environ::component::InterfaceType,
                types: &$crate::types::InstanceType<'_>,
            ) -> wasmtime_environ::error::Result<()> {
                <$ty>::typecheck_handle(ty, types)
            }
        }

        // SAFETY: as above.
        unsafe impl<$($generics)*> $crate::values::typed::Lower for $ty {
            fn linear_lower_to_flat<U>(
                &self,
                cx: &mut $crate::values::context::LowerContext<'_, U>,
                ty: wasmtime_environ::component::InterfaceType,
                dst: &mut std::mem::MaybeUninit<Self::Lower>,
            ) -> wasmtime_environ::error::Result<()> {
                let handle = self.lower_handle(cx, ty)?;
                let ty = wasmtime_environ::component::InterfaceType::U32;
                $crate::values::typed::Lower::linear_lower_to_flat(&handle, cx, ty, dst)
            }

            fn linear_lower_to_memory<U>(
                &self,
                cx: &mut $crate::values::context::LowerContext<'_, U>,
                ty: wasmtime_environ::component::InterfaceType,
                offset: usize,
            ) -> wasmtime_environ::error::Result<()> {
                let handle = self.lower_handle(cx, ty)?;
                let ty = wasmtime_environ::component::InterfaceType::U32;
                $crate::values::typed::Lower::linear_lower_to_memory(&handle, cx, ty, offset)
            }
        }

        // SAFETY: as above.
        unsafe impl<$($generics)*> $crate::values::typed::Lift for $ty {
            const NATIVE: $crate::values::typed::NativeLayout = $native;

            fn linear_lift_from_flat(
                cx: &mut $crate::values::context::LiftContext<'_>,
                ty: wasmtime_environ::component::InterfaceType,
                src: &Self::Lower,
            ) -> wasmtime_environ::error::Result<Self> {
                let number = wasmtime_environ::component::InterfaceType::U32;
                let handle = <u32 as $crate::values::typed::Lift>::linear_lift_from_flat(cx, number, src)?;
                Self::lift_handle(cx, ty, handle)
            }

            fn linear_lift_from_memory(
                cx: &mut $crate::values::context::LiftContext<'_>,
                ty: wasmtime_environ::component::InterfaceType,
                bytes: &[u8],
            ) -> wasmtime_environ::error::Result<Self> {
                let number = wasmtime_environ::component::InterfaceType::U32;
                let handle = <u32 as $crate::values::typed::Lift>::linear_lift_from_memory(cx, number, bytes)?;
                Self::lift_handle(cx, ty, handle)
            }
        }
    };
}

pub(super) use by_handle;
