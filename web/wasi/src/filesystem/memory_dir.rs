//! A directory in memory, as the host sees it.

use super::errno::{Errno, TreeResult};
use super::node::{Content, NodeId};
use super::path::resolve;
use super::tree::{DEFAULT_CAPACITY, ROOT, SharedTree, Tree, lock};
use crate::p2::bindings::filesystem::types::ErrorCode;
use crate::page;
use amphi_web::error::Context as _;
use amphi_web::{Error, Result};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// A directory in memory that guests can be granted, by
/// [`WasiCtxBuilder::preopened_dir`](crate::WasiCtxBuilder::preopened_dir).
///
/// Clones are the same directory: what guests write the host reads, during a call and after it. It
/// takes 256 MiB unless it is made by [`with_capacity`](Self::with_capacity).
#[derive(Clone)]
pub struct MemoryDir {
    pub(super) tree: SharedTree,
}

impl Default for MemoryDir {
    fn default() -> Self {
        Self::with_capacity(DEFAULT_CAPACITY)
    }
}

impl AsRef<MemoryDir> for MemoryDir {
    fn as_ref(&self) -> &MemoryDir {
        self
    }
}

impl MemoryDir {
    /// An empty directory.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty directory that takes `capacity` bytes; then guests get `insufficient-space`.
    pub fn with_capacity(capacity: u64) -> Self {
        let tree = Arc::new(Mutex::new(Tree::new(capacity, page::unix_time)));
        Self { tree }
    }

    /// A directory with files, each at a path as [`write`](Self::write) takes it.
    ///
    /// # Errors
    ///
    /// A path cannot be one of a file.
    pub fn of<P, B>(files: impl IntoIterator<Item = (P, B)>) -> Result<Self>
    where
        P: AsRef<str>,
        B: AsRef<[u8]>,
    {
        let directory = Self::new();
        for (path, bytes) in files {
            directory.write(path, bytes)?;
        }
        Ok(directory)
    }

    /// Writes a file anew, and makes the directories on the way to it.
    ///
    /// # Errors
    ///
    /// The path leads out of the directory or through a file, or the directory is full.
    pub fn write(&self, path: impl AsRef<str>, bytes: impl AsRef<[u8]>) -> Result<()> {
        let (path, bytes) = (path.as_ref(), bytes.as_ref());
        self.change(path, |tree| {
            let file = make_file(tree, path)?;
            tree.set_size(file, 0)?;
            tree.write(file, 0, bytes)
        })
    }

    /// Makes a directory, and those on the way to it.
    ///
    /// # Errors
    ///
    /// The path leads out of the directory or through a file, or the directory is full.
    pub fn create_dir(&self, path: impl AsRef<str>) -> Result<()> {
        let path = path.as_ref();
        self.change(path, |tree| make_directories(tree, path))
    }

    /// The bytes of the file at a path; symbolic links are followed.
    ///
    /// # Errors
    ///
    /// There is no file at the path.
    pub fn read(&self, path: impl AsRef<str>) -> Result<Vec<u8>> {
        let path = path.as_ref();
        self.change(path, |tree| {
            let place = resolve(tree, ROOT, path, true)?;
            Ok(tree.bytes(place.existing()?)?.to_vec())
        })
    }

    /// The paths of all files, in order. Symbolic links are none.
    pub fn files(&self) -> Vec<String> {
        let stamps = self.stamps().into_iter();
        let files = stamps.filter(|(_, stamp)| stamp.is_some());
        files.map(|(path, _)| path).collect()
    }

    /// Removes the file, the symbolic link or the empty directory at a path.
    ///
    /// # Errors
    ///
    /// There is nothing at the path, or it is a directory that has something.
    pub fn remove(&self, path: impl AsRef<str>) -> Result<()> {
        let path = path.as_ref();
        self.change(path, |tree| {
            let place = resolve(tree, ROOT, path, false)?;
            let node = place.existing()?;
            if tree.entries(node).is_ok_and(|entries| !entries.is_empty()) {
                return Err(Errno::NotEmpty);
            }
            let name = place.name().ok_or(Errno::Busy)?;
            tree.unlink(place.directory, name)
        })
    }

    /// A number that grows with every change of the directory, and of what is in it.
    pub fn version(&self) -> u64 {
        lock(&self.tree).version()
    }

    /// The paths of all files and directories, in order; of a file, what tells it from any other
    /// and from what it was before. Symbolic links are none.
    pub fn stamps(&self) -> Stamps {
        let mut stamps = BTreeMap::new();
        let tree = lock(&self.tree);
        walk(&tree, |path, id| {
            let stamp = match tree.node(id).map(|node| (&node.content, node.version)) {
                Ok((Content::Directory(_), _)) => None,
                Ok((Content::File(_), version)) => Some((id, version)),
                Ok((Content::Link(_), _)) | Err(_) => return,
            };
            stamps.insert(path.to_owned(), stamp);
        });
        stamps
    }

    fn change<T>(&self, path: &str, change: impl FnOnce(&mut Tree) -> TreeResult<T>) -> Result<T> {
        change(&mut lock(&self.tree))
            .map_err(|errno| Error::from(ErrorCode::from(errno)))
            .with_context(|| format!("path `{path}` of a directory in memory"))
    }
}

/// Paths; of a file, its node and version.
pub type Stamps = BTreeMap<String, Option<(NodeId, u64)>>;

/// The file at a path, which is made if it is not there.
pub fn make_file(tree: &mut Tree, path: &str) -> TreeResult<NodeId> {
    if let Some((directories, _)) = path.trim_start_matches('/').rsplit_once('/') {
        make_directories(tree, directories)?;
    }
    let place = resolve(tree, ROOT, path, true)?;
    match (place.node, place.name()) {
        (Some(node), _) => Ok(node),
        (None, Some(name)) if !place.slash => {
            tree.make(place.directory, name, Content::File(Vec::new()))
        }
        (None, _) => Err(Errno::IsDirectory),
    }
}

/// Makes the directory at a path, and those on the way.
pub fn make_directories(tree: &mut Tree, path: &str) -> TreeResult<()> {
    let ends = path.match_indices('/').map(|(end, _)| end);
    for end in ends.chain([path.len()]) {
        let place = resolve(tree, ROOT, &path[..end], true)?;
        if let (None, Some(name)) = (place.node, place.name()) {
            tree.make(place.directory, name, Content::Directory(BTreeMap::new()))?;
        }
    }
    Ok(())
}

/// Visits everything in a tree, with its path.
pub fn walk(tree: &Tree, mut visit: impl FnMut(&str, NodeId)) {
    let mut left = vec![(String::new(), ROOT)];
    while let Some((path, directory)) = left.pop() {
        for (name, id) in tree.entries(directory).into_iter().flatten() {
            let path = match path.is_empty() {
                true => name.clone(),
                false => format!("{path}/{name}"),
            };
            visit(&path, *id);
            if tree.entries(*id).is_ok() {
                left.push((path, *id));
            }
        }
    }
}
