//! Changes of the items of a section: types, imports, instances, aliases and so on, whose number is
//! kept right.

use super::{bytes, choose};
use crate::binary::{Binary, Body, Section, leb};
use fastrand::Rng;
use std::ops::Range;
use wasmparser::{self as w, BinaryReader, FromReader, SectionLimited};

/// How often an item is repeated at most.
const REPEATED: usize = 60;

/// Changes the items of one section of `target`, with items of `donor`.
pub fn change(rng: &mut Rng, target: &mut Binary, donor: &Binary) {
    let component = target.is_component();
    let Some(at) = choose(rng, target.sections.len()) else {
        return;
    };
    let Section { id, body } = &mut target.sections[at];
    let Body::Bytes(contents) = body else {
        return;
    };
    let Some(mut items) = split(component, *id, contents) else {
        return bytes::change(rng, contents, &[]);
    };
    let alike = (donor.sections.iter())
        .filter(|section| section.id == *id && donor.is_component() == component);
    let others: Vec<Vec<u8>> = alike
        .filter_map(|section| match &section.body {
            Body::Bytes(contents) => split(component, *id, contents),
            Body::Nested(_) => None,
        })
        .flatten()
        .collect();
    rearrange(rng, &mut items, &others);
    *contents = join(&items);
}

fn rearrange(rng: &mut Rng, items: &mut Vec<Vec<u8>>, others: &[Vec<u8>]) {
    let other = choose(rng, others.len()).map(|index| others[index].clone());
    let Some(at) = choose(rng, items.len()) else {
        items.extend(other);
        return;
    };
    match (rng.u8(..9), other) {
        (0, _) => drop(items.remove(at)),
        (1, _) => {
            let with = rng.usize(..items.len());
            items.swap(at, with);
        }
        (2, _) => items.insert(rng.usize(..=items.len()), items[at].clone()),
        (3, _) => {
            let copies = vec![items[at].clone(); rng.usize(..REPEATED)];
            items.splice(at..at, copies);
        }
        (4 | 5, Some(other)) => items[at] = other,
        (6, Some(other)) => items.insert(rng.usize(..=items.len()), other),
        (_, other) => bytes::change(rng, &mut items[at], &other.unwrap_or_default()),
    }
}

/// The items of a section; nothing if it has none or they cannot be told apart.
fn split(component: bool, id: u8, contents: &[u8]) -> Option<Vec<Vec<u8>>> {
    let find = match (component, id) {
        (false, 1) => ranges::<w::RecGroup>,
        (false, 2) => ranges::<w::Imports<'_>>,
        (false, 3) => ranges::<u32>,
        (false, 4) => ranges::<w::Table<'_>>,
        (false, 5) => ranges::<w::MemoryType>,
        (false, 6) => ranges::<w::Global<'_>>,
        (false, 7) => ranges::<w::Export<'_>>,
        (false, 9) => ranges::<w::Element<'_>>,
        (false, 11) => ranges::<w::Data<'_>>,
        (true, 2) => ranges::<w::Instance<'_>>,
        (true, 3) => ranges::<w::CoreType<'_>>,
        (true, 5) => ranges::<w::ComponentInstance<'_>>,
        (true, 6) => ranges::<w::ComponentAlias<'_>>,
        (true, 7) => ranges::<w::ComponentType<'_>>,
        (true, 8) => ranges::<w::CanonicalFunction>,
        (true, 10) => ranges::<w::ComponentImport<'_>>,
        (true, 11) => ranges::<w::ComponentExport<'_>>,
        _ => return None,
    };
    let ranges = find(contents)?;
    Some(
        ranges
            .into_iter()
            .map(|range| contents[range].to_vec())
            .collect(),
    )
}

fn ranges<'a, T: FromReader<'a>>(contents: &'a [u8]) -> Option<Vec<Range<usize>>> {
    // Types in types are read by recursion: what the engine screens must not end the fuzzer itself.
    if contents
        .windows(2)
        .filter(|pair| matches!(pair, [0x41 | 0x42, _]))
        .count()
        > 2_000
    {
        return None;
    }
    let section = SectionLimited::<T>::new(BinaryReader::new(contents, 0)).ok()?;
    let mut found = Vec::new();
    for item in section.into_iter_with_offsets() {
        found.push(item.ok()?.0);
    }
    let ends = found.iter().skip(1).copied().chain([contents.len()]);
    Some(
        found
            .iter()
            .zip(ends)
            .map(|(start, end)| *start..end)
            .collect(),
    )
}

fn join(items: &[Vec<u8>]) -> Vec<u8> {
    let mut contents = Vec::new();
    leb(items.len() as u64, &mut contents);
    contents.extend(items.iter().flatten());
    contents
}
