//! The files that a configuration is made of: which they are, where changes of them show, and
//! whether there were any.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::ConfigSource;
use amphi_edge_config::Config;

/// What tells a file from another, and from what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    device: u64,
    inode: u64,
    length: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

/// The components of a configuration, and the file that it comes from.
pub fn of(config: Option<&Config>, source: &ConfigSource) -> BTreeSet<PathBuf> {
    let mut files = BTreeSet::new();
    if let ConfigSource::File(file) = source {
        files.insert(file.clone());
    }
    let Some(config) = config else {
        return files;
    };
    let plugins = config.plugins.values();
    files.extend(plugins.map(|plugin| plugin.component.clone()));
    for function in config.functions.values() {
        files.insert(function.component.clone());
        let canary = function.canary.iter();
        files.extend(canary.map(|canary| canary.component.clone()));
        files.extend(function.side_by_side.iter().cloned());
    }
    files
}

/// What the file at a path, or at the end of its links, is; nothing if there is none.
pub fn stamp(path: &Path) -> Option<Stamp> {
    let data = fs::metadata(path).ok()?;
    Some(Stamp {
        device: data.dev(),
        inode: data.ino(),
        length: data.len(),
        modified: (data.mtime(), data.mtime_nsec()),
        changed: (data.ctime(), data.ctime_nsec()),
    })
}

/// Files as they were seen.
pub type Stamps = BTreeMap<PathBuf, Option<Stamp>>;

/// The files as they are now.
pub fn stamps<'a>(files: impl IntoIterator<Item = &'a PathBuf>) -> Stamps {
    let stamps = files.into_iter().map(|file| (file.clone(), stamp(file)));
    stamps.collect()
}

/// Whether files are others than those with these stamps.
pub fn differ(seen: &Stamps) -> bool {
    stamps(seen.keys()) != *seen
}

/// The folders in which something happens when one of the files becomes another: the one that it is
/// in, and the ones that links on the way to it are in. A folder is told by its device and its
/// number too, since it may be another one by the same name.
pub fn folders<'a>(files: impl IntoIterator<Item = &'a PathBuf>) -> BTreeMap<PathBuf, (u64, u64)> {
    let mut folders = BTreeSet::new();
    for file in files {
        on_the_way(file, &mut folders);
        if let Ok(end) = fs::canonicalize(file) {
            on_the_way(&end, &mut folders);
        }
    }
    let told = folders.into_iter().filter_map(|folder| {
        let data = fs::metadata(&folder).ok()?;
        Some((folder, (data.dev(), data.ino())))
    });
    told.collect()
}

fn on_the_way(file: &Path, folders: &mut BTreeSet<PathBuf>) {
    folders.insert(there_is(file));
    for path in file.ancestors() {
        let Ok(end) = fs::read_link(path) else {
            continue;
        };
        folders.insert(there_is(path));
        // What a link leads to may be a link again.
        folders.insert(there_is(&folder(path).join(end)));
    }
}

/// The folder of a path, or the first above it that there is.
fn there_is(path: &Path) -> PathBuf {
    let mut folder = folder(path);
    while !folder.is_dir() {
        folder = self::folder(&folder);
    }
    folder
}

fn folder(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if folder == Path::new("") => PathBuf::from("."),
        Some(folder) => folder.to_owned(),
        None => PathBuf::from("/"),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn watched(files: &[PathBuf]) -> BTreeSet<PathBuf> {
        let folders = folders(files).into_keys();
        let real = folders.map(|folder| fs::canonicalize(folder).expect("it is there"));
        real.collect()
    }

    #[test]
    fn links_are_watched_where_they_are_and_where_they_lead() {
        let root = tempfile::tempdir().expect("a folder");
        let root = fs::canonicalize(root.path()).expect("it is there");
        let (site, first) = (root.join("site"), root.join("releases/1"));
        fs::create_dir_all(&site).expect("a folder");
        fs::create_dir_all(&first).expect("a folder");
        fs::write(first.join("f.wasm"), "1").expect("a file");
        symlink("../releases/1", site.join("current")).expect("a link");
        let found = watched(&[site.join("current/f.wasm")]);
        for folder in [&site, &first, &root.join("releases")] {
            assert!(found.contains(folder), "{folder:?} in {found:?}");
        }
    }

    #[test]
    fn where_a_folder_is_missing_the_one_above_is_watched() {
        let root = tempfile::tempdir().expect("a folder");
        let found = watched(&[root.path().join("no/such/f.wasm")]);
        let root = fs::canonicalize(root.path()).expect("it is there");
        assert_eq!(found, BTreeSet::from([root]));
    }

    #[test]
    fn a_file_that_is_replaced_has_another_stamp() {
        let root = tempfile::tempdir().expect("a folder");
        let (file, other) = (root.path().join("f"), root.path().join("g"));
        assert_eq!(stamp(&file), None);
        fs::write(&file, "1").expect("a file");
        fs::write(&other, "2").expect("a file");
        let before = stamp(&file);
        assert_eq!(stamp(&file), before);
        fs::rename(&other, &file).expect("in its place");
        assert_ne!(stamp(&file), before);
    }
}
