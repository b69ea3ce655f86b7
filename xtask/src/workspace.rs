//! The workspace as cargo sees it: where it is, and which packages are what.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The profile that programs are given out in, and the folder of its builds.
pub const DIST: &str = "dist";

/// The packages of the workspace, and where it is.
#[derive(Debug)]
pub struct Workspace {
    /// The folder of the root manifest.
    pub root: PathBuf,
    /// Where cargo puts native builds: `target/`, unless the environment says otherwise.
    pub native: PathBuf,
    /// Every member.
    pub packages: Vec<Package>,
}

/// One member of the workspace.
#[derive(Debug)]
pub struct Package {
    /// Its name in its manifest.
    pub name: String,
    /// The folder of its manifest.
    pub folder: PathBuf,
    /// Whether it is made for `cargo component`: it has that tool's metadata.
    pub component: bool,
    /// The names of its binaries.
    pub binaries: Vec<String>,
}

impl Workspace {
    /// Asks cargo.
    pub fn read() -> Result<Self> {
        let output = Command::new("cargo")
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .current_dir(root())
            .output()
            .context("cannot start `cargo metadata`")?;
        ensure!(
            output.status.success(),
            "`cargo metadata` failed:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let metadata: Value = serde_json::from_slice(&output.stdout)
            .context("`cargo metadata` did not write JSON")?;
        let packages = metadata["packages"]
            .as_array()
            .context("`cargo metadata` lists no packages")?;
        Ok(Self {
            root: root().to_path_buf(),
            native: metadata["target_directory"]
                .as_str()
                .context("`cargo metadata` names no target folder")?
                .into(),
            packages: packages.iter().map(package).collect::<Result<_>>()?,
        })
    }

    /// The packages under `guest/`: what is compiled to components and to nothing else.
    pub fn guests(&self) -> impl Iterator<Item = &Package> {
        self.packages
            .iter()
            .filter(|package| package.folder.starts_with(self.root.join("guest")))
    }

    /// A place under `target/`, where what we make ourselves is.
    pub fn target(&self, path: &str) -> PathBuf {
        self.root.join("target").join(path)
    }
}

/// A `cargo` command at the root.
pub fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.args(args).current_dir(root());
    command
}

/// Adds `-p name` for each name.
pub fn select<'a>(command: &mut Command, names: impl IntoIterator<Item = &'a str>) {
    for name in names {
        command.args(["-p", name]);
    }
}

/// The folder of the root manifest.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask is a folder of the workspace")
}

fn package(value: &Value) -> Result<Package> {
    let text = |field: &str| {
        value[field]
            .as_str()
            .with_context(|| format!("a package without `{field}`"))
    };
    let manifest = Path::new(text("manifest_path")?);
    let targets = value["targets"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let is_binary = |target: &&Value| {
        target["kind"]
            .as_array()
            .is_some_and(|kinds| kinds.contains(&"bin".into()))
    };
    Ok(Package {
        name: text("name")?.to_string(),
        folder: manifest
            .parent()
            .context("a manifest without a folder")?
            .to_path_buf(),
        component: value["metadata"]["component"].is_object(),
        binaries: targets
            .iter()
            .filter(is_binary)
            .filter_map(|target| target["name"].as_str().map(str::to_string))
            .collect(),
    })
}
