//! Which parameters a trampoline can place in the guest's memory by itself: plain bytes behind one
//! pointer.

use super::{ComponentTypes, Options};
use wasmtime_environ::component::{InterfaceType, MAX_FLAT_PARAMS, StringEncoding, TypeTuple};

/// A parameter that is a pointer and a length, whose bytes in the application are the guest's too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Placed {
    /// The flat parameter that is the pointer; the length follows it.
    pub slot: u32,
    /// Bytes of an element, which is also how the list is aligned.
    pub size: u32,
}

/// The parameters of `params` that can be placed, in order; none if there is anything else to
/// allocate, since allocations keep their order.
pub fn placed(types: &ComponentTypes, params: &TypeTuple, options: &Options) -> Vec<Placed> {
    let mut found = Search {
        types,
        utf8: options.string_encoding == StringEncoding::Utf8,
        slot: 0,
        placed: Vec::new(),
    };
    let simple = params.abi.flat_count(MAX_FLAT_PARAMS).is_some()
        && params.types.iter().all(|ty| found.visit(ty));
    if simple { found.placed } else { Vec::new() }
}

struct Search<'a> {
    types: &'a ComponentTypes,
    utf8: bool,
    slot: u32,
    placed: Vec<Placed>,
}

impl Search<'_> {
    /// Goes past a value; false if it allocates what cannot be placed.
    fn visit(&mut self, ty: &InterfaceType) -> bool {
        match ty {
            InterfaceType::String => self.utf8 && self.place(1),
            InterfaceType::List(list) => {
                element_size(&self.types[*list].element).is_some_and(|size| self.place(size))
            }
            InterfaceType::Record(record) => {
                let types = self.types;
                types[*record]
                    .fields
                    .iter()
                    .all(|field| self.visit(&field.ty))
            }
            InterfaceType::Tuple(tuple) => {
                let types = self.types;
                types[*tuple].types.iter().all(|ty| self.visit(ty))
            }
            other => {
                let flat = self.types.canonical_abi(other).flat_count(MAX_FLAT_PARAMS);
                self.slot += flat.unwrap_or(0) as u32;
                !allocates(self.types, other)
            }
        }
    }

    fn place(&mut self, size: u32) -> bool {
        self.placed.push(Placed {
            slot: self.slot,
            size,
        });
        self.slot += 2;
        true
    }
}

/// Bytes of an element whose form in Rust's memory is the canonical one.
fn element_size(ty: &InterfaceType) -> Option<u32> {
    match ty {
        InterfaceType::U8 | InterfaceType::S8 => Some(1),
        InterfaceType::U16 | InterfaceType::S16 => Some(2),
        InterfaceType::U32 | InterfaceType::S32 | InterfaceType::Float32 => Some(4),
        InterfaceType::U64 | InterfaceType::S64 | InterfaceType::Float64 => Some(8),
        InterfaceType::Bool
        | InterfaceType::Char
        | InterfaceType::String
        | InterfaceType::Record(_)
        | InterfaceType::Variant(_)
        | InterfaceType::List(_)
        | InterfaceType::Tuple(_)
        | InterfaceType::Map(_)
        | InterfaceType::Flags(_)
        | InterfaceType::Enum(_)
        | InterfaceType::Option(_)
        | InterfaceType::Result(_)
        | InterfaceType::Own(_)
        | InterfaceType::Borrow(_)
        | InterfaceType::Future(_)
        | InterfaceType::Stream(_)
        | InterfaceType::ErrorContext(_)
        | InterfaceType::FixedLengthList(_) => None,
    }
}

/// Whether lowering a value may call `realloc`.
fn allocates(types: &ComponentTypes, ty: &InterfaceType) -> bool {
    let any = |ty: &Option<InterfaceType>| ty.as_ref().is_some_and(|ty| allocates(types, ty));
    match ty {
        InterfaceType::Bool
        | InterfaceType::S8
        | InterfaceType::U8
        | InterfaceType::S16
        | InterfaceType::U16
        | InterfaceType::S32
        | InterfaceType::U32
        | InterfaceType::S64
        | InterfaceType::U64
        | InterfaceType::Float32
        | InterfaceType::Float64
        | InterfaceType::Char
        | InterfaceType::Flags(_)
        | InterfaceType::Enum(_)
        | InterfaceType::Own(_)
        | InterfaceType::Borrow(_) => false,
        InterfaceType::Option(option) => allocates(types, &types[*option].ty),
        InterfaceType::Result(result) => any(&types[*result].ok) || any(&types[*result].err),
        InterfaceType::Variant(variant) => types[*variant].cases.values().any(any),
        InterfaceType::Record(record) => types[*record]
            .fields
            .iter()
            .any(|field| allocates(types, &field.ty)),
        InterfaceType::Tuple(tuple) => types[*tuple].types.iter().any(|ty| allocates(types, ty)),
        InterfaceType::FixedLengthList(list) => allocates(types, &types[*list].element),
        InterfaceType::String
        | InterfaceType::List(_)
        | InterfaceType::Map(_)
        | InterfaceType::Future(_)
        | InterfaceType::Stream(_)
        | InterfaceType::ErrorContext(_) => true,
    }
}
