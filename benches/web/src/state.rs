//! The state of one store: what the components import, at its least.

use amphi::component::{HasSelf, Linker, Resource, ResourceTable};
use amphi::wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use amphi::{Engine, Result, bail};

use crate::bindings::kitchen::demo::kitchen::host::{Counter, Host, HostCounter};
use crate::bindings::kitchen::{self};
use crate::bindings::sensor::demo::sensor::log;
use crate::bindings::sensor::{self};

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
    kitchen::Kitchen::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
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

impl Host for State {
    fn add_one(&mut self, x: u32) -> Result<u32> {
        Ok(x.wrapping_add(1))
    }

    fn ask(&mut self, question: String) -> Result<Result<String, String>> {
        Ok(Ok(question))
    }

    fn fail(&mut self, reason: String) -> Result<()> {
        bail!("{reason}")
    }
}

/// No shape makes a counter.
impl HostCounter for State {
    fn new(&mut self, _start: u32) -> Result<Resource<Counter>> {
        bail!("no counter is made here")
    }

    fn increment(&mut self, _counter: Resource<Counter>, _by: u32) -> Result<u32> {
        bail!("no counter is made here")
    }

    fn value(&mut self, _counter: Resource<Counter>) -> Result<u32> {
        bail!("no counter is made here")
    }

    fn merge(&mut self, _a: Resource<Counter>, _b: Resource<Counter>) -> Result<Resource<Counter>> {
        bail!("no counter is made here")
    }

    fn drop(&mut self, _counter: Resource<Counter>) -> Result<()> {
        bail!("no counter is made here")
    }
}
