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
#[derive(Debug, Default)]
pub struct Package {
    /// Its name in its manifest.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Whether it is published: it does not say `publish = false`.
    pub published: bool,
    /// Where the project is, if it says so.
    pub repository: Option<String>,
    /// Its readme, in its folder.
    pub readme: Option<PathBuf>,
    /// The roots of its library and its binaries, in its folder.
    pub roots: Vec<PathBuf>,
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

    /// The packages that users meet.
    pub fn published(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| package.published)
    }

    /// Where the project is.
    pub fn address(&self) -> Result<&str> {
        self.published()
            .find_map(|package| package.repository.as_deref())
            .context("no published package has a `repository`")
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
    let folder = manifest.parent().context("a manifest without a folder")?;
    let of_kind = |kind: &'static str| {
        list(&value["targets"])
            .iter()
            .filter(move |target| list(&target["kind"]).contains(&kind.into()))
    };
    let root = |target: &Value| {
        let path = Path::new(target["src_path"].as_str()?);
        path.strip_prefix(folder).ok().map(Path::to_path_buf)
    };
    Ok(Package {
        name: text("name")?.to_string(),
        version: text("version")?.to_string(),
        published: value["publish"] != Value::Array(Vec::new()),
        repository: value["repository"].as_str().map(str::to_string),
        readme: value["readme"].as_str().map(PathBuf::from),
        roots: of_kind("lib")
            .chain(of_kind("bin"))
            .filter_map(root)
            .collect(),
        folder: folder.to_path_buf(),
        component: value["metadata"]["component"].is_object(),
        binaries: of_kind("bin")
            .filter_map(|target| target["name"].as_str().map(str::to_string))
            .collect(),
    })
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}
