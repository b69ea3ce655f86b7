//! The state of one store: what the components import, at its least.

use amphi::component::{HasSelf, Linker};
use amphi::wasi::{WasiCtx, WasiState};
use amphi::{Engine, Result};

use crate::bindings::sensor::demo::sensor::log;
use crate::bindings::sensor::{self};
use crate::bindings::shapes::demo::shapes::host;
use crate::bindings::shapes::{self};

/// The state of one store.
pub type State = WasiState<Imports>;

/// What the components import besides WASI.
pub struct Imports;

/// A fresh state, which grants nothing.
pub fn state() -> State {
    State::with_data(WasiCtx::builder().build(), Imports)
}

/// A linker with everything that any of the components imports.
pub fn linker(engine: &Engine) -> Result<Linker<State>> {
    let mut linker = Linker::<State>::new(engine);
    amphi::wasi::p2::add_to_linker_sync(&mut linker)?;
    shapes::Shapes::add_to_linker::<_, HasSelf<Imports>>(&mut linker, |state| &mut state.data)?;
    sensor::Sensor::add_to_linker::<_, HasSelf<Imports>>(&mut linker, |state| &mut state.data)?;
    Ok(linker)
}

impl log::Host for Imports {
    fn record_message(&mut self, _level: log::Level, _message: String) {}
}

impl host::Host for Imports {
    fn add_one(&mut self, x: u32) -> u32 {
        x.wrapping_add(1)
    }

    fn measure(&mut self, text: String) -> u32 {
        text.len() as u32
    }
}
