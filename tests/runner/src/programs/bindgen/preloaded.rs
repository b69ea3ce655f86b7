//! Bindings over a component whose imports are bound once: `WorldPre`, indices, and many instances.

use amphi::component::{Component, Linker};
use amphi::{Engine, Result, Store, format_err};

use super::exported_resource::{Workshop, WorkshopIndices, WorkshopPre};
use crate::programs::Transcript;

pub fn run(t: &mut Transcript, engine: &Engine, guests: &[Component]) -> Result<()> {
    let linker: Linker<u32> = Linker::new(engine);
    let pre = WorkshopPre::new(linker.instantiate_pre(&guests[0])?)?;
    t.same("one engine", Engine::same(pre.engine(), engine), true);
    let mut sums = Vec::new();
    for round in 0..5 {
        let mut store = Store::new(engine, round);
        let mut weights = 0;
        let workshops = [
            pre.instantiate(&mut store)?,
            pre.clone().instantiate(&mut store)?,
        ];
        for workshop in &workshops {
            let piece = workshop.demo_works_works().piece();
            let weight = *store.data() + 1;
            let handle = piece.call_constructor(&mut store, weight)?;
            weights += piece.call_weight(&mut store, handle)?;
        }
        sums.push(weights);
    }
    t.same("weights", sums, [2, 4, 6, 8, 10]);

    let mut store = Store::new(engine, 0);
    let indices = WorkshopIndices::new(pre.instance_pre())?;
    let instance = pre.instance_pre().instantiate(&mut store)?;
    let loaded = indices.load(&mut store, &instance)?;
    let found = Workshop::new(&mut store, &instance)?;
    let handle = loaded
        .demo_works_works()
        .piece()
        .call_constructor(&mut store, 5)?;
    let weight = found
        .demo_works_works()
        .piece()
        .call_weight(&mut store, handle)?;
    t.same("two views of one instance", weight, 5);
    t.same(
        "the component behind it",
        instance
            .instance_pre(&store)
            .component()
            .get_export_index(None, "demo:works/works@0.1.0")
            .is_some(),
        true,
    );

    let mut other: Linker<u32> = Linker::new(engine);
    other.define_unknown_imports_as_traps(&guests[1])?;
    let wrong = WorkshopPre::new(other.instantiate_pre(&guests[1])?).map(drop);
    t.fails(
        "another component",
        wrong.map_err(|error| format_err!("{error:#}")),
        "no exported instance named `demo:works/works@0.1.0`",
    );
    Ok(())
}
