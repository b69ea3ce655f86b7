//! `wasi:keyvalue` 0.2.0-draft: `store`, `atomics` and `batch`, over stores in memory and in files.
//!
//! Stores belong to the host ([`KeyValueStores`]); a function is granted some of them, each under
//! the identifier that its guest opens it by ([`KeyValue`]). All instances of all functions that
//! are granted a store see the same. A store that others are granted and this function is not is
//! `access-denied`; one that there is not is `no-such-store`. Every store is bounded
//! ([`StoreBounds`]). What `set-many` and `delete-many` do is done whole or not at all, which is
//! more than the interface asks for; numbers that `increment` counts are decimal text, and the
//! cursor of `list-keys` is how many keys came before.

mod bounds;
mod changes;
mod disk;
mod host;
mod memory;
mod problem;
mod store;

#[cfg(test)]
mod tests;

use super::draft;
use amphi::component::{HasData, Linker, ResourceTable};
use std::collections::BTreeMap;
use std::sync::Arc;

pub use bounds::{StoreBounds, Tally};
pub use changes::{Changes, Page};
pub use problem::StoreProblem;
pub use store::{Store, StorePlace};

mod generated {
    amphi::component::bindgen!({
        path: "wit/keyvalue",
        world: "wasi:keyvalue/imports",
        imports: { default: async | trappable },
        require_store_data_send: true,
        with: { "wasi:keyvalue/store.bucket": super::Bucket },
        trappable_error_type: { "wasi:keyvalue/store.error" => super::host::Refusal },
    });
}

/// The stores of a host, by name. Cloning it clones references.
#[derive(Clone, Default)]
pub struct KeyValueStores {
    stores: Arc<BTreeMap<String, Store>>,
}

impl KeyValueStores {
    /// Opens what is `wanted`, which is a place and bounds for each name. Blocks.
    ///
    /// Stores that are in the same place as one of `before` are the same store, with what it holds:
    /// a file can be open only once, and a store in memory outlives a change of the configuration.
    ///
    /// # Errors
    ///
    /// With the name, when a store cannot be opened.
    pub fn open(
        wanted: &BTreeMap<String, (StorePlace, StoreBounds)>,
        before: &KeyValueStores,
    ) -> Result<KeyValueStores, (String, StoreProblem)> {
        let mut stores: BTreeMap<String, Store> = BTreeMap::new();
        for (name, (place, bounds)) in wanted {
            let store = match known(name, place, &stores, &before.stores) {
                Some(store) => store.bounded(*bounds),
                None => Store::open(place, *bounds).map_err(|problem| (name.clone(), problem))?,
            };
            stores.insert(name.clone(), store);
        }
        let stores = Arc::new(stores);
        Ok(KeyValueStores { stores })
    }

    /// The store of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Store> {
        self.stores.get(name)
    }

    /// The names of all stores, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.stores.keys().map(String::as_str)
    }
}

/// A store that is open already: in the same file, or in memory under the same name.
fn known<'a>(
    name: &str,
    place: &StorePlace,
    now: &'a BTreeMap<String, Store>,
    before: &'a BTreeMap<String, Store>,
) -> Option<&'a Store> {
    match place {
        StorePlace::Memory => before.get(name).filter(|store| store.place() == place),
        StorePlace::Disk(_) => {
            let mut open = now.values().chain(before.values());
            open.find(|store| store.place() == place)
        }
    }
}

/// What a function may do with a store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// Read it; whatever would change it is `access-denied`.
    Read,
    /// Read and change it.
    #[default]
    Write,
}

/// A store that a function is granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyValueGrant {
    /// The name of the host's store.
    pub store: String,
    /// What the function may do with it.
    pub access: Access,
}

/// What a function is granted of the host's stores. Cloning it clones references.
#[derive(Clone, Default)]
pub struct KeyValue {
    granted: Arc<BTreeMap<String, Bucket>>,
    stores: KeyValueStores,
}

impl KeyValue {
    /// Grants some of `stores`, each under the identifier that the guest opens it by.
    ///
    /// # Errors
    ///
    /// With the store's name, when there is none of it.
    pub fn new(
        stores: &KeyValueStores,
        grants: &BTreeMap<String, KeyValueGrant>,
    ) -> Result<KeyValue, String> {
        let bucket = |grant: &KeyValueGrant| {
            let store = stores.get(&grant.store);
            let store = store.ok_or_else(|| grant.store.clone())?.clone();
            let access = grant.access;
            Ok::<_, String>(Bucket { store, access })
        };
        let granted = grants
            .iter()
            .map(|(identifier, grant)| Ok((identifier.clone(), bucket(grant)?)))
            .collect::<Result<_, String>>()?;
        Ok(KeyValue {
            granted: Arc::new(granted),
            stores: stores.clone(),
        })
    }
}

/// An open store, as a guest has it.
#[derive(Clone)]
pub struct Bucket {
    store: Store,
    access: Access,
}

/// What the interface needs of the state of a call.
pub struct KeyValueView<'a> {
    /// What the function is granted.
    pub grant: &'a KeyValue,
    /// Where open stores are kept for the guest.
    pub table: &'a mut ResourceTable,
}

struct HasKeyValue;

impl HasData for HasKeyValue {
    type Data<'a> = KeyValueView<'a>;
}

/// Adds `store`, `atomics` and `batch` to a linker, by their version and without one. Their
/// functions are asynchronous for the host.
///
/// # Errors
///
/// When the linker has one of them already.
pub fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> KeyValueView<'_>,
) -> amphi::Result<()> {
    use generated::wasi::keyvalue::{atomics, batch, store};
    const VERSION: &str = "0.2.0-draft";
    for name in draft("wasi:keyvalue/store", VERSION) {
        store::add_to_linker_instance::<T, HasKeyValue>(&mut linker.instance(&name)?, get)?;
    }
    for name in draft("wasi:keyvalue/atomics", VERSION) {
        atomics::add_to_linker_instance::<T, HasKeyValue>(&mut linker.instance(&name)?, get)?;
    }
    for name in draft("wasi:keyvalue/batch", VERSION) {
        batch::add_to_linker_instance::<T, HasKeyValue>(&mut linker.instance(&name)?, get)?;
    }
    Ok(())
}
