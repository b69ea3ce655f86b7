//! Types where they are used.

use wit_parser::{Handle, Result_, Type, TypeDefKind, TypeId};

use super::file_scope::{FileScope, Unsupported};

/// The type of the value that a case without a payload has.
const NO_VALUE: &str = "val?: undefined";

impl FileScope<'_> {
    /// A type as TypeScript writes it.
    pub(super) fn ty(&self, ty: &Type) -> Result<String, Unsupported> {
        Ok(match ty {
            Type::Bool => "boolean".to_owned(),
            Type::U8 | Type::U16 | Type::U32 | Type::S8 | Type::S16 | Type::S32 => {
                "number".to_owned()
            }
            Type::U64 | Type::S64 => "bigint".to_owned(),
            Type::F32 | Type::F64 => "number".to_owned(),
            Type::Char | Type::String => "string".to_owned(),
            Type::ErrorContext => return Err(Unsupported("error-context")),
            Type::Id(id) => return self.named_or_shape(*id),
        })
    }

    /// The shape of a type, where its name, if it has one, is not enough.
    pub(super) fn shape(&self, kind: &TypeDefKind) -> Result<String, Unsupported> {
        Ok(match kind {
            TypeDefKind::Type(ty) => self.ty(ty)?,
            TypeDefKind::Handle(Handle::Own(id) | Handle::Borrow(id)) => {
                self.named_or_shape(*id)?
            }
            TypeDefKind::Tuple(tuple) => {
                let types: Result<Vec<_>, _> = tuple.types.iter().map(|ty| self.ty(ty)).collect();
                format!("[{}]", types?.join(", "))
            }
            TypeDefKind::Option(ty) => match self.is_option(ty) {
                true => format!(
                    "{{ tag: 'none' }} | {{ tag: 'some'; val: {} }}",
                    self.ty(ty)?
                ),
                false => format!("{} | undefined", self.ty(ty)?),
            },
            TypeDefKind::Result(result) => self.result(result)?,
            TypeDefKind::List(ty) => self.list(ty)?,
            TypeDefKind::FixedLengthList(..) => return Err(Unsupported("fixed-length list")),
            TypeDefKind::Map(..) => return Err(Unsupported("map")),
            TypeDefKind::Future(_) => return Err(Unsupported("future")),
            TypeDefKind::Stream(_) => return Err(Unsupported("stream")),
            // The rest has names: WIT has no way to write them where they are used.
            TypeDefKind::Record(_)
            | TypeDefKind::Resource
            | TypeDefKind::Flags(_)
            | TypeDefKind::Variant(_)
            | TypeDefKind::Enum(_)
            | TypeDefKind::Unknown => return Err(Unsupported(kind.as_str())),
        })
    }

    /// The payload of an option that is `undefined` where it has none; one whose payload may itself
    /// be `undefined` is not.
    pub(super) fn optional(&self, ty: &Type) -> Option<Type> {
        let Type::Id(id) = ty else { return None };
        match self.kind(*id) {
            TypeDefKind::Option(payload) => (!self.is_option(payload)).then_some(*payload),
            _ => None,
        }
    }

    fn named_or_shape(&self, id: TypeId) -> Result<String, Unsupported> {
        match self.reference(id) {
            Some(name) => Ok(name),
            None => self.shape(&self.resolve.types[id].kind),
        }
    }

    /// Whether `undefined` stands for one of the type's own values.
    fn is_option(&self, ty: &Type) -> bool {
        self.optional(ty).is_some()
    }

    fn result(&self, result: &Result_) -> Result<String, Unsupported> {
        let value = |ty: Option<&Type>| match ty {
            Some(ty) => Ok(format!("val: {}", self.ty(ty)?)),
            None => Ok(NO_VALUE.to_owned()),
        };
        let (ok, err) = (value(result.ok.as_ref())?, value(result.err.as_ref())?);
        Ok(format!("{{ tag: 'ok'; {ok} }} | {{ tag: 'err'; {err} }}"))
    }

    fn list(&self, ty: &Type) -> Result<String, Unsupported> {
        if let Some(array) = self.typed_array(ty) {
            return Ok(self.global(array));
        }
        let item = self.ty(ty)?;
        Ok(match self.is_union(ty) {
            true => format!("({item})[]"),
            false => format!("{item}[]"),
        })
    }

    fn typed_array(&self, ty: &Type) -> Option<&'static str> {
        Some(match ty {
            Type::U8 => "Uint8Array",
            Type::S8 => "Int8Array",
            Type::U16 => "Uint16Array",
            Type::S16 => "Int16Array",
            Type::U32 => "Uint32Array",
            Type::S32 => "Int32Array",
            Type::U64 => "BigUint64Array",
            Type::S64 => "BigInt64Array",
            Type::F32 => "Float32Array",
            Type::F64 => "Float64Array",
            Type::Bool | Type::Char | Type::String | Type::ErrorContext => return None,
            Type::Id(id) => match self.kind(*id) {
                TypeDefKind::Type(ty) => return self.typed_array(ty),
                _ => return None,
            },
        })
    }

    /// Whether a type is written as several with a bar between.
    fn is_union(&self, ty: &Type) -> bool {
        let Type::Id(id) = ty else { return false };
        let def = &self.resolve.types[*id];
        def.name.is_none() && matches!(def.kind, TypeDefKind::Option(_) | TypeDefKind::Result(_))
    }
}
