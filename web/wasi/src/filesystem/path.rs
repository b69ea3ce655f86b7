//! Where a path leads. No path leads out of the directory that it begins in.

use super::errno::{Errno, TreeResult};
use super::node::{Content, NodeId};
use super::tree::Tree;

/// How many symbolic links one path may lead through.
const MOST_LINKS: u32 = 40;

/// The longest name in a directory, and the longest path, in bytes.
const LONGEST_NAME: usize = 255;
pub const LONGEST_PATH: usize = 4095;

/// Where a path leads to.
pub struct Place {
    /// The directory that has it, or may get it.
    pub directory: NodeId,
    /// Its name there; none if the path ends in `.` or `..`, and so means `directory` itself.
    pub name: Option<String>,
    /// What is there.
    pub node: Option<NodeId>,
    /// The path ends in a slash.
    pub slash: bool,
}

impl Place {
    /// What is there, if anything is.
    pub fn existing(&self) -> TreeResult<NodeId> {
        self.node.ok_or(Errno::NoEntry)
    }

    /// The name under which something is there, or can be.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

/// Follows `path` from `base`. `follow` says what to do with a symbolic link at its end.
pub fn resolve(tree: &Tree, base: NodeId, path: &str, follow: bool) -> TreeResult<Place> {
    check_length(path)?;
    walk(tree, base, path, follow)
}

/// As [`resolve`], where what is at the end is done something to in its directory: natively that
/// directory is opened first, by a path of its own.
pub fn resolve_in_parent(tree: &Tree, base: NodeId, path: &str) -> TreeResult<Place> {
    check_length(parent(path))?;
    walk(tree, base, path, false)
}

fn check_length(path: &str) -> TreeResult<()> {
    match path.len() > LONGEST_PATH {
        true => Err(Errno::NameTooLong),
        false => Ok(()),
    }
}

/// The path of the directory that has what is at the end of `path`, or all of it where it ends in a
/// directory itself.
fn parent(path: &str) -> &str {
    let (mut parent, name) = path.rsplit_once('/').unwrap_or(("", path));
    if name.is_empty() || name == ".." || (name == "." && path != ".") {
        return path;
    }
    while let Some(shorter) = parent.strip_suffix('/').or(parent.strip_suffix("/.")) {
        parent = shorter;
    }
    parent
}

/// The one name that `path` consists of, if it does, without what follows it of slashes and dots:
/// who does not follow links natively looks at that.
pub fn only_name(path: &str) -> Option<&str> {
    let mut parts = path.split('/');
    let name = parts
        .next()
        .filter(|name| !matches!(*name, "" | "." | ".."))?;
    parts.all(|part| matches!(part, "" | ".")).then_some(name)
}

fn walk(tree: &Tree, base: NodeId, path: &str, follow: bool) -> TreeResult<Place> {
    let mut walk = Walk {
        tree,
        left: Vec::new(),
        directories: vec![base],
        links: 0,
        slash: false,
    };
    walk.push(path)?;
    walk.slash = path.ends_with('/');
    while let Some(part) = walk.left.pop() {
        match part.as_str() {
            "." => {}
            ".." => walk.up()?,
            name => {
                if let Some(place) = walk.step(name, follow)? {
                    return Ok(place);
                }
            }
        }
    }
    let directory = walk.here();
    Ok(Place {
        directory,
        name: None,
        node: Some(directory),
        slash: walk.slash,
    })
}

struct Walk<'a> {
    tree: &'a Tree,
    /// The parts of the path that are left, the next one last.
    left: Vec<String>,
    /// The directories from the base to where the walk is.
    directories: Vec<NodeId>,
    links: u32,
    slash: bool,
}

impl Walk<'_> {
    /// Puts a path before what is left.
    fn push(&mut self, path: &str) -> TreeResult<()> {
        if path.is_empty() {
            return Err(Errno::NoEntry);
        }
        if path.contains('\0') {
            return Err(Errno::Invalid);
        }
        if path.starts_with('/') {
            return Err(Errno::NotPermitted);
        }
        let parts = path.split('/').filter(|part| !part.is_empty());
        self.left.extend(parts.rev().map(str::to_owned));
        Ok(())
    }

    fn here(&self) -> NodeId {
        *self
            .directories
            .last()
            .expect("`up` leaves the base where it is")
    }

    fn up(&mut self) -> TreeResult<()> {
        if self.directories.len() == 1 {
            return Err(Errno::NotPermitted);
        }
        self.directories.pop();
        Ok(())
    }

    /// Goes into the directory `name`, or ends there.
    fn step(&mut self, name: &str, follow: bool) -> TreeResult<Option<Place>> {
        if name.len() > LONGEST_NAME {
            return Err(Errno::NameTooLong);
        }
        let directory = self.here();
        let at_end = self.left.is_empty();
        let node = self.tree.entries(directory)?.get(name).copied();
        let end = |node, slash| {
            Ok(Some(Place {
                directory,
                name: Some(name.to_owned()),
                node,
                slash,
            }))
        };
        let Some(id) = node else {
            return match at_end {
                true => end(None, self.slash),
                false => Err(Errno::NoEntry),
            };
        };
        match &self.tree.node(id)?.content {
            Content::Link(target) if follow || !at_end || self.slash => {
                self.links += 1;
                if self.links > MOST_LINKS {
                    return Err(Errno::Loop);
                }
                self.slash |= at_end && target.ends_with('/');
                self.push(target)?;
                Ok(None)
            }
            Content::Directory(_) if !at_end => {
                self.directories.push(id);
                Ok(None)
            }
            Content::File(_) | Content::Link(_) if !at_end || self.slash => {
                Err(Errno::NotDirectory)
            }
            Content::Directory(_) | Content::File(_) | Content::Link(_) => {
                end(Some(id), self.slash)
            }
        }
    }
}
