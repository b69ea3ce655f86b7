//! Parameters and results of a function as dynamic values.

use crate::page::FRAME_SLOTS;
use crate::page::Frame;
use crate::raw::ValRaw;
use crate::values::context::{LiftContext, LowerContext};
use crate::values::typed::slice_to_storage;
use crate::values::val::{Sink, Source, Val, lift_tuple, lower_tuple};
use std::sync::Arc;
use wasmtime_environ::component::{InterfaceType, MAX_FLAT_PARAMS, MAX_FLAT_RESULTS};
use wasmtime_environ::error::{Result, bail};

/// Lowers parameters to flat slots, or to memory behind the first one.
pub fn lower_values<T: 'static>(
    cx: &mut LowerContext<'_, T>,
    ty: InterfaceType,
    params: &[Val],
    frame: &mut Frame,
) -> Result<()> {
    let InterfaceType::Tuple(index) = ty else {
        bail!("parameters are not a tuple");
    };
    let types = cx.types;
    let tuple = &types[index];
    if tuple.abi.flat_count(MAX_FLAT_PARAMS).is_some() {
        return lower_tuple(cx, tuple, params, Sink::Flat(&mut frame.iter_mut()));
    }
    let pointer = cx.realloc(0, 0, tuple.abi.align32, tuple.abi.size32 as usize)?;
    lower_tuple(cx, tuple, params, Sink::Memory(pointer))?;
    frame[0].write(ValRaw::u32(u32::try_from(pointer)?));
    Ok(())
}

/// Lifts results from flat slots, or from memory behind the first one.
pub fn lift_values(cx: &mut LiftContext<'_>, ty: InterfaceType, frame: &Frame) -> Result<Vec<Val>> {
    let InterfaceType::Tuple(index) = ty else {
        bail!("results are not a tuple");
    };
    let types = Arc::clone(cx.types);
    let tuple = &types[index];
    // SAFETY: the trampoline has stored one slot if there is a result, and no more is read.
    let slots: &[ValRaw; FRAME_SLOTS] = unsafe { slice_to_storage(frame) };
    if tuple.abi.flat_count(MAX_FLAT_RESULTS).is_some() {
        return lift_tuple(cx, tuple, Source::Flat(&mut slots.iter()));
    }
    let pointer = result_pointer(slots[0], tuple.abi.align32)?;
    let bytes = cx.read(pointer, tuple.abi.size32 as usize)?;
    lift_tuple(cx, tuple, Source::Memory(&bytes, 0))
}

/// The pointer to results in memory, which must be aligned.
pub fn result_pointer(slot: ValRaw, align: u32) -> Result<usize> {
    let pointer = slot.get_u32();
    if !pointer.is_multiple_of(align) {
        bail!("return pointer not aligned");
    }
    Ok(pointer as usize)
}
