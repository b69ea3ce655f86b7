//! The lesser options: the world as a constant, the generated text as a string, `anyhow` in place
//! of the engine's result.

use amphi::component::{Component, HasSelf, Linker};
use amphi::{Engine, Result, Store};

use crate::programs::Transcript;

amphi::component::bindgen!({
    path: "../corpus/bindings/greeter.wit",
    world: "timekeeper",
    imports: { default: trappable },
    anyhow: true,
    include_component_type: true,
});

/// The text of the bindings, which differs between versions, so that only what they are called is
/// looked at.
const TEXT: &str = amphi::component::bindgen!({
    path: "../corpus/bindings/greeter.wit",
    world: "silent",
    stringify: true,
});

struct State;

impl TimekeeperImports for State {
    fn name(&mut self) -> amphi::anyhow::Result<String> {
        Ok("options".to_owned())
    }

    fn log(&mut self, text: String) -> amphi::anyhow::Result<()> {
        amphi::anyhow::ensure!(text.len() < 15, "`{text}` is too long");
        Ok(())
    }
}

impl clock::Host for State {
    fn tick(&mut self, by: u32) -> amphi::anyhow::Result<u64> {
        Ok(u64::from(by))
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
        "hello, options",
    );
    t.same(
        "the world's type",
        COMPONENT_TYPE.starts_with(b"\0asm"),
        true,
    );
    t.same("the text", TEXT.contains("pub struct Silent"), true);
    Ok(())
}
