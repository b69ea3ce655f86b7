//! Stores: their data, many instances of many components in one, and what becomes of each.

use amphi::component::{Component, Linker, ResourceAny};
use amphi::{AsContext, AsContextMut, Engine, Result, Store, StoreContext, StoreContextMut};

use crate::programs::Transcript;

fn data_of(store: StoreContext<'_, Vec<u32>>) -> usize {
    store.data().len()
}

fn push(mut store: impl AsContextMut<Data = Vec<u32>>, value: u32) -> usize {
    let mut context: StoreContextMut<'_, Vec<u32>> = store.as_context_mut();
    context.data_mut().push(value);
    data_of(context.as_context())
}

pub fn run(t: &mut Transcript, engine: &Engine, guests: &[Component]) -> Result<()> {
    let mut store = Store::new(engine, Vec::new());
    t.same("data", push(&mut store, 1), 1);
    t.same("through a borrow", push(&mut &mut store, 2), 2);
    t.same("engine", Engine::same(store.engine(), engine), true);
    store.set_hostcall_fuel(1 << 20);
    t.same("host call fuel", store.hostcall_fuel(), 1 << 20);
    t.fails(
        "fuel",
        store.set_fuel(1),
        "fuel is not configured in this store",
    );
    t.fails(
        "fuel that is left",
        store.get_fuel(),
        "fuel is not configured in this store",
    );

    let mut linker: Linker<Vec<u32>> = Linker::new(engine);
    linker
        .root()
        .func_wrap("name", |store: StoreContextMut<'_, Vec<u32>>, ()| {
            Ok((format!("{:?}", store.data()),))
        })?;
    linker
        .root()
        .func_wrap("log", |mut store, (text,): (String,)| {
            store.data_mut().push(u32::try_from(text.len())?);
            Ok(())
        })?;
    linker
        .instance("clock")?
        .func_wrap("tick", |_, (by,): (u32,)| Ok((u64::from(by),)))?;
    let greeter = linker.instantiate_pre(&guests[1])?;
    let works = linker.instantiate_pre(&guests[0])?;
    let mut greeters = Vec::new();
    for _ in 0..10 {
        greeters.push(greeter.instantiate(&mut store)?);
        works.instantiate(&mut store)?;
    }
    for (number, instance) in greeters.iter().enumerate() {
        let greet = instance.get_typed_func::<(), (String,)>(&mut store, "greet")?;
        let (greeting,) = greet.call(&mut store, ())?;
        if number % 3 == 0 {
            t.saw("greeting", greeting);
        }
    }
    t.same("calls", store.data().len(), 12);
    t.saw("the data afterwards", store.into_data());
    handles(t, engine, &guests[0])
}

/// A store holds so many handles to resources and no more.
fn handles(t: &mut Transcript, engine: &Engine, works: &Component) -> Result<()> {
    let mut store = Store::new(engine, ());
    t.same("how many handles", store.max_component_handles(), 100_000);
    let instance = Linker::new(engine).instantiate(&mut store, works)?;
    let index = instance.get_export_index(&mut store, None, "demo:works/works@0.1.0");
    let index = instance.get_export_index(&mut store, index.as_ref(), "[constructor]piece");
    let index = index.ok_or_else(|| amphi::format_err!("there is no constructor"))?;
    let new = instance.get_typed_func::<(u32,), (ResourceAny,)>(&mut store, index)?;
    store.set_max_component_handles(3);
    let mut made = Vec::new();
    let refused = loop {
        match new.call(&mut store, (1,)) {
            Ok((piece,)) => made.push(piece),
            Err(error) => break error,
        }
    };
    // A call counts as one itself.
    t.same("so many were made", made.len(), 2);
    let refused = amphi::format_err!("{refused:#}");
    t.fails::<()>("one more", Err(refused), "store handle limit exceeded");

    let mut store = Store::new(engine, ());
    let instance = Linker::new(engine).instantiate(&mut store, works)?;
    let new = instance.get_typed_func::<(u32,), (ResourceAny,)>(&mut store, index)?;
    let (piece,) = new.call(&mut store, (1,))?;
    store.set_max_component_handles(1);
    let refused = new.call(&mut store, (1,)).map(drop);
    t.fails("no call", refused, "store handle limit exceeded");
    let refused = piece.resource_drop(&mut store).is_err();
    t.saw("whether one cannot be dropped either", refused);
    store.set_max_component_handles(3);
    let again = new.call(&mut store, (1,)).map(drop).is_ok();
    t.same("with more of them", again, true);
    Ok(())
}
