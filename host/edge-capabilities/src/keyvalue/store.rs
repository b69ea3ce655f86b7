//! A store, wherever it is held: what calls of many functions share.

use super::bounds::{StoreBounds, Tally};
use super::changes::{Changes, Page};
use super::disk::DiskStore;
use super::memory::MemoryStore;
use super::problem::StoreProblem;
use amphi_edge_blocking::Threads;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

/// What reads and writes key-value stores on disks; each has a share. Who waits has the time of its
/// call.
static STORES: LazyLock<Threads> = LazyLock::new(|| Threads::new(128));

/// How many operations on one file are under way at a time. Each has a thread, of which the host
/// has many, but not for one store.
const AT_A_TIME: usize = 8;

/// Where a store is held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum StorePlace {
    /// In memory; it begins empty.
    #[default]
    Memory,
    /// In this file, which is made if it is not there. Its folder must be.
    Disk(PathBuf),
}

/// A store and its bounds.
#[derive(Clone)]
pub struct Store {
    bounds: StoreBounds,
    place: StorePlace,
    held: Backend,
}

#[derive(Clone)]
enum Backend {
    Memory(Arc<MemoryStore>),
    Disk(Arc<DiskStore>, Threads),
}

impl Store {
    /// Opens what is in `place`. Blocks, if that is a file.
    ///
    /// # Errors
    ///
    /// When the file is no store, cannot be opened, or is open already.
    pub fn open(place: &StorePlace, bounds: StoreBounds) -> Result<Store, StoreProblem> {
        let held = match place {
            StorePlace::Memory => Backend::Memory(Arc::default()),
            StorePlace::Disk(path) => on_disk(path)?,
        };
        let place = place.clone();
        Ok(Store {
            bounds,
            place,
            held,
        })
    }

    /// The same store with other bounds. What it holds already stays.
    #[must_use]
    pub fn bounded(&self, bounds: StoreBounds) -> Store {
        Store {
            bounds,
            ..self.clone()
        }
    }

    /// Where it is held.
    #[must_use]
    pub fn place(&self) -> &StorePlace {
        &self.place
    }

    /// The values of `keys`, in their order.
    ///
    /// # Errors
    ///
    /// When there are too many keys, the values are too large together, or the disk fails.
    pub async fn get(&self, keys: Vec<String>) -> Result<Vec<Option<Vec<u8>>>, StoreProblem> {
        let bounds = self.bounds;
        bounds.batch(keys.len())?;
        match &self.held {
            Backend::Memory(store) => store.get(&keys, &bounds),
            Backend::Disk(store, threads) => {
                blocking(store, threads, move |store| store.get(&keys, &bounds)).await
            }
        }
    }

    /// Whether there is a value for `key`.
    ///
    /// # Errors
    ///
    /// When the disk fails.
    pub async fn exists(&self, key: String) -> Result<bool, StoreProblem> {
        match &self.held {
            Backend::Memory(store) => Ok(store.exists(&key)),
            Backend::Disk(store, threads) => {
                blocking(store, threads, move |store| store.exists(&key)).await
            }
        }
    }

    /// Makes all changes, or none.
    ///
    /// # Errors
    ///
    /// When a bound would not be kept, or the disk fails.
    pub async fn change(&self, changes: Changes) -> Result<(), StoreProblem> {
        let bounds = self.bounds;
        bounds.batch(changes.len())?;
        for (key, value) in &changes {
            bounds.key(key)?;
            bounds.value(value.as_deref().unwrap_or_default())?;
        }
        match &self.held {
            Backend::Memory(store) => store.change(changes, &bounds),
            Backend::Disk(store, threads) => {
                blocking(store, threads, move |store| store.change(changes, &bounds)).await
            }
        }
    }

    /// Adds `delta` to the number that the value of `key` is, zero if there is none; rethreads the
    /// sum.
    ///
    /// # Errors
    ///
    /// When the value is no number, the sum is none below 2^64, a bound would not be kept, or the
    /// disk fails.
    pub async fn increment(&self, key: String, delta: u64) -> Result<u64, StoreProblem> {
        let bounds = self.bounds;
        bounds.key(&key)?;
        match &self.held {
            Backend::Memory(store) => store.increment(key, delta, &bounds),
            Backend::Disk(store, threads) => {
                blocking(store, threads, move |store| {
                    store.increment(&key, delta, &bounds)
                })
                .await
            }
        }
    }

    /// Some of the keys, from the `skip`th on.
    ///
    /// # Errors
    ///
    /// When the disk fails.
    pub async fn keys(&self, skip: u64) -> Result<Page, StoreProblem> {
        let bounds = self.bounds;
        match &self.held {
            Backend::Memory(store) => Ok(store.keys(skip, &bounds)),
            Backend::Disk(store, threads) => {
                blocking(store, threads, move |store| store.keys(skip, &bounds)).await
            }
        }
    }

    /// What it holds.
    ///
    /// # Errors
    ///
    /// When the disk fails.
    pub async fn tally(&self) -> Result<Tally, StoreProblem> {
        match &self.held {
            Backend::Memory(store) => Ok(store.tally()),
            Backend::Disk(store, threads) => blocking(store, threads, DiskStore::tally).await,
        }
    }
}

fn on_disk(path: &Path) -> Result<Backend, StoreProblem> {
    let store = Arc::new(DiskStore::open(path)?);
    Ok(Backend::Disk(store, STORES.share(AT_A_TIME)))
}

/// Does `work` on a thread that may block. What has begun is done, even if nobody waits for it any
/// more.
async fn blocking<T: Send + 'static>(
    store: &Arc<DiskStore>,
    threads: &Threads,
    work: impl FnOnce(&DiskStore) -> Result<T, StoreProblem> + Send + 'static,
) -> Result<T, StoreProblem> {
    let store = store.clone();
    threads.run(move || work(&store)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    /// While somebody else writes to the file, a change waits on a thread of its own: the runtime,
    /// which here has one thread, does not.
    #[tokio::test(flavor = "current_thread")]
    async fn a_slow_disk_does_not_hold_up_the_runtime() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = StorePlace::Disk(folder.path().join("slow.redb"));
        let store = Store::open(&place, StoreBounds::default()).expect("it opens");
        let Backend::Disk(disk, _) = &store.held else {
            panic!("it is on a disk");
        };
        let writing = disk.database.begin_write().expect("nobody else writes");

        let waiting = tokio::spawn({
            let store = store.clone();
            async move { store.increment("n".to_owned(), 1).await }
        });
        for _ in 0..100 {
            tokio::task::yield_now().await;
            let read = store
                .get(vec!["n".to_owned()])
                .await
                .expect("reading goes on");
            assert_eq!(read, [None]);
            assert!(!waiting.is_finished());
        }
        writing.abort().expect("it ends");
        let sum = waiting
            .await
            .expect("it does not panic")
            .expect("it is written");
        assert_eq!(sum, 1);
    }
}
