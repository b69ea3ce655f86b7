//! Transcoders for browsers that allow one memory.

use super::transcoder;
use crate::plan::{Trampoline, TrampolineKind};
use crate::rewrite::{SingleMemory, single_memory};
use wasmtime_environ::component::Transcode;
use wasmtime_environ::error::Result;

/// The transcoders that `trampolines` ask for, each once, with one memory.
///
/// # Errors
///
/// Never: each has two memories, which are imported and can be rewritten.
pub fn single_memory_transcoders(
    trampolines: &[Trampoline],
) -> Result<Vec<(Transcode, SingleMemory)>> {
    let mut rewritten: Vec<(Transcode, SingleMemory)> = Vec::new();
    for trampoline in trampolines {
        if let TrampolineKind::Transcode(transcoding) = trampoline.kind
            && rewritten.iter().all(|(op, _)| *op != transcoding.op)
            && let Some(single) = single_memory(&transcoder(transcoding.op))?
        {
            rewritten.push((transcoding.op, single));
        }
    }
    Ok(rewritten)
}
