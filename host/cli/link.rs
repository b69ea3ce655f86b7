//! What the command line supplies to a component: WASI, and nothing of that until it is granted.

use std::fmt;

use amphi::component::{Component, Linker, ResourceTable};
use amphi::wasi::{WasiCtx, WasiCtxView, WasiView, p2};
use amphi::{Engine, Error, Result};

/// The packages of WASI 0.2 that are supplied.
const SUPPLIED: [&str; 6] = [
    "wasi:cli/",
    "wasi:clocks/",
    "wasi:filesystem/",
    "wasi:io/",
    "wasi:random/",
    "wasi:sockets/",
];

/// The state behind the imports of one instance.
pub struct State {
    wasi: WasiCtx,
    table: ResourceTable,
}

impl State {
    /// The state of a guest that may do what `wasi` grants.
    pub fn new(wasi: WasiCtx) -> Self {
        Self {
            wasi,
            table: ResourceTable::new(),
        }
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

/// A linker with all that the command line supplies, which is all that `component` imports.
pub fn linker(engine: &Engine, component: &Component) -> Result<Linker<State>> {
    let ty = component.component_type();
    let missing: Vec<String> = ty
        .imports(engine)
        .map(|(name, _)| name)
        .filter(|name| !is_supplied(name))
        .map(str::to_owned)
        .collect();
    if !missing.is_empty() {
        return Err(Error::new(MissingImports { names: missing }));
    }
    let mut linker = Linker::new(engine);
    p2::add_to_linker_sync(&mut linker)?;
    Ok(linker)
}

fn is_supplied(import: &str) -> bool {
    let (name, version) = import.split_once('@').unwrap_or((import, ""));
    SUPPLIED.iter().any(|package| name.starts_with(package)) && version.starts_with("0.2.")
}

/// The component imports what nobody supplies.
#[derive(Debug)]
struct MissingImports {
    names: Vec<String>,
}

impl fmt::Display for MissingImports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.names.iter().map(|name| format!("`{name}`")).collect();
        write!(
            f,
            "expected imports from WASI 0.2 only, found {}: such a component needs a host program that supplies {} \
             (the README has one)",
            names.join(", "),
            if names.len() == 1 { "it" } else { "them" }
        )
    }
}

impl std::error::Error for MissingImports {}
