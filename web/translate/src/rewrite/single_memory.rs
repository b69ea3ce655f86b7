//! A module with several memories, rewritten for browsers that allow one.
//!
//! The first memory stays. What the module does with another it asks of a function that it imports
//! instead; the functions for one memory are a module of their own, the memory's *accessor*, so
//! that no JavaScript lies between. A load or store keeps its offset and its trap: its function
//! executes the very instruction. A copy between two memories is a loop inside the rewritten
//! module. Custom sections are left out, since the names in them number functions.

mod access;
mod accessor;
mod assembly;
mod copy;
mod edit;
mod survey;
#[cfg(test)]
mod tests;

use super::SingleMemory;
use survey::Survey;
use wasmtime_environ::error::Result;
use wasmtime_environ::wasmparser::{Parser, Payload, TypeRef};

/// Rewrites a valid module that has more than one memory; `None` if it has one at most.
///
/// To instantiate the result, instantiate each accessor with the memory that the original's import
/// [`import`](super::Accessor::import) is bound to, and give the accessor's exports as the module
/// [`module`](super::Accessor::module) of the imports. The original's imports may all be given:
/// those that are gone are not asked for.
///
/// # Errors
///
/// The module cannot be rewritten: a memory behind the first is defined, exported, filled from data
/// segments, shared or of 64 bits. The error names what is in the way.
pub fn single_memory(wasm: &[u8]) -> Result<Option<SingleMemory>> {
    if !has_several_memories(wasm)? {
        return Ok(None);
    }
    let mut survey = Survey::new(wasm);
    for payload in Parser::new(0).parse_all(wasm) {
        survey.read(payload?)?;
    }
    Ok(Some(assembly::assemble(survey)))
}

/// Whether a module has more than one memory.
///
/// # Errors
///
/// The bytes are not a module.
pub fn has_several_memories(wasm: &[u8]) -> Result<bool> {
    let mut count = 0;
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    count += u32::from(matches!(import?.ty, TypeRef::Memory(_)));
                }
            }
            Payload::MemorySection(defined) => count += defined.count(),
            Payload::CodeSectionStart { .. } => break,
            _ => {}
        }
    }
    Ok(count > 1)
}
