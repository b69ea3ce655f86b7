//! Which calls of adapters between the components of a composition are not announced to the host.

use super::Signature;
use super::read::signature;
use amphi_core::adapters::calls;
use std::collections::BTreeSet;
use wasmtime_environ::error::Result;
use wasmtime_environ::wasmparser::{Parser, Payload};
use wasmtime_environ::{EntityType, ModuleTranslation, ModuleTypes};

/// The imports of an adapter module that are calls of a component behind another, but for those
/// that its functions announce to the host since handles are lent.
pub fn counted(
    module: &ModuleTranslation<'_>,
    types: &ModuleTypes,
) -> Result<Vec<(usize, Signature)>> {
    let mut functions = Vec::new();
    let mut announce = None;
    for (place, (from, name, ty)) in module.module.imports().enumerate() {
        let EntityType::Function(index) = ty else {
            continue;
        };
        if (from, name) == ("async", "enter-sync-call") {
            announce = Some(functions.len() as u32);
        }
        let is_callee = from == "callee";
        functions.push(is_callee.then_some((place, index.unwrap_module_type_index())));
    }
    let announced = announced(module.wasm, announce)?;
    let counted = functions.into_iter().enumerate();
    counted
        .filter(|(function, _)| !announced.contains(&(*function as u32)))
        .filter_map(|(_, callee)| callee)
        .map(|(place, ty)| Ok((place, signature(types[ty].unwrap_func())?)))
        .collect()
}

/// What is called by functions of a core module that call `announce`.
fn announced(wasm: &[u8], announce: Option<u32>) -> Result<BTreeSet<u32>> {
    let mut announced = BTreeSet::new();
    let Some(announce) = announce else {
        return Ok(announced);
    };
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::CodeSectionEntry(body) = payload? {
            let called = calls(&body)?;
            if called.contains(&announce) {
                announced.extend(called);
            }
        }
    }
    Ok(announced)
}
