//! What a world has only where unstable features are asked for.

use std::collections::HashMap;

use wit_parser::{IndexMap, InterfaceId, Resolve, Stability, WorldItem, WorldKey};

use super::Side;
use crate::version::bare;

/// Something that was left out since it is unstable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unstable {
    /// Where it is, as in a [`Change`](super::Change): `demo:calc/ops#add`.
    pub path: String,
    /// The feature that it needs; none where that is said of what it comes with.
    pub feature: Option<String>,
}

/// What `whole`, which was read with all features, has and `kept`, the same world read without, has
/// not: in the order of the world, each once.
pub fn unstable(kept: Side<'_>, whole: Side<'_>) -> Vec<Unstable> {
    let (before, after) = (
        &kept.resolve.worlds[kept.world],
        &whole.resolve.worlds[whole.world],
    );
    let mut found = LeftOut {
        kept: kept.resolve,
        whole: whole.resolve,
        found: Vec::new(),
    };
    found.items(&before.imports, &after.imports);
    found.items(&before.exports, &after.exports);
    found.found
}

struct LeftOut<'a> {
    kept: &'a Resolve,
    whole: &'a Resolve,
    found: Vec<Unstable>,
}

impl LeftOut<'_> {
    fn items(
        &mut self,
        kept: &IndexMap<WorldKey, WorldItem>,
        whole: &IndexMap<WorldKey, WorldItem>,
    ) {
        let named = kept.iter();
        let named: HashMap<String, &WorldItem> = named
            .map(|(key, item)| (self.kept.name_world_key(key), item))
            .collect();
        for (key, item) in whole {
            let name = self.whole.name_world_key(key);
            match (named.get(&name), item) {
                (None, item) => {
                    let of_interface = match item {
                        WorldItem::Interface { id, .. } => {
                            Some(&self.whole.interfaces[*id].stability)
                        }
                        WorldItem::Function(_) | WorldItem::Type { .. } => None,
                    };
                    let own = item.stability(self.whole);
                    let feature = feature(own).or_else(|| of_interface.and_then(feature));
                    self.add(bare(&name).to_owned(), feature);
                }
                (Some(WorldItem::Interface { id: kept, .. }), WorldItem::Interface { id, .. }) => {
                    self.interface(bare(&name), *kept, *id);
                }
                (Some(_), _) => {}
            }
        }
    }

    fn interface(&mut self, path: &str, kept: InterfaceId, whole: InterfaceId) {
        let (resolve, kept) = (self.whole, &self.kept.interfaces[kept]);
        let whole = &resolve.interfaces[whole];
        for (name, id) in &whole.types {
            if !kept.types.contains_key(name) {
                let feature = feature(&resolve.types[*id].stability);
                self.add(format!("{path}.{name}"), feature);
            }
        }
        for (name, function) in &whole.functions {
            if !kept.functions.contains_key(name) {
                self.add(format!("{path}#{name}"), feature(&function.stability));
            }
        }
    }

    fn add(&mut self, path: String, feature: Option<String>) {
        let unstable = Unstable { path, feature };
        if !self.found.contains(&unstable) {
            self.found.push(unstable);
        }
    }
}

fn feature(stability: &Stability) -> Option<String> {
    match stability {
        Stability::Unstable { feature, .. } => Some(feature.clone()),
        Stability::Unknown | Stability::Stable { .. } => None,
    }
}
