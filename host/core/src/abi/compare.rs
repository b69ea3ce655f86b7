//! Worlds, interfaces and functions, side by side.

use std::cmp::{Ordering, Reverse};
use std::collections::{HashMap, HashSet};

use wit_parser::{
    Function, IndexMap, InterfaceId, Param, Resolve, Type, TypeId, WorldItem, WorldKey,
};

use super::change::{Change, Class};
use super::types::Comparison;
use super::{Side, bump};
use crate::version::{bare, order, track};

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

/// Which of `new` stands for each of `old`, as a linker has it: the one of that very name, or else
/// the latest that is compatible. One export may stand for several; imports are told one by one.
fn pairs(old: &[Named<'_>], new: &[Named<'_>], direction: Direction) -> Vec<Option<usize>> {
    let places: HashMap<&str, usize> = new
        .iter()
        .enumerate()
        .map(|(place, (name, _))| (name.as_str(), place))
        .collect();
    let mut pairs: Vec<Option<usize>> = old
        .iter()
        .map(|(name, _)| places.get(name.as_str()).copied())
        .collect();
    let mut taken: HashSet<usize> = pairs.iter().flatten().copied().collect();
    // Those of each track, the latest last.
    let mut tracks: HashMap<&str, Vec<usize>> = HashMap::new();
    for (place, (name, _)) in new.iter().enumerate() {
        if let Some(track) = track(name) {
            tracks.entry(track).or_default().push(place);
        }
    }
    for places in tracks.values_mut() {
        places.sort_by(|one, other| {
            order(&new[*one].0, &new[*other].0).then(Reverse(*one).cmp(&Reverse(*other)))
        });
    }
    for (pair, (name, _)) in pairs.iter_mut().zip(old) {
        if pair.is_some() {
            continue;
        }
        let Some(places) = track(name).and_then(|track| tracks.get_mut(track)) else {
            continue;
        };
        if direction == Direction::Import {
            while places.pop_if(|place| taken.contains(place)).is_some() {}
        }
        *pair = places.last().copied();
        taken.extend(*pair);
    }
    pairs
}

/// The new interface of each name that is on a track which the old world has not.
struct Successors<'a>(HashMap<&'a str, InterfaceId>);

impl<'a> Successors<'a> {
    fn of(old: &[Named<'_>], new: &'a [Named<'_>]) -> Self {
        let taken: HashSet<&str> = old.iter().map(|(name, _)| bump::matched(name)).collect();
        let mut found = HashMap::new();
        for (name, item) in new {
            if let WorldItem::Interface { id, .. } = item
                && !taken.contains(bump::matched(name))
            {
                found.entry(bare(name)).or_insert(*id);
            }
        }
        Self(found)
    }
}

impl Comparison<'_> {
    fn items(
        &mut self,
        old: &IndexMap<WorldKey, WorldItem>,
        new: &IndexMap<WorldKey, WorldItem>,
        direction: Direction,
    ) {
        let (old, new) = (named(self.old, old), named(self.new, new));
        let pairs = pairs(&old, &new, direction);
        let successors = Successors::of(&old, &new);
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
                && let Some(successor) = successors.0.get(path)
            {
                // It is gone whatever is in the other; what callers have to change, this tells.
                self.interfaces(path, *id, *successor, direction);
            }
        }
        let paired: HashSet<usize> = pairs.into_iter().flatten().collect();
        let new = new.into_iter().enumerate();
        for (name, item) in new.filter_map(|(place, one)| (!paired.contains(&place)).then_some(one))
        {
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
        let before = bump::of_interface(self.old, old);
        let after = bump::of_interface(self.new, new);
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
        let (before, after) = (by_name(old), by_name(new));
        let order = |function: &Function| -> Vec<String> {
            function.params.iter().map(|p| p.name.clone()).collect()
        };
        let same =
            before.len() == after.len() && before.keys().all(|name| after.contains_key(name));
        let reordered = same && order(old) != order(new);
        if old.params.len() == new.params.len() && !reordered {
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
            let (before, after) = (order(old).join(", "), order(new).join(", "));
            self.differ(Class::ParamsReordered, path, before, after);
        }
        for old in &old.params {
            let path = format!("{path}({})", old.name);
            match after.get(&*old.name) {
                Some(new) => self.types(&path, &old.ty, &new.ty),
                None => {
                    let text = self.old_type(&old.ty);
                    self.only_old(Class::ParamRemoved, &path, text);
                }
            }
        }
        let added = new.params.iter();
        for new in added.filter(|new| !before.contains_key(&*new.name)) {
            let text = self.new_type(&new.ty);
            self.only_new(Class::ParamAdded, &format!("{path}({})", new.name), text);
        }
    }

    /// Two types that have names.
    fn definitions(&mut self, path: &str, old: TypeId, new: TypeId) {
        self.types(path, &Type::Id(old), &Type::Id(new));
    }
}

/// The parameters of a function, of which no two have one name.
fn by_name(function: &Function) -> HashMap<&str, &Param> {
    let params = function.params.iter();
    params.map(|param| (&*param.name, param)).collect()
}

fn kind(item: &WorldItem) -> &'static str {
    match item {
        WorldItem::Interface { .. } => "interface",
        WorldItem::Function(_) => "func",
        WorldItem::Type { .. } => "type",
    }
}
