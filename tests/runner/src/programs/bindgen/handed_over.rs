//! A resource of one instance that another one uses: both are in one store, and the host stands
//! between them.

use amphi::component::{Component, HasSelf, Linker, Resource, ResourceAny, ResourceTable};
use amphi::{AsContextMut, Engine, Result, Store, StoreContextMut, format_err};

use super::exported_resource::Workshop;
use crate::programs::Transcript;

amphi::component::bindgen!({
    inline: "
        package demo:works@0.1.0;

        interface works {
            resource piece {
                constructor(weight: u32);
                weight: func() -> u32;
                join: static func(a: piece, b: piece) -> piece;
            }
        }

        world builder {
            use works.{piece};
            import works;
            export assemble: func(a: u32, b: u32) -> u32;
            export double: func(piece: piece) -> piece;
        }
    ",
    with: { "demo:works/works.piece": Held },
});

const WORKS: &str = "demo:works/works@0.1.0";

/// What the builder knows as a `piece`: a handle to one of the workshop.
pub struct Held(ResourceAny);

#[derive(Default)]
struct State {
    table: ResourceTable,
    workshop: Option<Workshop>,
}

/// The workshop, for as long as it is called.
fn lent<R>(
    mut store: StoreContextMut<'_, State>,
    call: impl FnOnce(&mut StoreContextMut<'_, State>, &Workshop) -> Result<R>,
) -> Result<R> {
    let workshop = store.data_mut().workshop.take();
    let workshop = workshop.ok_or_else(|| format_err!("the workshop is busy"))?;
    let result = call(&mut store, &workshop);
    store.data_mut().workshop = Some(workshop);
    result
}

/// Supplies the workshop's interface to the builder.
fn link(linker: &mut Linker<State>) -> Result<()> {
    let mut works = linker.instance(WORKS)?;
    works.resource(
        "piece",
        amphi::component::ResourceType::host::<Held>(),
        |mut store, rep| {
            let Held(piece) = store.data_mut().table.delete(Resource::new_own(rep))?;
            piece.resource_drop(store)
        },
    )?;
    works.func_wrap("[constructor]piece", |store, (weight,): (u32,)| {
        let piece = lent(store, |store, workshop| {
            let piece = workshop.demo_works_works().piece();
            let piece = piece.call_constructor(store.as_context_mut(), weight)?;
            Ok(store.data_mut().table.push(Held(piece))?)
        })?;
        Ok((piece,))
    })?;
    works.func_wrap(
        "[method]piece.weight",
        |store, (piece,): (Resource<Held>,)| {
            let weight = lent(store, |store, workshop| {
                let Held(handle) = *store.data_mut().table.get(&piece)?;
                let piece = workshop.demo_works_works().piece();
                piece.call_weight(store.as_context_mut(), handle)
            })?;
            Ok((weight,))
        },
    )?;
    works.func_wrap(
        "[static]piece.join",
        |store, (a, b): (Resource<Held>, Resource<Held>)| {
            let joined = lent(store, |store, workshop| {
                let table = &mut store.data_mut().table;
                let (Held(a), Held(b)) = (table.delete(a)?, table.delete(b)?);
                let piece = workshop.demo_works_works().piece();
                let joined = piece.call_join(store.as_context_mut(), a, b)?;
                Ok(store.data_mut().table.push(Held(joined))?)
            })?;
            Ok((joined,))
        },
    )
}

pub fn run(t: &mut Transcript, engine: &Engine, guests: &[Component]) -> Result<()> {
    let mut linker = Linker::new(engine);
    link(&mut linker)?;
    let mut store = Store::new(engine, State::default());
    let workshop = Workshop::instantiate(&mut store, &guests[0], &Linker::new(engine))?;
    store.data_mut().workshop = Some(workshop);
    let builder = Builder::instantiate(&mut store, &guests[1], &linker)?;
    t.same("assemble", builder.call_assemble(&mut store, 20, 22)?, 42);
    t.same("all were dropped", store.data().table.is_empty(), true);
    let dropped = lent(store.as_context_mut(), |store, workshop| {
        workshop.demo_works_works().call_dropped(store)
    })?;
    t.same("and destroyed", dropped, 20 + 22 + 42);

    let piece = lent(store.as_context_mut(), |store, workshop| {
        let piece = workshop.demo_works_works().piece();
        piece.call_constructor(store, 8)
    })?;
    let piece = store.data_mut().table.push(Held(piece))?;
    let double = builder.call_double(&mut store, piece)?;
    let Held(double) = store.data_mut().table.delete(double)?;
    let weight = lent(store.as_context_mut(), |store, workshop| {
        let piece = workshop.demo_works_works().piece();
        piece.call_weight(store, double)
    })?;
    t.same("double", weight, 16);
    generated(t, engine, guests)
}

/// The same imports through generated bindings, with no workshop behind them.
fn generated(t: &mut Transcript, engine: &Engine, guests: &[Component]) -> Result<()> {
    let mut linker = Linker::new(engine);
    Builder::add_to_linker::<_, HasSelf<_>>(&mut linker, |weights: &mut Weights| weights)?;
    let mut store = Store::new(engine, Weights);
    let builder = Builder::instantiate(&mut store, &guests[1], &linker)?;
    t.same("numbers alone", builder.call_assemble(&mut store, 1, 2)?, 3);
    Ok(())
}

/// Pieces that are nothing but their weight.
struct Weights;

impl demo::works::works::Host for Weights {}

impl demo::works::works::HostPiece for Weights {
    fn new(&mut self, weight: u32) -> Resource<Held> {
        Resource::new_own(weight)
    }

    fn weight(&mut self, piece: Resource<Held>) -> u32 {
        piece.rep()
    }

    fn join(&mut self, a: Resource<Held>, b: Resource<Held>) -> Resource<Held> {
        Resource::new_own(a.rep() + b.rep())
    }

    fn drop(&mut self, _piece: Resource<Held>) -> Result<()> {
        Ok(())
    }
}
