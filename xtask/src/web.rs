//! Assembles pages: a crate compiled for the page and bound with wasm-bindgen, its files, the
//! components, the corpus.
//!
//! `target/page/<name>/` then is a folder that any static file server can give out:
//!
//! - the page's own files (`index.html`, scripts, data)
//! - `<crate>.js` and `<crate>_bg.wasm`, and `snippets/` with the JavaScript that crates bring
//!   along
//! - `guests/` or `components/`: the components, as in `target/guests`
//! - `corpus/`: the cases, where the page runs them
//! - a `.wasm` beside each component that stands in the page's own files as text
//! - a `.page` beside components that the page runs precompiled

mod precompiled;
mod tables;

use crate::javascript::bundle::Bundler;
use crate::workspace::{Workspace, cargo, select};
use crate::{guests, shell, tools};
use amphi_harness::find_program;
use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use sha2::{Digest as _, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use wasm_bindgen_cli_support::Bindgen;

/// The package's folder, and its scripts that are bundled: a visitor waits for one file.
const PACKAGE: &str = "web/js/package";
/// The runtime as modules, for bundlers.
const MODULES: &str = "runtime.modules.js";
const RUNTIME: &str = "runtime.js";
const BUNDLES: &[&str] = &[
    "index.js",
    "runtime.js",
    "service-worker.js",
    "worker.js",
    "wasi.js",
    "http.js",
];
/// The packages of modules whose scripts become part of those.
const BUNDLED: &[&str] = &["amphi-js", "amphi-runtime", "amphi-translator", "amphi-wit"];
/// What says which version of the package it is, and which translator it has.
const VERSION: &str = "src/version.js";

/// What code for a page is compiled for.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// How `wasm-opt` optimises the module of a page that users download, once more and as a whole.
/// What it does at higher levels makes the module smaller and its compressed form larger. Lowest in
/// memory is the end of the stack, where no address is calculated that wraps around.
pub const OPTIMISE: [&str; 2] = ["-O1", "--low-memory-unused"];

/// The features that the compiler's output uses, every one of which browsers have had for years.
const FEATURES: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// The modules that JavaScript makes a new instance of when one has failed.
const BEGUN_ANEW: &[&str] = &["amphi-compile", "amphi-translator"];

/// Every page of the project.
pub static PAGES: &[Page] = &[
    Page {
        name: "demo",
        package: "sensor-demo",
        default_features: true,
        folders: &[
            ("web/demo", ""),
            ("web/js/package", "amphi-web"),
            ("target/guests", "components"),
        ],
        bound: "",
        besides: &[
            ("amphi-js", "amphi-web/wasm"),
            ("amphi-runtime", "amphi-web/wasm"),
            ("amphi-translator", "amphi-web/wasm"),
            ("amphi-wit", "amphi-web/wasm"),
        ],
        precompiled: &[
            "components/sensor.wasm",
            "components/hello.wasm",
            "components/errand.wasm",
            "components/words.wasm",
        ],
    },
    Page {
        name: "runner",
        package: "amphi-runner",
        default_features: true,
        folders: &[
            ("tests/harness/runner", ""),
            ("tests/corpus", "corpus"),
            ("target/guests", "guests"),
            ("web/demo/data", "data"),
        ],
        bound: "",
        besides: &[],
        precompiled: &[],
    },
    Page {
        name: "conformance",
        package: "amphi-conformance",
        default_features: true,
        folders: &[("tests/conformance/page", "")],
        bound: "",
        besides: &[],
        precompiled: &[],
    },
    Page {
        name: "bench",
        package: "amphi-bench-web",
        default_features: true,
        folders: &[("benches/web/page", ""), ("target/guests", "guests")],
        bound: "",
        besides: &[],
        precompiled: &[],
    },
    Page {
        name: "size",
        package: "amphi-bench-size",
        default_features: true,
        folders: &[],
        bound: "",
        besides: &[],
        precompiled: &[],
    },
    Page {
        name: "runtime",
        package: "amphi-bench-size",
        default_features: false,
        folders: &[],
        bound: "",
        besides: &[],
        precompiled: &[],
    },
    Page {
        name: "precompiled",
        package: "amphi-precompiled",
        default_features: true,
        folders: &[
            ("tests/precompiled/page", ""),
            ("benches/web/guest", ""),
            ("target/guests", "guests"),
        ],
        bound: "",
        besides: &[],
        precompiled: &["composed.wasm", "guests/hello.wasm"],
    },
    Page {
        name: "javascript",
        package: "amphi-js",
        default_features: true,
        folders: &[
            ("tests/javascript", ""),
            ("web/js/package", "amphi-web"),
            ("target/guests", "guests"),
            ("tests/runner/src/programs/errands", "errands"),
        ],
        bound: "amphi-web/wasm",
        besides: &[
            ("amphi-runtime", "amphi-web/wasm"),
            ("amphi-translator", "amphi-web/wasm"),
            ("amphi-wit", "amphi-web/wasm"),
            ("amphi-compile", "amphi-web/wasm"),
        ],
        precompiled: &["guests/sensor.wasm"],
    },
];

/// A page, as data.
#[derive(Debug)]
pub struct Page {
    /// What commands and its folder call it.
    pub name: &'static str,
    /// The package whose library is the page's code.
    pub package: &'static str,
    /// Whether it is built with the features that are on by default.
    pub default_features: bool,
    /// The folders that need no build: from where, and where they are in the page.
    pub folders: &'static [(&'static str, &'static str)],
    /// The folder of the page that its code is put into.
    pub bound: &'static str,
    /// Packages with modules of their own that the page uses besides, and the folders that they are
    /// put into.
    pub besides: &'static [(&'static str, &'static str)],
    /// Components in the page's folder that it runs precompiled: `X.page` beside `X.wasm`.
    pub precompiled: &'static [&'static str],
}

impl Page {
    /// The packages whose modules it has, and the folders that they are put into.
    pub fn modules(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        std::iter::once((self.package, self.bound)).chain(self.besides.iter().copied())
    }

    /// Where it is assembled.
    pub fn folder(&self, workspace: &Workspace) -> PathBuf {
        workspace.target("page").join(self.name)
    }
}

/// How the page's code is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    /// As users download it: slow to build, small and fast.
    Web,
    /// For tests: quick to build.
    WebDev,
    /// For the demo, with its native host: quick to build, and fast enough to be watched.
    Demo,
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
    prepare(options.profile)?;
    for page in pages {
        println!("{}", build(workspace, page, options.profile)?.display());
    }
    Ok(())
}

/// Installs what building a page needs. Without `wasm-opt` pages for users are larger, and that is
/// said.
pub fn prepare(profile: Profile) -> Result<()> {
    tools::targets(&[TARGET])?;
    if profile == Profile::Web
        && let Err(error) = tools::binaryen()
    {
        eprintln!("the page is larger than it need be: {error:#}");
    }
    Ok(())
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
    let folder = page.folder(workspace);
    build_into(workspace, page, profile, &folder)?;
    Ok(folder)
}

/// As [`build`], into `folder`.
pub fn build_into(
    workspace: &Workspace,
    page: &Page,
    profile: Profile,
    folder: &Path,
) -> Result<()> {
    for (package, _) in page.modules() {
        compile(workspace, &[package], page.default_features, profile)?;
    }
    join(workspace, page, profile, folder)
}

/// Compiles all modules of a page at once: what they share is built once, with all that one of them
/// needs of it.
pub fn compile_together(workspace: &Workspace, page: &Page, profile: Profile) -> Result<()> {
    let packages: Vec<&str> = page.modules().map(|(package, _)| package).collect();
    compile(workspace, &packages, page.default_features, profile)
}

/// Puts the files and the compiled modules of a page together in `folder`.
pub fn join(workspace: &Workspace, page: &Page, profile: Profile, folder: &Path) -> Result<()> {
    copy_afresh(workspace, page.folders, folder)?;
    assemble_texts(folder)?;
    for component in page.precompiled {
        let component = folder.join(component);
        precompiled::write(&component, &component.with_extension("page"))?;
    }
    for (package, bound) in page.modules() {
        let bound = folder.join(bound);
        bind(&module(workspace, package, profile), &bound)?;
        if profile == Profile::Web {
            leave_out_comments(&bound.join(bound_script(package)))?;
            optimise(workspace, package, &bound)?;
        }
    }
    for (_, part) in page.folders.iter().filter(|(from, _)| *from == PACKAGE) {
        bundle(workspace, page, profile, &folder.join(part))?;
    }
    Ok(())
}

/// Bundles the scripts of the package in `folder` for which a visitor waits, and those that bind
/// the other modules of `page`.
fn bundle(workspace: &Workspace, page: &Page, profile: Profile, folder: &Path) -> Result<()> {
    let wasm = folder.join("wasm");
    let version = folder.join(VERSION);
    let text = version_script(
        workspace,
        &read(&wasm.join(bound_module("amphi-translator")))?,
    )?;
    fs::write(&version, text).with_context(|| format!("cannot write `{}`", version.display()))?;
    let modules = folder.join(MODULES);
    fs::copy(folder.join(RUNTIME), &modules)
        .with_context(|| format!("cannot write `{}`", modules.display()))?;
    let Some(bundler) = Bundler::for_profile(workspace, profile)? else {
        return Ok(());
    };
    let bound = page.modules().filter(|(_, bound)| bound.ends_with("wasm"));
    let others = bound.filter(|(package, _)| !BUNDLED.contains(package));
    let others = others.map(|(package, _)| wasm.join(bound_script(package)));
    let scripts = BUNDLES.iter().map(|name| folder.join(name)).chain(others);
    bundler.replace(&scripts.collect::<Vec<_>>())?;
    // They are in the bundles.
    for package in BUNDLED {
        let script = wasm.join(bound_script(package));
        fs::remove_file(&script)
            .with_context(|| format!("cannot remove `{}`", script.display()))?;
    }
    let snippets = wasm.join("snippets");
    fs::remove_dir_all(&snippets).with_context(|| format!("cannot remove `{}`", snippets.display()))
}

/// What plans that are kept are told apart by: the package's version, and its translator, which
/// differs between two that are built here.
fn version_script(workspace: &Workspace, translator: &[u8]) -> Result<String> {
    let package = workspace
        .packages
        .iter()
        .find(|package| package.name == "amphi-js");
    let package = package.context("the package for JavaScript is a member")?;
    let digest = Sha256::digest(translator);
    let digest: String = digest[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(format!(
        "export const VERSION = '{} {digest}';\n",
        package.version
    ))
}

/// Puts folders and a compiled module, bound, together to the page `name`, and says where it is.
pub fn assemble(
    workspace: &Workspace,
    name: &str,
    folders: &[(&str, &str)],
    module: &Path,
) -> Result<PathBuf> {
    let folder = workspace.target("page").join(name);
    copy_afresh(workspace, folders, &folder)?;
    bind(module, &folder)?;
    Ok(folder)
}

/// Puts a component beside each that stands in `folder` as text.
fn assemble_texts(folder: &Path) -> Result<()> {
    // A page without files of its own has no folder yet.
    let entries = folder.is_dir().then(|| fs::read_dir(folder)).transpose()?;
    for entry in entries.into_iter().flatten() {
        let file = entry?.path();
        if file.extension().is_some_and(|extension| extension == "wat") {
            fs::write(file.with_extension("wasm"), wat::parse_file(&file)?)?;
        }
    }
    Ok(())
}

/// Leaves out of a script the comments that are documentation.
pub fn leave_out_comments(script: &Path) -> Result<()> {
    let text = fs::read_to_string(script)
        .with_context(|| format!("cannot read `{}`", script.display()))?;
    let mut inside = false;
    let mut kept = String::new();
    for line in text.lines() {
        inside |= line.trim_start().starts_with("/**");
        if !inside {
            kept.extend([line, "\n"]);
        }
        inside &= !line.trim_end().ends_with("*/");
    }
    fs::write(script, kept).with_context(|| format!("cannot write `{}`", script.display()))
}

/// Copies folders into `folder`, where nothing else is left.
fn copy_afresh(workspace: &Workspace, folders: &[(&str, &str)], folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .with_context(|| format!("cannot empty `{}`", folder.display()))?;
    }
    for (from, to) in folders {
        copy_folder(&workspace.root.join(from), &folder.join(to))?;
    }
    Ok(())
}

/// Where cargo puts the module of a package that is compiled for the page.
pub fn module(workspace: &Workspace, package: &str, profile: Profile) -> PathBuf {
    let file = format!("{}.wasm", package.replace('-', "_"));
    target_folder(workspace)
        .join(TARGET)
        .join(profile.name())
        .join(file)
}

/// The module of a page that was built for users, with the names of its functions, which the page
/// itself goes without.
pub fn named_module(workspace: &Workspace, page: &Page) -> PathBuf {
    workspace.target("named").join(bound_module(page.package))
}

/// The file name of the script that binds a package's module.
fn bound_script(package: &str) -> String {
    format!("{}.js", package.replace('-', "_"))
}

/// The file name of a package's module in a page.
fn bound_module(package: &str) -> String {
    format!("{}_bg.wasm", package.replace('-', "_"))
}

impl Profile {
    /// Its name in the workspace's manifest.
    pub fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::WebDev => "web-dev",
            Self::Demo => "demo",
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

fn compile(
    workspace: &Workspace,
    packages: &[&str],
    default_features: bool,
    profile: Profile,
) -> Result<()> {
    let mut command = cargo(&["build", "--lib", "--target", TARGET]);
    if !default_features {
        command.arg("--no-default-features");
    }
    command.args(["--profile", profile.name()]);
    select(&mut command, packages.iter().copied());
    shell::quiet(command.env("CARGO_TARGET_DIR", target_folder(workspace)))
}

fn bind(module: &Path, folder: &Path) -> Result<()> {
    let echo = shell::long(&format!("wasm-bindgen {}", module.display()));
    let is = |packages: &[&str]| {
        let stems = packages.iter().map(|package| package.replace('-', "_"));
        stems
            .into_iter()
            .any(|name| module.file_stem().is_some_and(|stem| *stem == *name))
    };
    let mut bindgen = Bindgen::new();
    bindgen
        .web(true)?
        .typescript(false)
        // `init()` without arguments then finds the module beside its script, where that stays.
        .omit_default_module_path(is(BUNDLED))
        .reset_state_function(is(BEGUN_ANEW))
        .input_path(module);
    bindgen
        .generate(folder)
        .with_context(|| format!("wasm-bindgen cannot bind `{}`", module.display()))?;
    echo.done();
    Ok(())
}

/// Optimises the module of `package` in `folder`, and keeps it once more with its names.
fn optimise(workspace: &Workspace, package: &str, folder: &Path) -> Result<()> {
    // Who prepares to build for users has been told.
    let Some(program) = find_program(&["wasm-opt"]) else {
        return Ok(());
    };
    let name = bound_module(package);
    let (named, module) = (workspace.target("named").join(&name), folder.join(&name));
    if let Some(parent) = named.parent() {
        fs::create_dir_all(parent)?;
    }
    let wasm_opt = |passes: &[&str], from: &Path, to: &Path| {
        let mut command = Command::new(&program);
        command.args(passes).args(FEATURES).arg(from);
        shell::quiet(command.arg("-o").arg(to))
    };
    let original = read(&module)?;
    let [level, memory] = OPTIMISE;
    wasm_opt(&[level, memory, "--debuginfo"], &module, &named)?;
    wasm_opt(&["--strip-debug", "--strip-producers"], &named, &module)?;
    let mut optimised = read(&module)?;
    tables::keep(&original, &mut optimised)?;
    fs::write(&module, optimised).with_context(|| format!("cannot write `{}`", module.display()))
}

fn read(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("cannot read `{}`", file.display()))
}

/// Copies a folder with all that is in it.
pub fn copy_folder(from: &Path, to: &Path) -> Result<()> {
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
