//! Calls that are traced: the events go to whoever subscribes to them, here to nobody.

use amphi::component::{Component, HasSelf, Linker};
use amphi::{Engine, Result, Store};

use crate::programs::Transcript;

amphi::component::bindgen!({
    path: "../corpus/bindings/greeter.wit",
    world: "timekeeper",
    imports: { "name": tracing | trappable, default: tracing | verbose_tracing },
    exports: { default: tracing },
});

struct State;

impl TimekeeperImports for State {
    fn name(&mut self) -> Result<String> {
        Ok("tracing".to_owned())
    }

    fn log(&mut self, _text: String) {}
}

impl clock::Host for State {
    fn tick(&mut self, by: u32) -> u64 {
        u64::from(by)
    }
}

pub fn run(t: &mut Transcript, engine: &Engine, guests: &[Component]) -> Result<()> {
    let mut linker = Linker::new(engine);
    Timekeeper::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut State| state)?;
    let mut store = Store::new(engine, State);
    let timekeeper = Timekeeper::instantiate(&mut store, &guests[0], &linker)?;
    t.same(
        "greet",
        timekeeper.call_greet(&mut store)?,
        "hello, tracing",
    );
    t.same("wait", timekeeper.timer().call_wait(&mut store, 3)?, 6);
    Ok(())
}
