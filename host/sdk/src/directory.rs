//! A directory for guests, natively: a temporary folder.

use std::fs;
use std::path::{Component, Path};
use std::sync::Arc;

use tempfile::TempDir;
use wasmtime::error::Context as _;
use wasmtime::{Result, ensure};

/// A directory to grant to guests, in the one spelling that both hosts have: natively a temporary
/// folder, in a page a tree in memory.
///
/// Clones are the same directory; natively the folder goes when the last clone does.
///
/// ```
/// use amphi::wasi::{FsPerms, WasiCtxBuilder};
///
/// # fn main() -> amphi::Result<()> {
/// let directory = amphi::Directory::of([("greeting.txt", "hello")])?;
/// let mut builder = WasiCtxBuilder::new();
/// builder.preopened_dir(&directory, "/data", FsPerms::ReadWrite)?;
/// // ... and after the guest has run:
/// assert_eq!(directory.read("greeting.txt")?, b"hello");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Directory(Arc<TempDir>);

impl AsRef<Path> for Directory {
    fn as_ref(&self) -> &Path {
        self.0.path()
    }
}

impl Directory {
    /// A directory with files, each at a path as [`write`](Self::write) takes it.
    ///
    /// ```
    /// # fn main() -> amphi::Result<()> {
    /// let directory = amphi::Directory::of([("a.txt", "one"), ("sub/b.txt", "two")])?;
    /// assert_eq!(directory.files(), ["a.txt", "sub/b.txt"]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// A path cannot be one of a file, or the file system refuses.
    pub fn of<P, B>(files: impl IntoIterator<Item = (P, B)>) -> Result<Self>
    where
        P: AsRef<str>,
        B: AsRef<[u8]>,
    {
        let folder = TempDir::with_prefix("amphi-directory-")?;
        let directory = Self(Arc::new(folder));
        for (path, bytes) in files {
            directory.write(path, bytes)?;
        }
        Ok(directory)
    }

    /// Writes a file anew, and makes the directories on the way to it.
    ///
    /// ```
    /// # fn main() -> amphi::Result<()> {
    /// let directory = amphi::Directory::of::<&str, &str>([])?;
    /// directory.write("sub/a.txt", "one")?;
    /// assert_eq!(directory.read("sub/a.txt")?, b"one");
    /// assert!(directory.write("../a.txt", "one").is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The path leads out of the directory or through a file, or the file system refuses.
    pub fn write(&self, path: impl AsRef<str>, bytes: impl AsRef<[u8]>) -> Result<()> {
        self.at(path.as_ref(), |path| {
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(path, bytes)
        })
    }

    /// Makes a directory, and those on the way to it.
    ///
    /// # Errors
    ///
    /// The path leads out of the directory or through a file, or the file system refuses.
    pub fn create_dir(&self, path: impl AsRef<str>) -> Result<()> {
        self.at(path.as_ref(), |path| fs::create_dir_all(path))
    }

    /// The bytes of the file at a path; symbolic links are followed.
    ///
    /// # Errors
    ///
    /// There is no file at the path.
    pub fn read(&self, path: impl AsRef<str>) -> Result<Vec<u8>> {
        self.at(path.as_ref(), |path| fs::read(path))
    }

    /// The paths of all files, in order. Symbolic links are none; what cannot be read is left out.
    pub fn files(&self) -> Vec<String> {
        let mut files = Vec::new();
        let mut left = vec![self.0.path().to_owned()];
        while let Some(folder) = left.pop() {
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                let path = entry.path();
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => left.push(path),
                    Ok(kind) if kind.is_file() => {
                        let inner = path.strip_prefix(self.0.path()).unwrap_or(&path);
                        files.push(inner.display().to_string());
                    }
                    Ok(_) | Err(_) => {}
                }
            }
        }
        files.sort();
        files
    }

    fn at<T>(&self, path: &str, action: impl FnOnce(&Path) -> std::io::Result<T>) -> Result<T> {
        let inside = |part| matches!(part, Component::Normal(_) | Component::CurDir);
        ensure!(
            Path::new(path).components().all(inside),
            "path `{path}` of a directory: expected one below it"
        );
        action(&self.0.path().join(path)).with_context(|| format!("path `{path}` of a directory"))
    }
}
