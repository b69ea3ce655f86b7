//! Traps and errors of the host: each ends its instance and no other.

use amphi::{Result, Store};

use super::{Made, Transcript};
use crate::bindings::kitchen::Kitchen;
use crate::host::State;

/// A call that fails, and a part of what it fails with.
type Fall = (
    &'static str,
    fn(&mut Store<State>, &Kitchen) -> Result<()>,
    &'static str,
);

const UNREACHABLE: &str = "wasm `unreachable` instruction executed";

const FALLS: [Fall; 7] = [
    (
        "unreachable",
        |store, it| it.demo_kitchen_traps().call_run_unreachable(store),
        UNREACHABLE,
    ),
    (
        "division",
        |store, it| it.demo_kitchen_traps().call_divide(store, 1, 0).map(drop),
        UNREACHABLE,
    ),
    (
        "memory",
        |store, it| {
            it.demo_kitchen_traps()
                .call_read_out_of_bounds(store)
                .map(drop)
        },
        "out of bounds memory access",
    ),
    (
        "recursion",
        |store, it| {
            it.demo_kitchen_traps()
                .call_recurse(store, u32::MAX)
                .map(drop)
        },
        "call stack exhausted",
    ),
    (
        "panic",
        |store, it| it.demo_kitchen_traps().call_panic(store, "oh, nö"),
        UNREACHABLE,
    ),
    (
        "index",
        |store, it| {
            it.demo_kitchen_traps()
                .call_pick(store, &[1, 2], 2)
                .map(drop)
        },
        UNREACHABLE,
    ),
    (
        "host",
        |store, it| it.demo_kitchen_calls().call_fail(store, "not today"),
        "the host refused: not today",
    ),
];

/// Falls in every way, and checks each time that the instance is locked and that another one runs
/// on.
pub fn run(t: &mut Transcript, kitchen: &Made<'_>) -> Result<()> {
    let (mut bystander_store, bystander) = kitchen.fresh()?;
    for (index, (name, fall, part)) in FALLS.into_iter().enumerate() {
        let (mut store, it) = kitchen.fresh()?;
        t.same(
            "before",
            it.demo_kitchen_traps().call_recurse(&mut store, 100)?,
            1_523_543_242_u32,
        );
        t.fails(name, fall(&mut store, &it), part);
        t.saw("what it wrote", store.data_mut().written());
        let after = it.demo_kitchen_echo().call_echo_u8(&mut store, 1);
        t.fails(
            "the same instance afterwards",
            after,
            "cannot enter component instance",
        );
        let visits = bystander
            .demo_kitchen_store()
            .call_visits(&mut bystander_store)?;
        t.same("another instance afterwards", visits, index);
    }
    Ok(())
}
