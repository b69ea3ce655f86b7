//! The functions of the interface.

use super::generated::wasi::keyvalue::store::{Error, KeyResponse};
use super::generated::wasi::keyvalue::{atomics, batch, store};
use super::{Access, Bucket, Changes, KeyValueView, Store, StoreProblem};
use amphi::component::{Resource, ResourceTableError};

/// Why a function of the interface was not done: what its guest gets, or what traps.
#[derive(Debug)]
pub enum Refusal {
    /// The host has no such store.
    NoSuchStore,
    /// The function is not granted the store, or not to change it.
    AccessDenied,
    /// The store did not do it.
    Store(StoreProblem),
    /// The guest's bucket is none, or it has too many.
    Table(ResourceTableError),
}

impl From<StoreProblem> for Refusal {
    fn from(problem: StoreProblem) -> Refusal {
        Refusal::Store(problem)
    }
}

impl From<ResourceTableError> for Refusal {
    fn from(error: ResourceTableError) -> Refusal {
        Refusal::Table(error)
    }
}

type Result<T, E = Refusal> = std::result::Result<T, E>;
type BucketId = Resource<Bucket>;

impl KeyValueView<'_> {
    fn read(&self, bucket: &BucketId) -> Result<&Store> {
        Ok(&self.table.get(bucket)?.store)
    }

    fn write(&self, bucket: &BucketId) -> Result<&Store> {
        let bucket = self.table.get(bucket)?;
        match bucket.access {
            Access::Write => Ok(&bucket.store),
            Access::Read => Err(Refusal::AccessDenied),
        }
    }
}

impl store::Host for KeyValueView<'_> {
    async fn open(&mut self, identifier: String) -> Result<BucketId> {
        if let Some(bucket) = self.grant.granted.get(&identifier) {
            return Ok(self.table.push(bucket.clone())?);
        }
        Err(match self.grant.stores.get(&identifier) {
            Some(_) => Refusal::AccessDenied,
            None => Refusal::NoSuchStore,
        })
    }

    fn convert_error(&mut self, refusal: Refusal) -> amphi::Result<Error> {
        match refusal {
            Refusal::NoSuchStore => Ok(Error::NoSuchStore),
            Refusal::AccessDenied => Ok(Error::AccessDenied),
            Refusal::Store(problem) => {
                if let StoreProblem::Disk(cause) = &problem {
                    tracing::error!(%cause, "{problem}");
                }
                Ok(Error::Other(problem.to_string()))
            }
            Refusal::Table(error) => Err(error.into()),
        }
    }
}

impl store::HostBucket for KeyValueView<'_> {
    async fn get(&mut self, bucket: BucketId, key: String) -> Result<Option<Vec<u8>>> {
        let values = self.read(&bucket)?.get(vec![key]).await?;
        Ok(values.into_iter().next().flatten())
    }

    async fn set(&mut self, bucket: BucketId, key: String, value: Vec<u8>) -> Result<()> {
        let changes = Changes::from([(key, Some(value))]);
        Ok(self.write(&bucket)?.change(changes).await?)
    }

    async fn delete(&mut self, bucket: BucketId, key: String) -> Result<()> {
        let changes = Changes::from([(key, None)]);
        Ok(self.write(&bucket)?.change(changes).await?)
    }

    async fn exists(&mut self, bucket: BucketId, key: String) -> Result<bool> {
        Ok(self.read(&bucket)?.exists(key).await?)
    }

    async fn list_keys(&mut self, bucket: BucketId, cursor: Option<u64>) -> Result<KeyResponse> {
        let page = self.read(&bucket)?.keys(cursor.unwrap_or_default()).await?;
        Ok(KeyResponse {
            keys: page.keys,
            cursor: page.next,
        })
    }

    async fn drop(&mut self, bucket: BucketId) -> amphi::Result<()> {
        self.table.delete(bucket)?;
        Ok(())
    }
}

impl atomics::Host for KeyValueView<'_> {
    async fn increment(&mut self, bucket: BucketId, key: String, delta: u64) -> Result<u64> {
        Ok(self.write(&bucket)?.increment(key, delta).await?)
    }
}

impl batch::Host for KeyValueView<'_> {
    async fn get_many(
        &mut self,
        bucket: BucketId,
        keys: Vec<String>,
    ) -> Result<Vec<Option<(String, Vec<u8>)>>> {
        let values = self.read(&bucket)?.get(keys.clone()).await?;
        let pair = |(key, value): (String, Option<Vec<u8>>)| value.map(|value| (key, value));
        Ok(keys.into_iter().zip(values).map(pair).collect())
    }

    async fn set_many(&mut self, bucket: BucketId, pairs: Vec<(String, Vec<u8>)>) -> Result<()> {
        let changes = pairs.into_iter().map(|(key, value)| (key, Some(value)));
        Ok(self.write(&bucket)?.change(changes.collect()).await?)
    }

    async fn delete_many(&mut self, bucket: BucketId, keys: Vec<String>) -> Result<()> {
        let changes = keys.into_iter().map(|key| (key, None));
        Ok(self.write(&bucket)?.change(changes.collect()).await?)
    }
}
