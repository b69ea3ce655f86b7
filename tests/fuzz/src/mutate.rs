//! What is done to a component: changes of its sections, of the items in them, and of bytes.

mod bytes;
mod items;
mod sections;

use crate::binary::{Binary, Body, Section};
use fastrand::Rng;
use wasmparser::BinaryReader;

/// The sections that have names, in which modules carry whatever they like.
const CUSTOM: u8 = 0;

/// The largest input; larger ones only take longer.
pub const LARGEST: usize = 1 << 20;

/// Makes a new input of `base`, with parts of `donor`.
pub fn mutate(rng: &mut Rng, base: &[u8], donor: &[u8]) -> Vec<u8> {
    let mut made = base.to_vec();
    for _ in 0..rng.usize(1..=4) {
        made = once(rng, &made, donor);
    }
    made.truncate(LARGEST);
    made
}

fn once(rng: &mut Rng, base: &[u8], donor: &[u8]) -> Vec<u8> {
    let Some(mut binary) = Binary::parse(base).filter(|_| rng.u8(..) > 16) else {
        let mut bytes = base.to_vec();
        bytes::change(rng, &mut bytes, donor);
        return bytes;
    };
    let donor = Binary::parse(donor).unwrap_or_else(|| binary.clone());
    let inside = part(rng, &donor);
    let target = part_mut(rng, &mut binary);
    if rng.bool() && world(rng, target, inside) {
        return binary.encode();
    }
    match rng.u8(..10) {
        0..3 => sections::change(rng, target, inside),
        3..7 => items::change(rng, target, inside),
        _ => contents(rng, target, inside),
    }
    binary.encode()
}

/// Changes the component in which a core module carries the world that it was built for, if it
/// does.
fn world(rng: &mut Rng, target: &mut Binary, donor: &Binary) -> bool {
    let module = !target.is_component();
    let carried = target.sections.iter_mut().filter(|_| module);
    let mut carried = carried.filter_map(|section| match &mut section.body {
        Body::Bytes(bytes) if section.id == CUSTOM => named(bytes).map(|start| (bytes, start)),
        Body::Bytes(_) | Body::Nested(_) => None,
    });
    let Some((bytes, start)) = carried.next() else {
        return false;
    };
    let changed = once(rng, &bytes[start..], &donor.encode());
    bytes.splice(start.., changed);
    true
}

/// Where the world begins in a custom section, if it has one.
fn named(section: &[u8]) -> Option<usize> {
    let mut reader = BinaryReader::new(section, 0);
    let name = reader.read_string().ok()?;
    name.starts_with("component-type")
        .then(|| reader.original_position())
}

/// Changes bytes in one section.
fn contents(rng: &mut Rng, target: &mut Binary, donor: &Binary) {
    let mut plain = target
        .sections
        .iter_mut()
        .filter_map(|section| match &mut section.body {
            Body::Bytes(bytes) => Some(bytes),
            Body::Nested(_) => None,
        })
        .collect::<Vec<_>>();
    let Some(bytes) = choose(rng, plain.len()).map(|index| &mut plain[index]) else {
        return;
    };
    let other = choose(rng, donor.sections.len()).map(|index| &donor.sections[index].body);
    let other: &[u8] = match other {
        Some(Body::Bytes(bytes)) => bytes,
        Some(Body::Nested(_)) | None => &[],
    };
    bytes::change(rng, bytes, other);
}

/// The binary or one inside it.
fn part<'a>(rng: &mut Rng, binary: &'a Binary) -> &'a Binary {
    let mut inside = binary.sections.iter().filter_map(Section::nested);
    let count = inside.clone().count();
    match choose(rng, count).filter(|_| rng.bool()) {
        Some(index) => part(rng, inside.nth(index).expect("they were counted")),
        None => binary,
    }
}

fn part_mut<'a>(rng: &mut Rng, binary: &'a mut Binary) -> &'a mut Binary {
    let count = binary.sections.iter().filter_map(Section::nested).count();
    match choose(rng, count).filter(|_| rng.bool()) {
        Some(index) => {
            let mut inside = binary.sections.iter_mut().filter_map(Section::nested_mut);
            part_mut(rng, inside.nth(index).expect("they were counted"))
        }
        None => binary,
    }
}

/// An index below `count`, unless that is nought.
fn choose(rng: &mut Rng, count: usize) -> Option<usize> {
    (count > 0).then(|| rng.usize(..count))
}
