//! The state of one store: what the components import, at its least.

use amphi::component::{HasSelf, Linker, ResourceTable};
use amphi::wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use amphi::{Engine, Result};

use crate::bindings::sensor::demo::sensor::log;
use crate::bindings::sensor::{self};
use crate::bindings::shapes::demo::shapes::host;
use crate::bindings::shapes::{self};

/// The state of one store, which grants nothing.
pub struct State {
    table: ResourceTable,
    wasi: WasiCtx,
}

impl State {
    /// A fresh one.
    pub fn new() -> Self {
        Self {
            table: ResourceTable::new(),
            wasi: WasiCtxBuilder::new().build(),
        }
    }
}

/// A linker with everything that any of the components imports.
pub fn linker(engine: &Engine) -> Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    amphi::wasi::p2::add_to_linker_sync(&mut linker)?;
    shapes::Shapes::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
    sensor::Sensor::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
    Ok(linker)
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl log::Host for State {
    fn record_message(&mut self, _level: log::Level, _message: String) {}
}

impl host::Host for State {
    fn add_one(&mut self, x: u32) -> u32 {
        x.wrapping_add(1)
    }

    fn measure(&mut self, text: String) -> u32 {
        text.len() as u32
    }
}
