//! What a guest holds of a tree: open files and directories, and what each may be used for.

use super::errno::{Errno, TreeResult};
use super::node::{Content, Kind, Node, NodeId};
use super::path::{LONGEST_PATH, Place, only_name, resolve, resolve_in_parent};
use super::tree::{Handle, Tree};
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
            Self::ReadOnly => Err(Errno::NotPermitted),
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
    /// Whether it says of itself that what it has may be changed.
    pub mutable: bool,
}

/// The host's side of the resource `directory-entry-stream`: what was in the directory when it was
/// asked for.
pub struct DirectoryEntryStream(std::vec::IntoIter<(String, Kind)>);

impl Iterator for DirectoryEntryStream {
    type Item = (String, Kind);

    fn next(&mut self) -> Option<(String, Kind)> {
        self.0.next()
    }
}

/// How something is opened.
#[derive(Copy, Clone, Debug, Default)]
pub struct Open {
    /// Whether a symbolic link at the end of the path is followed.
    pub follow: bool,
    pub create: bool,
    pub exclusive: bool,
    pub truncate: bool,
    /// Whether it has to be a directory.
    pub directory: bool,
    pub read: bool,
    pub write: bool,
    /// Whether what is written has to be kept when the write returns.
    pub synchronous: bool,
}

impl Descriptor {
    /// The file, for functions of files.
    pub(super) fn file(&self) -> TreeResult<&File> {
        match self {
            Self::File(file) => Ok(file),
            Self::Dir(_) => Err(Errno::BadDescriptor),
        }
    }

    /// The directory, for functions of directories.
    pub(super) fn dir(&self) -> TreeResult<&Dir> {
        match self {
            Self::Dir(dir) => Ok(dir),
            Self::File(_) => Err(Errno::NotDirectory),
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
}

impl File {
    /// At most `len` bytes from `offset`.
    pub fn read(&self, offset: u64, len: usize) -> TreeResult<Vec<u8>> {
        if !self.readable {
            return Err(Errno::BadDescriptor);
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
            return Err(Errno::BadDescriptor);
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
            return Err(Errno::Invalid);
        }
        self.handle.lock().set_size(self.handle.node, size)
    }
}

impl Dir {
    /// What is in it, in order.
    pub fn entries(&self) -> TreeResult<DirectoryEntryStream> {
        let tree = self.handle.lock();
        let entries = tree.entries(self.handle.node)?.iter();
        let entries = entries.map(|(name, id)| Ok((name.clone(), tree.node(*id)?.kind())));
        let entries: Vec<_> = entries.collect::<TreeResult<_>>()?;
        Ok(DirectoryEntryStream(entries.into_iter()))
    }

    /// Opens what is at a path, and makes it if it is asked for.
    pub fn open_at(&self, path: &str, open: Open) -> TreeResult<Descriptor> {
        if open.synchronous {
            return Err(Errno::Unsupported);
        }
        if open.directory && (open.create || open.exclusive || open.truncate) {
            return Err(Errno::Invalid);
        }
        let writable = open.write || open.create || open.truncate;
        if writable {
            self.perms.check_write()?;
        }
        let node = self.open_node(path, open, writable)?;
        let handle = Handle::open(&self.handle.tree, node)?;
        let is_directory = handle.lock().node(node)?.is_directory();
        let perms = self.perms;
        Ok(match is_directory {
            true => Descriptor::Dir(Dir {
                handle,
                perms,
                mutable: false,
            }),
            false => Descriptor::File(File {
                handle,
                perms,
                readable: open.read || !open.write,
                writable,
            }),
        })
    }

    fn open_node(&self, path: &str, open: Open, writable: bool) -> TreeResult<NodeId> {
        let mut tree = self.handle.lock();
        let exclusive = open.create && open.exclusive;
        // Nothing is made under a name with a slash behind it, and what is there is not looked at.
        let slash = open.create && path.ends_with('/');
        if slash && self.place(&tree, without_slash(path))?.name.is_some() {
            return Err(Errno::IsDirectory);
        }
        let follow = open.follow && !exclusive;
        let place = resolve(&tree, self.handle.node, path, follow)?;
        let Some(id) = place.node else {
            return match (open.create, place.slash, place.name()) {
                (true, false, Some(name)) => {
                    tree.make(place.directory, name, Content::File(Vec::new()))
                }
                // A link that ends in a slash.
                (true, ..) => Err(Errno::IsDirectory),
                (false, ..) => Err(Errno::NoEntry),
            };
        };
        if exclusive {
            return Err(Errno::Exist);
        }
        match tree.node(id)?.content {
            Content::Link(_) => Err(Errno::Loop),
            Content::Directory(_) if writable => Err(Errno::IsDirectory),
            Content::Directory(_) => Ok(id),
            Content::File(_) if open.directory => Err(Errno::NotDirectory),
            Content::File(_) => {
                if open.truncate {
                    tree.set_size(id, 0)?;
                }
                Ok(id)
            }
        }
    }

    /// What is at a path, to be looked at.
    pub fn seen_at<T>(
        &self,
        follow: bool,
        path: &str,
        look: impl FnOnce(&mut Tree, NodeId) -> TreeResult<T>,
    ) -> TreeResult<T> {
        match only_name(path) {
            Some(name) if !follow => self.at(follow, name, look),
            Some(_) | None => self.at(follow, path, look),
        }
    }

    /// What is at a path; `follow` says what to do with a symbolic link at its end.
    pub fn at<T>(
        &self,
        follow: bool,
        path: &str,
        look: impl FnOnce(&mut Tree, NodeId) -> TreeResult<T>,
    ) -> TreeResult<T> {
        let mut tree = self.handle.lock();
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
            (Some(_), _) | (None, None) => Err(Errno::Exist),
        }
    }

    pub fn symlink(&self, target: &str, path: &str) -> TreeResult<()> {
        self.perms.check_write()?;
        if target.starts_with('/') {
            return Err(Errno::NotPermitted);
        }
        let mut tree = self.handle.lock();
        let place = self.place(&tree, path)?;
        if target.len() > LONGEST_PATH {
            return Err(Errno::NameTooLong);
        }
        match (place.node, place.name()) {
            (None, Some(name)) if !place.slash && !target.is_empty() => {
                let content = Content::Link(target.to_owned());
                tree.make(place.directory, name, content).map(drop)
            }
            (None, _) => Err(Errno::NoEntry),
            (Some(_), _) => Err(Errno::Exist),
        }
    }

    pub fn readlink(&self, path: &str) -> TreeResult<String> {
        let tree = self.handle.lock();
        let id = self.place(&tree, path)?.existing()?;
        match &tree.node(id)?.content {
            Content::Link(target) => Ok(target.clone()),
            Content::File(_) | Content::Directory(_) => Err(Errno::Invalid),
        }
    }

    pub fn link(&self, path: &str, other: &Dir, new_path: &str) -> TreeResult<()> {
        self.check_both(other)?;
        let mut tree = self.handle.lock();
        let old = self.place(&tree, path)?.existing()?;
        let new = other.place(&tree, new_path)?;
        if tree.node(old)?.is_directory() {
            return Err(Errno::NotPermitted);
        }
        match (new.node, new.name()) {
            (None, Some(name)) if !new.slash => tree.link(new.directory, name, old),
            (None, _) => Err(Errno::NoEntry),
            (Some(_), _) => Err(Errno::Exist),
        }
    }

    pub fn unlink_file(&self, path: &str) -> TreeResult<()> {
        self.perms.check_write()?;
        let mut tree = self.handle.lock();
        let place = self.place(&tree, path)?;
        let id = place.existing()?;
        match place.name() {
            Some(name) if !tree.node(id)?.is_directory() => tree.unlink(place.directory, name),
            Some(_) | None => Err(Errno::IsDirectory),
        }
    }

    pub fn remove_directory(&self, path: &str) -> TreeResult<()> {
        self.perms.check_write()?;
        let mut tree = self.handle.lock();
        let place = self.place(&tree, path)?;
        let id = place.existing()?;
        let empty = tree.entries(id)?.is_empty();
        match place.name() {
            Some(_) if place.slash => Err(Errno::Invalid),
            Some(name) if empty => tree.unlink(place.directory, name),
            Some(_) => Err(Errno::NotEmpty),
            None => Err(Errno::Invalid),
        }
    }

    pub fn rename(&self, path: &str, other: &Dir, new_path: &str) -> TreeResult<()> {
        self.check_both(other)?;
        let slash = path.ends_with('/') || new_path.ends_with('/');
        let mut tree = self.handle.lock();
        let old = self.place(&tree, without_slash(path))?;
        let new = other.place(&tree, without_slash(new_path))?;
        let (Some(old_name), Some(new_name)) = (old.name(), new.name()) else {
            return Err(Errno::Busy);
        };
        let id = old.existing()?;
        let is_directory = tree.node(id)?.is_directory();
        if slash && !is_directory {
            return Err(Errno::NotDirectory);
        }
        if is_directory && tree.is_within(id, new.directory) {
            return Err(Errno::Invalid);
        }
        if new.node == Some(id) {
            return Ok(());
        }
        if let Some(there) = new.node {
            match (is_directory, tree.node(there)?.is_directory()) {
                (true, false) => return Err(Errno::NotDirectory),
                (false, true) => return Err(Errno::IsDirectory),
                (true, true) if !tree.entries(there)?.is_empty() => {
                    return Err(Errno::NotEmpty);
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
            false => Err(Errno::CrossDevice),
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
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Stat {
    pub kind: Kind,
    pub links: u64,
    pub size: u64,
    pub accessed: Duration,
    pub modified: Duration,
    pub created: Duration,
}

/// What a node says of itself.
pub fn stat(tree: &Tree, id: NodeId) -> TreeResult<Stat> {
    let node = tree.node(id)?;
    Ok(Stat {
        kind: node.kind(),
        links: match &node.content {
            Content::Directory(_) => links_of_directory(tree, id)?,
            Content::File(_) | Content::Link(_) => node.links,
        },
        size: node.size(),
        accessed: node.accessed,
        modified: node.modified,
        created: node.created,
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
