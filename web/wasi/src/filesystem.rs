//! `wasi:filesystem`: trees of files in memory, of which a guest sees those that it was granted.
//!
//! A tree (`tree`) is nodes (`node`); a path (`path`) is followed within one; what a guest holds
//! (`descriptor`) is a node and what may be done with it. Here are the functions of the interface,
//! in terms of these. All are done at once, so none ever waits.

pub(crate) mod descriptor;
mod errno;
mod memory_dir;
mod node;
mod path;
#[cfg(target_arch = "wasm32")]
mod stored_dir;
mod stream;
mod tree;
mod words;

#[cfg(test)]
mod tests;

pub use crate::p2::bindings::errors::FsError;
pub use descriptor::{Descriptor, DirectoryEntryStream, FsPerms};
pub use memory_dir::MemoryDir;
#[cfg(target_arch = "wasm32")]
pub use stored_dir::StoredDir;

use crate::io::{DynInputStream, DynOutputStream, IoError};
use crate::p2::bindings::clocks::wall_clock::Datetime;
use crate::p2::bindings::filesystem::{preopens, types};
use crate::page;
use amphi_web::Result;
use amphi_web::component::{HasData, Resource, ResourceTable};
use descriptor::{Dir, set_times, stat};
use node::NodeId;
use std::time::Duration;
use stream::{FileInput, FileOutput, MOST_AT_ONCE};
use tree::{Handle, ROOT};
use types::{
    Advice, DescriptorFlags, DescriptorStat, DescriptorType, DirectoryEntry, ErrorCode, Filesize,
    MetadataHashValue, NewTimestamp, OpenFlags, PathFlags,
};
use words::follows;

/// What the filesystem's functions return.
pub type FsResult<T> = Result<T, FsError>;

/// Ties the interfaces of `wasi:filesystem` to [`WasiFilesystemCtxView`].
pub struct WasiFilesystem;

impl HasData for WasiFilesystem {
    type Data<'a> = WasiFilesystemCtxView<'a>;
}

/// Implemented by a store's data, so that the functions of `wasi:filesystem` find their state in
/// it; whatever has a [`WasiView`](crate::WasiView) has this.
pub trait WasiFilesystemView: Send {
    /// The parts of `self` that the functions need.
    fn filesystem(&mut self) -> WasiFilesystemCtxView<'_>;
}

/// The store's data, as the functions of `wasi:filesystem` need it.
pub struct WasiFilesystemCtxView<'a> {
    /// The directories.
    pub ctx: &'a mut WasiFilesystemCtx,
    /// The resources that the guest holds.
    pub table: &'a mut ResourceTable,
}

/// The directories that a guest is granted.
#[derive(Clone, Default)]
pub struct WasiFilesystemCtx {
    pub(crate) preopens: Vec<(MemoryDir, String, FsPerms)>,
}

impl preopens::Host for WasiFilesystemCtxView<'_> {
    fn get_directories(&mut self) -> Result<Vec<(Resource<Descriptor>, String)>> {
        let mut directories = Vec::new();
        for (granted, name, perms) in &self.ctx.preopens {
            let directory = Descriptor::Dir(Dir {
                handle: Handle::open(&granted.tree, ROOT).map_err(ErrorCode::from)?,
                perms: *perms,
                mutable: !perms.write_not_permitted(),
            });
            directories.push((self.table.push(directory)?, name.clone()));
        }
        Ok(directories)
    }
}

impl types::Host for WasiFilesystemCtxView<'_> {
    fn convert_error_code(&mut self, error: FsError) -> Result<ErrorCode> {
        error.downcast()
    }

    fn filesystem_error_code(&mut self, error: Resource<IoError>) -> Result<Option<ErrorCode>> {
        Ok(self.table.get(&error)?.downcast_ref::<ErrorCode>().copied())
    }
}

impl types::HostDirectoryEntryStream for WasiFilesystemCtxView<'_> {
    fn read_directory_entry(
        &mut self,
        this: Resource<DirectoryEntryStream>,
    ) -> FsResult<Option<DirectoryEntry>> {
        let entry = self.table.get_mut(&this)?.next();
        Ok(entry.map(|(name, kind)| DirectoryEntry {
            type_: kind.into(),
            name,
        }))
    }

    fn drop(&mut self, this: Resource<DirectoryEntryStream>) -> Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
}

impl types::HostDescriptor for WasiFilesystemCtxView<'_> {
    fn read_via_stream(
        &mut self,
        this: Resource<Descriptor>,
        position: Filesize,
    ) -> FsResult<Resource<DynInputStream>> {
        let file = match self.table.get(&this)? {
            Descriptor::File(file) => file.clone(),
            Descriptor::Dir(_) => return Err(ErrorCode::IsDirectory.into()),
        };
        let stream: DynInputStream = Box::new(FileInput::new(file, position));
        Ok(self.table.push(stream)?)
    }

    fn write_via_stream(
        &mut self,
        this: Resource<Descriptor>,
        position: Filesize,
    ) -> FsResult<Resource<DynOutputStream>> {
        self.output(&this, Some(position))
    }

    fn append_via_stream(
        &mut self,
        this: Resource<Descriptor>,
    ) -> FsResult<Resource<DynOutputStream>> {
        self.output(&this, None)
    }

    fn advise(
        &mut self,
        this: Resource<Descriptor>,
        _: Filesize,
        _: Filesize,
        _: Advice,
    ) -> FsResult<()> {
        self.table.get(&this)?.file()?;
        Ok(())
    }

    fn sync_data(&mut self, this: Resource<Descriptor>) -> FsResult<()> {
        self.table.get(&this)?;
        Ok(())
    }

    fn get_flags(&mut self, this: Resource<Descriptor>) -> FsResult<DescriptorFlags> {
        Ok(words::flags(self.table.get(&this)?))
    }

    fn get_type(&mut self, this: Resource<Descriptor>) -> FsResult<DescriptorType> {
        Ok(match self.table.get(&this)? {
            Descriptor::File(_) => DescriptorType::RegularFile,
            Descriptor::Dir(_) => DescriptorType::Directory,
        })
    }

    fn set_size(&mut self, this: Resource<Descriptor>, size: Filesize) -> FsResult<()> {
        Ok(self.table.get(&this)?.file()?.set_size(size)?)
    }

    fn set_times(
        &mut self,
        this: Resource<Descriptor>,
        accessed: NewTimestamp,
        modified: NewTimestamp,
    ) -> FsResult<()> {
        let descriptor = self.table.get(&this)?;
        let (accessed, modified) = (time(accessed)?, time(modified)?);
        descriptor.perms().check_write()?;
        let handle = descriptor.handle();
        set_times(&mut handle.lock(), handle.node, accessed, modified)?;
        Ok(())
    }

    fn read(
        &mut self,
        this: Resource<Descriptor>,
        len: Filesize,
        offset: Filesize,
    ) -> FsResult<(Vec<u8>, bool)> {
        let len = usize::try_from(len).map_or(MOST_AT_ONCE, |len| len.min(MOST_AT_ONCE));
        let bytes = self.table.get(&this)?.file()?.read(offset, len)?;
        let at_end = bytes.is_empty();
        Ok((bytes, at_end))
    }

    fn write(
        &mut self,
        this: Resource<Descriptor>,
        bytes: Vec<u8>,
        offset: Filesize,
    ) -> FsResult<Filesize> {
        self.table.get(&this)?.file()?.write(Some(offset), &bytes)?;
        Ok(bytes.len() as u64)
    }

    fn read_directory(
        &mut self,
        this: Resource<Descriptor>,
    ) -> FsResult<Resource<DirectoryEntryStream>> {
        let dir = self.table.get(&this)?.dir()?;
        let entries = dir.entries()?;
        Ok(self.table.push(entries)?)
    }

    fn sync(&mut self, this: Resource<Descriptor>) -> FsResult<()> {
        self.table.get(&this)?;
        Ok(())
    }

    fn create_directory_at(&mut self, this: Resource<Descriptor>, path: String) -> FsResult<()> {
        Ok(self.table.get(&this)?.dir()?.create_directory(&path)?)
    }

    fn stat(&mut self, this: Resource<Descriptor>) -> FsResult<DescriptorStat> {
        let handle = self.table.get(&this)?.handle();
        let stat = stat(&handle.lock(), handle.node)?;
        Ok(stat.into())
    }

    fn stat_at(
        &mut self,
        this: Resource<Descriptor>,
        flags: PathFlags,
        path: String,
    ) -> FsResult<DescriptorStat> {
        let dir = self.table.get(&this)?.dir()?;
        let stat = dir.seen_at(follows(flags), &path, |tree, id| stat(tree, id))?;
        Ok(stat.into())
    }

    fn set_times_at(
        &mut self,
        this: Resource<Descriptor>,
        flags: PathFlags,
        path: String,
        accessed: NewTimestamp,
        modified: NewTimestamp,
    ) -> FsResult<()> {
        let dir = self.table.get(&this)?.dir()?;
        let (accessed, modified) = (time(accessed)?, time(modified)?);
        dir.perms.check_write()?;
        Ok(dir.at(follows(flags), &path, |tree, id| {
            set_times(tree, id, accessed, modified)
        })?)
    }

    fn link_at(
        &mut self,
        this: Resource<Descriptor>,
        old_flags: PathFlags,
        old_path: String,
        new_descriptor: Resource<Descriptor>,
        new_path: String,
    ) -> FsResult<()> {
        let old = self.table.get(&this)?.dir()?;
        let new = self.table.get(&new_descriptor)?.dir()?;
        old.perms.check_write()?;
        new.perms.check_write()?;
        if follows(old_flags) {
            return Err(ErrorCode::Invalid.into());
        }
        Ok(old.link(&old_path, new, &new_path)?)
    }

    fn open_at(
        &mut self,
        this: Resource<Descriptor>,
        path_flags: PathFlags,
        path: String,
        open_flags: OpenFlags,
        flags: DescriptorFlags,
    ) -> FsResult<Resource<Descriptor>> {
        let dir = self.table.get(&this)?.dir()?;
        let opened = dir.open_at(&path, words::open(path_flags, open_flags, flags))?;
        Ok(self.table.push(opened)?)
    }

    fn readlink_at(&mut self, this: Resource<Descriptor>, path: String) -> FsResult<String> {
        Ok(self.table.get(&this)?.dir()?.readlink(&path)?)
    }

    fn remove_directory_at(&mut self, this: Resource<Descriptor>, path: String) -> FsResult<()> {
        Ok(self.table.get(&this)?.dir()?.remove_directory(&path)?)
    }

    fn rename_at(
        &mut self,
        this: Resource<Descriptor>,
        old_path: String,
        new_descriptor: Resource<Descriptor>,
        new_path: String,
    ) -> FsResult<()> {
        let old = self.table.get(&this)?.dir()?;
        let new = self.table.get(&new_descriptor)?.dir()?;
        Ok(old.rename(&old_path, new, &new_path)?)
    }

    fn symlink_at(
        &mut self,
        this: Resource<Descriptor>,
        old_path: String,
        new_path: String,
    ) -> FsResult<()> {
        Ok(self
            .table
            .get(&this)?
            .dir()?
            .symlink(&old_path, &new_path)?)
    }

    fn unlink_file_at(&mut self, this: Resource<Descriptor>, path: String) -> FsResult<()> {
        Ok(self.table.get(&this)?.dir()?.unlink_file(&path)?)
    }

    fn is_same_object(
        &mut self,
        this: Resource<Descriptor>,
        other: Resource<Descriptor>,
    ) -> Result<bool> {
        let (this, other) = (self.table.get(&this)?, self.table.get(&other)?);
        let (this, other) = (this.handle(), other.handle());
        Ok(this.shares_tree_with(other) && this.node == other.node)
    }

    fn metadata_hash(&mut self, this: Resource<Descriptor>) -> FsResult<MetadataHashValue> {
        let handle = self.table.get(&this)?.handle();
        Ok(hash(handle, handle.node))
    }

    fn metadata_hash_at(
        &mut self,
        this: Resource<Descriptor>,
        flags: PathFlags,
        path: String,
    ) -> FsResult<MetadataHashValue> {
        let dir = self.table.get(&this)?.dir()?;
        let id = dir.seen_at(follows(flags), &path, |_, id| Ok(id))?;
        Ok(hash(&dir.handle, id))
    }

    fn drop(&mut self, this: Resource<Descriptor>) -> Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
}

impl WasiFilesystemCtxView<'_> {
    fn output(
        &mut self,
        this: &Resource<Descriptor>,
        position: Option<u64>,
    ) -> FsResult<Resource<DynOutputStream>> {
        let file = self.table.get(this)?.file()?.clone();
        file.perms.check_write()?;
        let stream: DynOutputStream = Box::new(FileOutput::new(file, position));
        Ok(self.table.push(stream)?)
    }
}

/// Which node of which tree it is.
fn hash(handle: &Handle, id: NodeId) -> MetadataHashValue {
    MetadataHashValue {
        lower: id,
        upper: handle.lock().id,
    }
}

/// The time that a timestamp stands for; none if it is to stay.
fn time(timestamp: NewTimestamp) -> Result<Option<Duration>, ErrorCode> {
    match timestamp {
        NewTimestamp::NoChange => Ok(None),
        NewTimestamp::Now => Ok(Some(page::unix_time())),
        NewTimestamp::Timestamp(Datetime {
            seconds,
            nanoseconds,
        }) => Duration::from_secs(seconds)
            .checked_add(Duration::from_nanos(nanoseconds.into()))
            .map(Some)
            .ok_or(ErrorCode::Overflow),
    }
}
