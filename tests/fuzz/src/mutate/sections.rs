//! Changes of whole sections: their order, their number, others' in their place, and nesting.

use super::choose;
use crate::binary::{Binary, Body, Section};
use fastrand::Rng;

/// The section in which a component has another.
const COMPONENT: u8 = 4;
/// How often a section is repeated at most.
const REPEATED: usize = 40;

/// Changes the sections of `target`, with sections of `donor`.
pub fn change(rng: &mut Rng, target: &mut Binary, donor: &Binary) {
    let count = target.sections.len();
    let Some(at) = choose(rng, count) else {
        target
            .sections
            .extend(donor.sections.iter().take(3).cloned());
        return;
    };
    match rng.u8(..10) {
        0 => drop(target.sections.remove(at)),
        1 => target.sections.swap(at, rng.usize(..count)),
        2 => {
            let copy = target.sections[at].clone();
            target.sections.insert(rng.usize(..=count), copy);
        }
        3 => {
            let copies = vec![target.sections[at].clone(); rng.usize(..REPEATED)];
            target.sections.splice(at..at, copies);
        }
        4 => target.sections[at].id = rng.u8(..14),
        5 => nest(rng, target),
        6 => target.sections.truncate(at),
        _ => graft(rng, target, donor, at),
    }
}

/// Puts a section of the donor beside one of the target or in its place, if possible one of the
/// same kind.
fn graft(rng: &mut Rng, target: &mut Binary, donor: &Binary, at: usize) {
    let id = target.sections[at].id;
    let alike: Vec<&Section> = (donor.sections.iter())
        .filter(|section| section.id == id)
        .collect();
    let found = match choose(rng, alike.len()) {
        Some(index) if rng.u8(..4) > 0 => Some(alike[index]),
        _ => choose(rng, donor.sections.len()).map(|index| &donor.sections[index]),
    };
    let Some(section) = found.cloned() else {
        return;
    };
    match rng.bool() {
        true => target.sections[at] = section,
        false => target.sections.insert(at, section),
    }
}

/// Puts the whole component into a component, several times.
fn nest(rng: &mut Rng, target: &mut Binary) {
    if !target.is_component() {
        return;
    }
    for _ in 0..rng.usize(1..8) {
        let header = target.header;
        let inner = std::mem::replace(
            target,
            Binary {
                header,
                sections: Vec::new(),
                rest: Vec::new(),
            },
        );
        target.sections.push(Section {
            id: COMPONENT,
            body: Body::Nested(Box::new(inner)),
        });
    }
}
