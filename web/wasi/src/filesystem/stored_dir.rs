//! A directory that the browser keeps: a tree in memory, read from the origin's private file system
//! and written back to it.

mod script;

use super::memory_dir::MemoryDir;
use super::node::NodeId;
use super::tree::lock;
use amphi_web::error::Context as _;
use amphi_web::{Local, Result};
use script::{Entry, Folder};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::sync::Arc;
use tokio::sync::Mutex;

/// A directory that the browser keeps for the page's origin (its origin private file system, OPFS),
/// and that guests can be granted.
///
/// All of it is in memory, as a [`MemoryDir`] that it derefs to: it is read when it is opened, and
/// what has changed since is written by [`sync`](Self::sync) and not before. Files and directories
/// are kept; symbolic links and times are not. Clones are the same directory; one that is opened
/// twice is two, of which the one that is written last wins, file by file.
#[derive(Clone)]
pub struct StoredDir {
    memory: MemoryDir,
    kept: Arc<Mutex<Kept>>,
}

/// What the browser has.
struct Kept {
    folder: Local<Folder>,
    directories: BTreeSet<String>,
    /// Which version of which node a file is.
    files: BTreeMap<String, (NodeId, u64)>,
}

impl Deref for StoredDir {
    type Target = MemoryDir;

    fn deref(&self) -> &MemoryDir {
        &self.memory
    }
}

impl AsRef<MemoryDir> for StoredDir {
    fn as_ref(&self) -> &MemoryDir {
        &self.memory
    }
}

impl StoredDir {
    /// Opens the directory at `path` of the origin's private file system, and reads all that is in
    /// it. It is made if it is not there.
    ///
    /// # Errors
    ///
    /// The browser has no such file system, or not for this page (it needs a secure context);
    /// `path` cannot be one of a directory.
    pub async fn open(path: impl AsRef<str>) -> Result<StoredDir> {
        let path = path.as_ref().to_owned();
        // Promises are of the page, and a host may ask for `Send`.
        let open = async move {
            let mut folder = script::root().await?;
            for name in path.split('/').filter(|name| !name.is_empty()) {
                folder = folder.folder(name).await?;
            }
            StoredDir::read(folder).await
        };
        Local::new(open).await
    }

    async fn read(folder: Folder) -> Result<StoredDir> {
        let memory = MemoryDir::new();
        let mut directories = BTreeSet::new();
        let mut left = vec![(String::new(), folder.clone())];
        while let Some((path, folder)) = left.pop() {
            for (name, entry) in folder.entries().await? {
                let path = joined(&path, &name);
                match entry {
                    Entry::Folder(inner) => {
                        memory.create_dir(&path)?;
                        directories.insert(path.clone());
                        left.push((path, inner));
                    }
                    Entry::File(file) => memory.write(&path, file.read().await?)?,
                }
            }
        }
        let snapshot = Snapshot::of(&memory);
        let kept = Kept {
            folder: Local::new(folder),
            directories,
            files: snapshot.files,
        };
        Ok(StoredDir {
            memory,
            kept: Arc::new(Mutex::new(kept)),
        })
    }

    /// Writes what has changed since the directory was opened or written last.
    ///
    /// What guests change meanwhile is written by the next call. In a Worker files are written by
    /// synchronous access handles, elsewhere by writable streams, each of which replaces its file
    /// when it is whole.
    ///
    /// # Errors
    ///
    /// The browser refuses: the origin's quota is exhausted, a name cannot be one there, or it
    /// cannot write files at all. What was written until then stays written, and the next call goes
    /// on.
    pub async fn sync(&self) -> Result<()> {
        Local::new(async {
            let mut kept = self.kept.lock().await;
            let snapshot = Snapshot::of(&self.memory);
            kept.remove_all_but(&snapshot).await?;
            kept.add_directories(&snapshot).await?;
            kept.write_files(&self.memory, &snapshot).await
        })
        .await
    }
}

impl Kept {
    async fn remove_all_but(&mut self, snapshot: &Snapshot) -> Result<()> {
        let files = self.files.keys();
        let gone: Vec<String> = files
            .filter(|path| !snapshot.files.contains_key(*path))
            .cloned()
            .collect();
        for path in gone {
            self.remove(&path).await?;
            self.files.remove(&path);
        }
        // What is inside comes after what it is in.
        let directories = self.directories.iter().rev();
        let gone: Vec<String> = directories
            .filter(|path| !snapshot.directories.contains(*path))
            .cloned()
            .collect();
        for path in gone {
            self.remove(&path).await?;
            self.directories.remove(&path);
        }
        Ok(())
    }

    async fn remove(&self, path: &str) -> Result<()> {
        let (folder, name) = self.parent(path).await?;
        let removed = folder.remove(name).await;
        removed.with_context(|| format!("path `{path}` of a stored directory"))
    }

    async fn add_directories(&mut self, snapshot: &Snapshot) -> Result<()> {
        for path in &snapshot.directories {
            if !self.directories.contains(path) {
                let (folder, name) = self.parent(path).await?;
                let made = folder.folder(name).await;
                made.with_context(|| format!("path `{path}` of a stored directory"))?;
                self.directories.insert(path.clone());
            }
        }
        Ok(())
    }

    async fn write_files(&mut self, memory: &MemoryDir, snapshot: &Snapshot) -> Result<()> {
        for (path, version) in &snapshot.files {
            if self.files.get(path) == Some(version) {
                continue;
            }
            let bytes = match lock(&memory.tree).bytes(version.0) {
                Ok(bytes) => bytes.to_vec(),
                // Removed meanwhile: the next call sees that.
                Err(_) => continue,
            };
            let (folder, name) = self.parent(path).await?;
            let written = folder.write(name, &bytes).await;
            written.with_context(|| format!("path `{path}` of a stored directory"))?;
            self.files.insert(path.clone(), *version);
        }
        Ok(())
    }

    /// The folder that has a path's last name, and that name.
    async fn parent<'p>(&self, path: &'p str) -> Result<(Folder, &'p str)> {
        let mut folder = (*self.folder).clone();
        let Some((parents, name)) = path.rsplit_once('/') else {
            return Ok((folder, path));
        };
        for parent in parents.split('/') {
            folder = folder.folder(parent).await?;
        }
        Ok((folder, name))
    }
}

/// What is in memory.
struct Snapshot {
    directories: BTreeSet<String>,
    files: BTreeMap<String, (NodeId, u64)>,
}

impl Snapshot {
    fn of(memory: &MemoryDir) -> Snapshot {
        let mut snapshot = Snapshot {
            directories: BTreeSet::new(),
            files: BTreeMap::new(),
        };
        for (path, stamp) in memory.stamps() {
            match stamp {
                Some(version) => drop(snapshot.files.insert(path, version)),
                None => drop(snapshot.directories.insert(path)),
            }
        }
        snapshot
    }
}

fn joined(path: &str, name: &str) -> String {
    match path {
        "" => name.to_owned(),
        path => format!("{path}/{name}"),
    }
}
