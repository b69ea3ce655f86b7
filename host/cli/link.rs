//! What the command line supplies to a component: WASI, and nothing of that until it is granted.

use amphi::component::{Component, InstancePre, Linker, ResourceTable};
use amphi::error::Context;
use amphi::wasi::{WasiCtx, WasiCtxView, WasiView, p2};
use amphi::{Engine, Result};

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

/// Binds what `component` imports to what the command line supplies.
pub fn link(engine: &Engine, component: &Component) -> Result<InstancePre<State>> {
    let mut linker = Linker::new(engine);
    p2::add_to_linker_sync(&mut linker)?;
    amphi::link(&linker, component).context(
        "expected imports from WASI 0.2 only: a component that imports more needs a host program that supplies it \
         (the README has one)",
    )
}
