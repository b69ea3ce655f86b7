//! Names in a linker: defined once, or over again where that is allowed.

use amphi::component::{Component, Linker};
use amphi::{Engine, Result, Store};

use crate::programs::Transcript;

/// Defines everything that the greeter imports; `name` is what it is told.
fn define(linker: &mut Linker<()>, name: &'static str) -> Result<()> {
    let mut root = linker.root();
    root.func_wrap("name", move |_, ()| Ok((name.to_owned(),)))?;
    root.func_wrap("log", |_, (_,): (String,)| Ok(()))?;
    let mut clock = root.into_instance("clock")?;
    clock.func_wrap("tick", |_, (by,): (u32,)| Ok((u64::from(by),)))
}

fn greeting(engine: &Engine, linker: &Linker<()>, greeter: &Component) -> Result<String> {
    let mut store = Store::new(engine, ());
    let instance = linker.instantiate(&mut store, greeter)?;
    let greet = instance.get_typed_func::<(), (String,)>(&mut store, "greet")?;
    Ok(greet.call(&mut store, ())?.0)
}

pub fn run(t: &mut Transcript, engine: &Engine, guests: &[Component]) -> Result<()> {
    let mut linker = Linker::new(engine);
    define(&mut linker, "first")?;
    t.same("one engine", Engine::same(linker.engine(), engine), true);
    t.same(
        "greet",
        greeting(engine, &linker, &guests[0])?,
        "hello, first",
    );
    t.fails(
        "again",
        define(&mut linker, "second"),
        "map entry `name` defined twice",
    );
    t.fails(
        "an instance over a function",
        linker.instance("name").map(drop),
        "map entry `name` defined twice",
    );
    t.same("an instance again", linker.instance("clock").is_ok(), true);

    let before = linker.clone();
    linker.allow_shadowing(true);
    define(&mut linker, "second")?;
    t.same(
        "greet",
        greeting(engine, &linker, &guests[0])?,
        "hello, second",
    );
    t.same(
        "the clone",
        greeting(engine, &before, &guests[0])?,
        "hello, first",
    );
    Ok(())
}
