//! Structural equality of types from two type tables.

use super::InstanceType;
use amphi_translate::plan::{Plan, Step, TrampolineKind};
use wasmtime_environ::component::{
    InterfaceType, TypeDef, TypeEnumIndex, TypeFixedLengthListIndex, TypeFlagsIndex,
    TypeFutureIndex, TypeListIndex, TypeMapIndex, TypeOptionIndex, TypeRecordIndex,
    TypeResourceTableIndex, TypeResultIndex, TypeStreamIndex, TypeTupleIndex, TypeVariantIndex,
};
use wasmtime_environ::error::{Result, ensure};

/// The two tables: a method's first index is into `a`, its second into `b`.
pub(super) struct Tables<'a> {
    pub(super) a: InstanceType<'a>,
    pub(super) b: InstanceType<'a>,
}

impl Tables<'_> {
    pub(super) fn types(&self, a: InterfaceType, b: InterfaceType) -> bool {
        use InterfaceType as T;
        match (a, b) {
            (T::Bool, T::Bool)
            | (T::S8, T::S8)
            | (T::U8, T::U8)
            | (T::S16, T::S16)
            | (T::U16, T::U16)
            | (T::S32, T::S32)
            | (T::U32, T::U32)
            | (T::S64, T::S64)
            | (T::U64, T::U64)
            | (T::Float32, T::Float32)
            | (T::Float64, T::Float64)
            | (T::Char, T::Char)
            | (T::String, T::String)
            | (T::ErrorContext(_), T::ErrorContext(_)) => true,
            (T::List(a), T::List(b)) => self.lists(a, b),
            (T::Map(a), T::Map(b)) => self.maps(a, b),
            (T::Record(a), T::Record(b)) => self.records(a, b),
            (T::Tuple(a), T::Tuple(b)) => self.tuples(a, b),
            (T::Variant(a), T::Variant(b)) => self.variants(a, b),
            (T::Enum(a), T::Enum(b)) => self.enums(a, b),
            (T::Option(a), T::Option(b)) => self.options(a, b),
            (T::Result(a), T::Result(b)) => self.results(a, b),
            (T::Flags(a), T::Flags(b)) => self.flags(a, b),
            (T::Own(a), T::Own(b)) | (T::Borrow(a), T::Borrow(b)) => self.resources(a, b),
            (T::Future(a), T::Future(b)) => self.futures(self.a.types[a].ty, self.b.types[b].ty),
            (T::Stream(a), T::Stream(b)) => self.streams(self.a.types[a].ty, self.b.types[b].ty),
            (T::FixedLengthList(a), T::FixedLengthList(b)) => self.fixed_length_lists(a, b),
            (
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
                | T::String
                | T::ErrorContext(_)
                | T::List(_)
                | T::Map(_)
                | T::Record(_)
                | T::Tuple(_)
                | T::Variant(_)
                | T::Enum(_)
                | T::Option(_)
                | T::Result(_)
                | T::Flags(_)
                | T::Own(_)
                | T::Borrow(_)
                | T::Future(_)
                | T::Stream(_)
                | T::FixedLengthList(_),
                _,
            ) => false,
        }
    }

    pub(super) fn lists(&self, a: TypeListIndex, b: TypeListIndex) -> bool {
        self.types(self.a.types[a].element, self.b.types[b].element)
    }

    pub(super) fn fixed_length_lists(
        &self,
        a: TypeFixedLengthListIndex,
        b: TypeFixedLengthListIndex,
    ) -> bool {
        let (a, b) = (&self.a.types[a], &self.b.types[b]);
        a.size == b.size && self.types(a.element, b.element)
    }

    pub(super) fn maps(&self, a: TypeMapIndex, b: TypeMapIndex) -> bool {
        let (a, b) = (&self.a.types[a], &self.b.types[b]);
        self.types(a.key, b.key) && self.types(a.value, b.value)
    }

    pub(super) fn records(&self, a: TypeRecordIndex, b: TypeRecordIndex) -> bool {
        let (a, b) = (&self.a.types[a].fields, &self.b.types[b].fields);
        let mut fields = a.iter().zip(b);
        a.len() == b.len() && fields.all(|(a, b)| a.name == b.name && self.types(a.ty, b.ty))
    }

    pub(super) fn tuples(&self, a: TypeTupleIndex, b: TypeTupleIndex) -> bool {
        let (a, b) = (&self.a.types[a].types, &self.b.types[b].types);
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.types(*a, *b))
    }

    pub(super) fn variants(&self, a: TypeVariantIndex, b: TypeVariantIndex) -> bool {
        let (a, b) = (&self.a.types[a].cases, &self.b.types[b].cases);
        let mut cases = a.iter().zip(b);
        a.len() == b.len()
            && cases.all(|((a, a_ty), (b, b_ty))| a == b && self.payloads(*a_ty, *b_ty))
    }

    // The names of an enum, and of flags, are compared as Wasmtime compares them: in order, unless
    // something in the application's graph has the feature `hash-collections` of `wasmparser` on.
    pub(super) fn enums(&self, a: TypeEnumIndex, b: TypeEnumIndex) -> bool {
        self.a.types[a].names == self.b.types[b].names
    }

    pub(super) fn flags(&self, a: TypeFlagsIndex, b: TypeFlagsIndex) -> bool {
        self.a.types[a].names == self.b.types[b].names
    }

    pub(super) fn options(&self, a: TypeOptionIndex, b: TypeOptionIndex) -> bool {
        self.types(self.a.types[a].ty, self.b.types[b].ty)
    }

    pub(super) fn results(&self, a: TypeResultIndex, b: TypeResultIndex) -> bool {
        let (a, b) = (&self.a.types[a], &self.b.types[b]);
        self.payloads(a.ok, b.ok) && self.payloads(a.err, b.err)
    }

    pub(super) fn futures(&self, a: TypeFutureIndex, b: TypeFutureIndex) -> bool {
        self.payloads(self.a.types[a].payload, self.b.types[b].payload)
    }

    pub(super) fn streams(&self, a: TypeStreamIndex, b: TypeStreamIndex) -> bool {
        self.payloads(self.a.types[a].payload, self.b.types[b].payload)
    }

    /// A resource type that nothing was put in place of is equal only to itself, within the same
    /// component.
    fn resources(&self, a: TypeResourceTableIndex, b: TypeResourceTableIndex) -> bool {
        self.a.resource_type(a) == self.b.resource_type(b)
    }

    fn payloads(&self, a: Option<InterfaceType>, b: Option<InterfaceType>) -> bool {
        match (a, b) {
            (Some(a), Some(b)) => self.types(a, b),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        }
    }
}

/// Fails unless each import that a plan lowers is lowered as a function of the type that it has as
/// an import, by which it is checked against what stands for it.
///
/// # Errors
///
/// One is not.
pub fn check_lowered(plan: &Plan) -> Result<()> {
    let instance = InstanceType {
        types: &plan.types,
        resources: None,
    };
    let tables = Tables {
        a: instance,
        b: instance,
    };
    let mut lowered = vec![None; plan.counts.lowerings];
    for trampoline in &plan.trampolines {
        if let TrampolineKind::LowerImport { lowering, ty, .. } = trampoline.kind {
            lowered[lowering] = Some(ty);
        }
    }
    for step in &plan.steps {
        let Step::LowerImport { lowering, import } = step else {
            continue;
        };
        let (root, path) = &plan.imports[*import];
        let same = match (plan.imported(*root, path), lowered[*lowering]) {
            (Some(TypeDef::ComponentFunc(a)), Some(b)) => {
                let (a, b) = (&plan.types[a], &plan.types[b]);
                a.async_ == b.async_
                    && tables.tuples(a.params, b.params)
                    && tables.tuples(a.results, b.results)
            }
            _ => false,
        };
        ensure!(
            same,
            "import `{}` is called as a function of another type",
            plan.import_types[*root].0
        );
    }
    Ok(())
}
