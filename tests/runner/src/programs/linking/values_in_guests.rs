//! Strings and lists that stay in the guest until they are asked for.

use amphi::component::{Component, ComponentType, Lift, Linker, Lower, WasmList, WasmStr};
use amphi::{Engine, Result, Store, StoreContextMut};

use crate::programs::Transcript;

#[derive(ComponentType, Lift, Lower, Clone, Copy, Debug, PartialEq)]
#[component(enum)]
#[component(wasmtime_crate = ::amphi)]
#[repr(u8)]
enum Level {
    #[component(name = "debug")]
    Debug,
    #[component(name = "info")]
    Info,
    #[component(name = "warn")]
    Warn,
    #[component(name = "error")]
    Error,
}

#[derive(ComponentType, Lower)]
#[component(record)]
#[component(wasmtime_crate = ::amphi)]
struct Entry<'a> {
    level: Level,
    text: &'a str,
}

/// The same record, whose text stays where it is.
#[derive(ComponentType, Lift)]
#[component(record)]
#[component(wasmtime_crate = ::amphi)]
struct LazyEntry {
    level: Level,
    text: WasmStr,
}

pub fn run(t: &mut Transcript, engine: &Engine, guests: &[Component]) -> Result<()> {
    let mut linker: Linker<Vec<String>> = Linker::new(engine);
    linker
        .root()
        .func_wrap("name", |_, ()| Ok(("läzy 🦀".to_owned(),)))?;
    linker.root().func_wrap(
        "log",
        |mut store: StoreContextMut<'_, Vec<String>>, (text,): (WasmStr,)| {
            let text = text.to_str(&store)?.into_owned();
            store.data_mut().push(text);
            Ok(())
        },
    )?;
    linker
        .instance("clock")?
        .func_wrap("tick", |_, (by,): (u32,)| Ok((u64::from(by),)))?;
    let mut store = Store::new(engine, Vec::new());
    let greeter = linker.instantiate(&mut store, &guests[0])?;
    let greet = greeter.get_typed_func::<(), (WasmStr,)>(&mut store, "greet")?;
    let (text,) = greet.call(&mut store, ())?;
    t.same("a result", text.to_str(&store)?, "hello, läzy 🦀");
    t.same("a parameter of the host", store.data(), ["hello, läzy 🦀"]);

    let mut linker: Linker<Vec<String>> = Linker::new(engine);
    linker.define_unknown_imports_as_traps(&guests[1])?;
    let scribe = linker.instantiate(&mut store, &guests[1])?;
    let pass =
        scribe.get_typed_func::<(&[Entry<'_>],), (WasmList<LazyEntry>,)>(&mut store, "pass")?;
    let entries = [
        Entry {
            level: Level::Debug,
            text: "",
        },
        Entry {
            level: Level::Info,
            text: "two",
        },
        Entry {
            level: Level::Warn,
            text: "three é",
        },
        Entry {
            level: Level::Error,
            text: "four",
        },
    ];
    let (list,) = pass.call(&mut store, (&entries,))?;
    t.same("how many", list.len(), 4);
    let Some(second) = list.get(&mut store, 1) else {
        amphi::bail!("there is no second entry");
    };
    let second = second?;
    t.same(
        "the second",
        (second.level, second.text.to_str(&store)?),
        (Level::Info, "two"),
    );
    t.same("the fifth", list.get(&mut store, 4).is_none(), true);
    let all = list.iter(&mut store)?.collect::<Result<Vec<_>>>()?;
    for entry in &all {
        t.saw("an entry", (entry.level, entry.text.to_str(&store)?));
    }
    Ok(())
}
