//! Flags of functions: some imports may trap, by name, exactly or by default, and others may not.

use amphi::component::{Component, HasSelf, Linker};
use amphi::{Engine, Result, Store};

use crate::host::Refusal;
use crate::programs::Transcript;

amphi::component::bindgen!({
    path: "../corpus/bindings/greeter.wit",
    world: "demo:greeter/timekeeper",
    imports: {
        "name": exact | trappable,
        "clock.tick": trappable,
    },
    exports: { default: trappable },
});

/// By default every import may trap.
mod all {
    amphi::component::bindgen!({
        path: "../corpus/bindings/greeter.wit",
        world: "timekeeper",
        imports: { default: trappable },
    });
}

struct State {
    ticks: u32,
    log: Vec<String>,
}

impl TimekeeperImports for State {
    fn name(&mut self) -> Result<String> {
        if self.log.is_empty() {
            return Ok("once".to_owned());
        }
        Err(Refusal("one name is enough".to_owned()).into())
    }

    fn log(&mut self, text: String) {
        self.log.push(text);
    }
}

impl clock::Host for State {
    fn tick(&mut self, by: u32) -> Result<u64> {
        self.ticks += 1;
        match by {
            0 => Err(Refusal(format!("tick {} does not move", self.ticks)).into()),
            by => Ok(u64::from(by)),
        }
    }
}

impl all::TimekeeperImports for State {
    fn name(&mut self) -> Result<String> {
        Ok("all".to_owned())
    }

    fn log(&mut self, text: String) -> Result<()> {
        Err(Refusal(format!("`{text}` is not written down")).into())
    }
}

impl all::clock::Host for State {
    fn tick(&mut self, by: u32) -> Result<u64> {
        Ok(u64::from(by))
    }
}

pub fn run(t: &mut Transcript, engine: &Engine, guests: &[Component]) -> Result<()> {
    let mut linker = Linker::new(engine);
    Timekeeper::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut State| state)?;
    let fresh = || {
        let state = State {
            ticks: 0,
            log: Vec::new(),
        };
        Store::new(engine, state)
    };
    let mut store = fresh();
    let timekeeper = Timekeeper::instantiate(&mut store, &guests[0], &linker)?;
    t.same("greet", timekeeper.call_greet(&mut store)?, "hello, once");
    let again = timekeeper.call_greet(&mut store);
    t.fails("greet again", again, "one name is enough");

    let mut store = fresh();
    let timekeeper = Timekeeper::instantiate(&mut store, &guests[0], &linker)?;
    t.same("wait", timekeeper.timer().call_wait(&mut store, 4)?, 8);
    let stopped = timekeeper.timer().call_wait(&mut store, 0);
    t.fails("wait for nothing", stopped, "tick 3 does not move");

    let mut linker = Linker::new(engine);
    all::Timekeeper::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut State| state)?;
    let mut store = fresh();
    let timekeeper = all::Timekeeper::instantiate(&mut store, &guests[0], &linker)?;
    let refused = timekeeper.call_greet(&mut store);
    t.fails(
        "greet without a log",
        refused,
        "`hello, all` is not written down",
    );
    Ok(())
}
