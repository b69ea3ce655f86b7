//! Resources without bindings: typed, of a tag, of any type, and one guest's resource given to
//! another.

use amphi::component::{
    Component, Instance, Linker, Resource, ResourceAny, ResourceDynamic, ResourceType, Val,
};
use amphi::{AsContextMut, Engine, Result, Store, StoreContextMut, format_err};

use crate::programs::Transcript;

/// Two tags of resources that are nothing but numbers.
const HAMMER: u32 = 7;
const OTHER: u32 = 8;

/// The tools, over resources of a tag; the data lists the weights that were dropped.
fn tools(engine: &Engine) -> Result<Linker<Vec<u32>>> {
    let mut linker: Linker<Vec<u32>> = Linker::new(engine);
    let mut tools = linker.instance("demo:tools/tools")?;
    let ty = ResourceType::host_dynamic(HAMMER);
    tools.resource("hammer", ty, |mut store, rep| {
        store.data_mut().push(rep);
        Ok(())
    })?;
    tools.func_new("[constructor]hammer", |store, _, params, results| {
        let [Val::U32(weight)] = params else {
            amphi::bail!("expected a weight, found {params:?}");
        };
        let hammer = ResourceDynamic::new_own(*weight, HAMMER);
        results[0] = Val::Resource(hammer.try_into_resource_any(store)?);
        Ok(())
    })?;
    tools.func_new("[method]hammer.strike", |store, _, params, results| {
        let [Val::Resource(hammer), Val::U32(times)] = params else {
            amphi::bail!("expected a hammer and a number, found {params:?}");
        };
        let hammer = ResourceDynamic::try_from_resource_any(*hammer, store)?;
        results[0] = Val::U32(hammer.rep() * times);
        Ok(())
    })?;
    tools.func_new("[static]hammer.weld", |mut store, _, params, results| {
        let [Val::Resource(a), Val::Resource(b)] = params else {
            amphi::bail!("expected two hammers, found {params:?}");
        };
        let a = a.try_into_resource_dynamic(store.as_context_mut())?;
        let b = b.try_into_resource_dynamic(store.as_context_mut())?;
        let welded = ResourceDynamic::new_own(a.rep() + b.rep(), HAMMER);
        results[0] = Val::Resource(welded.try_into_resource_any(store)?);
        Ok(())
    })?;
    tools.func_new("weigh", |store, _, params, results| {
        let [Val::Resource(hammer)] = params else {
            amphi::bail!("expected a hammer, found {params:?}");
        };
        let hammer = ResourceDynamic::try_from_resource_any(*hammer, store)?;
        results[0] = Val::U32(hammer.rep() * 100 + hammer.ty());
        Ok(())
    })?;
    Ok(linker)
}

fn of_a_tag(t: &mut Transcript, engine: &Engine, smith: &Component) -> Result<()> {
    let linker = tools(engine)?;
    let mut store = Store::new(engine, Vec::new());
    let instance = linker.instantiate(&mut store, smith)?;
    let work = instance.get_typed_func::<(u32,), (u32,)>(&mut store, "work")?;
    t.same("work", work.call(&mut store, (5,))?, (3 * 5 + 707,));
    t.same("dropped", store.data(), [7]);

    let hammer = ResourceDynamic::new_own(40, HAMMER);
    t.same(
        "a resource",
        (hammer.rep(), hammer.ty(), hammer.owned()),
        (40, HAMMER, true),
    );
    let any = hammer.try_into_resource_any(&mut store)?;
    t.same(
        "its type",
        any.ty() == ResourceType::host_dynamic(HAMMER),
        true,
    );
    let use_it = instance.get_typed_func::<(ResourceAny,), (u32,)>(&mut store, "use-it")?;
    t.same("lent", use_it.call(&mut store, (any,))?, (80,));
    let keep = instance.get_typed_func::<(ResourceAny,), (u32,)>(&mut store, "keep")?;
    t.same("kept", keep.call(&mut store, (any,))?, (4007,));
    let give_back = instance.get_typed_func::<(), (ResourceAny,)>(&mut store, "give-back")?;
    let (back,) = give_back.call(&mut store, ())?;
    let typed = back.try_into_resource::<u8>(&mut store).map(drop);
    t.fails("as one of a Rust type", typed, "resource type mismatch");
    let back = back.try_into_resource_dynamic(&mut store)?;
    t.same("back", (back.rep(), back.owned()), (40, true));

    // A call that fails is the last of its instance.
    let other = ResourceDynamic::new_own(1, OTHER).try_into_resource_any(&mut store)?;
    t.fails(
        "another tag",
        use_it.call(&mut store, (other,)),
        "mismatched resource types",
    );
    other.resource_drop(&mut store)?;
    t.same("the host drops its own itself", store.data(), [7]);

    let instance = linker.instantiate(&mut store, smith)?;
    let keep = instance.get_typed_func::<(ResourceAny,), (u32,)>(&mut store, "keep")?;
    let given = ResourceDynamic::new_own(1, HAMMER).try_into_resource_any(&mut store)?;
    keep.call(&mut store, (given,))?;
    t.fails("kept again", keep.call(&mut store, (given,)), "");
    Ok(())
}

/// Calls a function of the workshop that is named by its interface.
fn works(
    mut store: impl AsContextMut,
    workshop: &Instance,
    name: &str,
    params: &[Val],
    results: &mut [Val],
) -> Result<()> {
    let mut store = store.as_context_mut();
    let works = workshop.get_export_index(&mut store, None, "demo:works/works@0.1.0");
    let index = workshop.get_export_index(&mut store, works.as_ref(), name);
    let index = index.ok_or_else(|| format_err!("there is no `{name}`"))?;
    let func = workshop.get_func(&mut store, index);
    let func = func.ok_or_else(|| format_err!("`{name}` is no function"))?;
    func.call(store, params, results)
}

/// Gives the builder the workshop's own resource type, and its functions as they are.
fn passed_through(t: &mut Transcript, engine: &Engine, guests: &[Component]) -> Result<()> {
    let mut store: Store<Option<Instance>> = Store::new(engine, None);
    let workshop = Linker::new(engine).instantiate(&mut store, &guests[1])?;
    *store.data_mut() = Some(workshop);
    let index = workshop.get_export_index(&mut store, None, "demo:works/works@0.1.0");
    let piece = workshop.get_export_index(&mut store, index.as_ref(), "piece");
    let piece = piece.and_then(|piece| workshop.get_resource(&mut store, piece));
    let piece = piece.ok_or_else(|| format_err!("there is no `piece`"))?;

    let mut linker: Linker<Option<Instance>> = Linker::new(engine);
    let mut interface = linker.instance("demo:works/works@0.1.0")?;
    interface.resource("piece", piece, |_, _| Ok(()))?;
    for name in [
        "[constructor]piece",
        "[method]piece.weight",
        "[static]piece.join",
    ] {
        interface.func_new(
            name,
            move |mut store: StoreContextMut<'_, Option<Instance>>, _, params, results| {
                let workshop = (*store.data()).ok_or_else(|| format_err!("no workshop"))?;
                works(&mut store, &workshop, name, params, results)?;
                // What was lent is given back before the call ends.
                for param in params {
                    if let Val::Resource(piece) = param
                        && !piece.owned()
                    {
                        piece.resource_drop(&mut store)?;
                    }
                }
                Ok(())
            },
        )?;
    }
    let builder = linker.instantiate(&mut store, &guests[2])?;
    let assemble = builder.get_typed_func::<(u32, u32), (u32,)>(&mut store, "assemble")?;
    t.same("assemble", assemble.call(&mut store, (30, 12))?, (42,));
    let mut results = [Val::Bool(false)];
    works(
        &mut store,
        &workshop,
        "[constructor]piece",
        &[Val::U32(4)],
        &mut results,
    )?;
    let Val::Resource(piece) = results[0] else {
        amphi::bail!("expected a resource, found {results:?}");
    };
    let double = builder.get_typed_func::<(ResourceAny,), (ResourceAny,)>(&mut store, "double")?;
    let (double,) = double.call(&mut store, (piece,))?;
    let mut weight = [Val::Bool(false)];
    works(
        &mut store,
        &workshop,
        "[method]piece.weight",
        &[Val::Resource(double)],
        &mut weight,
    )?;
    t.same("double", &weight, [Val::U32(8)]);
    Ok(())
}

/// Conversions between the kinds of handles of the host.
fn conversions(t: &mut Transcript, engine: &Engine) -> Result<()> {
    struct Thing;
    let mut store = Store::new(engine, ());
    let thing: Resource<Thing> = Resource::new_own(3);
    let any = thing.try_into_resource_any(&mut store)?;
    t.same(
        "owned",
        (any.owned(), any.ty() == ResourceType::host::<Thing>()),
        (true, true),
    );
    let wrong = any.try_into_resource_dynamic(&mut store).map(drop);
    t.fails("as one of a tag", wrong, "resource type mismatch");
    let thing = any.try_into_resource::<Thing>(&mut store)?;
    t.same("back", thing.rep(), 3);
    let gone = any.try_into_resource::<Thing>(&mut store).map(drop);
    t.fails("again", gone, "");
    let any = ResourceAny::try_from_resource(thing, &mut store)?;
    any.resource_drop(&mut store)?;
    t.fails("dropped twice", any.resource_drop(&mut store), "");
    Ok(())
}

pub fn run(t: &mut Transcript, engine: &Engine, guests: &[Component]) -> Result<()> {
    of_a_tag(t, engine, &guests[0])?;
    passed_through(t, engine, guests)?;
    conversions(t, engine)
}
