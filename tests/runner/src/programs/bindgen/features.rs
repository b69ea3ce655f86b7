//! What a contract marks as unstable is linked only when the host asks for it.

use amphi::component::{Component, HasSelf, Linker};
use amphi::{Engine, Result, Store, format_err};

use crate::programs::Transcript;

amphi::component::bindgen!({
    inline: "
        package demo:greeter;

        world greeter {
            import name: func() -> string;
            @unstable(feature = logs)
            import log: func(text: string);
            import clock: interface {
                tick: func(by: u32) -> u64;
            }
            export greet: func() -> string;
        }
    ",
});

struct State;

impl GreeterImports for State {
    fn name(&mut self) -> String {
        "features".to_owned()
    }

    fn log(&mut self, _text: String) {}
}

impl clock::Host for State {
    fn tick(&mut self, _by: u32) -> u64 {
        0
    }
}

pub fn run(t: &mut Transcript, engine: &Engine, guests: &[Component]) -> Result<()> {
    let mut store = Store::new(engine, State);
    let mut options = LinkOptions::default();
    let mut linker = Linker::new(engine);
    Greeter::add_to_linker::<_, HasSelf<_>>(&mut linker, &options, |state: &mut State| state)?;
    let without = Greeter::instantiate(&mut store, &guests[0], &linker).map(drop);
    t.fails(
        "without the feature",
        without.map_err(|error| format_err!("{error:#}")),
        "component imports function `log`",
    );

    options.logs(true);
    let mut linker = Linker::new(engine);
    Greeter::add_to_linker::<_, HasSelf<_>>(&mut linker, &options, |state: &mut State| state)?;
    let greeter = Greeter::instantiate(&mut store, &guests[0], &linker)?;
    t.same(
        "with it",
        greeter.call_greet(&mut store)?,
        "hello, features",
    );
    Ok(())
}
