//! The core values that a value is passed as.

use crate::raw::ValRaw;
use amphi_translate::plan::ComponentTypes;
use std::mem::MaybeUninit;
use std::slice::IterMut;
use wasmtime_environ::component::InterfaceType;
use wasmtime_environ::error::{Result, bail};

/// Where the next core values go.
pub type CoreValues<'a> = IterMut<'a, MaybeUninit<ValRaw>>;

/// The next slot, of which there are as many as a type has core values.
pub fn next<S>(slots: &mut impl Iterator<Item = S>) -> S {
    slots
        .next()
        .expect("there are as many slots as the type has core values")
}

/// How many core values a value of type `ty` is passed as.
pub fn flat_count(types: &ComponentTypes, ty: InterfaceType) -> Result<usize> {
    match types.canonical_abi(&ty).flat_count(usize::MAX) {
        Some(count) => Ok(count),
        None => bail!("a value with too many core values is passed in memory"),
    }
}
