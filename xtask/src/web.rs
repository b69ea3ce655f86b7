//! Assembles pages: a crate compiled for the page and bound with wasm-bindgen, its files, the components, the corpus.
//!
//! `target/page/<name>/` then is a folder that any static file server can give out:
//!
//! - the page's own files (`index.html`, scripts, data)
//! - `<crate>.js` and `<crate>_bg.wasm`, and `snippets/` with the JavaScript that crates bring along
//! - `guests/` or `components/`: the components, as in `target/guests`
//! - `corpus/`: the cases, where the page runs them

use crate::workspace::{Workspace, cargo};
use crate::{guests, shell, tools};
use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use std::fs;
use std::path::{Path, PathBuf};
use wasm_bindgen_cli_support::Bindgen;

/// What code for a page is compiled for.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Every page of the project.
pub static PAGES: &[Page] = &[
    Page {
        name: "demo",
        package: "sensor-demo",
        folders: &[("web/demo", ""), ("target/guests", "components")],
    },
    Page {
        name: "runner",
        package: "amphi-runner",
        folders: &[
            ("tests/harness/runner", ""),
            ("tests/corpus", "corpus"),
            ("target/guests", "guests"),
            ("web/demo/data", "data"),
        ],
    },
    Page {
        name: "conformance",
        package: "amphi-conformance",
        folders: &[("tests/conformance/page", "")],
    },
    Page {
        name: "bench",
        package: "amphi-bench-web",
        folders: &[("benches/web/page", ""), ("target/guests", "guests")],
    },
];

/// A page, as data.
#[derive(Debug)]
pub struct Page {
    /// What commands and its folder call it.
    pub name: &'static str,
    /// The package whose library is the page's code.
    pub package: &'static str,
    /// The folders that need no build: from where, and where they are in the page.
    pub folders: &'static [(&'static str, &'static str)],
}

/// How the page's code is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    /// As users download it: slow to build, small and fast.
    Web,
    /// For tests: quick to build.
    WebDev,
}

/// Assembles pages into `target/page`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  cargo xtask web demo && ls target/page/demo")]
pub struct Options {
    /// The pages to assemble; all when none is named.
    pages: Vec<String>,
    /// How the page's code is compiled.
    #[arg(long, value_enum, default_value = "web")]
    profile: Profile,
}

/// Builds the guests and the pages that `options` name.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let pages = named(&options.pages)?;
    guests::build(workspace)?;
    prepare()?;
    for page in pages {
        println!("{}", build(workspace, page, options.profile)?.display());
    }
    Ok(())
}

/// Installs what building a page needs.
pub fn prepare() -> Result<()> {
    tools::targets(&[TARGET])
}

/// The page called `name`.
pub fn page(name: &str) -> Result<&'static Page> {
    PAGES
        .iter()
        .find(|page| page.name == name)
        .with_context(|| {
            let known: Vec<_> = PAGES.iter().map(|page| page.name).collect();
            format!(
                "expected a page out of `{}`, found `{name}`",
                known.join("`, `")
            )
        })
}

/// Assembles `page` from guests that are built, and says where it is.
pub fn build(workspace: &Workspace, page: &Page, profile: Profile) -> Result<PathBuf> {
    let module = compile(workspace, page, profile)?;
    let folder = workspace.target("page").join(page.name);
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot empty `{}`", folder.display()))?;
    }
    for (from, to) in page.folders {
        copy_folder(&workspace.root.join(from), &folder.join(to))?;
    }
    bind(&module, &folder)?;
    Ok(folder)
}

impl Profile {
    /// Its name in the workspace's manifest.
    pub fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::WebDev => "web-dev",
        }
    }
}

/// The target folder of builds for the page: its own, like the guests'.
pub fn target_folder(workspace: &Workspace) -> PathBuf {
    workspace.target("web-build")
}

fn named(pages: &[String]) -> Result<Vec<&'static Page>> {
    if pages.is_empty() {
        return Ok(PAGES.iter().collect());
    }
    pages.iter().map(|name| page(name)).collect()
}

fn compile(workspace: &Workspace, page: &Page, profile: Profile) -> Result<PathBuf> {
    let folder = target_folder(workspace);
    let mut command = cargo(&[
        "build",
        "--lib",
        "-p",
        page.package,
        "--target",
        TARGET,
        "--profile",
        profile.name(),
    ]);
    shell::quiet(command.env("CARGO_TARGET_DIR", &folder))?;
    let file = format!("{}.wasm", page.package.replace('-', "_"));
    Ok(folder.join(TARGET).join(profile.name()).join(file))
}

fn bind(module: &Path, folder: &Path) -> Result<()> {
    let echo = shell::long(&format!("wasm-bindgen {}", module.display()));
    let mut bindgen = Bindgen::new();
    bindgen
        .web(true)?
        .typescript(false)
        // `init()` without arguments then finds the module beside its script.
        .omit_default_module_path(false)
        .input_path(module);
    bindgen
        .generate(folder)
        .with_context(|| format!("wasm-bindgen cannot bind `{}`", module.display()))?;
    echo.done();
    Ok(())
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot make `{}`", to.display()))?;
    let entries =
        fs::read_dir(from).with_context(|| format!("cannot read `{}`", from.display()))?;
    for entry in entries {
        let entry = entry?;
        let (source, copy) = (entry.path(), to.join(entry.file_name()));
        match entry.file_type()? {
            kind if kind.is_dir() => copy_folder(&source, &copy)?,
            kind if kind.is_file() => fs::copy(&source, &copy).map(drop)?,
            _ => bail!("`{}` is neither a file nor a folder", source.display()),
        }
    }
    Ok(())
}
