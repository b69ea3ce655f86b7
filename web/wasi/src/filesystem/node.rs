//! What a tree is made of: files, directories and symbolic links, each with its times.

use std::collections::BTreeMap;
use std::time::Duration;

/// A node of a tree, by a number that is never used again.
pub type NodeId = u64;

/// A file, a directory or a symbolic link.
pub struct Node {
    pub content: Content,
    /// The times since 1970 at which it was made, read and changed.
    pub created: Duration,
    pub accessed: Duration,
    pub modified: Duration,
    /// How many directories have it; a directory itself has one such place.
    pub links: u64,
    /// How many handles are open: what has no link any more stays while there are some.
    pub open: u64,
    /// Grows when what a file has changes.
    pub version: u64,
}

/// What a node has.
pub enum Content {
    File(Vec<u8>),
    Directory(BTreeMap<String, NodeId>),
    Link(String),
}

/// The kind of a node.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    File,
    Directory,
    Link,
}

impl Node {
    /// A node made at `now`, in no directory yet.
    pub fn new(content: Content, now: Duration) -> Node {
        Node {
            content,
            created: now,
            accessed: now,
            modified: now,
            links: 0,
            open: 0,
            version: 0,
        }
    }

    pub fn kind(&self) -> Kind {
        match self.content {
            Content::File(_) => Kind::File,
            Content::Directory(_) => Kind::Directory,
            Content::Link(_) => Kind::Link,
        }
    }

    /// The size of what a file has, or a link says.
    pub fn size(&self) -> u64 {
        match &self.content {
            Content::File(bytes) => bytes.len() as u64,
            Content::Directory(_) => 0,
            Content::Link(target) => target.len() as u64,
        }
    }

    pub fn is_directory(&self) -> bool {
        matches!(self.content, Content::Directory(_))
    }
}
