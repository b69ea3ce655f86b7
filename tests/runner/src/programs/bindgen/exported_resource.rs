//! A resource of the guest, which the host holds by handles.

use amphi::component::{Component, Linker};
use amphi::{Engine, Result, Store};

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
            heavier: func(a: borrow<piece>, b: borrow<piece>) -> bool;
            dropped: func() -> u32;
        }

        world workshop {
            export works;
        }
    ",
});

pub fn run(t: &mut Transcript, engine: &Engine, guests: &[Component]) -> Result<()> {
    let linker = Linker::new(engine);
    let mut store = Store::new(engine, ());
    let workshop = Workshop::instantiate(&mut store, &guests[0], &linker)?;
    let works = workshop.demo_works_works();
    let piece = works.piece();
    let (a, b) = (
        piece.call_constructor(&mut store, 3)?,
        piece.call_constructor(&mut store, u32::MAX)?,
    );
    t.same("weight", piece.call_weight(&mut store, b)?, u32::MAX);
    t.same("heavier", works.call_heavier(&mut store, b, a)?, true);
    t.same("than itself", works.call_heavier(&mut store, a, a)?, false);
    t.same("one type", a.ty() == b.ty(), true);
    let joined = piece.call_join(&mut store, a, b)?;
    t.same("joined", piece.call_weight(&mut store, joined)?, 2);
    t.same("dropped", works.call_dropped(&mut store)?, 2);
    joined.resource_drop(&mut store)?;
    t.same("dropped by the host", works.call_dropped(&mut store)?, 4);
    t.fails(
        "dropped twice",
        joined.resource_drop(&mut store),
        "unknown handle index",
    );

    let other = Workshop::instantiate(&mut store, &guests[0], &linker)?;
    let theirs = other
        .demo_works_works()
        .piece()
        .call_constructor(&mut store, 1)?;
    let ours = piece.call_constructor(&mut store, 1)?;
    t.same("types of two instances", ours.ty() == theirs.ty(), false);
    let apart = other.demo_works_works().call_dropped(&mut store)?;
    t.same("the other instance has its own count", apart, 0);

    // A call that fails is the last of its instance.
    t.fails(
        "use in another instance",
        piece.call_weight(&mut store, theirs),
        "mismatched resource types",
    );
    let theirs_still = other.demo_works_works().piece();
    let weight = theirs_still.call_weight(&mut store, theirs)?;
    t.same("use where it belongs", weight, 1);
    theirs.resource_drop(&mut store)?;
    t.fails(
        "use of one that was dropped",
        theirs_still.call_weight(&mut store, theirs),
        "unknown handle index",
    );
    Ok(())
}
