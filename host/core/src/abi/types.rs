//! Types, side by side.

use std::collections::{HashMap, HashSet};

use wit_parser::{Function, Handle, Resolve, Type, TypeDefKind, TypeId, TypeOwner};

use super::change::{Change, Class};
use super::used::used;
use super::{Side, bump};
use crate::contract::type_text;
use crate::version::bare;

/// A walk through two worlds, and what it has found.
pub(super) struct Comparison<'a> {
    pub(super) old: &'a Resolve,
    pub(super) new: &'a Resolve,
    pub(super) changes: Vec<Change>,
    /// Types that were compared already: a difference is told once, however often a type is used.
    seen: HashSet<(TypeId, TypeId)>,
    /// The types that the new world's functions use.
    pub(super) used: HashSet<TypeId>,
}

/// What a difference between members of a type is called.
struct Members {
    added: Class,
    removed: Class,
    reordered: Class,
}

const FIELDS: Members = Members {
    added: Class::RecordFieldAdded,
    removed: Class::RecordFieldRemoved,
    reordered: Class::RecordFieldsReordered,
};
const CASES: Members = Members {
    added: Class::VariantCaseAdded,
    removed: Class::VariantCaseRemoved,
    reordered: Class::VariantCasesReordered,
};
const ENUM_CASES: Members = Members {
    added: Class::EnumCaseAdded,
    removed: Class::EnumCaseRemoved,
    reordered: Class::EnumCasesReordered,
};
const FLAGS: Members = Members {
    added: Class::FlagAdded,
    removed: Class::FlagRemoved,
    reordered: Class::FlagsReordered,
};

/// A member of a type: its name, and its type if it has one.
type Member<'a> = (&'a str, Option<Type>);

impl<'a> Comparison<'a> {
    pub(super) fn new(old: Side<'a>, new: Side<'a>) -> Comparison<'a> {
        Comparison {
            old: old.resolve,
            new: new.resolve,
            changes: Vec::new(),
            seen: HashSet::new(),
            used: used(new.resolve, new.world),
        }
    }

    /// Two types at `path`.
    pub(super) fn types(&mut self, path: &str, old: &Type, new: &Type) {
        let (before, after) = (resolved(self.old, *old), resolved(self.new, *new));
        let (Type::Id(old), Type::Id(new)) = (before, after) else {
            if before != after {
                let (before, after) = (self.old_type(&before), self.new_type(&after));
                self.differ(Class::TypeChanged, path, before, after);
            }
            return;
        };
        if !self.seen.insert((old, new)) {
            return;
        }
        // What has a name is told of under that name.
        let home = home(self.old, old);
        self.kinds(home.as_deref().unwrap_or(path), old, new);
    }

    fn kinds(&mut self, path: &str, old: TypeId, new: TypeId) {
        let (resolves, none) = ((self.old, self.new), None);
        let (before, after) = (&resolves.0.types[old].kind, &resolves.1.types[new].kind);
        use TypeDefKind as Kind;
        match (before, after) {
            (Kind::Record(a), Kind::Record(b)) => {
                let a = a.fields.iter().map(|f| (&*f.name, Some(f.ty)));
                let b = b.fields.iter().map(|f| (&*f.name, Some(f.ty)));
                self.members(
                    path,
                    &FIELDS,
                    &a.collect::<Vec<_>>(),
                    &b.collect::<Vec<_>>(),
                );
            }
            (Kind::Variant(a), Kind::Variant(b)) => {
                let a = a.cases.iter().map(|case| (&*case.name, case.ty));
                let b = b.cases.iter().map(|case| (&*case.name, case.ty));
                self.members(path, &CASES, &a.collect::<Vec<_>>(), &b.collect::<Vec<_>>());
            }
            (Kind::Enum(a), Kind::Enum(b)) => {
                let a = a.cases.iter().map(|case| (&*case.name, none));
                let b = b.cases.iter().map(|case| (&*case.name, none));
                self.members(
                    path,
                    &ENUM_CASES,
                    &a.collect::<Vec<_>>(),
                    &b.collect::<Vec<_>>(),
                );
            }
            (Kind::Flags(a), Kind::Flags(b)) => {
                let a = a.flags.iter().map(|flag| (&*flag.name, none));
                let b = b.flags.iter().map(|flag| (&*flag.name, none));
                self.members(path, &FLAGS, &a.collect::<Vec<_>>(), &b.collect::<Vec<_>>());
            }
            (Kind::Resource, Kind::Resource) => self.resources(path, old, new),
            (Kind::Handle(Handle::Own(a)), Kind::Handle(Handle::Own(b)))
            | (Kind::Handle(Handle::Borrow(a)), Kind::Handle(Handle::Borrow(b))) => {
                self.types(path, &Type::Id(*a), &Type::Id(*b));
            }
            _ => self.nameless(path, old, new),
        }
    }

    /// Types without members that have names.
    fn nameless(&mut self, path: &str, old: TypeId, new: TypeId) {
        let (resolves, place) = ((self.old, self.new), |part: &str| format!("{path}{part}"));
        let (before, after) = (&resolves.0.types[old].kind, &resolves.1.types[new].kind);
        use TypeDefKind as Kind;
        match (before, after) {
            (Kind::Tuple(a), Kind::Tuple(b)) if a.types.len() == b.types.len() => {
                for (index, (a, b)) in a.types.iter().zip(&b.types).enumerate() {
                    self.types(&place(&format!(".{index}")), a, b);
                }
            }
            (Kind::Option(a), Kind::Option(b)) => self.types(&place("?"), a, b),
            (Kind::List(a), Kind::List(b)) => self.types(&place("[]"), a, b),
            (Kind::FixedLengthList(a, m), Kind::FixedLengthList(b, n)) if m == n => {
                self.types(&place("[]"), a, b);
            }
            (Kind::Map(a, c), Kind::Map(b, d)) => {
                self.types(&place("[key]"), a, b);
                self.types(&place("[]"), c, d);
            }
            (Kind::Result(a), Kind::Result(b)) => {
                self.optional(&place(".ok"), a.ok, b.ok);
                self.optional(&place(".err"), a.err, b.err);
            }
            (Kind::Future(a), Kind::Future(b)) | (Kind::Stream(a), Kind::Stream(b)) => {
                self.optional(&place("[]"), *a, *b);
            }
            _ => {
                let before = self.old_type(&Type::Id(old));
                let after = self.new_type(&Type::Id(new));
                // Types of the same name and another kind: the kind says more.
                let (before, after) = match before == after {
                    true => (
                        resolves.0.types[old].kind.as_str().to_owned(),
                        resolves.1.types[new].kind.as_str().to_owned(),
                    ),
                    false => (before, after),
                };
                self.differ(Class::TypeChanged, path, before, after);
            }
        }
    }

    /// A payload that may be missing.
    fn optional(&mut self, path: &str, old: Option<Type>, new: Option<Type>) {
        match (old, new) {
            (Some(old), Some(new)) => self.types(path, &old, &new),
            (Some(old), None) => {
                let text = self.old_type(&old);
                self.only_old(Class::TypeChanged, path, text);
            }
            (None, Some(new)) => {
                let text = self.new_type(&new);
                self.only_new(Class::TypeChanged, path, text);
            }
            (None, None) => {}
        }
    }

    fn members(&mut self, path: &str, classes: &Members, old: &[Member<'a>], new: &[Member<'a>]) {
        let by_name = |of: &[Member<'a>]| of.iter().copied().collect::<HashMap<_, _>>();
        let (in_old, in_new) = (by_name(old), by_name(new));
        for (name, before) in old {
            let path = format!("{path}.{name}");
            match in_new.get(name) {
                Some(after) => self.optional(&path, *before, *after),
                None => {
                    let text = before.map_or_else(|| (*name).to_owned(), |ty| self.old_type(&ty));
                    self.only_old(classes.removed, &path, text);
                }
            }
        }
        for (name, after) in new {
            if !in_old.contains_key(name) {
                let text = after.map_or_else(|| (*name).to_owned(), |ty| self.new_type(&ty));
                self.only_new(classes.added, &format!("{path}.{name}"), text);
            }
        }
        let names = |of: &[Member<'a>], among: &HashMap<&str, Option<Type>>| -> Vec<&str> {
            let names = of.iter().map(|(name, _)| *name);
            names.filter(|name| among.contains_key(name)).collect()
        };
        let (before, after) = (names(old, &in_new), names(new, &in_old));
        if before != after {
            self.differ(classes.reordered, path, before.join(", "), after.join(", "));
        }
    }

    /// Resources are what they are called.
    fn resources(&mut self, path: &str, old: TypeId, new: TypeId) {
        let identity = |resolve: &Resolve, id: TypeId| {
            let ty = &resolve.types[id];
            let owner = match ty.owner {
                TypeOwner::Interface(owner) => resolve
                    .id_of(owner)
                    .map(|name| bump::matched(&name).to_owned()),
                TypeOwner::World(_) | TypeOwner::None => None,
            };
            (owner, ty.name.clone())
        };
        if identity(self.old, old) != identity(self.new, new) {
            let (before, after) = (home(self.old, old), home(self.new, new));
            self.differ(
                Class::TypeChanged,
                path,
                before.unwrap_or_default(),
                after.unwrap_or_default(),
            );
        }
    }

    pub(super) fn old_type(&self, ty: &Type) -> String {
        type_text(self.old, ty)
    }

    pub(super) fn new_type(&self, ty: &Type) -> String {
        type_text(self.new, ty)
    }

    pub(super) fn old_function(&self, function: &Function) -> String {
        function_text(self.old, function)
    }

    pub(super) fn new_function(&self, function: &Function) -> String {
        function_text(self.new, function)
    }

    pub(super) fn differ(
        &mut self,
        class: Class,
        path: &str,
        expected: impl ToString,
        found: impl ToString,
    ) {
        self.push(
            class,
            path,
            Some(expected.to_string()),
            Some(found.to_string()),
        );
    }

    pub(super) fn only_old(&mut self, class: Class, path: &str, expected: impl ToString) {
        self.push(class, path, Some(expected.to_string()), None);
    }

    pub(super) fn only_new(&mut self, class: Class, path: &str, found: impl ToString) {
        self.push(class, path, None, Some(found.to_string()));
    }

    fn push(&mut self, class: Class, path: &str, expected: Option<String>, found: Option<String>) {
        self.changes.push(Change {
            class,
            path: path.to_owned(),
            expected,
            found,
        });
    }
}

/// A type behind its aliases.
fn resolved(resolve: &Resolve, mut ty: Type) -> Type {
    while let Type::Id(id) = ty
        && let TypeDefKind::Type(target) = resolve.types[id].kind
    {
        ty = target;
    }
    ty
}

/// Where a type with a name is defined: `demo:sensor/filter.reading`.
fn home(resolve: &Resolve, id: TypeId) -> Option<String> {
    let ty = &resolve.types[id];
    let name = ty.name.as_ref()?;
    let TypeOwner::Interface(owner) = ty.owner else {
        return Some(name.clone());
    };
    let interface = resolve.id_of(owner)?;
    Some(format!("{}.{name}", bare(&interface)))
}

fn function_text(resolve: &Resolve, function: &Function) -> String {
    let params = function.params.iter();
    let params: Vec<String> = params
        .map(|param| format!("{}: {}", param.name, type_text(resolve, &param.ty)))
        .collect();
    let word = match function.kind.is_async() {
        true => "async func",
        false => "func",
    };
    let result = function
        .result
        .map(|ty| format!(" -> {}", type_text(resolve, &ty)));
    format!(
        "{word}({}){}",
        params.join(", "),
        result.unwrap_or_default()
    )
}
