//! The names of the flags that are set, to and from bits.

use super::counted_name;
use super::lift::reserved;
use crate::values::context::LiftContext;
use wasmtime_environ::component::TypeFlags;
use wasmtime_environ::error::{Result, format_err};

/// One bit for each flag of `ty`, in 32-bit words: as many as there are flat values.
pub(super) fn bits(ty: &TypeFlags, set: &[String]) -> Result<Vec<u32>> {
    let mut words = vec![0; ty.names.len().div_ceil(32)];
    for name in set {
        let flag = ty.names.get_index_of(name.as_str());
        let flag = flag.ok_or_else(|| format_err!("unknown flag: `{name}`"))?;
        words[flag / 32] |= 1 << (flag % 32);
    }
    Ok(words)
}

/// The names of the flags of `ty` that are set in `words`; bits that no flag has are passed over.
pub(super) fn names(cx: &LiftContext<'_>, ty: &TypeFlags, words: &[u32]) -> Result<Vec<String>> {
    let is_set = |flag: usize| words[flag / 32] & (1 << (flag % 32)) != 0;
    let mut names = reserved((0..ty.names.len()).filter(|flag| is_set(*flag)).count())?;
    for (flag, name) in ty.names.iter().enumerate() {
        if is_set(flag) {
            names.push(counted_name(cx, name)?);
        }
    }
    Ok(names)
}

/// How many bytes one word of `ty` takes in memory.
pub(super) fn word_size(ty: &TypeFlags) -> usize {
    match ty.names.len() {
        0..=8 => 1,
        9..=16 => 2,
        _ => 4,
    }
}
