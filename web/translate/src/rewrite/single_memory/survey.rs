//! What is found in a module with several memories, and what has to be replaced.

use super::access::Access;
use super::copy::MemoryCopy;
use super::edit::{Edits, Numbers, Piece};
use std::collections::BTreeMap;
use std::ops::Range;
use wasm_encoder::SectionId;
use wasmtime_environ::error::{Result, bail};
use wasmtime_environ::wasmparser::{
    ConstExpr, Data, DataKind, Element, ElementItems, ElementKind, Export, ExternalKind,
    FromReader, Imports, MemoryType, Operator, OperatorsReader, Payload, SectionLimited, TableInit,
    TypeRef,
};

/// What is known of the original so far.
#[derive(Debug)]
pub struct Survey<'a> {
    pub original: &'a [u8],
    pub edits: Edits,
    /// The sections that stay, in order.
    pub sections: Vec<Section>,
    /// The functions' bodies, in order.
    pub bodies: Vec<Range<usize>>,
    /// The module name of each import.
    pub modules: Vec<&'a str>,
    /// Which imports the memories are.
    pub memories: Vec<usize>,
    /// How many types there are.
    pub types: u32,
    pub numbers: Numbers,
    pub accesses: Accesses,
    pub copies: Vec<MemoryCopy>,
}

/// A section of the original.
#[derive(Debug)]
pub struct Section {
    pub id: u8,
    /// Its items behind their count, if it has items; its contents otherwise.
    pub range: Range<usize>,
    /// How many items it has, for a section that grows.
    pub count: Option<u32>,
}

/// The accesses asked for, each once.
#[derive(Debug, Default)]
pub struct Accesses {
    numbers: BTreeMap<Access, u32>,
    /// In the order of their numbers.
    pub list: Vec<Access>,
}

impl Accesses {
    /// The number of an access, which is asked for from now on.
    pub fn number(&mut self, access: Access) -> u32 {
        let next = self.list.len() as u32;
        let list = &mut self.list;
        *self.numbers.entry(access).or_insert_with_key(|access| {
            list.push(access.clone());
            next
        })
    }
}

/// The first byte of atomic instructions.
const ATOMIC: u8 = 0xfe;

/// What a memory behind the first cannot be, in a browser that allows one.
fn refused<T>(what: &str) -> Result<T> {
    bail!("{what}: not supported in a browser without multi-memory")
}

impl<'a> Survey<'a> {
    pub fn new(original: &'a [u8]) -> Survey<'a> {
        Survey {
            original,
            edits: Edits::default(),
            sections: Vec::new(),
            bodies: Vec::new(),
            modules: Vec::new(),
            memories: Vec::new(),
            types: 0,
            numbers: Numbers {
                imported: 0,
                accesses: 0,
                defined: 0,
            },
            accesses: Accesses::default(),
            copies: Vec::new(),
        }
    }

    /// Takes one part of the original, in order.
    pub fn read(&mut self, payload: Payload<'a>) -> Result<()> {
        self.sections.extend(section(&payload));
        match payload {
            Payload::TypeSection(section) => {
                for group in section {
                    self.types += group?.types().len() as u32;
                }
            }
            Payload::ImportSection(section) => self.imports(section)?,
            Payload::FunctionSection(section) => self.numbers.defined = section.count(),
            Payload::MemorySection(section) if self.memories.len() as u32 + section.count() > 1 => {
                return refused("a second memory that the module defines");
            }
            Payload::TableSection(section) => {
                for table in section {
                    if let TableInit::Expr(expression) = table?.init {
                        self.constant(&expression)?;
                    }
                }
            }
            Payload::GlobalSection(section) => {
                for global in section {
                    self.constant(&global?.init_expr)?;
                }
            }
            Payload::ExportSection(section) => {
                for (place, export) in items(section)? {
                    self.export(export, place)?;
                }
            }
            Payload::StartSection { func, range } => {
                self.edits.replace(range, Piece::Function(func));
            }
            Payload::ElementSection(section) => {
                for element in section {
                    self.element(element?)?;
                }
            }
            Payload::CodeSectionEntry(body) => {
                self.bodies.push(body.range());
                self.operators(body.get_operators_reader()?)?;
            }
            Payload::DataSection(section) => {
                for data in section {
                    self.data(&data?)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Counts functions and memories, and takes out the memories behind the first.
    fn imports(&mut self, section: SectionLimited<'a, Imports<'a>>) -> Result<()> {
        for (position, (place, import)) in items(section)?.into_iter().enumerate() {
            let Imports::Single(_, import) = import else {
                return refused("imports in groups");
            };
            self.modules.push(import.module);
            match import.ty {
                TypeRef::Func(_) | TypeRef::FuncExact(_) => self.numbers.imported += 1,
                TypeRef::Memory(ty) => {
                    plain(ty)?;
                    if !self.memories.is_empty() {
                        self.edits.replace(place, Piece::Bytes(Vec::new()));
                    }
                    self.memories.push(position);
                }
                TypeRef::Table(_) | TypeRef::Global(_) | TypeRef::Tag(_) => {}
            }
        }
        Ok(())
    }

    fn export(&mut self, export: Export<'a>, place: Range<usize>) -> Result<()> {
        match export.kind {
            // The number comes last, behind the kind, which is below 0x80 as no byte of the number
            // but its last is.
            ExternalKind::Func | ExternalKind::FuncExact => {
                let bytes = &self.original[place.start..place.end - 1];
                let more = bytes.iter().rev().take_while(|byte| **byte >= 0x80).count();
                self.edits.replace(
                    place.end - 1 - more..place.end,
                    Piece::Function(export.index),
                );
            }
            ExternalKind::Memory if export.index > 0 => {
                return refused("the export of a memory after the first");
            }
            ExternalKind::Memory
            | ExternalKind::Table
            | ExternalKind::Global
            | ExternalKind::Tag => {}
        }
        Ok(())
    }

    fn element(&mut self, element: Element<'a>) -> Result<()> {
        if let ElementKind::Active { offset_expr, .. } = &element.kind {
            self.constant(offset_expr)?;
        }
        match element.items {
            ElementItems::Functions(functions) => {
                for (place, function) in items(functions)? {
                    self.edits.replace(place, Piece::Function(function));
                }
            }
            ElementItems::Expressions(_, expressions) => {
                for expression in expressions {
                    self.constant(&expression?)?;
                }
            }
        }
        Ok(())
    }

    fn data(&mut self, data: &Data<'a>) -> Result<()> {
        match &data.kind {
            DataKind::Active { memory_index, .. } if *memory_index > 0 => {
                refused("a data segment of a memory after the first")
            }
            DataKind::Active { offset_expr, .. } => self.constant(offset_expr),
            DataKind::Passive => Ok(()),
        }
    }

    fn constant(&mut self, expression: &ConstExpr<'a>) -> Result<()> {
        self.operators(expression.get_operators_reader())
    }

    fn operators(&mut self, mut reader: OperatorsReader<'a>) -> Result<()> {
        while !reader.eof() {
            let (operator, start) = reader.read_with_offset()?;
            self.operator(&operator, start..reader.original_position())?;
        }
        Ok(())
    }

    fn operator(&mut self, operator: &Operator<'a>, place: Range<usize>) -> Result<()> {
        let piece = match *operator {
            // These have one byte before the number.
            Operator::Call { function_index }
            | Operator::ReturnCall { function_index }
            | Operator::RefFunc { function_index } => {
                self.edits
                    .replace(place.start + 1..place.end, Piece::Function(function_index));
                return Ok(());
            }
            Operator::MemoryCopy { dst_mem, src_mem } if dst_mem != src_mem => {
                Piece::Copy(self.copy(MemoryCopy {
                    dst: dst_mem,
                    src: src_mem,
                }))
            }
            Operator::MemoryInit { mem, .. } if mem > 0 => {
                return refused("`memory.init` of a memory after the first");
            }
            Operator::AtomicFence => return Ok(()),
            _ => {
                let bytes = &self.original[place.clone()];
                match Access::of(operator, bytes) {
                    Some(access) if access.memory > 0 => {
                        Piece::Access(self.accesses.number(access))
                    }
                    // The first memory may be written as one of several.
                    Some(access) if access.code.len() != bytes.len() => Piece::Bytes(access.code),
                    None if bytes.first() == Some(&ATOMIC) => {
                        return refused("an atomic instruction in a module with several memories");
                    }
                    Some(_) | None => return Ok(()),
                }
            }
        };
        self.edits.replace(place, piece);
        Ok(())
    }

    fn copy(&mut self, copy: MemoryCopy) -> u32 {
        let known = self.copies.iter().position(|known| *known == copy);
        let index = known.unwrap_or_else(|| {
            self.copies.push(copy);
            self.copies.len() - 1
        });
        index as u32
    }
}

/// The section that `payload` is or begins, unless it is left out.
fn section(payload: &Payload<'_>) -> Option<Section> {
    let (id, range) = payload.as_section()?;
    let (count, start) = match payload {
        Payload::TypeSection(items) => (Some(items.count()), items.original_position()),
        Payload::ImportSection(items) => (Some(items.count()), items.original_position()),
        Payload::FunctionSection(items) => (Some(items.count()), items.original_position()),
        _ => (None, range.start),
    };
    (id != SectionId::Custom as u8).then_some(Section {
        id,
        range: start..range.end,
        count,
    })
}

/// The items of a section, and where they are.
fn items<'a, T: FromReader<'a>>(section: SectionLimited<'a, T>) -> Result<Vec<(Range<usize>, T)>> {
    let mut end = section.range().end;
    let mut items = Vec::with_capacity(section.count() as usize);
    for item in section.into_iter_with_offsets() {
        let (start, item) = item?;
        items.push((start..start, item));
    }
    for (place, _) in items.iter_mut().rev() {
        place.end = end;
        end = place.start;
    }
    Ok(items)
}

/// Refuses memories that are not reached by 32-bit addresses of one thread.
fn plain(ty: MemoryType) -> Result<()> {
    match (ty.memory64, ty.shared) {
        (false, false) => Ok(()),
        (true, _) => refused("a 64-bit memory in addition to another"),
        (false, true) => refused("a shared memory in addition to another"),
    }
}
