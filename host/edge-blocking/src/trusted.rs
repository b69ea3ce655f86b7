//! Whether another user could replace a file.
//!
//! A user who may write to a folder can replace any file or folder in it. So a path is only trusted
//! as a whole: from the root on, each folder, each symbolic link that is followed and the file at
//! the end belongs to root or to this user, and no other user can write to it. In a folder with the
//! sticky bit (`/tmp`) users can only replace their own files, so there it does not matter who can
//! write. A group whose only member is this user, as many systems create one for each user, counts
//! as this user. These are the rules of OpenSSH's `StrictModes`, as Debian has them, and of Tor's
//! `fs-mistrust`. Once a path has passed, only trusted users can change it, so there is no race
//! between this check and a later use.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};

use rustix::fs::{Access, OFlags};

/// What the group may write to, and what everybody else may.
const BY_GROUP: u32 = 0o020;
const BY_OTHERS: u32 = 0o002;
const STICKY: u32 = 0o1000;
/// How many files are checked along a path, symbolic links followed: more are a loop, or a maze.
const MOST: usize = 256;

/// One element of a path: a folder, a symbolic link, or the file at the end. Its own path contains
/// no links except itself.
#[derive(Debug)]
pub struct Place {
    /// Where it is.
    pub path: PathBuf,
    metadata: Metadata,
}

/// The elements of `path`, from the root on, and whether the last one exists. A relative path
/// begins at the working directory.
///
/// # Errors
///
/// When an element cannot be read, or there are too many.
pub fn places(path: &Path) -> io::Result<(Vec<Place>, bool)> {
    let absolute = std::path::absolute(path)?;
    let mut ahead: VecDeque<OsString> = parts(&absolute);
    let (mut places, mut here): (Vec<Place>, PathBuf) = (Vec::new(), PathBuf::new());
    while let Some(part) = ahead.pop_front() {
        if part == ".." {
            // What is here has no link in it, so the one above is known already.
            here.pop();
            continue;
        }
        if places.len() == MOST {
            return Err(io::Error::other("expected fewer symbolic links in a path"));
        }
        let next = here.join(&part);
        let metadata = match fs::symlink_metadata(&next) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok((places, false)),
            Err(error) => return Err(error),
        };
        if metadata.is_symlink() {
            let target = fs::read_link(&next)?;
            if target.is_absolute() {
                here = PathBuf::new();
            }
            let mut rest = parts(&target);
            rest.append(&mut ahead);
            ahead = rest;
        } else {
            here.clone_from(&next);
        }
        places.push(Place {
            path: next,
            metadata,
        });
    }
    Ok((places, true))
}

fn parts(path: &Path) -> VecDeque<OsString> {
    let parts = path.components().filter(|part| *part != Component::CurDir);
    parts.map(|part| part.as_os_str().to_owned()).collect()
}

/// Whether there is a folder at `path` that no other user can write to.
///
/// # Errors
///
/// When another user could write to it or replace it: names the first element of the path that
/// allows it. When it is not a folder.
pub fn folder(path: &Path) -> io::Result<bool> {
    let (places, there) = looked_at(path)?;
    match places.last() {
        Some(last) if there && !last.metadata.is_dir() => Err(ErrorKind::NotADirectory.into()),
        _ => Ok(there),
    }
}

/// Opens the file at `path` for reading, if no other user can change or replace it. The file itself
/// is checked once it is open, and must not be a symbolic link.
///
/// # Errors
///
/// As [`folder`], and when it cannot be opened or is not a regular file.
pub fn open(path: &Path) -> io::Result<File> {
    folder(path.parent().unwrap_or(Path::new("/")))?;
    // A pipe does not wait for somebody who writes to it.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("expected a regular file"));
    }
    is_ours(path, &metadata, false)?;
    Ok(file)
}

/// Checks that this user may write to a path, or to the last existing folder on the way to it.
/// Nothing is written.
///
/// # Errors
///
/// When this user may not, or an element of the path cannot be read.
pub fn can_be_written(path: &Path) -> io::Result<()> {
    let (places, _) = places(path)?;
    let last = places.last().map_or(Path::new("/"), |place| &place.path);
    rustix::fs::access(last, Access::WRITE_OK).map_err(|error| {
        let error = io::Error::from(error);
        io::Error::new(error.kind(), format!("`{}`: {error}", last.display()))
    })
}

/// Whether other users may read the file at `path`, which no other user can change or replace.
///
/// # Errors
///
/// As [`folder`], and when there is no file.
pub fn is_readable(path: &Path) -> io::Result<bool> {
    let (places, there) = looked_at(path)?;
    let Some((file, folders)) = places.split_last().filter(|_| there) else {
        return Err(ErrorKind::NotFound.into());
    };
    // The group of what is root's was chosen by root, so that this user can read it.
    let readable = match file.metadata.uid() {
        0 => 0o004,
        _ => 0o044,
    };
    let reached = |place: &Place| !place.metadata.is_dir() || place.metadata.mode() & 0o011 != 0;
    Ok(file.metadata.mode() & readable != 0 && folders.iter().all(reached))
}

/// The elements of `path`, if none of them can be changed by another user.
fn looked_at(path: &Path) -> io::Result<(Vec<Place>, bool)> {
    let (places, there) = places(path)?;
    let last = places.len() - usize::from(there);
    for (number, Place { path, metadata }) in places.iter().enumerate() {
        is_ours(path, metadata, number < last)?;
    }
    Ok((places, there))
}

/// Rejects a file that another user can change; `follows` says whether more of the path follows.
fn is_ours(path: &Path, metadata: &Metadata, follows: bool) -> io::Result<()> {
    let path = path.display();
    let (owner, us) = (metadata.uid(), rustix::process::geteuid().as_raw());
    if owner != 0 && owner != us {
        let why = format!("expected `{path}` to be of root or of user {us}, found user {owner}");
        return Err(io::Error::new(ErrorKind::PermissionDenied, why));
    }
    let mode = metadata.mode() & 0o7777;
    let sticky = follows && metadata.is_dir() && mode & STICKY != 0;
    let by_group = mode & BY_GROUP != 0 && !is_group_of(metadata.gid(), us);
    if !(by_group || mode & BY_OTHERS != 0) || sticky || metadata.is_symlink() {
        return Ok(());
    }
    let why = format!(
        "expected that nobody else can write to `{path}`, found mode {mode:o} (`chmod go-w {path}`)"
    );
    Err(io::Error::new(ErrorKind::PermissionDenied, why))
}

/// Whether a user is alone in a group, by the system's own files: users of other directories are
/// not known to be.
fn is_group_of(group: u32, user: u32) -> bool {
    let read = |file: &str| fs::read_to_string(file).unwrap_or_default();
    is_private(&read("/etc/passwd"), &read("/etc/group"), group, user)
}

/// Whether the group has the user's name, nobody else is one of its members, and it is nobody
/// else's first group.
fn is_private(users: &str, groups: &str, group: u32, user: u32) -> bool {
    let field = |line: &str, number: usize| line.split(':').nth(number).map(str::to_owned);
    let has = |line: &str, at: usize, id: u32| field(line, at) == Some(id.to_string());
    let name = users.lines().find(|line| has(line, 2, user));
    let Some(name) = name.and_then(|line| field(line, 0)) else {
        return false;
    };
    let mut firsts = users.lines().filter(|line| has(line, 3, group));
    let alone = firsts.all(|line| has(line, 2, user));
    let mut named = groups.lines().filter(|line| has(line, 2, group));
    let line = named.next().unwrap_or_default();
    let members = field(line, 3).unwrap_or_default();
    let mut members = members.split(',').filter(|member| !member.is_empty());
    field(line, 0).as_ref() == Some(&name) && alone && members.all(|member| member == name)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn chmod(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
    }

    /// `a/b/c.code` in a folder of this user.
    fn tree() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let inner = folder.path().join("a/b");
        fs::create_dir_all(&inner).expect("folders");
        for path in [folder.path(), &folder.path().join("a"), &inner] {
            chmod(path, 0o755);
        }
        fs::write(inner.join("c.code"), "code").expect("a file");
        chmod(&inner.join("c.code"), 0o644);
        (folder, inner)
    }

    #[test]
    fn what_is_of_this_user_alone_is_trusted() {
        let (_folder, inner) = tree();
        assert!(folder(&inner).expect("it is trusted"));
        assert!(!folder(&inner.join("nothing/here")).expect("it is trusted so far"));
        open(&inner.join("c.code")).expect("it is trusted");
        assert!(folder(&inner.join("../../a/./b")).expect("it is trusted"));
        let error = folder(&inner.join("c.code")).expect_err("it is no folder");
        assert_eq!(error.kind(), ErrorKind::NotADirectory);
    }

    #[test]
    fn a_place_that_others_may_write_to_is_refused_wherever_it_is() {
        let (root, inner) = tree();
        for place in [root.path(), &root.path().join("a"), &inner] {
            for mode in [0o777, 0o757] {
                chmod(place, mode);
                let refused = [
                    folder(&inner).map(drop),
                    folder(&inner.join("nothing/here")).map(drop),
                    open(&inner.join("c.code")).map(drop),
                    is_readable(&inner.join("c.code")).map(drop),
                ];
                for refused in refused {
                    let error = refused.expect_err("others may write");
                    let text = error.to_string();
                    assert!(text.contains(&format!("mode {mode:o}")), "{text}");
                    assert!(text.contains(&format!("`{}`", place.display())), "{text}");
                }
            }
            chmod(place, 0o755);
        }
        chmod(&inner.join("c.code"), 0o646);
        let error = open(&inner.join("c.code")).expect_err("others may write");
        assert!(error.to_string().contains("mode 646"), "{error}");
    }

    #[test]
    fn a_group_is_its_users_if_nobody_else_is_in_it() {
        let users = "root:x:0:0::/root:\nann:x:1000:1000::/:\nbob:x:1001:100::/:\n";
        let check = |group: &str, expected: bool| {
            assert_eq!(is_private(users, group, 1000, 1000), expected, "{group}");
        };
        check("users:x:100:\nann:x:1000:\n", true);
        check("ann:x:1000:ann\n", true);
        check("ann:x:1000:ann,bob\n", false);
        check("ann:x:1000:bob\n", false);
        check("staff:x:1000:\n", false);
        check("", false);
        let shared = "ann:x:1000:1000::/:\nbob:x:1001:1000::/:\n";
        assert!(!is_private(shared, "ann:x:1000:\n", 1000, 1000));
        assert!(!is_private("", "ann:x:1000:\n", 1000, 1000));
    }

    #[test]
    fn in_a_sticky_folder_others_change_what_is_theirs() {
        let (root, inner) = tree();
        chmod(&root.path().join("a"), 0o1777);
        assert!(folder(&inner).expect("it is trusted"));
        open(&inner.join("c.code")).expect("it is trusted");
        // But what is put into it is not trusted.
        let error = folder(&root.path().join("a")).expect_err("others may write");
        assert!(error.to_string().contains("mode 1777"), "{error}");
    }

    #[test]
    fn symbolic_links_are_followed_and_looked_at() {
        let (root, inner) = tree();
        let open_to_all = root.path().join("all");
        fs::create_dir(&open_to_all).expect("a folder");
        chmod(&open_to_all, 0o777);
        symlink(&inner, open_to_all.join("link")).expect("a link");
        symlink("all/link", root.path().join("link")).expect("a link");
        // Where it leads to is good, but others may put another link there.
        let error = folder(&root.path().join("link")).expect_err("others may write");
        assert!(error.to_string().contains("/all`"), "{error}");
        chmod(&open_to_all, 0o755);
        assert!(folder(&root.path().join("link")).expect("it is trusted"));
        open(&root.path().join("link/c.code")).expect("it is trusted");
        symlink(inner.join("c.code"), inner.join("d.code")).expect("a link");
        open(&inner.join("d.code")).expect_err("it is a link itself");
        symlink("loop", root.path().join("loop")).expect("a link");
        folder(&root.path().join("loop")).expect_err("it does not end");
    }

    #[test]
    fn what_belongs_to_somebody_else_is_refused() {
        if !rustix::process::geteuid().is_root() {
            // Nobody else can give files away.
            return;
        }
        let (root, inner) = tree();
        for place in ["a/b/c.code", "a/b", "a"] {
            let place = root.path().join(place);
            std::os::unix::fs::chown(&place, Some(12345), None).expect("root may");
            let error = open(&inner.join("c.code")).expect_err("it is somebody else's");
            assert!(error.to_string().contains("user 12345"), "{error}");
            std::os::unix::fs::chown(&place, Some(0), None).expect("root may");
        }
    }

    #[test]
    fn only_regular_files_are_opened() {
        let (_root, inner) = tree();
        let pipe = inner.join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.expect("it runs").success());
        chmod(&pipe, 0o600);
        let error = open(&pipe).expect_err("it is no file");
        assert!(error.to_string().contains("regular"), "{error}");
        open(&inner).expect_err("it is a folder");
    }

    #[test]
    fn who_may_read_is_told() {
        let (root, inner) = tree();
        let file = inner.join("c.code");
        let readable = || is_readable(&file).expect("nobody else writes");
        assert!(readable());
        chmod(&file, 0o600);
        assert!(!readable());
        chmod(&file, 0o644);
        chmod(&root.path().join("a"), 0o700);
        assert!(!readable(), "nobody else gets there");
        is_readable(&inner.join("nothing")).expect_err("there is nothing");
    }
}
