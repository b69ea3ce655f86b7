//! The type tables of a component in a file: handle tables, and then the other entries, each after
//! those that it names, so that none can be inside itself.

use super::coded::{Coded, coded};
use super::reader::ByteReader;
use crate::component_types::{ComponentTypes, ModuleType, Push};
use crate::core_type::{
    ExternType, FuncType, GlobalType, HeapType, Limits, MemoryType, Mutability, RefType, TableType,
    TagType, ValType,
};
use wasmtime_environ::ModuleInternedTypeIndex;
use wasmtime_environ::component::{
    AbstractResourceIndex, ComponentExtern, ComponentExternData, InterfaceType, RecordField,
    ResourceIndex, RuntimeComponentInstanceIndex, TypeComponent, TypeComponentIndex,
    TypeComponentInstance, TypeComponentInstanceIndex, TypeDef, TypeEnum, TypeEnumIndex,
    TypeFixedLengthList, TypeFixedLengthListIndex, TypeFlags, TypeFlagsIndex, TypeFunc,
    TypeFuncIndex, TypeList, TypeListIndex, TypeMap, TypeMapIndex, TypeModuleIndex, TypeOption,
    TypeOptionIndex, TypeRecord, TypeRecordIndex, TypeResourceTable, TypeResourceTableIndex,
    TypeResult, TypeResultIndex, TypeTuple, TypeTupleIndex, TypeVariant, TypeVariantIndex,
};
use wasmtime_environ::error::{Result, ensure};

/// The logarithm of the size of a page, where a memory does not say otherwise: none has larger
/// ones.
const PAGE_SIZE_LOG2: u8 = 16;

/// An index that is a number with a name.
macro_rules! numbers {
    ($($index:ident),*) => {
        $(
            impl Coded for $index {
                #[cfg(feature = "compiler")]
                fn write(&self, to: &mut Vec<u8>) {
                    self.as_u32().write(to);
                }

                fn read(from: &mut ByteReader<'_>) -> Result<$index> {
                    u32::read(from).map($index::from_u32)
                }
            }
        )*
    };
}

pub(super) use numbers;

numbers!(
    AbstractResourceIndex,
    ResourceIndex,
    RuntimeComponentInstanceIndex
);

/// An index of an entry that is there already.
macro_rules! entries {
    ($($index:ident: $def:expr;)*) => {
        $(
            impl Coded for $index {
                #[cfg(feature = "compiler")]
                fn write(&self, to: &mut Vec<u8>) {
                    self.as_u32().write(to);
                }

                fn read(from: &mut ByteReader<'_>) -> Result<$index> {
                    let index = $index::from_u32(u32::read(from)?);
                    from.names(&$def(index))?;
                    Ok(index)
                }
            }
        )*
    };
}

entries! {
    TypeComponentIndex: TypeDef::Component;
    TypeComponentInstanceIndex: TypeDef::ComponentInstance;
    TypeFuncIndex: TypeDef::ComponentFunc;
    TypeModuleIndex: TypeDef::Module;
    ModuleInternedTypeIndex: TypeDef::CoreFunc;
    TypeResourceTableIndex: TypeDef::Resource;
    TypeListIndex: |index| TypeDef::Interface(InterfaceType::List(index));
    TypeMapIndex: |index| TypeDef::Interface(InterfaceType::Map(index));
    TypeFixedLengthListIndex: |index| TypeDef::Interface(InterfaceType::FixedLengthList(index));
    TypeRecordIndex: |index| TypeDef::Interface(InterfaceType::Record(index));
    TypeTupleIndex: |index| TypeDef::Interface(InterfaceType::Tuple(index));
    TypeVariantIndex: |index| TypeDef::Interface(InterfaceType::Variant(index));
    TypeEnumIndex: |index| TypeDef::Interface(InterfaceType::Enum(index));
    TypeOptionIndex: |index| TypeDef::Interface(InterfaceType::Option(index));
    TypeResultIndex: |index| TypeDef::Interface(InterfaceType::Result(index));
    TypeFlagsIndex: |index| TypeDef::Interface(InterfaceType::Flags(index));
}

/// Declares the kinds of value types; those of asynchronous tasks are written as what no reader
/// takes.
macro_rules! interface_types {
    ($($tag:literal: $kind:ident $(($index:ident))?,)*) => {
        impl Coded for InterfaceType {
            #[cfg(feature = "compiler")]
            fn write(&self, to: &mut Vec<u8>) {
                match self {
                    $(InterfaceType::$kind $(($index))? => {
                        to.push($tag);
                        $($index.write(to);)?
                    })*
                    InterfaceType::Future(_)
                    | InterfaceType::Stream(_)
                    | InterfaceType::ErrorContext(_) => to.push(u8::MAX),
                }
            }

            fn read(from: &mut ByteReader<'_>) -> Result<InterfaceType> {
                Ok(match from.byte()? {
                    $($tag => {
                        $(let $index = Coded::read(from)?;)?
                        InterfaceType::$kind $(($index))?
                    })*
                    other => return Err(from.unknown("InterfaceType", other)),
                })
            }
        }
    };
}

interface_types! {
    0: Bool,
    1: S8,
    2: U8,
    3: S16,
    4: U16,
    5: S32,
    6: U32,
    7: S64,
    8: U64,
    9: Float32,
    10: Float64,
    11: Char,
    12: String,
    13: Record(index),
    14: Variant(index),
    15: List(index),
    16: Tuple(index),
    17: Map(index),
    18: Flags(index),
    19: Enum(index),
    20: Option(index),
    21: Result(index),
    22: Own(index),
    23: Borrow(index),
    24: FixedLengthList(index),
}

coded!(kinds of TypeDef {
    0: Component(index),
    1: ComponentInstance(index),
    2: ComponentFunc(index),
    3: Interface(ty),
    4: Module(index),
    5: CoreFunc(index),
    6: Resource(index),
});
coded!(kinds of TypeResourceTable {
    0: Concrete { ty, instance },
    1: Abstract(index),
});
coded! {
    fields of ComponentExtern { data, ty }
    fields of ComponentExternData { implements, external_id }
    fields of TypeComponent { imports, exports }
    fields of TypeComponentInstance { exports }
    fields of ModuleType { imports, exports }
    fields of RecordField { name, ty }
    fields of FuncType { params, results }
    fields of GlobalType { content, mutability }
    fields of TableType { element, limits }
    fields of Limits { min, max, is_64 }
    fields of RefType { nullable, heap }
}
coded!(kinds of ExternType {
    0: Func(ty),
    1: Global(ty),
    2: Table(ty),
    3: Memory(ty),
    4: Tag(ty),
});
coded!(kinds of Mutability {
    0: Const,
    1: Var,
});
coded!(kinds of ValType {
    0: I32,
    1: I64,
    2: F32,
    3: F64,
    4: V128,
    5: Ref(ty),
});
coded!(kinds of HeapType {
    0: Extern,
    1: NoExtern,
    2: Func,
    3: NoFunc,
    4: Any,
    5: Eq,
    6: I31,
    7: Array,
    8: Struct,
    9: None,
    10: Exn,
    11: NoExn,
    12: Cont,
    13: NoCont,
});

impl Coded for TagType {
    #[cfg(feature = "compiler")]
    fn write(&self, to: &mut Vec<u8>) {
        self.0.write(to);
    }

    fn read(from: &mut ByteReader<'_>) -> Result<TagType> {
        Coded::read(from).map(TagType)
    }
}

impl Coded for MemoryType {
    #[cfg(feature = "compiler")]
    fn write(&self, to: &mut Vec<u8>) {
        self.limits.write(to);
        self.shared.write(to);
        self.page_size_log2.write(to);
    }

    fn read(from: &mut ByteReader<'_>) -> Result<MemoryType> {
        let ty = MemoryType {
            limits: Coded::read(from)?,
            shared: Coded::read(from)?,
            page_size_log2: Coded::read(from)?,
        };
        let log2 = ty.page_size_log2;
        ensure!(log2 <= PAGE_SIZE_LOG2, "pages of 2^{log2} bytes");
        Ok(ty)
    }
}

impl Coded for TypeFunc {
    #[cfg(feature = "compiler")]
    fn write(&self, to: &mut Vec<u8>) {
        self.async_.write(to);
        self.param_names.write(to);
        self.params.write(to);
        self.results.write(to);
    }

    fn read(from: &mut ByteReader<'_>) -> Result<TypeFunc> {
        let func = TypeFunc {
            async_: Coded::read(from)?,
            param_names: Coded::read(from)?,
            params: Coded::read(from)?,
            results: Coded::read(from)?,
        };
        let params = from.types[func.params].types.len();
        let results = from.types[func.results].types.len();
        ensure!(
            params == func.param_names.len() && results <= 1,
            "a function has {params} parameters with {} names, and {results} results",
            func.param_names.len()
        );
        Ok(func)
    }
}

/// Writes all entries of the tables.
#[cfg(feature = "compiler")]
pub fn write(types: &ComponentTypes, to: &mut Vec<u8>) {
    use InterfaceType as T;
    let tables: Vec<_> = types.resource_tables.values().cloned().collect();
    tables.write(to);
    types.order.len().write(to);
    for def in &types.order {
        match *def {
            TypeDef::Component(index) => entry(0, &types[index], to),
            TypeDef::ComponentInstance(index) => entry(1, &types[index], to),
            TypeDef::ComponentFunc(index) => entry(2, &types[index], to),
            TypeDef::Module(index) => entry(3, &types[index], to),
            TypeDef::CoreFunc(index) => entry(4, &types[index], to),
            TypeDef::Interface(T::List(index)) => entry(5, &types[index], to),
            TypeDef::Interface(T::Map(index)) => entry(6, &types[index], to),
            TypeDef::Interface(T::FixedLengthList(index)) => entry(7, &types[index], to),
            TypeDef::Interface(T::Record(index)) => entry(8, &types[index], to),
            TypeDef::Interface(T::Tuple(index)) => entry(9, &types[index], to),
            TypeDef::Interface(T::Variant(index)) => entry(10, &types[index], to),
            TypeDef::Interface(T::Enum(index)) => entry(11, &types[index], to),
            TypeDef::Interface(T::Option(index)) => entry(12, &types[index], to),
            TypeDef::Interface(T::Result(index)) => entry(13, &types[index], to),
            TypeDef::Interface(T::Flags(index)) => entry(14, &types[index], to),
            // Those of asynchronous tasks, which no reader takes.
            TypeDef::Interface(_) | TypeDef::Resource(_) => to.push(u8::MAX),
        }
    }
}

#[cfg(feature = "compiler")]
fn entry(tag: u8, entry: &impl Coded, to: &mut Vec<u8>) {
    to.push(tag);
    entry.write(to);
}

/// Reads all entries, into the tables of the reader.
pub fn read(from: &mut ByteReader<'_>) -> Result<()> {
    use InterfaceType as T;
    for table in Vec::<TypeResourceTable>::read(from)? {
        from.types.push(table);
    }
    for _ in 0..from.count()? {
        from.begin();
        let def = match from.byte()? {
            0 => TypeDef::Component(pushed::<TypeComponent>(from)?),
            1 => TypeDef::ComponentInstance(pushed::<TypeComponentInstance>(from)?),
            2 => TypeDef::ComponentFunc(pushed::<TypeFunc>(from)?),
            3 => TypeDef::Module(pushed::<ModuleType>(from)?),
            4 => TypeDef::CoreFunc(pushed::<FuncType>(from)?),
            5 => TypeDef::Interface(T::List(pushed::<TypeList>(from)?)),
            6 => TypeDef::Interface(T::Map(pushed::<TypeMap>(from)?)),
            7 => TypeDef::Interface(T::FixedLengthList(pushed::<TypeFixedLengthList>(from)?)),
            8 => TypeDef::Interface(T::Record(pushed::<TypeRecord>(from)?)),
            9 => TypeDef::Interface(T::Tuple(pushed::<TypeTuple>(from)?)),
            10 => TypeDef::Interface(T::Variant(pushed::<TypeVariant>(from)?)),
            11 => TypeDef::Interface(T::Enum(pushed::<TypeEnum>(from)?)),
            12 => TypeDef::Interface(T::Option(pushed::<TypeOption>(from)?)),
            13 => TypeDef::Interface(T::Result(pushed::<TypeResult>(from)?)),
            14 => TypeDef::Interface(T::Flags(pushed::<TypeFlags>(from)?)),
            other => return Err(from.unknown("a type", other)),
        };
        from.end(def)?;
    }
    Ok(())
}

fn pushed<E: Coded>(from: &mut ByteReader<'_>) -> Result<<ComponentTypes as Push<E>>::Index>
where
    ComponentTypes: Push<E>,
{
    let entry = E::read(from)?;
    Ok(from.types.push(entry))
}
