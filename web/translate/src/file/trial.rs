//! What tests and the fuzzer do to files, and with what comes of them.

use super::container::fnv;
use super::{PageFile, Unpacked};
use crate::codegen::{self, HostEntry};
use crate::plan::{Export, Plan, placed};
use amphi_core::features::taken;
use wasmtime_environ::error::Result;

/// A file as somebody forges it: changed, with the checksums that go with that.
pub fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let mut at = 0;
    let mut of = None;
    while let Some((checksum, end)) = seal(&mut bytes, at, of) {
        (of, at) = (Some(checksum), end);
    }
    bytes
}

/// Puts the checksums right of the file or the tail at `at`: that of the head, and where it ends.
fn seal(bytes: &mut [u8], at: usize, of: Option<u32>) -> Option<(u32, usize)> {
    let word = |bytes: &[u8], at: usize| -> Option<usize> {
        let word = bytes.get(at..)?.first_chunk()?;
        Some(u32::from_le_bytes(*word) as usize)
    };
    let head = at.checked_add(word(bytes, at + 16)?)?;
    let table = word(bytes, at + 28)?.checked_add(at + 36)?;
    let mut section = head;
    for entry in (table..head.min(bytes.len())).step_by(12) {
        let end = section.checked_add(word(bytes, entry + 4)?)?;
        let sum = fnv(bytes.get(section..end)?);
        let place = bytes.get_mut(entry + 8..entry + 12)?;
        place.copy_from_slice(&sum.to_le_bytes());
        section = end;
    }
    if let Some(of) = of {
        let place = bytes.get_mut(at + 24..at + 28)?;
        place.copy_from_slice(&of.to_le_bytes());
    }
    let sum = fnv(bytes.get(at + 16..head)?);
    let place = bytes.get_mut(at + 12..at + 16)?;
    place.copy_from_slice(&sum.to_le_bytes());
    Some((sum, section))
}

/// What a page does with a file before the browser gets anything, in both forms; the plan in the
/// first.
///
/// # Errors
///
/// The page refuses the file.
pub fn read(bytes: &[u8]) -> Result<Plan> {
    let file = PageFile::read(bytes)?;
    file.check_features(taken())?;
    let Unpacked { plan, .. } = file.plan(false)?;
    follow(&plan);
    follow(&file.plan(true)?.plan);
    Ok(plan)
}

/// Generates what a plan asks for: nothing of it may fail, whatever the plan says.
fn follow(plan: &Plan) {
    let entry = HostEntry::TRIAL;
    codegen::wrappers(&plan.trampolines, entry);
    for module in &plan.modules {
        for (_, signature) in &module.counted {
            codegen::counted_call(signature);
        }
    }
    for export in &plan.export_items {
        let Export::Func {
            ty,
            signature,
            options,
            ..
        } = export
        else {
            continue;
        };
        codegen::array_call(signature, true);
        let options = &plan.options[options.as_u32() as usize];
        let placed = placed(&plan.types, &plan.types[plan.types[*ty].params], options);
        codegen::placing_call(signature, &placed);
    }
}
