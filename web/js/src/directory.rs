//! Directories in memory, which the page and the components that are granted them share.

use crate::refusal;
use amphi_wasi_web::{MemoryDir, StoredDir};
use wasm_bindgen::prelude::*;

/// A directory in memory.
#[wasm_bindgen]
#[derive(Default)]
pub struct Directory {
    pub(crate) tree: MemoryDir,
    /// Where the browser keeps it, if it does.
    stored: Option<StoredDir>,
}

#[wasm_bindgen]
impl Directory {
    /// An empty one.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Directory {
        Directory::default()
    }

    /// One that the browser keeps for the page's origin, at a path of its private file system.
    ///
    /// # Errors
    ///
    /// The browser has no such file system, or not for this page; `path` cannot be one of a
    /// directory.
    pub async fn open(path: String) -> Result<Directory, JsError> {
        let stored = StoredDir::open(path).await.map_err(refusal)?;
        Ok(Directory {
            tree: MemoryDir::clone(&stored),
            stored: Some(stored),
        })
    }

    /// Writes what has changed to where the browser keeps it, if it does.
    ///
    /// # Errors
    ///
    /// The browser refuses.
    pub async fn sync(&self) -> Result<(), JsError> {
        match self.stored.clone() {
            Some(stored) => stored.sync().await.map_err(refusal),
            None => Ok(()),
        }
    }

    /// Writes a file anew, and makes the directories on the way to it.
    ///
    /// # Errors
    ///
    /// The path leads out of the directory or through a file, or the directory is full.
    pub fn write(&self, path: &str, bytes: &[u8]) -> Result<(), JsError> {
        self.tree.write(path, bytes).map_err(refusal)
    }

    /// The bytes of the file at a path.
    ///
    /// # Errors
    ///
    /// There is no file at the path.
    pub fn read(&self, path: &str) -> Result<Vec<u8>, JsError> {
        self.tree.read(path).map_err(refusal)
    }

    /// Makes a directory, and those on the way to it.
    ///
    /// # Errors
    ///
    /// The path leads out of the directory or through a file, or the directory is full.
    pub fn make(&self, path: &str) -> Result<(), JsError> {
        self.tree.create_dir(path).map_err(refusal)
    }

    /// Removes a file or an empty directory.
    ///
    /// # Errors
    ///
    /// There is none at the path.
    pub fn remove(&self, path: &str) -> Result<(), JsError> {
        self.tree.remove(path).map_err(refusal)
    }

    /// A number that grows with every change.
    pub fn version(&self) -> f64 {
        self.tree.version() as f64
    }

    /// The path of each file and directory, in order, followed by what changes with a file; of a
    /// directory that is empty.
    pub fn stamps(&self) -> Vec<String> {
        let stamp = |stamp: Option<(u64, u64)>| match stamp {
            Some((node, version)) => format!("{node} {version}"),
            None => String::new(),
        };
        let stamps = self.tree.stamps().into_iter();
        stamps.flat_map(|(path, at)| [path, stamp(at)]).collect()
    }

    /// The paths of all files, in order.
    pub fn files(&self) -> Vec<String> {
        self.tree.files()
    }
}
