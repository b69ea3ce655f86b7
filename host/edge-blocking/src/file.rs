//! Files that the host itself opens: regular ones only, so that opening or reading never waits for
//! another process, as with a named pipe.

use std::fs::{File, FileType, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::OFlags;

/// Opens a file to read it. Blocks for no longer than its disk.
///
/// # Errors
///
/// It cannot be opened, or is no regular file ([`io::ErrorKind::InvalidInput`]).
pub fn open(path: &Path) -> io::Result<File> {
    open_with(OpenOptions::new().read(true), path)
}

/// The bytes of a file.
///
/// # Errors
///
/// As [`open`], or it cannot be read.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The text of a file.
///
/// # Errors
///
/// As [`open`], or it cannot be read, or is not UTF-8.
pub fn read_to_string(path: &Path) -> io::Result<String> {
    String::from_utf8(read(path)?).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let why = format!(
            "expected UTF-8 text, found the byte `{:02x}` at {at}",
            error.as_bytes()[at]
        );
        io::Error::new(io::ErrorKind::InvalidData, why)
    })
}

/// Opens a file as `options` say.
///
/// # Errors
///
/// As [`open`].
pub fn open_with(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    // With this a pipe is opened at once, and a regular file as ever.
    let at_once = OFlags::NONBLOCK.bits().cast_signed();
    let file = options.custom_flags(at_once).open(path)?;
    let kind = file.metadata()?.file_type();
    match kind.is_file() {
        true => Ok(file),
        false => {
            let why = format!("expected a regular file, found {}", name(kind));
            Err(io::Error::new(io::ErrorKind::InvalidInput, why))
        }
    }
}

fn name(kind: FileType) -> &'static str {
    match kind {
        kind if kind.is_dir() => "a folder",
        kind if kind.is_fifo() => "a named pipe",
        kind if kind.is_socket() => "a socket",
        _ => "a device",
    }
}

#[cfg(test)]
mod tests {
    use rustix::fs::{CWD, Mode, mkfifoat};

    use super::*;

    #[test]
    fn what_may_hang_is_not_opened() {
        let folder = tempfile::tempdir().expect("a folder");
        let pipe = folder.path().join("pipe");
        mkfifoat(CWD, &pipe, Mode::RUSR | Mode::WUSR).expect("a pipe");
        for (path, found) in [
            (pipe.as_path(), "a named pipe"),
            (folder.path(), "a folder"),
            (Path::new("/dev/zero"), "a device"),
        ] {
            let error = read(path).expect_err("it is no file").to_string();
            assert_eq!(error, format!("expected a regular file, found {found}"));
        }
        let mut options = OpenOptions::new();
        let options = options.append(true).create(true);
        assert!(open_with(options, &pipe).is_err());
        let file = folder.path().join("file");
        assert!(open_with(options, &file).is_ok(), "it is made");
        assert_eq!(read(&file).expect("it is read"), b"");
    }

    #[test]
    fn what_is_no_text_is_said_where() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("file");
        for (bytes, found) in [
            (&b"text \xff\xfe"[..], "`ff` at 5"),
            (&b"cut off \xc3"[..], "`c3` at 8"),
        ] {
            std::fs::write(&file, bytes).expect("it is written");
            let error = read_to_string(&file).expect_err("it is no text");
            let expected = format!("expected UTF-8 text, found the byte {found}");
            assert_eq!(error.to_string(), expected);
        }
    }
}
