//! Worlds, interfaces and functions, side by side.

use std::cmp::Ordering;

use wit_parser::{Function, IndexMap, InterfaceId, Resolve, Type, TypeId, WorldItem, WorldKey};

use super::change::{Change, Class};
use super::types::Comparison;
use super::{Side, version};
use crate::version::{bare, serving};

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

/// What a world imports or exports, by its name.
type Named<'a> = (String, &'a WorldItem);

fn named<'a>(resolve: &Resolve, items: &'a IndexMap<WorldKey, WorldItem>) -> Vec<Named<'a>> {
    let name = |(key, item): (&WorldKey, &'a WorldItem)| (resolve.name_world_key(key), item);
    items.iter().map(name).collect()
}

/// Which of `new` stands for each of `old`, as a linker has it: the one of that very name, or else the latest that is compatible. One export may stand for several;
/// imports are told one by one.
fn pairs(old: &[Named<'_>], new: &[Named<'_>], direction: Direction) -> Vec<Option<usize>> {
    let place = |name: &str| new.iter().position(|(other, _)| other == name);
    let mut pairs: Vec<Option<usize>> = old.iter().map(|(name, _)| place(name)).collect();
    for index in 0..old.len() {
        if pairs[index].is_some() {
            continue;
        }
        let free = |place: usize| direction == Direction::Export || !pairs.contains(&Some(place));
        let names = new.iter().enumerate();
        let names = names.filter_map(|(place, (name, _))| free(place).then_some(name.as_str()));
        pairs[index] = serving(&old[index].0, names).and_then(place);
    }
    pairs
}

impl Comparison<'_> {
    fn items(
        &mut self,
        old: &IndexMap<WorldKey, WorldItem>,
        new: &IndexMap<WorldKey, WorldItem>,
        direction: Direction,
    ) {
        let (old, mut new) = (named(self.old, old), named(self.new, new));
        let pairs = pairs(&old, &new, direction);
        for ((name, item), pair) in old.iter().zip(&pairs) {
            let path = bare(name);
            if let Some(place) = *pair {
                self.item(path, item, new[place].1, direction);
                continue;
            }
            let class = direction.removed(match item {
                WorldItem::Interface { .. } => Class::RemovedInterface,
                WorldItem::Function(_) => Class::RemovedFunc,
                WorldItem::Type { .. } => Class::RemovedType,
            });
            self.only_old(class, path, name);
            if let (WorldItem::Interface { id, .. }, Direction::Export) = (item, direction)
                && let Some(successor) = successor(path, &old, &new)
            {
                // It is gone whatever is in the other; what callers have to change, this tells.
                self.interfaces(path, *id, successor, direction);
            }
        }
        let mut place = 0..;
        new.retain(|_| !pairs.contains(&place.next()));
        for (name, item) in new {
            let class = direction.added(match item {
                WorldItem::Interface { .. } => Class::AddedInterface,
                WorldItem::Function(_) => Class::AddedFunc,
                WorldItem::Type { .. } => Class::AddedType,
            });
            self.only_new(class, bare(&name), &name);
        }
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
            let class = match (direction, after.cmp_precedence(before)) {
                (Direction::Import, _) => Class::ImportVersionChanged,
                (Direction::Export, Ordering::Greater) => Class::VersionRaised,
                (Direction::Export, Ordering::Equal) => Class::VersionRebuilt,
                (Direction::Export, Ordering::Less) => Class::VersionLowered,
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

/// The new interface of the same name, with a version on a track that the old world has not.
fn successor(name: &str, old: &[Named<'_>], new: &[Named<'_>]) -> Option<InterfaceId> {
    new.iter().find_map(|(found, item)| {
        let WorldItem::Interface { id, .. } = item else {
            return None;
        };
        let track = version::matched(found);
        let taken = || old.iter().any(|(old, _)| version::matched(old) == track);
        (bare(found) == name && !taken()).then_some(*id)
    })
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
