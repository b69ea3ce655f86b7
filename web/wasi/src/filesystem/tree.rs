//! A tree of files in memory: its nodes, what is read from them and written to them, and how much
//! they may take.

use super::errno::{Errno, TreeResult};
use super::node::{Content, Node, NodeId};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The directory that everything else is in.
pub const ROOT: NodeId = 0;

/// What a tree takes, if nobody says otherwise.
pub const DEFAULT_CAPACITY: u64 = 256 << 20;

/// What a node takes besides its bytes: a guest that makes empty files without end is stopped, too.
const NODE_SIZE: u64 = 256;

/// What tells the time since 1970.
pub type Clock = fn() -> Duration;

/// A tree that several handles share.
pub type SharedTree = Arc<Mutex<Tree>>;

/// How many trees there have been.
static TREES: AtomicU64 = AtomicU64::new(0);

/// A tree of files in memory.
pub struct Tree {
    /// No other tree has it.
    pub id: u64,
    nodes: BTreeMap<NodeId, Node>,
    next: NodeId,
    size: u64,
    capacity: u64,
    version: u64,
    clock: Clock,
}

/// Takes a tree's lock. A panic while it was held left whole nodes behind.
pub fn lock(tree: &SharedTree) -> MutexGuard<'_, Tree> {
    tree.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Tree {
    /// An empty directory that takes `capacity` bytes, and has its times from `clock`.
    pub fn new(capacity: u64, clock: Clock) -> Tree {
        let mut root = Node::new(Content::Directory(BTreeMap::new()), clock());
        root.links = 1;
        Tree {
            id: TREES.fetch_add(1, Ordering::Relaxed),
            nodes: BTreeMap::from([(ROOT, root)]),
            next: ROOT + 1,
            size: 0,
            capacity,
            version: 0,
            clock,
        }
    }

    /// Grows with every change.
    pub fn version(&self) -> u64 {
        self.version
    }

    pub fn node(&self, id: NodeId) -> TreeResult<&Node> {
        self.nodes.get(&id).ok_or(Errno::NoEntry)
    }

    pub fn node_mut(&mut self, id: NodeId) -> TreeResult<&mut Node> {
        self.nodes.get_mut(&id).ok_or(Errno::NoEntry)
    }

    /// What a directory has.
    pub fn entries(&self, directory: NodeId) -> TreeResult<&BTreeMap<String, NodeId>> {
        match &self.node(directory)?.content {
            Content::Directory(entries) => Ok(entries),
            Content::File(_) | Content::Link(_) => Err(Errno::NotDirectory),
        }
    }

    /// The bytes of a file.
    pub fn bytes(&self, file: NodeId) -> TreeResult<&[u8]> {
        match &self.node(file)?.content {
            Content::File(bytes) => Ok(bytes),
            Content::Directory(_) => Err(Errno::IsDirectory),
            Content::Link(_) => Err(Errno::Loop),
        }
    }

    /// At most `len` bytes of a file from `offset`; none at its end.
    pub fn read(&self, file: NodeId, offset: u64, len: usize) -> TreeResult<&[u8]> {
        let bytes = self.bytes(file)?;
        check_range(offset, len)?;
        let start = usize::try_from(offset).map_or(bytes.len(), |start| start.min(bytes.len()));
        let end = start.saturating_add(len).min(bytes.len());
        Ok(&bytes[start..end])
    }

    /// Writes bytes into a file at `offset`, with zeroes before them where the file is shorter.
    pub fn write(&mut self, file: NodeId, offset: u64, bytes: &[u8]) -> TreeResult<()> {
        check_range(offset, bytes.len())?;
        if bytes.is_empty() {
            return Ok(());
        }
        let end = offset + bytes.len() as u64;
        if end > self.bytes(file)?.len() as u64 {
            self.resize(file, end)?;
        }
        let start = usize::try_from(offset).map_err(|_| Errno::FileTooLarge)?;
        if let Content::File(content) = &mut self.node_mut(file)?.content {
            content[start..start + bytes.len()].copy_from_slice(bytes);
        }
        self.touch(file)
    }

    /// Cuts a file off, or fills it up with zeroes.
    pub fn set_size(&mut self, file: NodeId, size: u64) -> TreeResult<()> {
        self.bytes(file)?;
        self.resize(file, size)?;
        self.touch(file)
    }

    fn resize(&mut self, file: NodeId, size: u64) -> TreeResult<()> {
        let old = self.bytes(file)?.len();
        // More than a page can address is more than it has.
        let new = usize::try_from(size).map_err(|_| Errno::InsufficientSpace)?;
        if new > old {
            self.take((new - old) as u64)?;
        } else {
            self.size -= (old - new) as u64;
        }
        let Content::File(bytes) = &mut self.node_mut(file)?.content else {
            return Err(Errno::IsDirectory);
        };
        if bytes.try_reserve(new.saturating_sub(old)).is_err() {
            self.size -= new.saturating_sub(old) as u64;
            return Err(Errno::InsufficientMemory);
        }
        bytes.resize(new, 0);
        Ok(())
    }

    fn take(&mut self, size: u64) -> TreeResult<()> {
        match self.size.checked_add(size) {
            Some(sum) if sum <= self.capacity => {
                self.size = sum;
                Ok(())
            }
            Some(_) | None => Err(Errno::InsufficientSpace),
        }
    }

    /// Notes that a node was changed just now.
    pub fn touch(&mut self, id: NodeId) -> TreeResult<()> {
        self.version += 1;
        let (version, now) = (self.version, (self.clock)());
        let node = self.node_mut(id)?;
        node.modified = now;
        node.version = version;
        Ok(())
    }

    /// Makes a node and puts it into a directory, where the name is free.
    pub fn make(&mut self, directory: NodeId, name: &str, content: Content) -> TreeResult<NodeId> {
        let node = Node::new(content, (self.clock)());
        self.take(NODE_SIZE + node.size())?;
        let id = self.next;
        self.nodes.insert(id, node);
        self.next += 1;
        match self.link(directory, name, id) {
            Ok(()) => Ok(id),
            Err(error) => {
                self.forget(id);
                Err(error)
            }
        }
    }

    /// Puts a node into a directory, where the name is free.
    pub fn link(&mut self, directory: NodeId, name: &str, id: NodeId) -> TreeResult<()> {
        let parent = self.node_mut(directory)?;
        if parent.links == 0 {
            return Err(Errno::NoEntry);
        }
        let Content::Directory(entries) = &mut parent.content else {
            return Err(Errno::NotDirectory);
        };
        if entries.contains_key(name) {
            return Err(Errno::Exist);
        }
        entries.insert(name.to_owned(), id);
        self.node_mut(id)?.links += 1;
        self.touch(directory)
    }

    /// Takes a name out of a directory.
    pub fn unlink(&mut self, directory: NodeId, name: &str) -> TreeResult<()> {
        let parent = self.node_mut(directory)?;
        let Content::Directory(entries) = &mut parent.content else {
            return Err(Errno::NotDirectory);
        };
        let id = entries.remove(name).ok_or(Errno::NoEntry)?;
        self.touch(directory)?;
        let node = self.node_mut(id)?;
        node.links -= 1;
        self.forget_unless_used(id);
        Ok(())
    }

    /// Whether `inner` is `outer`, or somewhere below it.
    pub fn is_within(&self, outer: NodeId, inner: NodeId) -> bool {
        let mut left = vec![outer];
        while let Some(id) = left.pop() {
            if id == inner {
                return true;
            }
            left.extend(self.entries(id).into_iter().flat_map(BTreeMap::values));
        }
        false
    }

    fn forget_unless_used(&mut self, id: NodeId) {
        if self
            .nodes
            .get(&id)
            .is_some_and(|node| node.links == 0 && node.open == 0)
        {
            self.forget(id);
        }
    }

    fn forget(&mut self, id: NodeId) {
        if let Some(node) = self.nodes.remove(&id) {
            self.size -= NODE_SIZE + node.size();
        }
    }
}

/// Offsets are signed where there are file systems, and so is where bytes from there end.
fn check_range(offset: u64, len: usize) -> TreeResult<()> {
    let end = offset.checked_add(len as u64).map(i64::try_from);
    match end {
        Some(Ok(_)) => Ok(()),
        Some(Err(_)) | None => Err(Errno::Invalid),
    }
}

/// A node that is open: it stays while this is kept.
pub struct Handle {
    pub tree: SharedTree,
    pub node: NodeId,
}

impl Handle {
    /// Opens a node of a tree whose lock is not held.
    pub fn open(tree: &SharedTree, node: NodeId) -> TreeResult<Handle> {
        lock(tree).node_mut(node)?.open += 1;
        let tree = Arc::clone(tree);
        Ok(Handle { tree, node })
    }

    /// The tree, locked.
    pub fn lock(&self) -> MutexGuard<'_, Tree> {
        lock(&self.tree)
    }

    /// Whether both are handles of one tree.
    pub fn shares_tree_with(&self, other: &Handle) -> bool {
        Arc::ptr_eq(&self.tree, &other.tree)
    }
}

impl Clone for Handle {
    fn clone(&self) -> Handle {
        if let Ok(node) = self.lock().node_mut(self.node) {
            node.open += 1;
        }
        Handle {
            tree: Arc::clone(&self.tree),
            node: self.node,
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let mut tree = self.lock();
        if let Ok(node) = tree.node_mut(self.node) {
            node.open -= 1;
        }
        tree.forget_unless_used(self.node);
    }
}

#[cfg(test)]
mod tests {
    use super::{Handle, NODE_SIZE, ROOT, Tree, lock};
    use crate::filesystem::errno::Errno;
    use crate::filesystem::node::Content;
    use std::cell::Cell;
    use std::collections::BTreeMap;
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    /// One second later each time that it is asked in a test.
    fn clock() -> Duration {
        thread_local! {
            static SECONDS: Cell<u64> = const { Cell::new(0) };
        }
        SECONDS.set(SECONDS.get() + 1);
        Duration::from_secs(SECONDS.get())
    }

    fn file() -> Content {
        Content::File(Vec::new())
    }

    #[test]
    fn a_tree_takes_so_much_and_gets_back_what_is_gone() {
        let tree = Arc::new(Mutex::new(Tree::new(2 * NODE_SIZE + 10, clock)));
        let a = lock(&tree).make(ROOT, "a", file()).unwrap();
        {
            let mut tree = lock(&tree);
            tree.make(ROOT, "b", file()).unwrap();
            tree.write(a, 0, b"0123456789").unwrap();
            let full = Err(Errno::InsufficientSpace);
            assert_eq!(tree.write(a, 10, b"x"), full);
            assert_eq!(tree.set_size(a, 1 << 40), full);
            assert_eq!(tree.set_size(a, u64::MAX), full);
            assert_eq!(tree.bytes(a), Ok(&b"0123456789"[..]));
            tree.write(a, 9, b"x").unwrap();
            let link = Content::Link("a".to_owned());
            assert_eq!(tree.make(ROOT, "c", link), Err(Errno::InsufficientSpace));
            assert_eq!(tree.make(ROOT, "b", file()), Err(Errno::InsufficientSpace));
            assert_eq!(tree.entries(ROOT).map(BTreeMap::len), Ok(2));
        }
        let open = Handle::open(&tree, a).unwrap();
        let again = open.clone();
        lock(&tree).unlink(ROOT, "a").unwrap();
        drop(open);
        assert_eq!(
            lock(&tree).make(ROOT, "c", file()),
            Err(Errno::InsufficientSpace)
        );
        drop(again);
        assert_eq!(lock(&tree).bytes(a), Err(Errno::NoEntry));
        let c = lock(&tree).make(ROOT, "c", file()).unwrap();
        assert_ne!(c, a, "a number is never used again");
        lock(&tree).write(c, 0, b"0123456789").unwrap();
        lock(&tree).set_size(c, 9).unwrap();
        lock(&tree).write(c, 9, b"x").unwrap();
    }

    #[test]
    fn what_changes_has_a_new_time_and_version() {
        let mut tree = Tree::new(1 << 20, clock);
        let file = tree.make(ROOT, "a", file()).unwrap();
        let times = |tree: &Tree, id| {
            let node = tree.node(id).unwrap();
            [node.created, node.modified].map(|time| time.as_secs())
        };
        assert_eq!((times(&tree, ROOT), times(&tree, file)), ([1, 3], [2, 2]));
        tree.write(file, 0, b"text").unwrap();
        assert_eq!((times(&tree, ROOT), times(&tree, file)), ([1, 3], [2, 4]));
        let version = tree.node(file).unwrap().version;
        tree.read(file, 0, 4).unwrap();
        tree.write(file, 9, b"").unwrap();
        assert_eq!((times(&tree, file), tree.version()), ([2, 4], version));
        tree.set_size(file, 1).unwrap();
        tree.link(ROOT, "b", file).unwrap();
        assert_eq!((times(&tree, ROOT), times(&tree, file)), ([1, 6], [2, 5]));
        tree.unlink(ROOT, "a").unwrap();
        assert_eq!(times(&tree, ROOT), [1, 7]);
        assert_eq!(tree.version(), version + 3);
    }
}
