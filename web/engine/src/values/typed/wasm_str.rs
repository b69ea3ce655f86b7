//! `WasmStr`: a string that stays in the guest until it is asked for.

use super::pointer::Pair;
use super::string::Form;
use super::{ComponentType, Lift, NativeLayout};
use crate::raw::ValRaw;
use crate::store::StoreContext;
use crate::types::InstanceType;
use crate::values::context::{LiftContext, Place};
use std::borrow::Cow;
use wasmtime_environ::component::{CanonicalAbiInfo, InterfaceType};
use wasmtime_environ::error::{Result, bail};

/// A string in a guest's memory, as `wasmtime::component::WasmStr`: it is read when it is asked
/// for.
///
/// What the guest does with its memory meanwhile shows in what is read.
pub struct WasmStr {
    ptr: usize,
    units: usize,
    form: Form,
    place: Place,
}

impl WasmStr {
    fn new(cx: &mut LiftContext<'_>, pair: Pair) -> Result<WasmStr> {
        let ptr = pair.ptr as usize;
        let (form, units) = Form::of(cx.options().string_encoding, pair.len);
        form.check_alignment(ptr)?;
        let bytes = units.checked_mul(form.unit());
        match bytes.filter(|bytes| cx.check_bounds(ptr, *bytes).is_ok()) {
            Some(bytes) => cx.consume(bytes, 1)?,
            None => bail!("string pointer/length out of bounds of memory"),
        }
        let place = cx.place();
        Ok(WasmStr {
            ptr,
            units,
            form,
            place,
        })
    }

    /// The text. It is a copy: a guest's memory is another one than the application's, so that
    /// there is nothing to borrow from.
    ///
    /// # Errors
    ///
    /// The bytes are not a string.
    ///
    /// # Panics
    ///
    /// `store` is another one than the guest's.
    pub fn to_str<'a, T: 'static>(
        &self,
        store: impl Into<StoreContext<'a, T>>,
    ) -> Result<Cow<'a, str>> {
        let store = store.into();
        let bytes = self
            .place
            .read(&store.0.opaque, self.ptr, self.units * self.form.unit())?;
        Ok(self.form.decode(bytes)?.into())
    }
}

// SAFETY: a string, which can be lifted alone.
unsafe impl ComponentType for WasmStr {
    type Lower = <str as ComponentType>::Lower;
    const ABI: CanonicalAbiInfo = CanonicalAbiInfo::POINTER_PAIR;

    fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
        str::typecheck(ty, types)
    }
}

// SAFETY: as above.
unsafe impl Lift for WasmStr {
    const NATIVE: NativeLayout = NativeLayout::words(5);

    fn linear_lift_from_flat(
        cx: &mut LiftContext<'_>,
        _ty: InterfaceType,
        src: &[ValRaw; 2],
    ) -> Result<WasmStr> {
        WasmStr::new(cx, Pair::from_flat(src))
    }

    fn linear_lift_from_memory(
        cx: &mut LiftContext<'_>,
        _ty: InterfaceType,
        bytes: &[u8],
    ) -> Result<WasmStr> {
        WasmStr::new(cx, Pair::from_bytes(bytes)?)
    }
}
