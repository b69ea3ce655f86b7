//! Functions at world level: imported ones are methods of the world's trait, exported ones of the
//! world's type.

use amphi::component::{Component, HasSelf, Linker};
use amphi::{Engine, Result, Store};

use crate::programs::Transcript;

amphi::component::bindgen!({
    inline: "
        package demo:greeter;

        world greeter {
            import name: func() -> string;
            import log: func(text: string);
            import clock: interface {
                tick: func(by: u32) -> u64;
            }
            export greet: func() -> string;
        }
    ",
});

struct State {
    name: &'static str,
    log: Vec<String>,
}

impl GreeterImports for State {
    fn name(&mut self) -> String {
        self.name.to_owned()
    }

    fn log(&mut self, text: String) {
        self.log.push(text);
    }
}

impl clock::Host for State {
    fn tick(&mut self, by: u32) -> u64 {
        u64::from(by)
    }
}

pub fn run(t: &mut Transcript, engine: &Engine, guests: &[Component]) -> Result<()> {
    let mut linker = Linker::new(engine);
    Greeter::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut State| state)?;
    let state = State {
        name: "wörld 🦀",
        log: Vec::new(),
    };
    let mut store = Store::new(engine, state);
    let greeter = Greeter::instantiate(&mut store, &guests[0], &linker)?;
    t.same("greet", greeter.call_greet(&mut store)?, "hello, wörld 🦀");
    store.data_mut().name = "";
    t.same("greet nobody", greeter.call_greet(&mut store)?, "hello, ");
    t.same("log", &store.data().log, ["hello, wörld 🦀", "hello, "]);
    Ok(())
}
