//! One difference between two worlds.

use std::fmt;

/// A difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it is.
    pub class: Class,
    /// Where it is, by WIT's names: `demo:calc/ops#add(a)`, `demo:sensor/filter.reading.unit`.
    pub path: String,
    /// What the old component has there, as WIT.
    pub expected: Option<String>,
    /// What the new component has there, as WIT.
    pub found: Option<String>,
}

/// What follows from a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Somebody who could use the old component cannot use the new one.
    Breaking,
    /// There is more than there was.
    Compatible,
    /// Neither callers nor hosts have to know.
    Invisible,
}

macro_rules! classes {
    ($($(#[doc = $doc:literal])* $class:ident => $name:literal, $effect:ident;)*) => {
        /// What a difference is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Class {
            $($(#[doc = $doc])* $class,)*
        }

        impl Class {
            /// Every class.
            pub const ALL: &[Class] = &[$(Class::$class),*];

            /// Its name: `record-field-added`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Class::$class => $name,)*
                }
            }

            /// What follows from it.
            pub fn effect(self) -> Effect {
                match self {
                    $(Class::$class => Effect::$effect,)*
                }
            }
        }
    };
}

classes! {
    /// An export that is an interface is gone.
    RemovedInterface => "removed-interface", Breaking;
    /// There is a new exported interface.
    AddedInterface => "added-interface", Compatible;
    /// An exported function is gone.
    RemovedFunc => "removed-func", Breaking;
    /// There is a new exported function.
    AddedFunc => "added-func", Compatible;
    /// An exported type is gone.
    RemovedType => "removed-type", Breaking;
    /// There is a new exported type.
    AddedType => "added-type", Compatible;
    /// A name stands for another kind of thing.
    KindChanged => "kind-changed", Breaking;
    /// A function is `async` now, or no longer.
    AsyncChanged => "async-changed", Breaking;
    /// A parameter at the same place has another name.
    ParamRenamed => "param-renamed", Breaking;
    /// The parameters are the same, in another order.
    ParamsReordered => "params-reordered", Breaking;
    /// There is a new parameter.
    ParamAdded => "param-added", Breaking;
    /// A parameter is gone.
    ParamRemoved => "param-removed", Breaking;
    /// A function returns something now.
    ResultAdded => "result-added", Breaking;
    /// A function returns nothing now.
    ResultRemoved => "result-removed", Breaking;
    /// A type is another one.
    TypeChanged => "type-changed", Breaking;
    /// A record has a new field.
    RecordFieldAdded => "record-field-added", Breaking;
    /// A field of a record is gone.
    RecordFieldRemoved => "record-field-removed", Breaking;
    /// The fields of a record are the same, in another order.
    RecordFieldsReordered => "record-fields-reordered", Breaking;
    /// A variant has a new case.
    VariantCaseAdded => "variant-case-added", Breaking;
    /// A case of a variant is gone.
    VariantCaseRemoved => "variant-case-removed", Breaking;
    /// The cases of a variant are the same, in another order.
    VariantCasesReordered => "variant-cases-reordered", Breaking;
    /// An enum has a new case.
    EnumCaseAdded => "enum-case-added", Breaking;
    /// A case of an enum is gone.
    EnumCaseRemoved => "enum-case-removed", Breaking;
    /// The cases of an enum are the same, in another order.
    EnumCasesReordered => "enum-cases-reordered", Breaking;
    /// There is a new flag.
    FlagAdded => "flag-added", Breaking;
    /// A flag is gone.
    FlagRemoved => "flag-removed", Breaking;
    /// The flags are the same, in another order.
    FlagsReordered => "flags-reordered", Breaking;
    /// The component asks its host for something that it did not ask for.
    ImportAdded => "import-added", Breaking;
    /// The component no longer asks for something.
    ImportRemoved => "import-removed", Invisible;
    /// An imported interface has another version on the same track, which the host's serves as
    /// well.
    ImportVersionChanged => "import-version-changed", Invisible;
    /// An exported interface has a later version on the same track.
    VersionRaised => "version-raised", Invisible;
    /// An exported interface has an earlier version on the same track: time runs forward.
    VersionLowered => "version-lowered", Breaking;
    /// An exported interface has the same version with other build metadata, which has no order.
    VersionRebuilt => "version-rebuilt", Invisible;
}

impl Change {
    /// What follows from it.
    pub fn effect(&self) -> Effect {
        self.class.effect()
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// `record-field-added at demo:a/b.c.d: expected nothing, found u32`
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |side: &Option<String>| match side {
            Some(text) => format!("`{text}`"),
            None => "nothing".to_owned(),
        };
        write!(
            f,
            "{} at `{}`: expected {}, found {}",
            self.class,
            self.path,
            text(&self.expected),
            text(&self.found)
        )
    }
}
