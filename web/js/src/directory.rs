//! Directories in memory, which the page and the components that are granted them share.

use crate::refusal;
use amphi_wasi_web::MemoryDir;
use wasm_bindgen::prelude::*;

/// A directory in memory.
#[wasm_bindgen]
#[derive(Default)]
pub struct Directory {
    pub(crate) tree: MemoryDir,
}

#[wasm_bindgen]
impl Directory {
    /// An empty one.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Directory {
        Directory::default()
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

    /// The paths of all files, in order.
    pub fn files(&self) -> Vec<String> {
        self.tree.files()
    }
}
