//! The core types of functions, by their component types: what the translator makes, worked out
//! again, since the application's memory is written by them.
//!
//! Component-model spec, canonical ABI: `flatten_functype`.

use crate::component_types::ComponentTypes;
use crate::plan::{CoreType, Signature};
use wasmtime_environ::component::{
    InterfaceType, MAX_FLAT_PARAMS, MAX_FLAT_RESULTS, TypeFuncIndex, TypeTupleIndex,
};

impl ComponentTypes {
    /// The core type of an exported function of the type `ty`.
    pub(super) fn lifted(&self, ty: TypeFuncIndex) -> Signature {
        let (params, results) = (self[ty].params, self[ty].results);
        let one = || vec![CoreType::I32];
        Signature {
            params: self
                .flat(params, MAX_FLAT_PARAMS)
                .unwrap_or_else(one)
                .into(),
            results: self
                .flat(results, MAX_FLAT_RESULTS)
                .unwrap_or_else(one)
                .into(),
        }
    }

    /// The core type of an imported function of the type `ty`: a result that is not flat is written
    /// to where the last parameter points.
    pub(super) fn lowered(&self, ty: TypeFuncIndex) -> Signature {
        let (params, results) = (self[ty].params, self[ty].results);
        let params = self.flat(params, MAX_FLAT_PARAMS);
        let mut params = params.unwrap_or_else(|| vec![CoreType::I32]);
        let results = self.flat(results, MAX_FLAT_RESULTS).unwrap_or_else(|| {
            params.push(CoreType::I32);
            Vec::new()
        });
        Signature {
            params: params.into(),
            results: results.into(),
        }
    }

    /// The flat types of parameters or results; none if there are more than `most`.
    fn flat(&self, tuple: TypeTupleIndex, most: usize) -> Option<Vec<CoreType>> {
        self[tuple].abi.flat_count(most)?;
        let mut flat = Vec::new();
        for ty in &self[tuple].types {
            self.push_flat(ty, &mut flat);
        }
        Some(flat)
    }

    /// Appends the flat types of a value that has few.
    fn push_flat(&self, ty: &InterfaceType, flat: &mut Vec<CoreType>) {
        use InterfaceType as T;
        match ty {
            T::Bool
            | T::S8
            | T::U8
            | T::S16
            | T::U16
            | T::S32
            | T::U32
            | T::Char
            | T::Enum(_)
            | T::Own(_)
            | T::Borrow(_)
            | T::Future(_)
            | T::Stream(_)
            | T::ErrorContext(_) => flat.push(CoreType::I32),
            T::S64 | T::U64 => flat.push(CoreType::I64),
            T::Float32 => flat.push(CoreType::F32),
            T::Float64 => flat.push(CoreType::F64),
            T::String | T::List(_) | T::Map(_) => flat.extend([CoreType::I32; 2]),
            T::Flags(index) => {
                let count = self[*index].abi.flat_count.unwrap_or_default();
                flat.extend((0..count).map(|_| CoreType::I32));
            }
            T::Record(index) => {
                for field in &self[*index].fields {
                    self.push_flat(&field.ty, flat);
                }
            }
            T::Tuple(index) => {
                for ty in &self[*index].types {
                    self.push_flat(ty, flat);
                }
            }
            T::FixedLengthList(index) => {
                for _ in 0..self[*index].size {
                    self.push_flat(&self[*index].element, flat);
                }
            }
            T::Variant(index) => self.push_cases(self[*index].cases.values(), flat),
            T::Option(index) => self.push_cases([&Some(self[*index].ty)], flat),
            T::Result(index) => {
                self.push_cases([&self[*index].ok, &self[*index].err], flat);
            }
        }
    }

    /// Appends which case it is, and what all payloads fit into.
    fn push_cases<'c>(
        &self,
        cases: impl IntoIterator<Item = &'c Option<InterfaceType>>,
        flat: &mut Vec<CoreType>,
    ) {
        flat.push(CoreType::I32);
        let first = flat.len();
        for case in cases.into_iter().flatten() {
            let mut payload = Vec::new();
            self.push_flat(case, &mut payload);
            for (index, ty) in payload.into_iter().enumerate() {
                match flat.get_mut(first + index) {
                    Some(joined) => *joined = join(*joined, ty),
                    None => flat.push(ty),
                }
            }
        }
    }
}

/// What holds both.
fn join(a: CoreType, b: CoreType) -> CoreType {
    match (a, b) {
        (a, b) if a == b => a,
        (CoreType::I32, CoreType::F32) | (CoreType::F32, CoreType::I32) => CoreType::I32,
        _ => CoreType::I64,
    }
}
