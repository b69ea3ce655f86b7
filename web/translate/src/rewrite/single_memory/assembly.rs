//! The rewritten module and its accessors, out of what was found.

use super::access::{BULK, Shape};
use super::accessor::accessor;
use super::survey::{Section, Survey};
use crate::rewrite::{Accessor, SingleMemory};
use wasm_encoder::{
    Encode, EntityType, Function, Instruction, Module, RawSection, SectionId, ValType,
};

const TYPE: u8 = SectionId::Type as u8;
const IMPORT: u8 = SectionId::Import as u8;
const FUNCTION: u8 = SectionId::Function as u8;
const CODE: u8 = SectionId::Code as u8;
/// The first byte of a function type.
const FUNCTION_TYPE: u8 = 0x60;

/// What is made of a module.
pub fn assemble(mut survey: Survey<'_>) -> SingleMemory {
    let copies = copies(&mut survey);
    survey.numbers.accesses = survey.accesses.list.len() as u32;
    let accessors = accessors(&survey);
    let added = Added::new(&survey, &copies);
    let mut module = Module::new();
    for section in &survey.sections {
        let data = match section.id {
            CODE => code(&survey, &copies),
            _ => items(&survey, section, &added),
        };
        module.section(&RawSection {
            id: section.id,
            data: &data,
        });
    }
    SingleMemory {
        wasm: module.finish(),
        accessors,
    }
}

/// The functions that copy between memories. They ask for accesses as well.
fn copies(survey: &mut Survey<'_>) -> Vec<Function> {
    let (accesses, numbers) = (&mut survey.accesses, survey.numbers);
    let one = |copy: &super::copy::MemoryCopy| {
        copy.function(|function, access| {
            if access.memory == 0 {
                function.raw(access.code);
            } else {
                let number = numbers.access(accesses.number(access));
                function.instruction(&Instruction::Call(number));
            }
        })
    };
    survey.copies.iter().map(one).collect()
}

fn accessors(survey: &Survey<'_>) -> Vec<Accessor> {
    let accessor = |(memory, import): (u32, &usize)| {
        let all = (0_u32..).zip(&survey.accesses.list);
        let mut own = all
            .filter(|(_, access)| access.memory == memory)
            .map(|(number, access)| (number.to_string(), access))
            .peekable();
        own.peek().is_some().then(|| Accessor {
            module: module_name(survey, memory),
            import: *import,
            wasm: accessor(own),
        })
    };
    (0..).zip(&survey.memories).filter_map(accessor).collect()
}

/// A module name for the accesses to `memory` that no import has.
fn module_name(survey: &Survey<'_>, memory: u32) -> String {
    let mut name = format!("memory {memory}");
    while survey.modules.contains(&name.as_str()) {
        name.insert(0, '_');
    }
    name
}

/// What is added to sections: the encoded items, and how many.
#[derive(Default)]
struct Added {
    types: (Vec<u8>, u32),
    imports: (Vec<u8>, u32),
    functions: (Vec<u8>, u32),
}

impl Added {
    fn new(survey: &Survey<'_>, copies: &[Function]) -> Added {
        let mut added = Added::default();
        let mut shapes = Vec::new();
        for (number, access) in survey.accesses.list.iter().enumerate() {
            let ty = survey.types + added.shape(&mut shapes, access.shape);
            let (bytes, count) = &mut added.imports;
            module_name(survey, access.memory).as_str().encode(bytes);
            number.to_string().as_str().encode(bytes);
            EntityType::Function(ty).encode(bytes);
            *count += 1;
        }
        for _ in copies {
            let ty = survey.types + added.shape(&mut shapes, BULK);
            let (bytes, count) = &mut added.functions;
            ty.encode(bytes);
            *count += 1;
        }
        added
    }

    /// Which of the added types `shape` is.
    fn shape(&mut self, shapes: &mut Vec<Shape>, shape: Shape) -> u32 {
        let known = shapes.iter().position(|known| *known == shape);
        let index = known.unwrap_or_else(|| {
            let (bytes, count) = &mut self.types;
            bytes.push(FUNCTION_TYPE);
            for kinds in [shape.params, shape.results] {
                kinds.len().encode(bytes);
                for kind in kinds {
                    ValType::from(*kind).encode(bytes);
                }
            }
            *count += 1;
            shapes.push(shape);
            shapes.len() - 1
        });
        index as u32
    }
}

/// A section's contents with its pieces replaced and what is added at the end.
fn items(survey: &Survey<'_>, section: &Section, added: &Added) -> Vec<u8> {
    let kept = survey
        .edits
        .apply(survey.original, section.range.clone(), survey.numbers);
    let nothing = (Vec::new(), 0);
    let (more, gone) = match section.id {
        TYPE => (&added.types, 0),
        IMPORT => (&added.imports, survey.memories.len().saturating_sub(1)),
        FUNCTION => (&added.functions, 0),
        _ => (&nothing, 0),
    };
    let mut data = Vec::with_capacity(kept.len() + more.0.len());
    if let Some(count) = section.count {
        (count - gone as u32 + more.1).encode(&mut data);
    }
    data.extend(kept);
    data.extend(&more.0);
    data
}

fn code(survey: &Survey<'_>, copies: &[Function]) -> Vec<u8> {
    let mut data = Vec::new();
    (survey.bodies.len() + copies.len()).encode(&mut data);
    for body in &survey.bodies {
        let body = survey
            .edits
            .apply(survey.original, body.clone(), survey.numbers);
        body.as_slice().encode(&mut data);
    }
    for copy in copies {
        copy.encode(&mut data);
    }
    data
}
