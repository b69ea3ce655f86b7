//! Machine code on disk.
//!
//! An entry is a file `<compatibility hash>/<digest of the component>.code`: eight bytes that say
//! what it is, the digests of the component and of the code, and the code. It is written beside and
//! renamed, so that a process that dies in the middle leaves no half entry. What does not agree in
//! every part is compiled again. Code is [trusted](crate::trusted) only where nobody but this user
//! and root can have put it: that is looked at when the folder is opened, and for each entry when
//! it is read.

use std::error::Error;
use std::fmt;
use std::fs;
use std::hash::{BuildHasher, BuildHasherDefault};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};
use sha2::Digest as _;
use wasmtime::Engine;
use xxhash_rust::xxh3::Xxh3;

use crate::blocking::DEPLOYING;
use crate::digest::Digest;
use amphi_edge_blocking::trusted;

const MAGIC: &[u8; 8] = b"amphi\0c1";
const HEADER: usize = MAGIC.len() + 32 + 32;

/// A folder of machine code.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: PathBuf,
    /// Whether what is compiled is kept.
    keeps: bool,
}

impl Cache {
    /// The cache in `folder`, which is made if it is missing.
    ///
    /// # Errors
    ///
    /// The folder cannot be made, or others could put their code into it: it, a folder on the way
    /// to it or a symbolic link there belongs to another user than this one and root, or can be
    /// written to by others.
    pub fn open(folder: impl Into<PathBuf>) -> io::Result<Self> {
        let folder = folder.into();
        made(&folder)?;
        if let Err(error) = sweep(&folder) {
            tracing::warn!(folder = %folder.display(), %error, "incomplete cache entries could not be removed");
        }
        Ok(Self {
            folder,
            keeps: true,
        })
    }

    /// The cache in `folder` for who only looks: nothing is written, and the folder is not made.
    ///
    /// # Errors
    ///
    /// Others could put their code into it, as for [`open`](Self::open); or it is missing and could
    /// not be made.
    pub(crate) fn look(folder: impl Into<PathBuf>) -> io::Result<Self> {
        let folder = folder.into();
        trusted::folder(&folder)?;
        trusted::can_be_written(&folder)?;
        Ok(Self {
            folder,
            keeps: false,
        })
    }

    /// What was kept for a component, if it is whole.
    pub(crate) async fn read(&self, engine: &Engine, digest: Digest) -> Option<Vec<u8>> {
        let path = self.path(engine, digest);
        let read = DEPLOYING.run(move || {
            let mut bytes = Vec::new();
            let read = trusted::open(&path).and_then(|mut file| file.read_to_end(&mut bytes));
            match read {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(error) => {
                    tracing::warn!(path = %path.display(), %error, "a cache entry cannot be used: compiling the component again");
                    return Ok(None);
                }
            }
            let code = whole(&bytes, digest);
            if code.is_none() {
                tracing::warn!(path = %path.display(), "a cache entry is invalid: compiling the component again");
            }
            io::Result::Ok(code)
        });
        read.await.ok()?
    }

    /// Keeps `code` for a component. If that fails, the component is compiled again the next time.
    pub(crate) async fn write(
        &self,
        engine: &Engine,
        digest: Digest,
        code: &[u8],
    ) -> Result<(), CacheError> {
        if !self.keeps {
            return Ok(());
        }
        let path = self.path(engine, digest);
        let mut file = Vec::with_capacity(HEADER + code.len());
        file.extend_from_slice(MAGIC);
        file.extend_from_slice(digest.as_bytes());
        file.extend_from_slice(&sha2::Sha256::digest(code));
        file.extend_from_slice(code);
        let written = DEPLOYING.run(move || write(&path, &file)).await;
        written.map_err(|error| CacheError {
            folder: self.folder.clone(),
            error,
        })
    }

    fn path(&self, engine: &Engine, digest: Digest) -> PathBuf {
        let hash =
            BuildHasherDefault::<Xxh3>::default().hash_one(engine.precompile_compatibility_hash());
        self.folder
            .join(format!("{hash:016x}"))
            .join(format!("{digest}.code"))
    }
}

/// Why code is not kept.
#[derive(Debug)]
pub struct CacheError {
    /// Where it should be.
    pub folder: PathBuf,
    /// Why it is not there.
    pub error: io::Error,
}

impl fmt::Display for CacheError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let folder = self.folder.display();
        write!(f, "its compiled code could not be cached in `{folder}`")
    }
}

impl Error for CacheError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.error)
    }
}

/// The code in an entry, if the entry is whole and the component's.
fn whole(file: &[u8], digest: Digest) -> Option<Vec<u8>> {
    let (header, code) = file.split_at_checked(HEADER)?;
    let (magic, header) = header.split_at(MAGIC.len());
    let (component, of_code) = header.split_at(32);
    let agree = magic == MAGIC
        && component == digest.as_bytes()
        && of_code == sha2::Sha256::digest(code).as_slice();
    agree.then(|| code.to_vec())
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    made(path.parent().unwrap_or(Path::new(".")))?;
    let beside = path.with_extension(format!("{}.part", std::process::id()));
    let written = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)
        .and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

/// Removes what processes that are no more have left half-written.
fn sweep(folder: &Path) -> io::Result<()> {
    for folder in fs::read_dir(folder)? {
        let folder = folder?;
        if !folder.file_type()?.is_dir() {
            continue;
        }
        for file in fs::read_dir(folder.path())? {
            let path = file?.path();
            if writer(&path).is_some_and(|process| !is_running(process)) {
                fs::remove_file(&path)?;
            }
        }
    }
    Ok(())
}

/// The process that a half-written entry is of: it is in the name, `<digest>.<process>.part`.
fn writer(path: &Path) -> Option<Pid> {
    let name = path.file_name()?.to_str()?.strip_suffix(".part")?;
    let (_, process) = name.rsplit_once('.')?;
    Pid::from_raw(process.parse().ok()?)
}

fn is_running(process: Pid) -> bool {
    // A process of somebody else's runs too.
    test_kill_process(process) != Err(Errno::SRCH)
}

/// Makes a folder that is missing, and sees that nobody else can put anything into it.
fn made(folder: &Path) -> io::Result<()> {
    if !trusted::folder(folder)? {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true).mode(0o700).create(folder)?;
        // Somebody else may have been faster, where others may write.
        trusted::folder(folder)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn engine() -> Engine {
        Engine::default()
    }

    #[tokio::test]
    async fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path().join("cache")).unwrap();
        let digest = Digest::of(b"component");
        assert_eq!(cache.read(&engine(), digest).await, None);
        cache.write(&engine(), digest, b"code").await.unwrap();
        assert_eq!(cache.read(&engine(), digest).await.unwrap(), b"code");
        let other = Digest::of(b"another");
        assert_eq!(cache.read(&engine(), other).await, None);
    }

    #[tokio::test]
    async fn no_changed_byte_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path().join("cache")).unwrap();
        let digest = Digest::of(b"component");
        cache.write(&engine(), digest, b"code").await.unwrap();
        let path = cache.path(&engine(), digest);
        let good = fs::read(&path).unwrap();
        for place in 0..good.len() {
            let mut bad = good.clone();
            bad[place] ^= 1;
            fs::write(&path, &bad).unwrap();
            assert_eq!(cache.read(&engine(), digest).await, None, "byte {place}");
        }
        for length in 0..good.len() {
            fs::write(&path, &good[..length]).unwrap();
            assert_eq!(cache.read(&engine(), digest).await, None, "{length} bytes");
        }
    }

    #[test]
    fn what_a_dead_process_has_left_half_written_is_cleared_away() {
        let folder = tempfile::tempdir().unwrap();
        let entries = folder.path().join("cache/0123");
        fs::create_dir_all(&entries).unwrap();
        let mut dead = std::process::Command::new("true").spawn().unwrap();
        dead.wait().unwrap();
        let names = [
            format!("a.{}.part", dead.id()),
            format!("a.{}.part", std::process::id()),
            "a.code".to_owned(),
            "a.part".to_owned(),
        ];
        for name in &names {
            fs::write(entries.join(name), "half").unwrap();
        }
        Cache::open(folder.path().join("cache")).unwrap();
        let stays = names.map(|name| entries.join(name).exists());
        assert_eq!(stays, [false, true, true, true]);
    }

    fn chmod(path: &Path, mode: u32) {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_folder_that_others_write_to_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        chmod(folder.path(), 0o777);
        // In the second one others could put a folder of theirs in its place.
        for cache in [folder.path().to_owned(), folder.path().join("cache")] {
            let error = Cache::open(&cache).unwrap_err();
            assert!(error.to_string().contains("mode 777"), "{error}");
            Cache::look(&cache).unwrap_err();
        }
        assert!(!folder.path().join("cache").exists());
    }

    #[tokio::test]
    async fn code_that_others_could_have_put_there_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path().join("parent/cache")).unwrap();
        let digest = Digest::of(b"component");
        cache.write(&engine(), digest, b"code").await.unwrap();
        let entry = cache.path(&engine(), digest);
        for place in entry.ancestors().take(4) {
            let mode = if place.is_dir() { 0o700 } else { 0o600 };
            chmod(place, mode | 0o022);
            assert_eq!(cache.read(&engine(), digest).await, None, "{place:?}");
            if place.is_dir() {
                let error = cache.write(&engine(), digest, b"code").await.unwrap_err();
                assert!(error.error.to_string().contains("mode 722"), "{error:?}");
            }
            chmod(place, mode);
            assert_eq!(cache.read(&engine(), digest).await.unwrap(), b"code");
        }
        let elsewhere = folder.path().join("elsewhere");
        fs::rename(&entry, &elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, &entry).unwrap();
        assert_eq!(cache.read(&engine(), digest).await, None, "a link");
    }

    #[tokio::test]
    async fn who_only_looks_writes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("cache");
        let digest = Digest::of(b"component");
        let looking = Cache::look(&place).unwrap();
        looking.write(&engine(), digest, b"code").await.unwrap();
        assert!(!place.exists());
        let cache = Cache::open(&place).unwrap();
        cache.write(&engine(), digest, b"code").await.unwrap();
        assert_eq!(looking.read(&engine(), digest).await.unwrap(), b"code");
    }
}
