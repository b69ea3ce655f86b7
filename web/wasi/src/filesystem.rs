//! `wasi:filesystem`: a filesystem with nothing in it.
//!
//! No directory is preopened and every other descriptor is opened from one, so a guest cannot come by a descriptor.
//! The type says so: it has no values, and the functions over it need no answer beyond refusing a forged handle.

use crate::p2::IoError;
use crate::p2::bindings::sync::filesystem::{preopens, types};
use crate::p2::{DynInputStream, DynOutputStream};
use crate::{TrappableError, WasiCtxView};
use amphi_web::Result;
use amphi_web::component::Resource;
use types::{
    Advice, DescriptorFlags, DescriptorStat, DescriptorType, DirectoryEntry, ErrorCode, Filesize,
    MetadataHashValue, NewTimestamp, OpenFlags, PathFlags,
};

/// An error code for the guest, or a trap.
pub type FsError = TrappableError<ErrorCode>;

/// What the filesystem's functions return.
pub type FsResult<T> = Result<T, FsError>;

/// The host's side of the resource `descriptor`. There is none.
pub enum Descriptor {}

/// The host's side of the resource `directory-entry-stream`. There is none.
pub enum DirectoryEntryStream {}

impl preopens::Host for WasiCtxView<'_> {
    fn get_directories(&mut self) -> Result<Vec<(Resource<Descriptor>, String)>> {
        Ok(Vec::new())
    }
}

impl types::Host for WasiCtxView<'_> {
    fn convert_error_code(&mut self, error: FsError) -> Result<ErrorCode> {
        error.downcast()
    }

    /// No stream here reads or writes a file, so no error comes from one.
    fn filesystem_error_code(&mut self, error: Resource<IoError>) -> Result<Option<ErrorCode>> {
        self.table.get(&error)?;
        Ok(None)
    }
}

impl types::HostDirectoryEntryStream for WasiCtxView<'_> {
    fn read_directory_entry(
        &mut self,
        this: Resource<DirectoryEntryStream>,
    ) -> FsResult<Option<DirectoryEntry>> {
        match *self.table.get(&this)? {}
    }

    fn drop(&mut self, this: Resource<DirectoryEntryStream>) -> Result<()> {
        match self.table.delete(this)? {}
    }
}

impl types::HostDescriptor for WasiCtxView<'_> {
    fn read_via_stream(
        &mut self,
        this: Resource<Descriptor>,
        _: Filesize,
    ) -> FsResult<Resource<DynInputStream>> {
        match *self.table.get(&this)? {}
    }

    fn write_via_stream(
        &mut self,
        this: Resource<Descriptor>,
        _: Filesize,
    ) -> FsResult<Resource<DynOutputStream>> {
        match *self.table.get(&this)? {}
    }

    fn append_via_stream(
        &mut self,
        this: Resource<Descriptor>,
    ) -> FsResult<Resource<DynOutputStream>> {
        match *self.table.get(&this)? {}
    }

    fn advise(
        &mut self,
        this: Resource<Descriptor>,
        _: Filesize,
        _: Filesize,
        _: Advice,
    ) -> FsResult<()> {
        match *self.table.get(&this)? {}
    }

    fn sync_data(&mut self, this: Resource<Descriptor>) -> FsResult<()> {
        match *self.table.get(&this)? {}
    }

    fn get_flags(&mut self, this: Resource<Descriptor>) -> FsResult<DescriptorFlags> {
        match *self.table.get(&this)? {}
    }

    fn get_type(&mut self, this: Resource<Descriptor>) -> FsResult<DescriptorType> {
        match *self.table.get(&this)? {}
    }

    fn set_size(&mut self, this: Resource<Descriptor>, _: Filesize) -> FsResult<()> {
        match *self.table.get(&this)? {}
    }

    fn set_times(
        &mut self,
        this: Resource<Descriptor>,
        _: NewTimestamp,
        _: NewTimestamp,
    ) -> FsResult<()> {
        match *self.table.get(&this)? {}
    }

    fn read(
        &mut self,
        this: Resource<Descriptor>,
        _: Filesize,
        _: Filesize,
    ) -> FsResult<(Vec<u8>, bool)> {
        match *self.table.get(&this)? {}
    }

    fn write(&mut self, this: Resource<Descriptor>, _: Vec<u8>, _: Filesize) -> FsResult<Filesize> {
        match *self.table.get(&this)? {}
    }

    fn read_directory(
        &mut self,
        this: Resource<Descriptor>,
    ) -> FsResult<Resource<DirectoryEntryStream>> {
        match *self.table.get(&this)? {}
    }

    fn sync(&mut self, this: Resource<Descriptor>) -> FsResult<()> {
        match *self.table.get(&this)? {}
    }

    fn create_directory_at(&mut self, this: Resource<Descriptor>, _: String) -> FsResult<()> {
        match *self.table.get(&this)? {}
    }

    fn stat(&mut self, this: Resource<Descriptor>) -> FsResult<DescriptorStat> {
        match *self.table.get(&this)? {}
    }

    fn stat_at(
        &mut self,
        this: Resource<Descriptor>,
        _: PathFlags,
        _: String,
    ) -> FsResult<DescriptorStat> {
        match *self.table.get(&this)? {}
    }

    fn set_times_at(
        &mut self,
        this: Resource<Descriptor>,
        _: PathFlags,
        _: String,
        _: NewTimestamp,
        _: NewTimestamp,
    ) -> FsResult<()> {
        match *self.table.get(&this)? {}
    }

    fn link_at(
        &mut self,
        this: Resource<Descriptor>,
        _: PathFlags,
        _: String,
        _: Resource<Descriptor>,
        _: String,
    ) -> FsResult<()> {
        match *self.table.get(&this)? {}
    }

    fn open_at(
        &mut self,
        this: Resource<Descriptor>,
        _: PathFlags,
        _: String,
        _: OpenFlags,
        _: DescriptorFlags,
    ) -> FsResult<Resource<Descriptor>> {
        match *self.table.get(&this)? {}
    }

    fn readlink_at(&mut self, this: Resource<Descriptor>, _: String) -> FsResult<String> {
        match *self.table.get(&this)? {}
    }

    fn remove_directory_at(&mut self, this: Resource<Descriptor>, _: String) -> FsResult<()> {
        match *self.table.get(&this)? {}
    }

    fn rename_at(
        &mut self,
        this: Resource<Descriptor>,
        _: String,
        _: Resource<Descriptor>,
        _: String,
    ) -> FsResult<()> {
        match *self.table.get(&this)? {}
    }

    fn symlink_at(&mut self, this: Resource<Descriptor>, _: String, _: String) -> FsResult<()> {
        match *self.table.get(&this)? {}
    }

    fn unlink_file_at(&mut self, this: Resource<Descriptor>, _: String) -> FsResult<()> {
        match *self.table.get(&this)? {}
    }

    fn is_same_object(
        &mut self,
        this: Resource<Descriptor>,
        _: Resource<Descriptor>,
    ) -> Result<bool> {
        match *self.table.get(&this)? {}
    }

    fn metadata_hash(&mut self, this: Resource<Descriptor>) -> FsResult<MetadataHashValue> {
        match *self.table.get(&this)? {}
    }

    fn metadata_hash_at(
        &mut self,
        this: Resource<Descriptor>,
        _: PathFlags,
        _: String,
    ) -> FsResult<MetadataHashValue> {
        match *self.table.get(&this)? {}
    }

    fn drop(&mut self, this: Resource<Descriptor>) -> Result<()> {
        match self.table.delete(this)? {}
    }
}
