//! The crates that users meet, as they are published: packed by cargo, unpacked again, and their
//! lists of files looked at.
//!
//! Which they are is cargo's to say: all members but those with `publish = false`.

use crate::web::{self, Profile};
use crate::workspace::{Package, Workspace, cargo, select};
use crate::{guests, outside, shell};
use anyhow::{Context, Result, ensure};
use clap::Args;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What every package has, besides its readme and the roots of what is built of it.
const EXPECTED: &[&str] = &["Cargo.toml", "Cargo.lock", "LICENSE-APACHE", "LICENSE-MIT"];

/// What no package has anywhere in a path: nobody who uses it runs these.
const UNEXPECTED: &[&str] = &["tests", "tests.rs", "benches", "target"];

/// The kinds of files that packages have.
const KINDS: &[&str] = &[
    "css", "html", "js", "json", "lock", "md", "orig", "rs", "svg", "toml", "wit",
];

/// Packs the crates that users meet, as they are published, into `target/package`, and looks at
/// what is in them.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cargo xtask package\n  cargo xtask package --verify")]
pub struct Options {
    /// Have cargo build each as its users would, and for the page those that are made for it. It
    /// takes long.
    #[arg(long)]
    verify: bool,
}

/// Packs the crates, verified if `options` say so, and prints what is in them.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    for unpacked in pack(workspace)? {
        println!(
            "{}: {} files",
            unpacked.name,
            files(&unpacked.folder)?.len()
        );
    }
    if options.verify {
        verify(workspace)?;
    }
    Ok(())
}

/// A crate as its users get it.
#[derive(Debug)]
pub struct Unpacked {
    /// Its name.
    pub name: String,
    /// Where it is: under `target/unpacked`.
    pub folder: PathBuf,
}

/// Packs every crate that is published, unpacks it, and checks what is in it.
pub fn pack(workspace: &Workspace) -> Result<Vec<Unpacked>> {
    // What the workspace was built of is on this machine, so the registry has nothing to add; else
    // it is asked.
    let pack = |options: &[&str]| shell::quiet(command(workspace.published()).args(options));
    pack(&["--no-verify", "--offline"]).or_else(|_| pack(&["--no-verify"]))?;
    let unpacked = workspace.published().map(|package| {
        let folder = unpack(workspace, package)?;
        check(package, &folder).with_context(|| format!("the package of `{}`", package.name))?;
        Ok(Unpacked {
            name: package.name.clone(),
            folder,
        })
    });
    unpacked.collect()
}

/// Has cargo build the packages natively, and for the page those that an application of somebody
/// else's needs there, which is then run.
fn verify(workspace: &Workspace) -> Result<()> {
    shell::quiet(&mut command(workspace.published()))?;
    guests::build(workspace)?;
    web::prepare(Profile::WebDev)?;
    outside::build(workspace)
}

/// Packs what is there, committed or not.
fn command<'a>(packages: impl Iterator<Item = &'a Package>) -> Command {
    let mut command = cargo(&["package", "--allow-dirty"]);
    select(&mut command, packages.map(|package| package.name.as_str()));
    command
}

/// Unpacks what cargo has packed. A file that is there and the same is left as it is, so that what
/// was built of it stays fresh; others get the time of now, for cargo packs all with one time, long
/// ago.
fn unpack(workspace: &Workspace, package: &Package) -> Result<PathBuf> {
    let name = format!("{}-{}", package.name, package.version);
    let packed = workspace.native.join(format!("package/{name}.crate"));
    let fresh = workspace.target("unpacked/fresh");
    fs::create_dir_all(&fresh)?;
    let output = Command::new("tar")
        .arg("-xzf")
        .arg(&packed)
        .arg("-C")
        .arg(&fresh)
        .output()
        .context("cannot start `tar`")?;
    ensure!(
        output.status.success(),
        "cannot unpack `{}`: {}",
        packed.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    let (from, to) = (
        fresh.join(&name),
        workspace.target("unpacked").join(&package.name),
    );
    replace(&from, &to)?;
    fs::remove_dir_all(&from).with_context(|| format!("cannot remove `{}`", from.display()))?;
    Ok(to)
}

/// Makes the files of `to` those of `from`.
fn replace(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot make `{}`", to.display()))?;
    let (new, old) = (files(from)?, files(to)?);
    for file in old.difference(&new) {
        fs::remove_file(to.join(file))?;
    }
    for file in new {
        let bytes = fs::read(from.join(&file))?;
        let to = to.join(&file);
        if fs::read(&to).is_ok_and(|old| old == bytes) {
            continue;
        }
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&to, bytes).with_context(|| format!("cannot write `{}`", to.display()))?;
    }
    Ok(())
}

/// Looks at the list of files of a package.
fn check(package: &Package, folder: &Path) -> Result<()> {
    let found = files(folder)?;
    let roots = package.roots.iter().chain(&package.readme);
    let expected = EXPECTED.iter().map(PathBuf::from).chain(roots.cloned());
    for file in expected {
        ensure!(
            found.contains(&file),
            "expected `{}`, found {found:?}",
            file.display()
        );
    }
    for file in &found {
        let kind = file.extension().unwrap_or_default();
        let is_known = KINDS.iter().any(|known| kind == *known)
            || file.starts_with(".cargo_vcs_info.json")
            || EXPECTED.iter().any(|known| file == Path::new(known));
        ensure!(
            is_known
                && !file
                    .iter()
                    .any(|part| UNEXPECTED.iter().any(|name| part == *name)),
            "expected no `{}`",
            file.display()
        );
    }
    Ok(())
}

/// The files in a folder and below, as paths in it.
fn files(folder: &Path) -> Result<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    let mut left = vec![folder.to_path_buf()];
    while let Some(next) = left.pop() {
        let entries =
            fs::read_dir(&next).with_context(|| format!("cannot read `{}`", next.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                left.push(path);
            } else {
                found.insert(path.strip_prefix(folder)?.to_path_buf());
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::{check, files, replace};
    use crate::workspace::Package;
    use std::fs;
    use std::path::Path;

    fn fill(folder: &Path, files: &[(&str, &str)]) {
        for (file, text) in files {
            let path = folder.join(file);
            fs::create_dir_all(path.parent().expect("it is in a folder")).expect("it is ours");
            fs::write(path, text).expect("it is ours");
        }
    }

    #[test]
    fn a_list_of_files_lacks_nothing_and_has_no_tests() {
        let package = Package {
            roots: vec!["src/lib.rs".into()],
            readme: Some("README.md".into()),
            ..Package::default()
        };
        let folder = tempfile::tempdir().expect("there is a folder for such things");
        let folder = folder.path();
        for file in super::EXPECTED
            .iter()
            .chain(&["README.md", ".cargo_vcs_info.json"])
        {
            fill(folder, &[(file, "")]);
        }
        let said =
            || check(&package, folder).map_or_else(|error| error.to_string(), |()| String::new());
        assert!(
            said().starts_with("expected `src/lib.rs`, found {"),
            "{}",
            said()
        );
        fill(folder, &[("src/lib.rs", ""), ("wit/io/io.wit", "")]);
        assert_eq!(said(), "");
        for file in [
            "src/plan/tests.rs",
            "src/tests/names.rs",
            "src/big.wasm",
            "NOTES",
        ] {
            fill(folder, &[(file, "")]);
            assert_eq!(said(), format!("expected no `{file}`"));
            fs::remove_file(folder.join(file)).expect("it is ours");
        }
    }

    #[test]
    fn what_is_the_same_is_left_as_it_is() {
        let folder = tempfile::tempdir().expect("there is a folder for such things");
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        fill(&from, &[("a/same", "1"), ("a/other", "new"), ("b", "3")]);
        fill(&to, &[("a/same", "1"), ("a/other", "old"), ("c", "4")]);
        let long_ago = std::time::SystemTime::UNIX_EPOCH;
        for file in ["a/same", "a/other"] {
            let file = fs::File::options().write(true).open(to.join(file));
            file.and_then(|file| file.set_modified(long_ago))
                .expect("it is ours");
        }
        replace(&from, &to).expect("both are ours");
        assert_eq!(
            files(&from).expect("it is ours"),
            files(&to).expect("it is ours")
        );
        let modified = |file: &str| fs::metadata(to.join(file)).and_then(|file| file.modified());
        assert_eq!(modified("a/same").expect("it has a time"), long_ago);
        assert_ne!(modified("a/other").expect("it has a time"), long_ago);
        assert_eq!(fs::read(to.join("a/other")).expect("it is there"), b"new");
    }
}
