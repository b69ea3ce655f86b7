//! Types of core wasm, as a core module's imports and exports have them; with Wasmtime's names.
//!
//! Reflection alone: an engine's own representation of them is the browser's business.

mod matching;
#[cfg(feature = "compiler")]
mod read;

pub(crate) use matching::matches;

use std::fmt;

/// The type of something that a core module imports or exports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExternType {
    /// A function.
    Func(FuncType),
    /// A global.
    Global(GlobalType),
    /// A table.
    Table(TableType),
    /// A linear memory.
    Memory(MemoryType),
    /// An exception's tag.
    Tag(TagType),
}

/// The type of a core function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FuncType {
    pub(crate) params: Box<[ValType]>,
    pub(crate) results: Box<[ValType]>,
}

/// The type of a global.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GlobalType {
    pub(crate) content: ValType,
    pub(crate) mutability: Mutability,
}

/// Whether a global may be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutability {
    /// It may not.
    Const,
    /// It may.
    Var,
}

/// The type of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableType {
    pub(crate) element: RefType,
    pub(crate) limits: Limits,
}

/// The type of a linear memory; its sizes are in pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryType {
    pub(crate) limits: Limits,
    pub(crate) shared: bool,
    pub(crate) page_size_log2: u8,
}

/// The type of an exception's tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagType(pub(crate) FuncType);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    pub min: u64,
    pub max: Option<u64>,
    pub is_64: bool,
}

/// The type of a core value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are named as the types are")]
pub enum ValType {
    I32,
    I64,
    F32,
    F64,
    V128,
    Ref(RefType),
}

/// The type of a reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefType {
    pub(crate) nullable: bool,
    pub(crate) heap: HeapType,
}

/// What a reference refers to. Types that a module defines itself do not occur: the proposal is off
/// in this engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are named as the types are")]
pub enum HeapType {
    Extern,
    NoExtern,
    Func,
    NoFunc,
    Any,
    Eq,
    I31,
    Array,
    Struct,
    None,
    Exn,
    NoExn,
    Cont,
    NoCont,
}

/// Accessors of one kind of [`ExternType`].
macro_rules! kinds {
    ($($get:ident, $unwrap:ident: $variant:ident($ty:ty);)*) => {
        impl ExternType {
            $(
                #[doc = concat!("What is inside an [`ExternType::", stringify!($variant), "`].")]
                pub fn $get(&self) -> Option<&$ty> {
                    match self {
                        ExternType::$variant(ty) => Some(ty),
                        _ => None,
                    }
                }

                #[doc = concat!("What is inside an [`ExternType::", stringify!($variant), "`].")]
                ///
                /// # Panics
                ///
                /// When this is another kind of type.
                pub fn $unwrap(&self) -> &$ty {
                    self.$get().expect(concat!("expected ", stringify!($variant)))
                }
            )*
        }

        $(
            impl From<$ty> for ExternType {
                fn from(ty: $ty) -> ExternType {
                    ExternType::$variant(ty)
                }
            }
        )*
    };
}

kinds! {
    func, unwrap_func: Func(FuncType);
    global, unwrap_global: Global(GlobalType);
    table, unwrap_table: Table(TableType);
    memory, unwrap_memory: Memory(MemoryType);
    tag, unwrap_tag: Tag(TagType);
}

impl FuncType {
    /// The parameter at `index`.
    pub fn param(&self, index: usize) -> Option<ValType> {
        self.params.get(index).cloned()
    }

    /// The parameters.
    pub fn params(&self) -> impl ExactSizeIterator<Item = ValType> + '_ {
        self.params.iter().cloned()
    }

    /// The result at `index`.
    pub fn result(&self, index: usize) -> Option<ValType> {
        self.results.get(index).cloned()
    }

    /// The results.
    pub fn results(&self) -> impl ExactSizeIterator<Item = ValType> + '_ {
        self.results.iter().cloned()
    }
}

impl GlobalType {
    /// The type of the value.
    pub fn content(&self) -> &ValType {
        &self.content
    }

    /// Whether the value may be changed.
    pub fn mutability(&self) -> Mutability {
        self.mutability
    }
}

impl Mutability {
    /// Whether this is [`Mutability::Const`].
    pub fn is_const(&self) -> bool {
        *self == Mutability::Const
    }

    /// Whether this is [`Mutability::Var`].
    pub fn is_var(&self) -> bool {
        *self == Mutability::Var
    }
}

impl TableType {
    /// The type of the elements.
    pub fn element(&self) -> &RefType {
        &self.element
    }

    /// How many elements it has at least.
    pub fn minimum(&self) -> u64 {
        self.limits.min
    }

    /// How many elements it may have.
    pub fn maximum(&self) -> Option<u64> {
        self.limits.max
    }

    /// Whether indices have 64 bits.
    pub fn is_64(&self) -> bool {
        self.limits.is_64
    }
}

impl MemoryType {
    /// How many pages it has at least.
    pub fn minimum(&self) -> u64 {
        self.limits.min
    }

    /// How many pages it may have.
    pub fn maximum(&self) -> Option<u64> {
        self.limits.max
    }

    /// Whether addresses have 64 bits.
    pub fn is_64(&self) -> bool {
        self.limits.is_64
    }

    /// Whether threads may share it.
    pub fn is_shared(&self) -> bool {
        self.shared
    }

    /// The bytes of a page.
    pub fn page_size(&self) -> u64 {
        1 << self.page_size_log2
    }

    /// The logarithm of [`page_size`](MemoryType::page_size).
    pub fn page_size_log2(&self) -> u8 {
        self.page_size_log2
    }
}

impl TagType {
    /// The type of the exception's payload.
    pub fn ty(&self) -> &FuncType {
        &self.0
    }
}

impl RefType {
    /// Whether the reference may be null.
    pub fn is_nullable(&self) -> bool {
        self.nullable
    }

    /// What it refers to.
    pub fn heap_type(&self) -> &HeapType {
        &self.heap
    }
}

impl fmt::Display for ValType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ValType::I32 => "i32",
            ValType::I64 => "i64",
            ValType::F32 => "f32",
            ValType::F64 => "f64",
            ValType::V128 => "v128",
            ValType::Ref(ty) => return ty.fmt(f),
        })
    }
}

impl fmt::Display for RefType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let null = if self.nullable { "null " } else { "" };
        write!(f, "(ref {null}{})", self.heap)
    }
}

impl fmt::Display for HeapType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            HeapType::Extern => "extern",
            HeapType::NoExtern => "noextern",
            HeapType::Func => "func",
            HeapType::NoFunc => "nofunc",
            HeapType::Any => "any",
            HeapType::Eq => "eq",
            HeapType::I31 => "i31",
            HeapType::Array => "array",
            HeapType::Struct => "struct",
            HeapType::None => "none",
            HeapType::Exn => "exn",
            HeapType::NoExn => "noexn",
            HeapType::Cont => "cont",
            HeapType::NoCont => "nocont",
        })
    }
}

impl fmt::Display for FuncType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(func")?;
        for (word, types) in [("param", &self.params), ("result", &self.results)] {
            if types.is_empty() {
                continue;
            }
            write!(f, " ({word}")?;
            for ty in types {
                write!(f, " {ty}")?;
            }
            f.write_str(")")?;
        }
        f.write_str(")")
    }
}
