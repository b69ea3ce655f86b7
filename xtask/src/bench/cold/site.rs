//! The pages that are visited: `/CONTENDER/COMPONENT/`, and above what several of them have.

use super::contender::{BEFORE, COMPONENTS, CONTENDERS, Component, Contender, JCO, RUNTIME};
use crate::javascript::bundle::Bundler;
use crate::size::weight::{self, Weight, brotli, gzip, weigh};
use crate::web::copy_folder;
use crate::workspace::Workspace;
use crate::{javascript, jco, shell};
use anyhow::{Context, Result};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use wasmparser::{Parser, Payload};

/// What is written by hand for the pages.
const SOURCES: &str = "benches/cold";
/// Where the package is, and an older one.
pub const PACKAGE_ADDRESS: &str = "/amphi-web/";
pub const BEFORE_ADDRESS: &str = "/before/";

/// The pages' files by their paths, which begin with a slash.
#[derive(Debug)]
pub struct Site {
    /// Who has pages.
    pub contenders: Vec<&'static Contender>,
    files: BTreeMap<String, File>,
}

/// One file, compressed.
#[derive(Debug)]
pub struct File {
    /// Its media type.
    pub kind: &'static str,
    /// Whether it is a document.
    pub is_document: bool,
    /// By gzip.
    pub gzip: Bytes,
    /// By brotli.
    pub brotli: Bytes,
}

/// What a component is in bytes.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Sizes {
    /// The component.
    pub whole: Weight,
    /// Its core modules, each compressed by itself.
    pub cores: Weight,
}

/// A component that is built, and taken apart.
#[derive(Debug)]
pub struct Parts<'a> {
    component: &'a Component,
    workspace: &'a Workspace,
    sources: &'a Path,
    package: &'a Path,
    file: PathBuf,
    /// Its core modules, the largest first.
    cores: Vec<PathBuf>,
}

/// Makes every page, and says what the components are. With `before`, an assembled package, there
/// are pages that use that.
pub fn build(
    workspace: &Workspace,
    before: Option<&Path>,
) -> Result<(Site, BTreeMap<String, Sizes>)> {
    let folder = workspace.target("page/cold");
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot empty `{}`", folder.display()))?;
    }
    let package = javascript::build(workspace)?;
    let sources = workspace.root.join(SOURCES);
    copy_folder(&package, &below(&folder, PACKAGE_ADDRESS))?;
    copy(&sources.join("tell.js"), &folder.join("tell.js"))?;
    if let Some(before) = before {
        copy_folder(before, &below(&folder, BEFORE_ADDRESS))?;
    }
    let is_there = |contender: &&Contender| before.is_some() || contender.name != BEFORE;
    let contenders: Vec<_> = CONTENDERS.iter().filter(is_there).collect();
    let mut sizes = BTreeMap::new();
    for component in &COMPONENTS {
        let parts = Parts::of(workspace, component, &sources, &package)?;
        for contender in &contenders {
            let page = folder.join(contender.name).join(component.name);
            fs::create_dir_all(&page)
                .with_context(|| format!("cannot make `{}`", page.display()))?;
            copy(&sources.join("index.html"), &page.join("index.html"))?;
            (contender.page)(&parts, &page)?;
        }
        sizes.insert(component.name.to_owned(), parts.sizes()?);
    }
    Ok((Site::read(&folder, contenders)?, sizes))
}

/// The folder of an address.
fn below(folder: &Path, address: &str) -> PathBuf {
    folder.join(address.trim_matches('/'))
}

impl<'a> Parts<'a> {
    /// Builds a component, or has it fetched, and writes its core modules to files.
    fn of(
        workspace: &'a Workspace,
        component: &'a Component,
        sources: &'a Path,
        package: &'a Path,
    ) -> Result<Self> {
        let file = (component.file)(workspace)?;
        let bytes = fs::read(&file).with_context(|| format!("cannot read `{}`", file.display()))?;
        let folder = workspace.target("cold").join(component.name);
        fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make `{}`", folder.display()))?;
        let mut modules = modules(&bytes)?;
        modules.sort_by_key(|module| std::cmp::Reverse(module.len()));
        let mut cores = Vec::new();
        for (number, module) in modules.into_iter().enumerate() {
            let core = folder.join(format!("core{number}.wasm"));
            write(&core, module)?;
            cores.push(core);
        }
        Ok(Self {
            component,
            workspace,
            sources,
            package,
            file,
            cores,
        })
    }

    /// The page of the package at an address, with the component beside it.
    pub fn package(&self, address: &str, page: &Path) -> Result<()> {
        copy(&self.file, &page.join("component.wasm"))?;
        let script = text(&self.source("package"))?.replace(PACKAGE_ADDRESS, address);
        write(&page.join("answer.js"), script)
    }

    /// The page of what the package's plugin makes of the component, with the runtime; and with
    /// what the runtime fetches if that imports WASI, as it is in the package.
    pub fn runtime(&self, page: &Path) -> Result<()> {
        let folder = self.workspace.target("cold/precompiled");
        copy_folder(&self.sources.join(RUNTIME), &folder)?;
        copy_folder(self.package, &folder.join("node_modules/amphi-web"))?;
        copy(&self.file, &folder.join("component.wasm"))?;
        let bundler = Bundler::install(self.workspace)?;
        let mut bundled = bundler.of(&folder.join(self.script()));
        bundled
            .arg("--config")
            .arg(folder.join("rolldown.config.js"));
        bundled.args(["--entryFileNames", "answer.js", "--dir"]);
        shell::quiet(bundled.arg(page))?;
        if self.component.wasi {
            fs::create_dir_all(page.join("wasm"))?;
            for file in ["wasi.js", "wasm/amphi_runtime_bg.wasm"] {
                copy(&self.package.join(file), &page.join(file))?;
            }
        }
        Ok(())
    }

    /// The page of what jco makes of the component.
    pub fn jco(&self, page: &Path) -> Result<()> {
        let sources = self.sources.join(JCO);
        jco::transpile(self.workspace, &self.file, &sources, &self.script(), page)
    }

    /// The page of the largest core module, with glue written by hand.
    pub fn glue(&self, page: &Path) -> Result<()> {
        let core = self.cores.first().context("expected a core module")?;
        copy(core, &page.join("core.wasm"))?;
        let script = text(&self.sources.join("glue/core.js"))? + &text(&self.source("glue"))?;
        write(&page.join("answer.js"), script)
    }

    /// What is written by hand for this component.
    fn source(&self, contender: &str) -> PathBuf {
        self.sources.join(contender).join(self.script())
    }

    /// The name of what is written by hand for this component.
    fn script(&self) -> String {
        format!("{}.js", self.component.name)
    }

    fn sizes(&self) -> Result<Sizes> {
        let cores = self.cores.iter().map(|core| weigh(core));
        Ok(Sizes {
            whole: weigh(&self.file)?,
            cores: cores.sum::<Result<_>>()?,
        })
    }
}

impl Site {
    /// Reads and compresses what a folder has for browsers.
    fn read(folder: &Path, contenders: Vec<&'static Contender>) -> Result<Self> {
        let echo = shell::long("compressing the pages");
        let mut files = BTreeMap::new();
        for path in weight::files(folder)? {
            let name = path.strip_prefix(folder)?;
            let Some(kind) = kind(name) else { continue };
            let file = File {
                kind,
                is_document: kind.starts_with("text/html"),
                gzip: gzip(&path)?.into(),
                brotli: brotli(&path)?.into(),
            };
            files.insert(format!("/{}", name.display()), file);
        }
        echo.done();
        Ok(Self { contenders, files })
    }

    /// The file at `path`; a folder's is its document.
    pub fn file(&self, path: &str) -> Option<&File> {
        match path.ends_with('/') {
            true => self.files.get(&format!("{path}index.html")),
            false => self.files.get(path),
        }
    }
}

/// The media type of what browsers ask for.
fn kind(file: &Path) -> Option<&'static str> {
    match file.extension()?.to_str()? {
        "html" => Some("text/html; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "wasm" => Some("application/wasm"),
        // What servers call files that they do not know.
        "page" => Some("application/octet-stream"),
        _ => None,
    }
}

/// The core modules of a component, wherever they are in it.
fn modules(component: &[u8]) -> Result<Vec<&[u8]>> {
    let mut modules = Vec::new();
    for payload in Parser::new(0).parse_all(component) {
        if let Payload::ModuleSection {
            unchecked_range, ..
        } = payload?
        {
            let module = component.get(unchecked_range);
            modules.push(module.context("expected a whole core module")?);
        }
    }
    Ok(modules)
}

fn text(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read `{}`", file.display()))
}

fn write(file: &Path, content: impl AsRef<[u8]>) -> Result<()> {
    fs::write(file, content).with_context(|| format!("cannot write `{}`", file.display()))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let copied = fs::copy(from, to).map(drop);
    copied.with_context(|| format!("cannot copy `{}` to `{}`", from.display(), to.display()))
}

#[cfg(test)]
mod tests {
    use super::modules;

    #[test]
    fn core_modules_are_found_wherever_they_are() {
        let component = wat::parse_str(
            r#"(component (core module) (component (core module (func (export "f")))))"#,
        )
        .expect("it is valid text");
        let modules = modules(&component).expect("it is a component");
        assert_eq!(modules.len(), 2);
        for module in &modules {
            assert_eq!(module[..4], *b"\0asm");
        }
        assert!(modules[0].len() < modules[1].len());
        assert!(super::modules(b"no component").is_err());
    }
}
