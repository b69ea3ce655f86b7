//! A store in a file, by redb. What a change returned from is on the disk.

use super::bounds::{StoreBounds, Tally};
use super::changes::{Changes, Page, incremented};
use super::problem::StoreProblem;
use amphi_edge_blocking::file::open_with;
use redb::backends::FileBackend;
use redb::{
    Database, ReadableDatabase, ReadableTable, ReadableTableMetadata, Table, TableDefinition,
    WriteTransaction,
};
use std::fs::OpenOptions;
use std::path::Path;

const ENTRIES: TableDefinition<&str, &[u8]> = TableDefinition::new("entries");
/// One row: how many bytes the entries have. The table of entries knows itself how many they are.
const BYTES: TableDefinition<(), u64> = TableDefinition::new("bytes");

/// The most memory that redb keeps of a file.
const CACHE: usize = 8 << 20;

/// A file that is a store. Every operation blocks.
pub struct DiskStore {
    pub(super) database: Database,
}

impl DiskStore {
    /// Opens the file, or makes it.
    pub fn open(path: &Path) -> Result<DiskStore, StoreProblem> {
        let mut options = OpenOptions::new();
        let options = options.read(true).write(true).create(true).truncate(false);
        let file = open_with(options, path)?;
        let mut builder = Database::builder();
        let builder = builder.set_cache_size(CACHE);
        let database = builder.create_with_backend(FileBackend::new(file)?)?;
        let begun = database.begin_write()?;
        begun.open_table(ENTRIES)?;
        begun.open_table(BYTES)?;
        begun.commit()?;
        Ok(DiskStore { database })
    }

    /// The values of `keys`, in their order.
    pub fn get(
        &self,
        keys: &[String],
        bounds: &StoreBounds,
    ) -> Result<Vec<Option<Vec<u8>>>, StoreProblem> {
        let entries = self.database.begin_read()?.open_table(ENTRIES)?;
        let (mut values, mut bytes) = (Vec::with_capacity(keys.len()), 0);
        for key in keys {
            let found = entries.get(key.as_str())?;
            if let Some(value) = &found {
                bytes += value.value().len();
                bounds.read(bytes)?;
            }
            values.push(found.map(|value| value.value().to_vec()));
        }
        Ok(values)
    }

    /// Whether there is a value for `key`.
    pub fn exists(&self, key: &str) -> Result<bool, StoreProblem> {
        let entries = self.database.begin_read()?.open_table(ENTRIES)?;
        Ok(entries.get(key)?.is_some())
    }

    /// Makes all changes, or none.
    pub fn change(&self, changes: Changes, bounds: &StoreBounds) -> Result<(), StoreProblem> {
        self.write(bounds, |entries, tally| {
            for (key, value) in &changes {
                let old = match value {
                    Some(value) => entries.insert(key.as_str(), value.as_slice())?,
                    None => entries.remove(key.as_str())?,
                };
                let old = old.map(|old| old.value().len());
                tally.replace(key, old, value.as_ref().map(Vec::len));
            }
            Ok(())
        })
    }

    /// Adds to a number.
    pub fn increment(
        &self,
        key: &str,
        delta: u64,
        bounds: &StoreBounds,
    ) -> Result<u64, StoreProblem> {
        self.write(bounds, |entries, tally| {
            let old = entries.get(key)?.map(|old| old.value().to_vec());
            let sum = incremented(key, old.as_deref(), delta)?;
            let text = sum.to_string();
            entries.insert(key, text.as_bytes())?;
            tally.replace(key, old.as_ref().map(Vec::len), Some(text.len()));
            Ok(sum)
        })
    }

    /// The keys from the `skip`th on, in their order.
    pub fn keys(&self, skip: u64, bounds: &StoreBounds) -> Result<Page, StoreProblem> {
        let entries = self.database.begin_read()?.open_table(ENTRIES)?;
        let rest = entries.iter()?.skip(Page::skipped(skip)).take(bounds.batch);
        let key = |entry: Result<(redb::AccessGuard<'_, &str>, _), redb::StorageError>| {
            let (key, _) = entry?;
            Ok(key.value().to_owned())
        };
        let keys = rest.map(key).collect::<Result<_, StoreProblem>>()?;
        Ok(Page::of(skip, keys, entries.len()?))
    }

    /// What it holds.
    pub fn tally(&self) -> Result<Tally, StoreProblem> {
        let begun = self.database.begin_read()?;
        let bytes = begun.open_table(BYTES)?.get(())?.map(|bytes| bytes.value());
        let keys = begun.open_table(ENTRIES)?.len()?;
        let bytes = bytes.unwrap_or_default();
        Ok(Tally { keys, bytes })
    }

    /// Does `work` in one transaction, which is only kept if all of it went well and the store may
    /// hold what came of it.
    fn write<T>(
        &self,
        bounds: &StoreBounds,
        work: impl FnOnce(&mut Table<'_, &str, &[u8]>, &mut Tally) -> Result<T, StoreProblem>,
    ) -> Result<T, StoreProblem> {
        let begun = self.database.begin_write()?;
        let before = held(&begun)?;
        let mut tally = before;
        let result = work(&mut begun.open_table(ENTRIES)?, &mut tally)?;
        tally.within(bounds, &before)?;
        begun.open_table(BYTES)?.insert((), tally.bytes)?;
        begun.commit()?;
        Ok(result)
    }
}

fn held(begun: &WriteTransaction) -> Result<Tally, StoreProblem> {
    let bytes = begun.open_table(BYTES)?.get(())?.map(|bytes| bytes.value());
    let keys = begun.open_table(ENTRIES)?.len()?;
    let bytes = bytes.unwrap_or_default();
    Ok(Tally { keys, bytes })
}
