//! What is compared: the components, and the ways in which a page has them.

use super::super::plot::OTHERS;
use super::site::{BEFORE_ADDRESS, PACKAGE_ADDRESS, Parts};
use crate::workspace::Workspace;
use crate::{guests, wild};
use anyhow::Result;
use std::path::{Path, PathBuf};

/// A component whose first answer pages await.
#[derive(Debug)]
pub struct Component {
    /// What reports and folders call it.
    pub name: &'static str,
    /// Whether it imports WASI.
    pub wasi: bool,
    /// Builds it, or has it fetched.
    pub file: fn(&Workspace) -> Result<PathBuf>,
}

/// Every component. What others have published for pages is fetched from npm by whoever measures.
pub static COMPONENTS: [Component; 4] = [
    Component {
        name: "shapes",
        wasi: false,
        file: |workspace| guests::without_wasi(workspace, "shapes"),
    },
    Component {
        name: "redact",
        wasi: false,
        file: |workspace| wild::file(workspace, "redact"),
    },
    Component {
        name: "analyze",
        wasi: false,
        file: |workspace| wild::file(workspace, "analyze"),
    },
    Component {
        name: "sensor",
        wasi: true,
        file: |workspace| Ok(workspace.target("guests/sensor.wasm")),
    },
];

/// A way to have a component in a page.
#[derive(Debug)]
pub struct Contender {
    /// What programs and folders call it.
    pub name: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// Its color in plots, where it has one in others too.
    pub color: &'static str,
    /// Makes its page of a component in a folder.
    pub page: fn(&Parts<'_>, &Path) -> Result<()>,
}

/// The package with the translator, and the component as it is.
pub const PACKAGE: &str = "package";
/// The package's runtime, and the component precompiled.
pub const RUNTIME: &str = "runtime";
/// What jco makes of the component.
pub const JCO: &str = "jco";
/// An older package, with the same pages as this one.
pub const BEFORE: &str = "before";

/// Every contender that there is.
pub static CONTENDERS: [Contender; 5] = [
    Contender {
        name: PACKAGE,
        title: "amphi-web",
        color: OTHERS[0],
        page: |parts, page| parts.package(PACKAGE_ADDRESS, page),
    },
    Contender {
        name: RUNTIME,
        title: "precompiled",
        color: OTHERS[4],
        page: |parts, page| parts.runtime(page),
    },
    Contender {
        name: JCO,
        title: "jco",
        color: OTHERS[3],
        page: |parts, page| parts.jco(page),
    },
    Contender {
        name: "glue",
        title: "by hand",
        color: OTHERS[1],
        page: |parts, page| parts.glue(page),
    },
    Contender {
        name: BEFORE,
        title: "amphi-web before",
        color: OTHERS[2],
        page: |parts, page| parts.package(BEFORE_ADDRESS, page),
    },
];
