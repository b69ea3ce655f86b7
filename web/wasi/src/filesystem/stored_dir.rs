//! A directory that the browser keeps: a tree in memory, read from the origin's private file system
//! and written back to it.

mod script;

use super::memory_dir::{MemoryDir, Stamps};
use super::tree::lock;
use amphi_web::error::Context as _;
use amphi_web::{Local, Result};
use script::{Entry, Folder};
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
    /// Which version of which node a file is.
    paths: Stamps,
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
        let mut left = vec![(String::new(), folder.clone())];
        while let Some((path, folder)) = left.pop() {
            for (name, entry) in folder.entries().await? {
                let path = joined(&path, &name);
                match entry {
                    Entry::Folder(inner) => {
                        memory.create_dir(&path)?;
                        left.push((path, inner));
                    }
                    Entry::File(file) => memory.write(&path, file.read().await?)?,
                }
            }
        }
        let kept = Kept {
            folder: Local::new(folder),
            paths: memory.stamps(),
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
            let now = self.memory.stamps();
            kept.remove_all_but(&now).await?;
            kept.add_directories(&now).await?;
            kept.write_files(&self.memory, &now).await
        })
        .await
    }
}

impl Kept {
    async fn remove_all_but(&mut self, now: &Stamps) -> Result<()> {
        for is_file in [true, false] {
            // What is inside comes after what it is in.
            let paths = self.paths.iter().rev().filter(|(path, stamp)| {
                stamp.is_some() == is_file && now.get(*path).map(Option::is_some) != Some(is_file)
            });
            let gone: Vec<String> = paths.map(|(path, _)| path.clone()).collect();
            for path in gone {
                self.remove(&path).await?;
                self.paths.remove(&path);
            }
        }
        Ok(())
    }

    async fn remove(&self, path: &str) -> Result<()> {
        let (folder, name) = self.parent(path).await?;
        let removed = folder.remove(name).await;
        removed.with_context(|| format!("path `{path}` of a stored directory"))
    }

    async fn add_directories(&mut self, now: &Stamps) -> Result<()> {
        for (path, stamp) in now {
            if stamp.is_none() && !self.paths.contains_key(path) {
                let (folder, name) = self.parent(path).await?;
                let made = folder.folder(name).await;
                made.with_context(|| format!("path `{path}` of a stored directory"))?;
                self.paths.insert(path.clone(), None);
            }
        }
        Ok(())
    }

    async fn write_files(&mut self, memory: &MemoryDir, now: &Stamps) -> Result<()> {
        for (path, stamp) in now {
            let Some((node, _)) = stamp else { continue };
            if self.paths.get(path) == Some(stamp) {
                continue;
            }
            let bytes = match lock(&memory.tree).bytes(*node) {
                Ok(bytes) => bytes.to_vec(),
                // Removed meanwhile: the next call sees that.
                Err(_) => continue,
            };
            let (folder, name) = self.parent(path).await?;
            let written = folder.write(name, &bytes).await;
            written.with_context(|| format!("path `{path}` of a stored directory"))?;
            self.paths.insert(path.clone(), *stamp);
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

fn joined(path: &str, name: &str) -> String {
    match path {
        "" => name.to_owned(),
        path => format!("{path}/{name}"),
    }
}
