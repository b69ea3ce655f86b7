//! The types of a component, as tables: what the type indices of a plan point into.
//!
//! Indices and entries are those of Wasmtime's translator, as plain data. Its own tables can be
//! made by its validator alone; these are filled from them by a walk over what a plan reaches, or
//! out of a file.

#[cfg(feature = "compiler")]
mod walk;

#[cfg(feature = "compiler")]
pub use walk::Walk;

use crate::core_type::{ExternType, FuncType};
use std::fmt;
use std::ops::Index;
#[cfg(feature = "compiler")]
use wasmtime_environ::component::TypeDef;
use wasmtime_environ::component::{
    CanonicalAbiInfo, InterfaceType, TypeComponent, TypeComponentIndex, TypeComponentInstance,
    TypeComponentInstanceIndex, TypeEnum, TypeEnumIndex, TypeFixedLengthList,
    TypeFixedLengthListIndex, TypeFlags, TypeFlagsIndex, TypeFunc, TypeFuncIndex, TypeFuture,
    TypeFutureIndex, TypeFutureTable, TypeFutureTableIndex, TypeList, TypeListIndex, TypeMap,
    TypeMapIndex, TypeModuleIndex, TypeOption, TypeOptionIndex, TypeRecord, TypeRecordIndex,
    TypeResourceTable, TypeResourceTableIndex, TypeResult, TypeResultIndex, TypeStream,
    TypeStreamIndex, TypeStreamTable, TypeStreamTableIndex, TypeTuple, TypeTupleIndex, TypeVariant,
    TypeVariantIndex,
};
use wasmtime_environ::prelude::IndexMap;
use wasmtime_environ::{ModuleInternedTypeIndex, PrimaryMap};

/// The type of a core module that a component imports or exports.
#[derive(Clone, Debug, Default)]
pub struct ModuleType {
    /// What it imports: module and field name, and type.
    pub imports: IndexMap<(String, String), ExternType>,
    /// What it exports.
    pub exports: IndexMap<String, ExternType>,
}

/// A table that grows by an entry.
pub(crate) trait Push<E> {
    /// What an entry is found by.
    type Index;

    /// Adds an entry.
    fn push(&mut self, entry: E) -> Self::Index;
}

macro_rules! tables {
    ($($table:ident: $index:ident => $entry:ident $(as $kind:ident($($def:ident)::*))?;)*) => {
        /// The type tables of a component: every type index points into the table of its kind.
        #[derive(Default)]
        pub struct ComponentTypes {
            $(pub(crate) $table: PrimaryMap<$index, $entry>,)*
            /// The entries of all tables in the order in which they were added: an entry comes
            /// after those that it names.
            #[cfg(feature = "compiler")]
            pub(crate) order: Vec<TypeDef>,
        }

        $(
            impl Index<$index> for ComponentTypes {
                type Output = $entry;

                #[inline]
                fn index(&self, index: $index) -> &$entry {
                    &self.$table[index]
                }
            }

            impl Push<$entry> for ComponentTypes {
                type Index = $index;

                fn push(&mut self, entry: $entry) -> $index {
                    let index = self.$table.push(entry);
                    $(
                        #[cfg(feature = "compiler")]
                        self.order.push($kind($($def)::*(index)));
                    )?
                    index
                }
            }
        )*
    };
}

tables! {
    modules: TypeModuleIndex => ModuleType as same(TypeDef::Module);
    components: TypeComponentIndex => TypeComponent as same(TypeDef::Component);
    component_instances: TypeComponentInstanceIndex => TypeComponentInstance
        as same(TypeDef::ComponentInstance);
    functions: TypeFuncIndex => TypeFunc as same(TypeDef::ComponentFunc);
    core_functions: ModuleInternedTypeIndex => FuncType as same(TypeDef::CoreFunc);
    lists: TypeListIndex => TypeList as value(InterfaceType::List);
    maps: TypeMapIndex => TypeMap as value(InterfaceType::Map);
    fixed_length_lists: TypeFixedLengthListIndex => TypeFixedLengthList
        as value(InterfaceType::FixedLengthList);
    records: TypeRecordIndex => TypeRecord as value(InterfaceType::Record);
    tuples: TypeTupleIndex => TypeTuple as value(InterfaceType::Tuple);
    variants: TypeVariantIndex => TypeVariant as value(InterfaceType::Variant);
    enums: TypeEnumIndex => TypeEnum as value(InterfaceType::Enum);
    options: TypeOptionIndex => TypeOption as value(InterfaceType::Option);
    results: TypeResultIndex => TypeResult as value(InterfaceType::Result);
    flags: TypeFlagsIndex => TypeFlags as value(InterfaceType::Flags);
    resource_tables: TypeResourceTableIndex => TypeResourceTable;
    futures: TypeFutureIndex => TypeFuture;
    future_tables: TypeFutureTableIndex => TypeFutureTable as value(InterfaceType::Future);
    streams: TypeStreamIndex => TypeStream;
    stream_tables: TypeStreamTableIndex => TypeStreamTable as value(InterfaceType::Stream);
}

#[cfg(feature = "compiler")]
fn same(def: TypeDef) -> TypeDef {
    def
}

#[cfg(feature = "compiler")]
fn value(ty: InterfaceType) -> TypeDef {
    TypeDef::Interface(ty)
}

impl fmt::Debug for ComponentTypes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ComponentTypes").finish_non_exhaustive()
    }
}

impl ComponentTypes {
    /// How a value of the type `ty` is laid out.
    pub fn canonical_abi(&self, ty: &InterfaceType) -> &CanonicalAbiInfo {
        match ty {
            InterfaceType::U8 | InterfaceType::S8 | InterfaceType::Bool => {
                &CanonicalAbiInfo::SCALAR1
            }
            InterfaceType::U16 | InterfaceType::S16 => &CanonicalAbiInfo::SCALAR2,
            InterfaceType::U32
            | InterfaceType::S32
            | InterfaceType::Float32
            | InterfaceType::Char
            | InterfaceType::Own(_)
            | InterfaceType::Borrow(_)
            | InterfaceType::Future(_)
            | InterfaceType::Stream(_)
            | InterfaceType::ErrorContext(_) => &CanonicalAbiInfo::SCALAR4,
            InterfaceType::U64 | InterfaceType::S64 | InterfaceType::Float64 => {
                &CanonicalAbiInfo::SCALAR8
            }
            InterfaceType::String | InterfaceType::List(_) | InterfaceType::Map(_) => {
                &CanonicalAbiInfo::POINTER_PAIR
            }
            InterfaceType::Record(index) => &self[*index].abi,
            InterfaceType::Variant(index) => &self[*index].abi,
            InterfaceType::Tuple(index) => &self[*index].abi,
            InterfaceType::Flags(index) => &self[*index].abi,
            InterfaceType::Enum(index) => &self[*index].abi,
            InterfaceType::Option(index) => &self[*index].abi,
            InterfaceType::Result(index) => &self[*index].abi,
            InterfaceType::FixedLengthList(index) => &self[*index].abi,
        }
    }

    /// The handle tables, in the order of their indices.
    pub fn handle_tables(&self) -> impl Iterator<Item = &TypeResourceTable> {
        self.resource_tables.values()
    }

    /// The handle table `index`, if there is one and its resource is known: what a guest names by a
    /// number.
    pub fn handle_table(&self, index: TypeResourceTableIndex) -> Option<&TypeResourceTable> {
        let table = self.resource_tables.get(index)?;
        matches!(table, TypeResourceTable::Concrete { .. }).then_some(table)
    }
}
