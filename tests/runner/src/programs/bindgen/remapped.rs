//! Interfaces whose bindings are generated elsewhere, and bindings for interfaces alone.

use amphi::component::{Component, HasSelf, Linker};
use amphi::{Engine, Result, Store};

use crate::programs::Transcript;

/// The interface, with no world around it.
mod interfaces {
    amphi::component::bindgen!({
        path: "../corpus/bindings/scribe.wit",
        interfaces: "import demo:journal/journal@1.0.0;",
        require_store_data_send: true,
    });
}

amphi::component::bindgen!({
    path: "../corpus/bindings/scribe.wit",
    world: "demo:journal/scribe",
    with: { "demo:journal/journal@1.0.0": interfaces::demo::journal::journal },
});

/// Whole packages are remapped as well.
mod by_package {
    amphi::component::bindgen!({
        path: "../corpus/bindings/scribe.wit",
        with: { "demo:journal": super::interfaces::demo::journal },
    });
}

use interfaces::demo::journal::journal;

struct State;

impl journal::Host for State {
    fn write(&mut self, entry: journal::Entry) -> Result<u32, journal::Failure> {
        match entry.text.parse() {
            Ok(number) => Ok(number),
            Err(_) => Err(journal::Failure::Full),
        }
    }

    fn last(&mut self) -> Option<journal::Entry> {
        None
    }
}

pub fn run(t: &mut Transcript, engine: &Engine, guests: &[Component]) -> Result<()> {
    let mut linker = Linker::new(engine);
    journal::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut State| state)?;
    let mut store = Store::new(engine, State);
    let scribe = Scribe::instantiate(&mut store, &guests[0], &linker)?;
    let level = journal::Level::Info;
    t.saw("a number", scribe.call_note(&mut store, level, "12")?);
    t.saw("none", scribe.call_note(&mut store, level, "twelve")?);
    Ok(())
}
