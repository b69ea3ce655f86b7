//! The parameters or the results of a function that are in guest memory.

use super::Val;
use crate::values::context::{LiftContext, LowerContext};
use std::sync::Arc;
use wasmtime_environ::component::TypeTuple;
use wasmtime_environ::error::Result;

/// Values that stand one after another in memory, as the fields of a record do.
pub fn load_tuple(cx: &mut LiftContext<'_>, tuple: &TypeTuple, bytes: &[u8]) -> Result<Vec<Val>> {
    let types = Arc::clone(cx.types);
    let mut offset = 0;
    tuple
        .types
        .iter()
        .map(|ty| {
            let abi = types.canonical_abi(ty);
            let start = abi.next_field32_size(&mut offset);
            Val::load(cx, *ty, &bytes[start..][..abi.size32 as usize])
        })
        .collect()
}

/// Stores values one after another from `offset`, as the fields of a record are.
pub fn store_tuple<T: 'static>(
    cx: &mut LowerContext<'_, T>,
    tuple: &TypeTuple,
    values: &[Val],
    mut offset: usize,
) -> Result<()> {
    let types = cx.types;
    for (ty, value) in tuple.types.iter().zip(values) {
        let start = types.canonical_abi(ty).next_field32_size(&mut offset);
        value.store(cx, *ty, start)?;
    }
    Ok(())
}
