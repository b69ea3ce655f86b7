//! Interfaces that a world defines in place, imported and exported, each named as the world calls
//! it.

use amphi::component::{Component, HasSelf, Linker};
use amphi::{Engine, Result, Store};

use crate::programs::Transcript;

amphi::component::bindgen!("timekeeper" in "../corpus/bindings/greeter.wit");

/// The same world, found as the only one of its file.
mod only_one {
    amphi::component::bindgen!(in "../corpus/bindings/scribe.wit");
}

#[derive(Default)]
struct State {
    time: u64,
    log: Vec<String>,
}

impl TimekeeperImports for State {
    fn name(&mut self) -> String {
        format!("{} o'clock", self.time)
    }

    fn log(&mut self, text: String) {
        self.log.push(text);
    }
}

impl clock::Host for State {
    fn tick(&mut self, by: u32) -> u64 {
        self.time += u64::from(by);
        self.time
    }
}

pub fn run(t: &mut Transcript, engine: &Engine, guests: &[Component]) -> Result<()> {
    let mut linker = Linker::new(engine);
    Timekeeper::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut State| state)?;
    let mut store = Store::new(engine, State::default());
    let timekeeper = Timekeeper::instantiate(&mut store, &guests[0], &linker)?;
    t.same("wait", timekeeper.timer().call_wait(&mut store, 5)?, 15);
    t.same(
        "wait the longest",
        timekeeper.timer().call_wait(&mut store, u32::MAX)?,
        2 * 10 + 3 * u64::from(u32::MAX),
    );
    t.same("time", store.data().time, 10 + 2 * u64::from(u32::MAX));
    t.same(
        "greet",
        timekeeper.call_greet(&mut store)?,
        "hello, 8589934600 o'clock",
    );
    Ok(())
}
