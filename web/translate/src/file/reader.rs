//! `ByteReader`: bytes that are read from front to back, and what has been read of types on the
//! way.

use super::coded::Coded as _;
use crate::component_types::ComponentTypes;
use wasmtime_environ::component::{InterfaceType, TypeDef, TypeResourceTableIndex};
use wasmtime_environ::error::{Error, Result, ensure, format_err};

/// The most levels of types inside each other: as many as a component may have, where names that
/// stand for types are counted too.
const LEVELS: u32 = 250;

/// The most that a type comes to with all types inside of it: more than a validator lets through.
const NODES: u64 = 1 << 21;

/// The most that all functions come to, each of which may be compared with another.
const ALL_NODES: u64 = 1 << 24;

/// Bytes that are read from front to back, with the types that they have begun with.
pub struct ByteReader<'a> {
    rest: &'a [u8],
    /// The types so far.
    pub types: ComponentTypes,
    /// What those come to, by kind and then by number.
    measures: [Vec<Measure>; KINDS],
    current: Measure,
    /// What the functions so far come to.
    functions: u64,
}

/// How large a type is, with all types inside of it.
#[derive(Clone, Copy)]
struct Measure {
    levels: u32,
    nodes: u64,
    /// Whether it names resources of the component alone, and none of a type of components.
    concrete: bool,
}

impl Measure {
    /// One that has nothing inside.
    const ONE: Measure = Measure {
        levels: 1,
        nodes: 1,
        concrete: true,
    };
}

impl<'a> ByteReader<'a> {
    /// Reads `bytes`, which have no types yet.
    pub fn new(bytes: &'a [u8]) -> ByteReader<'a> {
        ByteReader {
            rest: bytes,
            types: ComponentTypes::default(),
            measures: [const { Vec::new() }; KINDS],
            current: Measure::ONE,
            functions: 0,
        }
    }

    /// The next byte.
    #[inline(never)]
    pub fn byte(&mut self) -> Result<u8> {
        self.bytes(1).map(|byte| byte[0])
    }

    /// The next so many bytes.
    #[inline(never)]
    pub fn bytes(&mut self, count: usize) -> Result<&'a [u8]> {
        let (bytes, rest) = self
            .rest
            .split_at_checked(count)
            .ok_or_else(|| format_err!("it ends too early: {count} bytes are expected there"))?;
        self.rest = rest;
        Ok(bytes)
    }

    /// How many items follow: each has one byte at least.
    #[inline(never)]
    pub fn count(&mut self) -> Result<usize> {
        let count = usize::read(self)?;
        ensure!(
            count <= self.rest.len(),
            "it ends too early: {count} items are expected there"
        );
        Ok(count)
    }

    /// Whether all has been read.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Fails unless all has been read.
    pub fn finish(&self) -> Result<()> {
        ensure!(self.is_empty(), "{} bytes are left over", self.rest.len());
        Ok(())
    }

    /// The error for a byte that no kind of `name` has.
    #[cold]
    pub fn unknown(&self, name: &str, byte: u8) -> Error {
        format_err!("there is no kind {byte} of `{name}`")
    }

    /// A type of its own begins.
    pub fn begin(&mut self) {
        self.current = Measure::ONE;
    }

    /// The type that began is `def`.
    pub fn end(&mut self, def: TypeDef) -> Result<()> {
        let Measure { levels, nodes, .. } = self.current;
        ensure!(
            levels <= LEVELS,
            "a type has {levels} levels, at most {LEVELS} are allowed"
        );
        if matches!(def, TypeDef::ComponentFunc(_)) {
            self.functions += nodes;
        }
        ensure!(
            nodes <= NODES && self.functions <= ALL_NODES,
            "a type has too many parts"
        );
        let (kind, index) = number(&def);
        let measures = self.measures.get_mut(kind);
        let measures = measures.filter(|measures| measures.len() == index);
        measures
            .ok_or_else(|| format_err!("a type is not the next one of its kind"))?
            .push(self.current);
        Ok(())
    }

    /// The type that began names `def`.
    pub fn names(&mut self, def: &TypeDef) -> Result<()> {
        let inside = match *def {
            TypeDef::Resource(table)
            | TypeDef::Interface(InterfaceType::Own(table) | InterfaceType::Borrow(table)) => {
                self.handle_table(table)?
            }
            _ => self
                .measure(def)
                .ok_or_else(|| format_err!("a type is named before it is there"))?,
        };
        self.current.levels = self.current.levels.max(inside.levels + 1);
        self.current.nodes = self.current.nodes.saturating_add(inside.nodes);
        self.current.concrete &= inside.concrete;
        Ok(())
    }

    fn measure(&self, def: &TypeDef) -> Option<Measure> {
        let (kind, index) = number(def);
        self.measures.get(kind)?.get(index).copied()
    }

    fn handle_table(&self, table: TypeResourceTableIndex) -> Result<Measure> {
        ensure!(
            self.types.resource_tables.is_valid(table),
            "there is no table {} of handles",
            table.as_u32()
        );
        Ok(Measure {
            concrete: self.types.handle_table(table).is_some(),
            ..Measure::ONE
        })
    }

    /// Fails if `def` names a resource of a type of components, which nothing can be made of.
    pub fn check_concrete(&self, def: &TypeDef) -> Result<()> {
        let concrete = match *def {
            TypeDef::Resource(table) => self.handle_table(table)?.concrete,
            _ => self.measure(def).is_none_or(|measure| measure.concrete),
        };
        ensure!(concrete, "a function names a resource that nothing defines");
        Ok(())
    }
}

/// How many kinds of types there are that have tables.
const KINDS: usize = 19;

/// What tells types apart: the kind and the number in its table.
fn number(def: &TypeDef) -> (usize, usize) {
    use InterfaceType as T;
    let (kind, index) = match *def {
        TypeDef::Component(index) => (0, index.as_u32()),
        TypeDef::ComponentInstance(index) => (1, index.as_u32()),
        TypeDef::ComponentFunc(index) => (2, index.as_u32()),
        TypeDef::Module(index) => (3, index.as_u32()),
        TypeDef::CoreFunc(index) => (4, index.as_u32()),
        TypeDef::Resource(index) => (5, index.as_u32()),
        TypeDef::Interface(ty) => match ty {
            T::List(index) => (6, index.as_u32()),
            T::Map(index) => (7, index.as_u32()),
            T::FixedLengthList(index) => (8, index.as_u32()),
            T::Record(index) => (9, index.as_u32()),
            T::Tuple(index) => (10, index.as_u32()),
            T::Variant(index) => (11, index.as_u32()),
            T::Enum(index) => (12, index.as_u32()),
            T::Option(index) => (13, index.as_u32()),
            T::Result(index) => (14, index.as_u32()),
            T::Flags(index) => (15, index.as_u32()),
            T::Own(index) | T::Borrow(index) => (5, index.as_u32()),
            T::Future(index) => (16, index.as_u32()),
            T::Stream(index) => (17, index.as_u32()),
            T::ErrorContext(index) => (18, index.as_u32()),
            T::Bool
            | T::S8
            | T::U8
            | T::S16
            | T::U16
            | T::S32
            | T::U32
            | T::S64
            | T::U64
            | T::Float32
            | T::Float64
            | T::Char
            | T::String => (KINDS, 0),
        },
    };
    (kind, index as usize)
}
