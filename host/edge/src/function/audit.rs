//! What was decided, in a file that only grows: a line of JSON for each entry, on the disk before
//! the decision is acted on.
//!
//! A process that is killed in the middle of a line leaves a torn one at the end. The next to open
//! the file recognises it, by the newline that is missing or by what is no JSON, and cuts it off;
//! all lines before are whole, since each was on the disk before the next was begun. One process
//! writes at a time.
//!
//! A file that was moved away, removed, replaced or cut short is noticed before the next entry,
//! which goes into the file that has the log's name then.

use amphi_edge_blocking::file;
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use amphi_edge_blocking::Stopped;

/// Where entries are written.
#[derive(Clone, Debug)]
pub struct AuditSettings {
    /// The file.
    pub path: PathBuf,
    /// For how long a decision waits to be on the disk before it counts as not written.
    pub wait: Duration,
}

impl AuditSettings {
    /// A file that has ten seconds to be on the disk.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self {
            path,
            wait: Duration::from_secs(10),
        }
    }
}

/// A file of entries, open for more. Everything about it blocks.
pub struct AuditLog {
    file: Box<dyn Disk>,
    path: PathBuf,
    /// The bytes of whole lines.
    whole: u64,
    /// The bytes before the last entries.
    before: u64,
}

/// What an [`AuditLog`] asks of its file, which may be late and may fail.
pub(crate) trait Disk: Send {
    /// Whether it is what has this name.
    fn is_at(&self, path: &Path) -> io::Result<bool>;
    /// All bytes.
    fn read(&mut self) -> io::Result<Vec<u8>>;
    /// How many bytes there are.
    fn length(&self) -> io::Result<u64>;
    /// Adds bytes at the end. When this returns, they are on the disk.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Cuts off what is beyond so many bytes, on the disk too.
    fn cut(&mut self, length: u64) -> io::Result<()>;
}

impl Disk for File {
    fn is_at(&self, path: &Path) -> io::Result<bool> {
        let own = self.metadata()?;
        match fs::metadata(path) {
            Ok(found) => Ok((found.dev(), found.ino()) == (own.dev(), own.ino())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn read(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.seek(SeekFrom::Start(0))?;
        self.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)?;
        self.sync_data()
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)?;
        self.seek(SeekFrom::End(0))?;
        self.sync_data()
    }
}

impl fmt::Debug for AuditLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AuditLog").field(&self.path).finish()
    }
}

/// Why entries are not written or read.
#[derive(Debug)]
#[non_exhaustive]
pub enum AuditError {
    /// The file cannot be opened, read or written.
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        cause: io::Error,
    },
    /// Another process writes to it.
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// A line that is not the last is no entry: something else wrote to the file.
    Line {
        /// The file.
        path: PathBuf,
        /// The line's number, from 1.
        line: usize,
        /// Why it is none.
        cause: serde_json::Error,
    },
    /// An entry cannot be put into JSON.
    Entry(serde_json::Error),
    /// They were not on the disk in time.
    Late {
        /// The file.
        path: PathBuf,
        /// How long it had.
        wait: Duration,
    },
    /// Writing was stopped: the process ends, or something in it has panicked.
    Stopped(String),
}

impl From<Stopped> for AuditError {
    fn from(Stopped(why): Stopped) -> Self {
        AuditError::Stopped(why)
    }
}

impl fmt::Display for AuditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AuditError::File { path, .. } => {
                write!(f, "`{}`: expected a usable audit log", path.display())
            }
            AuditError::Locked { path } => {
                write!(f, "`{}`: it is locked by another process", path.display())
            }
            AuditError::Line { path, line, .. } => {
                write!(f, "`{}`:{line}: expected an entry", path.display())
            }
            AuditError::Entry(_) => write!(f, "expected an entry that is JSON"),
            AuditError::Late { path, wait } => write!(
                f,
                "`{}`: expected an entry to be on the disk within {wait:?}",
                path.display()
            ),
            AuditError::Stopped(why) => write!(f, "writing an entry was interrupted: {why}"),
        }
    }
}

impl std::error::Error for AuditError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            AuditError::File { cause, .. } => Some(cause),
            AuditError::Locked { .. } | AuditError::Late { .. } | AuditError::Stopped(_) => None,
            AuditError::Line { cause, .. } | AuditError::Entry(cause) => Some(cause),
        }
    }
}

impl AuditLog {
    /// Opens a file for more entries, or makes it, and cuts a torn line off. Also returns how many
    /// bytes that was.
    ///
    /// # Errors
    ///
    /// When the file cannot be used, another process writes to it, or a line before the last is no
    /// JSON.
    pub fn open(path: &Path) -> Result<(AuditLog, u64), AuditError> {
        let mut log = AuditLog {
            file: Box::new(locked(path)?),
            path: path.to_owned(),
            whole: 0,
            before: 0,
        };
        let torn = log.look()?;
        Ok((log, torn))
    }

    /// Finds out where the next entry goes, and cuts a torn line off; how many bytes that was.
    fn look(&mut self) -> Result<u64, AuditError> {
        let bytes = self.file.read().map_err(failed(&self.path))?;
        let (_, whole) = lines::<IgnoredAny>(&self.path, &bytes)?;
        let torn = (bytes.len() - whole) as u64;
        if torn > 0 {
            let cut = self.file.cut(whole as u64);
            cut.map_err(failed(&self.path))?;
        }
        (self.whole, self.before) = (whole as u64, whole as u64);
        Ok(torn)
    }

    /// Goes on in the file that has the log's name now, where that is another one or has lost
    /// entries.
    fn follow(&mut self) -> Result<(), AuditError> {
        let path = self.path.clone();
        if !self.file.is_at(&path).map_err(failed(&path))? {
            (*self, _) = Self::open(&path)?;
            tracing::info!(path = %path.display(), "the audit log continues in a new file of this name");
        }
        let length = self.file.length().map_err(failed(&path))?;
        if length < self.whole {
            tracing::warn!(path = %path.display(), expected = self.whole, found = length, "something else has truncated the audit log");
            self.look()?;
        }
        Ok(())
    }

    /// Adds entries, all or none. When this returns, they are on the disk.
    ///
    /// # Errors
    ///
    /// When they are not: then the file is as it was, or will be before the next entry.
    pub fn append(&mut self, entries: &[impl Serialize]) -> Result<(), AuditError> {
        let mut lines = Vec::new();
        for entry in entries {
            serde_json::to_writer(&mut lines, entry).map_err(AuditError::Entry)?;
            lines.push(b'\n');
        }
        self.follow()?;
        self.write(&lines).map_err(failed(&self.path))
    }

    fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        // What an append that failed has left.
        if self.file.length()? != self.whole {
            self.file.cut(self.whole)?;
        }
        let written = self.file.append(lines);
        match written {
            Ok(()) => {
                self.before = self.whole;
                self.whole += lines.len() as u64;
            }
            // The next append tries again.
            Err(_) => drop(self.file.cut(self.whole)),
        }
        written
    }

    /// Takes the last entries back, which came too late for what they were about.
    pub(crate) fn take_back(&mut self) {
        self.whole = self.before;
        // The next append tries again.
        drop(self.file.cut(self.whole));
    }

    /// A log whose file is another disk, which is empty.
    #[cfg(test)]
    pub(crate) fn on(disk: impl Disk + 'static) -> AuditLog {
        AuditLog {
            file: Box::new(disk),
            path: "decisions.jsonl".into(),
            whole: 0,
            before: 0,
        }
    }
}

/// Opens a file for a log, or makes it; nobody else writes to it meanwhile.
fn locked(path: &Path) -> Result<File, AuditError> {
    let mut options = OpenOptions::new();
    let options = options.read(true).append(true).create(true);
    let file = file::open_with(options, path).map_err(failed(path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let path = path.to_owned();
            return Err(AuditError::Locked { path });
        }
        Err(TryLockError::Error(cause)) => return Err(failed(path)(cause)),
    }
    // A file that was just made is only there after a crash if its folder knows it.
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = File::open(folder.unwrap_or(Path::new(".")));
    let known = folder.and_then(|folder| folder.sync_all());
    known.map_err(failed(path))?;
    Ok(file)
}

/// What an error of the file is.
fn failed(path: &Path) -> impl Fn(io::Error) -> AuditError {
    let path = path.to_owned();
    move |cause| AuditError::File {
        path: path.clone(),
        cause,
    }
}

/// All entries of a file, from the first; none if there is no file. A torn line at the end is left
/// out. The file may be open elsewhere.
///
/// # Errors
///
/// When the file cannot be read, or a line before the last is no entry.
pub fn entries<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, AuditError> {
    match file::read(path) {
        Ok(bytes) => Ok(lines(path, &bytes)?.0),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(cause) => Err(failed(path)(cause)),
    }
}

/// Whether a line that is not whole can be what was left of an entry: its beginning, and zeros
/// where the disk has none of it.
fn is_torn(line: &[u8]) -> bool {
    let written = line.split(|byte| *byte == 0).next().unwrap_or_default();
    let open = !line.ends_with(b"\n") || written.len() < line.len();
    open && (written.is_empty() || written.starts_with(b"{"))
}

/// The entries in whole lines, and how many bytes those are.
fn lines<T: DeserializeOwned>(path: &Path, bytes: &[u8]) -> Result<(Vec<T>, usize), AuditError> {
    let (mut entries, mut whole) = (Vec::new(), 0);
    for (nth, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let last = whole + line.len() == bytes.len();
        match serde_json::from_slice(line) {
            Ok(entry) if line.ends_with(b"\n") => entries.push(entry),
            Err(cause) if !last || !is_torn(line) => {
                let (path, line) = (path.to_owned(), nth + 1);
                return Err(AuditError::Line { path, line, cause });
            }
            Ok(_) | Err(_) => break,
        }
        whole += line.len();
    }
    Ok((entries, whole))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use tempfile::TempDir;

    fn folder() -> (TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("audit.jsonl");
        (folder, path)
    }

    fn append(path: &Path, entries: std::ops::Range<u32>) -> u64 {
        let (mut log, torn) = AuditLog::open(path).expect("it opens");
        for entry in entries {
            log.append(&[entry]).expect("it is written");
        }
        torn
    }

    fn write(path: &Path, bytes: &[u8]) {
        let file = OpenOptions::new().append(true).open(path);
        let written = file.and_then(|mut file| file.write_all(bytes));
        written.expect("it is written");
    }

    fn read(path: &Path) -> Vec<u32> {
        entries(path).expect("it is read")
    }

    #[test]
    fn what_is_written_is_read_in_order() {
        let (_folder, path) = folder();
        assert!(read(&path).is_empty());
        assert_eq!(append(&path, 0..3), 0);
        assert_eq!(append(&path, 3..5), 0);
        assert_eq!(read(&path), [0, 1, 2, 3, 4]);
        assert_eq!(fs::read(&path).expect("it is read"), b"0\n1\n2\n3\n4\n");
    }

    #[test]
    fn whatever_of_the_last_line_is_there_is_cut_off() {
        #[derive(Serialize)]
        struct Entry {
            number: u32,
            text: &'static str,
        }
        let line = "{\"number\":1,\"text\":\"two\\nlines\"}\n";
        for torn in 1..line.len() {
            let (_folder, path) = folder();
            append(&path, 0..2);
            write(&path, &line.as_bytes()[..torn]);
            assert_eq!(read(&path), [0, 1], "reading needs no cutting");
            assert_eq!(append(&path, 2..3), torn as u64);
            assert_eq!(read(&path), [0, 1, 2]);
        }
        let (_folder, path) = folder();
        let (mut log, _) = AuditLog::open(&path).expect("it opens");
        let (number, text) = (1, "two\nlines");
        log.append(&[Entry { number, text }])
            .expect("it is written");
        assert_eq!(fs::read_to_string(&path).expect("it is read"), line);
    }

    /// A machine that lost its power may have a longer file than was written to it.
    #[test]
    fn a_last_line_of_zeros_is_torn() {
        let (_folder, path) = folder();
        append(&path, 0..2);
        let mut bytes = fs::read(&path).expect("it is read");
        bytes.extend([0; 100]);
        fs::write(&path, &bytes).expect("it is written");
        assert_eq!(append(&path, 2..3), 100);
        assert_eq!(read(&path), [0, 1, 2]);
    }

    #[test]
    fn a_line_that_is_no_entry_and_not_the_last_is_told() {
        let (_folder, path) = folder();
        fs::write(&path, "0\nletter\n2\n").expect("it is written");
        let found = AuditLog::open(&path).map(drop);
        assert!(
            matches!(found, Err(AuditError::Line { line: 2, .. })),
            "{found:?}"
        );
        let found = entries::<u32>(&path);
        assert!(
            matches!(found, Err(AuditError::Line { line: 2, .. })),
            "{found:?}"
        );
    }

    #[test]
    fn a_file_that_is_no_log_is_left_as_it_is() {
        let (_folder, path) = folder();
        for text in ["a line of something else\n", "[server]", "{}}\n"] {
            fs::write(&path, text).expect("it is written");
            let found = AuditLog::open(&path).map(drop);
            assert!(
                matches!(found, Err(AuditError::Line { line: 1, .. })),
                "{found:?}"
            );
            assert_eq!(fs::read_to_string(&path).expect("it is read"), text);
        }
    }

    #[test]
    fn what_a_failed_append_left_is_cut_off_before_the_next() {
        let (_folder, path) = folder();
        let (mut log, _) = AuditLog::open(&path).expect("it opens");
        log.append(&[1]).expect("it is written");
        write(&path, b"{\"half");
        log.append(&[2, 3]).expect("it is written");
        assert_eq!(read(&path), [1, 2, 3]);
    }

    /// Whoever rotates logs moves the file away, or copies it and cuts it to nothing.
    #[test]
    fn a_log_that_was_moved_or_cut_goes_on_under_its_name() {
        let (folder, path) = folder();
        let moved = folder.path().join("audit.jsonl.1");
        let (mut log, _) = AuditLog::open(&path).expect("it opens");
        let mut append = |entry: u32| log.append(&[entry]);
        append(1).expect("it is written");
        fs::rename(&path, &moved).expect("it is moved");
        append(2).expect("it is written");
        assert_eq!((read(&moved), read(&path)), (vec![1], vec![2]));
        fs::remove_file(&path).expect("it is removed");
        append(3).expect("it is written");
        assert_eq!(read(&path), [3]);
        fs::write(&moved, "4\n{\"half").expect("it is written");
        fs::rename(&moved, &path).expect("it is replaced");
        append(5).expect("it is written");
        assert_eq!(read(&path), [4, 5]);
        fs::write(&path, "").expect("it is cut");
        append(6).expect("it is written");
        assert_eq!(fs::read(&path).expect("it is read"), b"6\n");
        // The file that it goes on in is its own.
        let second = AuditLog::open(&path).map(drop);
        assert!(matches!(second, Err(AuditError::Locked { .. })));
    }

    #[test]
    fn a_log_that_cannot_go_on_says_so_until_it_can() {
        let (folder, path) = folder();
        let (mut log, _) = AuditLog::open(&path).expect("it opens");
        let mut append = |entry: u32| log.append(&[entry]);
        append(1).expect("it is written");
        let away = folder.path().join("away");
        fs::rename(&path, &away).expect("it is moved");
        fs::write(&path, "no entry\nnor this\n").expect("it is written");
        let found = append(2);
        assert!(
            matches!(found, Err(AuditError::Line { line: 1, .. })),
            "{found:?}"
        );
        fs::remove_file(&path).expect("it is removed");
        let (other, _) = AuditLog::open(&path).expect("it opens");
        let found = append(2);
        assert!(matches!(found, Err(AuditError::Locked { .. })), "{found:?}");
        drop(other);
        append(2).expect("it is written");
        assert_eq!((read(&away), read(&path)), (vec![1], vec![2]));
    }

    #[test]
    fn one_writes_at_a_time() {
        let (_folder, path) = folder();
        let (log, _) = AuditLog::open(&path).expect("it opens");
        let second = AuditLog::open(&path).map(drop);
        assert!(
            matches!(second, Err(AuditError::Locked { .. })),
            "{second:?}"
        );
        drop(log);
        append(&path, 0..1);
    }
}
