//! Worlds, interfaces and functions, side by side.

use wit_parser::{Function, IndexMap, InterfaceId, Type, TypeId, WorldItem, WorldKey};

use super::change::{Change, Class};
use super::types::Comparison;
use super::{Side, version};

/// Every difference between two worlds.
pub(super) fn worlds(old: Side<'_>, new: Side<'_>) -> Vec<Change> {
    let mut comparison = Comparison::new(old, new);
    let (before, after) = (
        &old.resolve.worlds[old.world],
        &new.resolve.worlds[new.world],
    );
    comparison.items(&before.exports, &after.exports, Direction::Export);
    comparison.items(&before.imports, &after.imports, Direction::Import);
    comparison.changes
}

/// Which way something is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    /// By callers of the component: more is fine.
    Export,
    /// By the component: less is fine.
    Import,
}

impl Direction {
    /// What it is that something is gone.
    fn removed(self, class: Class) -> Class {
        match self {
            Direction::Export => class,
            Direction::Import => Class::ImportRemoved,
        }
    }

    /// What it is that something is new.
    fn added(self, class: Class) -> Class {
        match self {
            Direction::Export => class,
            Direction::Import => Class::ImportAdded,
        }
    }
}

impl Comparison<'_> {
    fn items(
        &mut self,
        old: &IndexMap<WorldKey, WorldItem>,
        new: &IndexMap<WorldKey, WorldItem>,
        direction: Direction,
    ) {
        let mut left: Vec<(String, &WorldKey, &WorldItem)> = new
            .iter()
            .map(|(key, item)| (version::track(self.new, key), key, item))
            .collect();
        for (key, item) in old {
            let track = version::track(self.old, key);
            let path = version::bare(self.old, key);
            match left.iter().position(|(found, ..)| *found == track) {
                Some(index) => {
                    let (_, _, found) = left.remove(index);
                    self.item(&path, item, found, direction);
                }
                None => {
                    let class = direction.removed(match item {
                        WorldItem::Interface { .. } => Class::RemovedInterface,
                        WorldItem::Function(_) => Class::RemovedFunc,
                        WorldItem::Type { .. } => Class::RemovedType,
                    });
                    self.only_old(class, &path, self.old.name_world_key(key));
                    if let (WorldItem::Interface { id, .. }, Direction::Export) = (item, direction)
                        && let Some(successor) = self.successor(&path, old, &left)
                    {
                        // It is gone whatever is in the other; what callers have to change, this tells.
                        self.interfaces(&path, *id, successor, direction);
                    }
                }
            }
        }
        for (_, key, item) in left {
            let class = direction.added(match item {
                WorldItem::Interface { .. } => Class::AddedInterface,
                WorldItem::Function(_) => Class::AddedFunc,
                WorldItem::Type { .. } => Class::AddedType,
            });
            let path = version::bare(self.new, key);
            self.only_new(class, &path, self.new.name_world_key(key));
        }
    }

    /// The new interface of the same name, with a version on a track that the old world has not.
    fn successor(
        &self,
        bare: &str,
        old: &IndexMap<WorldKey, WorldItem>,
        new: &[(String, &WorldKey, &WorldItem)],
    ) -> Option<InterfaceId> {
        new.iter().find_map(|(track, key, item)| {
            let WorldItem::Interface { id, .. } = item else {
                return None;
            };
            let taken = || {
                old.keys()
                    .any(|key| version::track(self.old, key) == *track)
            };
            (version::bare(self.new, key) == bare && !taken()).then_some(*id)
        })
    }

    fn item(&mut self, path: &str, old: &WorldItem, new: &WorldItem, direction: Direction) {
        match (old, new) {
            (WorldItem::Interface { id: old, .. }, WorldItem::Interface { id: new, .. }) => {
                self.versions(path, *old, *new, direction);
                self.interfaces(path, *old, *new, direction);
            }
            (WorldItem::Function(old), WorldItem::Function(new)) => {
                self.functions(path, old, new);
            }
            (WorldItem::Type { id: old, .. }, WorldItem::Type { id: new, .. }) => {
                self.definitions(path, *old, *new);
            }
            _ => self.differ(Class::KindChanged, path, kind(old), kind(new)),
        }
    }

    fn versions(&mut self, path: &str, old: InterfaceId, new: InterfaceId, direction: Direction) {
        let before = version::of_interface(self.old, old);
        let after = version::of_interface(self.new, new);
        if let (Some(before), Some(after)) = (before, after)
            && before != after
        {
            let class = match direction {
                Direction::Import => Class::ImportVersionChanged,
                Direction::Export if after > before => Class::VersionRaised,
                Direction::Export => Class::VersionLowered,
            };
            self.differ(class, path, before, after);
        }
    }

    fn interfaces(&mut self, path: &str, old: InterfaceId, new: InterfaceId, direction: Direction) {
        let (before, after) = (&self.old.interfaces[old], &self.new.interfaces[new]);
        for (name, old) in &before.types {
            let path = format!("{path}.{name}");
            match after.types.get(name) {
                Some(new) if direction == Direction::Import && !self.used.contains(new) => {}
                Some(new) => self.definitions(&path, *old, *new),
                None => {
                    let kind = self.old.types[*old].kind.as_str();
                    self.only_old(direction.removed(Class::RemovedType), &path, kind);
                }
            }
        }
        for (name, old) in &before.functions {
            let path = format!("{path}#{name}");
            match after.functions.get(name) {
                Some(new) => self.functions(&path, old, new),
                None => {
                    let text = self.old_function(old);
                    self.only_old(direction.removed(Class::RemovedFunc), &path, text);
                }
            }
        }
        for (name, new) in &after.types {
            // A type that nothing uses is not imported.
            let idle = direction == Direction::Import && !self.used.contains(new);
            if !idle && !before.types.contains_key(name) {
                let kind = self.new.types[*new].kind.as_str();
                let class = direction.added(Class::AddedType);
                self.only_new(class, &format!("{path}.{name}"), kind);
            }
        }
        for (name, new) in &after.functions {
            if !before.functions.contains_key(name) {
                let text = self.new_function(new);
                let class = direction.added(Class::AddedFunc);
                self.only_new(class, &format!("{path}#{name}"), text);
            }
        }
    }

    fn functions(&mut self, path: &str, old: &Function, new: &Function) {
        let (before, after) = (old.kind.is_async(), new.kind.is_async());
        if before != after {
            let word = |is_async| if is_async { "async func" } else { "func" };
            self.differ(Class::AsyncChanged, path, word(before), word(after));
        }
        self.params(path, old, new);
        match (&old.result, &new.result) {
            (Some(before), Some(after)) => self.types(&format!("{path}->"), before, after),
            (Some(before), None) => {
                let text = self.old_type(before);
                self.only_old(Class::ResultRemoved, &format!("{path}->"), text);
            }
            (None, Some(after)) => {
                let text = self.new_type(after);
                self.only_new(Class::ResultAdded, &format!("{path}->"), text);
            }
            (None, None) => {}
        }
    }

    fn params(&mut self, path: &str, old: &Function, new: &Function) {
        let names = |function: &Function| -> Vec<String> {
            function.params.iter().map(|p| p.name.clone()).collect()
        };
        let (before, after) = (names(old), names(new));
        let reordered = before != after && same_set(&before, &after);
        if before.len() == after.len() && !reordered {
            // As many as before: what has another name at the same place was renamed.
            for (old, new) in old.params.iter().zip(&new.params) {
                let path = format!("{path}({})", old.name);
                if old.name != new.name {
                    self.differ(Class::ParamRenamed, &path, &old.name, &new.name);
                }
                self.types(&path, &old.ty, &new.ty);
            }
            return;
        }
        if reordered {
            let (before, after) = (before.join(", "), after.join(", "));
            self.differ(Class::ParamsReordered, path, before, after);
        }
        for old in &old.params {
            let path = format!("{path}({})", old.name);
            match new.params.iter().find(|new| new.name == old.name) {
                Some(new) => self.types(&path, &old.ty, &new.ty),
                None => {
                    let text = self.old_type(&old.ty);
                    self.only_old(Class::ParamRemoved, &path, text);
                }
            }
        }
        for new in new.params.iter().filter(|new| !before.contains(&new.name)) {
            let text = self.new_type(&new.ty);
            self.only_new(Class::ParamAdded, &format!("{path}({})", new.name), text);
        }
    }

    /// Two types that have names.
    fn definitions(&mut self, path: &str, old: TypeId, new: TypeId) {
        self.types(path, &Type::Id(old), &Type::Id(new));
    }
}

fn same_set(a: &[String], b: &[String]) -> bool {
    a.len() == b.len() && a.iter().all(|name| b.contains(name))
}

fn kind(item: &WorldItem) -> &'static str {
    match item {
        WorldItem::Interface { .. } => "interface",
        WorldItem::Function(_) => "func",
        WorldItem::Type { .. } => "type",
    }
}
