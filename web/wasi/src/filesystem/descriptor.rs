//! What a guest holds of a tree: open files and directories, and what each may be used for.

use super::node::{Content, Node, NodeId};
use super::path::{LONGEST_PATH, Place, only_name, resolve, resolve_in_parent};
use super::tree::{Handle, Tree, TreeResult};
use super::types::{DescriptorFlags, DescriptorStat, ErrorCode, OpenFlags, PathFlags};
use crate::clocks::datetime;
use std::collections::BTreeMap;
use std::time::Duration;

/// What a guest may do with a directory that it is granted, and all that is in it.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum FsPerms {
    /// Nothing but reading.
    ReadOnly,
    /// Everything.
    ReadWrite,
}

impl FsPerms {
    /// Whether nothing may be changed.
    pub fn write_not_permitted(&self) -> bool {
        matches!(self, Self::ReadOnly)
    }

    /// That something may be changed.
    pub(super) fn check_write(self) -> TreeResult<()> {
        match self {
            Self::ReadOnly => Err(ErrorCode::NotPermitted),
            Self::ReadWrite => Ok(()),
        }
    }
}

/// The host's side of the resource `descriptor`.
#[derive(Clone)]
pub enum Descriptor {
    /// A file.
    File(File),
    /// A directory.
    Dir(Dir),
}

/// An open file.
#[derive(Clone)]
pub struct File {
    pub handle: Handle,
    pub perms: FsPerms,
    pub readable: bool,
    pub writable: bool,
}

/// An open directory.
#[derive(Clone)]
pub struct Dir {
    pub handle: Handle,
    pub perms: FsPerms,
    /// What it says of itself.
    pub flags: DescriptorFlags,
}

impl Descriptor {
    /// The file, for functions of files.
    pub(super) fn file(&self) -> TreeResult<&File> {
        match self {
            Self::File(file) => Ok(file),
            Self::Dir(_) => Err(ErrorCode::BadDescriptor),
        }
    }

    /// The directory, for functions of directories.
    pub(super) fn dir(&self) -> TreeResult<&Dir> {
        match self {
            Self::Dir(dir) => Ok(dir),
            Self::File(_) => Err(ErrorCode::NotDirectory),
        }
    }

    /// What it is, whatever it is.
    pub(super) fn handle(&self) -> &Handle {
        match self {
            Self::File(file) => &file.handle,
            Self::Dir(dir) => &dir.handle,
        }
    }

    /// What may be done with it.
    pub(super) fn perms(&self) -> FsPerms {
        match self {
            Self::File(file) => file.perms,
            Self::Dir(dir) => dir.perms,
        }
    }

    /// What it says of itself.
    pub(super) fn flags(&self) -> DescriptorFlags {
        match self {
            Self::Dir(dir) => dir.flags,
            Self::File(file) => {
                let mut flags = DescriptorFlags::empty();
                if file.readable {
                    flags |= DescriptorFlags::READ;
                }
                if file.writable {
                    flags |= DescriptorFlags::WRITE;
                }
                flags
            }
        }
    }
}

impl File {
    /// At most `len` bytes from `offset`.
    pub fn read(&self, offset: u64, len: usize) -> TreeResult<Vec<u8>> {
        if !self.readable {
            return Err(ErrorCode::BadDescriptor);
        }
        Ok(self
            .handle
            .lock()
            .read(self.handle.node, offset, len)?
            .to_vec())
    }

    /// Writes bytes at `offset`, or at the end, and says where they end.
    pub fn write(&self, offset: Option<u64>, bytes: &[u8]) -> TreeResult<u64> {
        self.perms.check_write()?;
        if !self.writable {
            return Err(ErrorCode::BadDescriptor);
        }
        let mut tree = self.handle.lock();
        let offset = match offset {
            Some(offset) => offset,
            None => tree.bytes(self.handle.node)?.len() as u64,
        };
        tree.write(self.handle.node, offset, bytes)?;
        Ok(offset + bytes.len() as u64)
    }

    pub fn set_size(&self, size: u64) -> TreeResult<()> {
        self.perms.check_write()?;
        if !self.writable || i64::try_from(size).is_err() {
            return Err(ErrorCode::Invalid);
        }
        self.handle.lock().set_size(self.handle.node, size)
    }
}

impl Dir {
    /// Opens what is at a path, and makes it if it is asked for.
    pub fn open_at(
        &self,
        path_flags: PathFlags,
        path: &str,
        open: OpenFlags,
        flags: DescriptorFlags,
    ) -> TreeResult<Descriptor> {
        let synchronous = DescriptorFlags::FILE_INTEGRITY_SYNC
            | DescriptorFlags::DATA_INTEGRITY_SYNC
            | DescriptorFlags::REQUESTED_WRITE_SYNC;
        if flags.intersects(synchronous) {
            return Err(ErrorCode::Unsupported);
        }
        let making = OpenFlags::CREATE | OpenFlags::EXCLUSIVE | OpenFlags::TRUNCATE;
        if open.contains(OpenFlags::DIRECTORY) && open.intersects(making) {
            return Err(ErrorCode::Invalid);
        }
        let writable = flags.contains(DescriptorFlags::WRITE)
            || open.intersects(OpenFlags::CREATE | OpenFlags::TRUNCATE);
        if writable {
            self.perms.check_write()?;
        }
        let node = self.open_node(path_flags, path, open, writable)?;
        let handle = Handle::open(&self.handle.tree, node)?;
        let is_directory = handle.lock().node(node)?.is_directory();
        let readable =
            flags.contains(DescriptorFlags::READ) || !flags.contains(DescriptorFlags::WRITE);
        let perms = self.perms;
        Ok(match is_directory {
            true => Descriptor::Dir(Dir {
                handle,
                perms,
                flags: DescriptorFlags::READ,
            }),
            false => Descriptor::File(File {
                handle,
                perms,
                readable,
                writable,
            }),
        })
    }

    fn open_node(
        &self,
        path_flags: PathFlags,
        path: &str,
        open: OpenFlags,
        writable: bool,
    ) -> TreeResult<NodeId> {
        let mut tree = self.handle.lock();
        let create = open.contains(OpenFlags::CREATE);
        let exclusive = create && open.contains(OpenFlags::EXCLUSIVE);
        // Nothing is made under a name with a slash behind it, and what is there is not looked at.
        if create && path.ends_with('/') && self.place(&tree, without_slash(path))?.name.is_some() {
            return Err(ErrorCode::IsDirectory);
        }
        let follow = path_flags.contains(PathFlags::SYMLINK_FOLLOW) && !exclusive;
        let place = resolve(&tree, self.handle.node, path, follow)?;
        let Some(id) = place.node else {
            return match (create, place.slash, place.name()) {
                (true, false, Some(name)) => {
                    tree.make(place.directory, name, Content::File(Vec::new()))
                }
                // A link that ends in a slash.
                (true, ..) => Err(ErrorCode::IsDirectory),
                (false, ..) => Err(ErrorCode::NoEntry),
            };
        };
        if exclusive {
            return Err(ErrorCode::Exist);
        }
        match tree.node(id)?.content {
            Content::Link(_) => Err(ErrorCode::Loop),
            Content::Directory(_) if writable => Err(ErrorCode::IsDirectory),
            Content::Directory(_) => Ok(id),
            Content::File(_) if open.contains(OpenFlags::DIRECTORY) => Err(ErrorCode::NotDirectory),
            Content::File(_) => {
                if open.contains(OpenFlags::TRUNCATE) {
                    tree.set_size(id, 0)?;
                }
                Ok(id)
            }
        }
    }

    /// What is at a path, to be looked at.
    pub fn seen_at<T>(
        &self,
        flags: PathFlags,
        path: &str,
        look: impl FnOnce(&mut Tree, NodeId) -> TreeResult<T>,
    ) -> TreeResult<T> {
        match only_name(path) {
            Some(name) if !flags.contains(PathFlags::SYMLINK_FOLLOW) => self.at(flags, name, look),
            Some(_) | None => self.at(flags, path, look),
        }
    }

    /// What is at a path; a symbolic link at its end is followed if the flags say so.
    pub fn at<T>(
        &self,
        flags: PathFlags,
        path: &str,
        look: impl FnOnce(&mut Tree, NodeId) -> TreeResult<T>,
    ) -> TreeResult<T> {
        let mut tree = self.handle.lock();
        let follow = flags.contains(PathFlags::SYMLINK_FOLLOW);
        let id = resolve(&tree, self.handle.node, path, follow)?.existing()?;
        look(&mut tree, id)
    }

    /// The place of a path whose last name may be free. Changing it is permitted.
    fn place(&self, tree: &Tree, path: &str) -> TreeResult<Place> {
        resolve_in_parent(tree, self.handle.node, path)
    }

    pub fn create_directory(&self, path: &str) -> TreeResult<()> {
        self.perms.check_write()?;
        let mut tree = self.handle.lock();
        // What is there, even a symbolic link with a slash behind it, is in the way.
        let place = self.place(&tree, without_slash(path))?;
        match (place.node, place.name()) {
            (None, Some(name)) => {
                let content = Content::Directory(BTreeMap::new());
                tree.make(place.directory, name, content).map(drop)
            }
            (Some(_), _) | (None, None) => Err(ErrorCode::Exist),
        }
    }

    pub fn symlink(&self, target: &str, path: &str) -> TreeResult<()> {
        self.perms.check_write()?;
        if target.starts_with('/') {
            return Err(ErrorCode::NotPermitted);
        }
        let mut tree = self.handle.lock();
        let place = self.place(&tree, path)?;
        if target.len() > LONGEST_PATH {
            return Err(ErrorCode::NameTooLong);
        }
        match (place.node, place.name()) {
            (None, Some(name)) if !place.slash && !target.is_empty() => {
                let content = Content::Link(target.to_owned());
                tree.make(place.directory, name, content).map(drop)
            }
            (None, _) => Err(ErrorCode::NoEntry),
            (Some(_), _) => Err(ErrorCode::Exist),
        }
    }

    pub fn readlink(&self, path: &str) -> TreeResult<String> {
        let tree = self.handle.lock();
        let id = self.place(&tree, path)?.existing()?;
        match &tree.node(id)?.content {
            Content::Link(target) => Ok(target.clone()),
            Content::File(_) | Content::Directory(_) => Err(ErrorCode::Invalid),
        }
    }

    pub fn link(&self, path: &str, other: &Dir, new_path: &str) -> TreeResult<()> {
        self.check_both(other)?;
        let mut tree = self.handle.lock();
        let old = self.place(&tree, path)?.existing()?;
        let new = other.place(&tree, new_path)?;
        if tree.node(old)?.is_directory() {
            return Err(ErrorCode::NotPermitted);
        }
        match (new.node, new.name()) {
            (None, Some(name)) if !new.slash => tree.link(new.directory, name, old),
            (None, _) => Err(ErrorCode::NoEntry),
            (Some(_), _) => Err(ErrorCode::Exist),
        }
    }

    pub fn unlink_file(&self, path: &str) -> TreeResult<()> {
        self.perms.check_write()?;
        let mut tree = self.handle.lock();
        let place = self.place(&tree, path)?;
        let id = place.existing()?;
        match place.name() {
            Some(name) if !tree.node(id)?.is_directory() => tree.unlink(place.directory, name),
            Some(_) | None => Err(ErrorCode::IsDirectory),
        }
    }

    pub fn remove_directory(&self, path: &str) -> TreeResult<()> {
        self.perms.check_write()?;
        let mut tree = self.handle.lock();
        let place = self.place(&tree, path)?;
        let id = place.existing()?;
        let empty = tree.entries(id)?.is_empty();
        match place.name() {
            Some(_) if place.slash => Err(ErrorCode::Invalid),
            Some(name) if empty => tree.unlink(place.directory, name),
            Some(_) => Err(ErrorCode::NotEmpty),
            None => Err(ErrorCode::Invalid),
        }
    }

    pub fn rename(&self, path: &str, other: &Dir, new_path: &str) -> TreeResult<()> {
        self.check_both(other)?;
        let slash = path.ends_with('/') || new_path.ends_with('/');
        let mut tree = self.handle.lock();
        let old = self.place(&tree, without_slash(path))?;
        let new = other.place(&tree, without_slash(new_path))?;
        let (Some(old_name), Some(new_name)) = (old.name(), new.name()) else {
            return Err(ErrorCode::Busy);
        };
        let id = old.existing()?;
        let is_directory = tree.node(id)?.is_directory();
        if slash && !is_directory {
            return Err(ErrorCode::NotDirectory);
        }
        if is_directory && tree.is_within(id, new.directory) {
            return Err(ErrorCode::Invalid);
        }
        if new.node == Some(id) {
            return Ok(());
        }
        if let Some(there) = new.node {
            match (is_directory, tree.node(there)?.is_directory()) {
                (true, false) => return Err(ErrorCode::NotDirectory),
                (false, true) => return Err(ErrorCode::IsDirectory),
                (true, true) if !tree.entries(there)?.is_empty() => {
                    return Err(ErrorCode::NotEmpty);
                }
                (true, true) | (false, false) => tree.unlink(new.directory, new_name)?,
            }
        }
        tree.link(new.directory, new_name, id)?;
        tree.unlink(old.directory, old_name)
    }

    /// That something may be moved from one directory to the other.
    fn check_both(&self, other: &Dir) -> TreeResult<()> {
        self.perms.check_write()?;
        other.perms.check_write()?;
        match self.handle.shares_tree_with(&other.handle) {
            true => Ok(()),
            false => Err(ErrorCode::CrossDevice),
        }
    }
}

/// A path without the slashes at its end.
fn without_slash(path: &str) -> &str {
    match path.trim_end_matches('/') {
        "" => path,
        stripped => stripped,
    }
}

/// What a node says of itself.
pub fn stat(tree: &Tree, id: NodeId) -> TreeResult<DescriptorStat> {
    let node = tree.node(id)?;
    Ok(DescriptorStat {
        type_: node.kind(),
        link_count: match &node.content {
            Content::Directory(_) => links_of_directory(tree, id)?,
            Content::File(_) | Content::Link(_) => node.links,
        },
        size: node.size(),
        data_access_timestamp: Some(datetime(node.accessed)),
        data_modification_timestamp: Some(datetime(node.modified)),
        status_change_timestamp: Some(datetime(node.created)),
    })
}

/// A directory is linked by its parent, by itself, and by each directory in it; one that was
/// removed by nothing.
fn links_of_directory(tree: &Tree, id: NodeId) -> TreeResult<u64> {
    let links = tree.node(id)?.links;
    if links == 0 {
        return Ok(0);
    }
    let inner = tree.entries(id)?.values();
    let inner = inner.filter(|inner| tree.node(**inner).is_ok_and(Node::is_directory));
    Ok(links + 1 + inner.count() as u64)
}

/// Sets the times of a node; what is none stays.
pub fn set_times(
    tree: &mut Tree,
    id: NodeId,
    accessed: Option<Duration>,
    modified: Option<Duration>,
) -> TreeResult<()> {
    let node = tree.node_mut(id)?;
    node.accessed = accessed.unwrap_or(node.accessed);
    node.modified = modified.unwrap_or(node.modified);
    Ok(())
}
