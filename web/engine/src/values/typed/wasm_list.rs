//! `WasmList`: a list that stays in the guest until its elements are asked for.

use super::list::element;
use super::pointer::Pair;
use super::{ComponentType, Lift, NativeLayout};
use crate::raw::ValRaw;
use crate::store::{AsContextMut, StoreContextMut};
use crate::types::InstanceType;
use crate::values::context::{AlignedBytes, LiftContext, Place};
use amphi_translate::plan::ComponentTypes;
use std::marker::PhantomData;
use std::sync::Arc;
use wasmtime_environ::component::{CanonicalAbiInfo, InterfaceType};
use wasmtime_environ::error::Result;

/// A list in a guest's memory, as `wasmtime::component::WasmList`: an element is lifted when it is
/// asked for.
///
/// What the guest does with its memory meanwhile shows in what is read. There is no `as_le_slice`:
/// a guest's memory is another one than the application's, so that there is nothing to borrow from.
pub struct WasmList<T> {
    ptr: usize,
    len: usize,
    element: InterfaceType,
    types: Arc<ComponentTypes>,
    place: Place,
    _elements: PhantomData<T>,
}

impl<T: Lift> WasmList<T> {
    fn new(cx: &mut LiftContext<'_>, ty: InterfaceType, pair: Pair) -> Result<WasmList<T>> {
        let (ptr, len) = (pair.ptr as usize, pair.len as usize);
        let element = element(cx.types, ty);
        cx.check_elements("list", (ptr, len), &T::ABI, T::NATIVE.size)?;
        Ok(WasmList {
            ptr,
            len,
            element,
            types: Arc::clone(cx.types),
            place: cx.place(),
            _elements: PhantomData,
        })
    }

    /// How many elements there are.
    #[expect(clippy::len_without_is_empty, reason = "Wasmtime's has none either")]
    pub fn len(&self) -> usize {
        self.len
    }

    /// The element at `index`, if there are so many.
    ///
    /// # Panics
    ///
    /// `store` is another one than the guest's.
    pub fn get(&self, mut store: impl AsContextMut, index: usize) -> Option<Result<T>> {
        let mut store = store.as_context_mut();
        let mut cx = self.place.lift_context(store.opaque(), &self.types);
        self.lift(&mut cx, index)
    }

    /// The elements, lifted one after another.
    ///
    /// # Errors
    ///
    /// None here.
    ///
    /// # Panics
    ///
    /// `store` is another one than the guest's.
    pub fn iter<'a, U: 'static>(
        &'a self,
        store: impl Into<StoreContextMut<'a, U>>,
    ) -> Result<impl ExactSizeIterator<Item = Result<T>> + 'a> {
        let store = &mut store.into().0.opaque;
        let mut cx = self.place.lift_context(store, &self.types);
        Ok((0..self.len).map(move |index| {
            self.lift(&mut cx, index)
                .expect("the index is below the length")
        }))
    }

    fn lift(&self, cx: &mut LiftContext<'_>, index: usize) -> Option<Result<T>> {
        if index >= self.len {
            return None;
        }
        let mut space = AlignedBytes::new();
        let bytes = cx.read_in(&mut space, self.ptr + index * T::SIZE32, T::SIZE32);
        Some(bytes.and_then(|bytes| T::linear_lift_from_memory(cx, self.element, bytes)))
    }
}

// SAFETY: a list, which can be lifted alone.
unsafe impl<T: ComponentType> ComponentType for WasmList<T> {
    type Lower = <[T] as ComponentType>::Lower;
    const ABI: CanonicalAbiInfo = CanonicalAbiInfo::POINTER_PAIR;

    fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
        <[T]>::typecheck(ty, types)
    }
}

// SAFETY: as above.
unsafe impl<T: Lift> Lift for WasmList<T> {
    const NATIVE: NativeLayout = NativeLayout::words(6);

    fn linear_lift_from_flat(
        cx: &mut LiftContext<'_>,
        ty: InterfaceType,
        src: &[ValRaw; 2],
    ) -> Result<WasmList<T>> {
        WasmList::new(cx, ty, Pair::from_flat(src))
    }

    fn linear_lift_from_memory(
        cx: &mut LiftContext<'_>,
        ty: InterfaceType,
        bytes: &[u8],
    ) -> Result<WasmList<T>> {
        WasmList::new(cx, ty, Pair::from_bytes(bytes)?)
    }
}
