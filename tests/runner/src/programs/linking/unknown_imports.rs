//! Imports that are defined as traps: only their use fails.

use amphi::component::{Component, Linker};
use amphi::{Engine, Result, Store, format_err};

use crate::programs::Transcript;

fn whole<R>(error: Result<R>) -> Result<R> {
    error.map_err(|error| format_err!("{error:#}"))
}

pub fn run(t: &mut Transcript, engine: &Engine, guests: &[Component]) -> Result<()> {
    let mut linker = Linker::new(engine);
    linker
        .root()
        .func_wrap("name", |_, ()| Ok(("traps".to_owned(),)))?;
    linker.define_unknown_imports_as_traps(&guests[0])?;
    let mut store = Store::new(engine, ());
    let greeter = linker.instantiate(&mut store, &guests[0])?;
    let greet = greeter.get_typed_func::<(), (String,)>(&mut store, "greet")?;
    let greeting = whole(greet.call(&mut store, ()));
    t.fails(
        "a function",
        greeting,
        "unknown import: `log` has not been defined",
    );

    let mut store = Store::new(engine, ());
    let greeter = linker.instantiate(&mut store, &guests[0])?;
    let timer = greeter.get_export_index(&mut store, None, "timer");
    let wait = greeter.get_export_index(&mut store, timer.as_ref(), "wait");
    let wait = wait.ok_or_else(|| format_err!("there is no `wait`"))?;
    let wait = greeter.get_typed_func::<(u32,), (u64,)>(&mut store, wait)?;
    let waited = whole(wait.call(&mut store, (1,)));
    t.fails(
        "of an interface",
        waited,
        "unknown import: `clock#tick` has not been defined",
    );

    let mut linker = Linker::new(engine);
    linker.define_unknown_imports_as_traps(&guests[1])?;
    let smith = linker.instantiate(&mut store, &guests[1])?;
    let work = smith.get_typed_func::<(u32,), (u32,)>(&mut store, "work")?;
    let worked = whole(work.call(&mut store, (1,)));
    t.fails(
        "in the same store",
        worked,
        "cannot enter component instance",
    );
    let mut store = Store::new(engine, ());
    let smith = linker.instantiate(&mut store, &guests[1])?;
    let work = smith.get_typed_func::<(u32,), (u32,)>(&mut store, "work")?;
    let worked = whole(work.call(&mut store, (1,)));
    t.fails(
        "of a resource",
        worked,
        "unknown import: `demo:tools/tools#[constructor]hammer` has not been defined",
    );
    Ok(())
}
