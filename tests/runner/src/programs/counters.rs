//! A resource of the host, and functions of the host that the guest calls.

use amphi::component::Resource;
use amphi::{Result, Store};

use super::Transcript;
use crate::bindings::HostCounter;
use crate::bindings::kitchen::Kitchen;
use crate::host::State;

/// Makes the guest call the host in every way that the contract has.
pub fn run(t: &mut Transcript, store: &mut Store<State>, kitchen: &Kitchen) -> Result<()> {
    let calls = kitchen.demo_kitchen_calls();
    t.same(
        "add_many",
        calls.call_add_many(&mut *store, u32::MAX, 3)?,
        2,
    );
    t.calls(store, &["add-one 4294967295", "add-one 0", "add-one 1"]);
    let questions = ["why?", "who 🦀?"].map(str::to_owned);
    t.same(
        "ask_all",
        calls.call_ask_all(&mut *store, &questions)?,
        Ok::<_, ()>(["why!", "who 🦀!"]),
    );
    let questions = ["why?", "so", "never asked?"].map(str::to_owned);
    t.same(
        "ask_all, refused",
        calls.call_ask_all(&mut *store, &questions)?,
        Err::<(), _>("`so` is no question"),
    );
    t.calls(
        store,
        &[
            r#"ask "why?""#,
            r#"ask "who 🦀?""#,
            r#"ask "why?""#,
            r#"ask "so""#,
        ],
    );

    t.same(
        "count_up",
        calls.call_count_up(&mut *store, 10, &[1, 2, u32::MAX])?,
        [11, 13, 12],
    );
    t.calls(store, &["counter 10", "drop 12"]);

    let counter = HostCounter::new(store.data_mut(), 5)?;
    let rep = counter.rep();
    t.same(
        "bump a lent one",
        calls.call_bump(&mut *store, Resource::new_borrow(rep), 2)?,
        7,
    );
    let back = calls.call_pass_on(&mut *store, counter, 3)?;
    t.same(
        "pass_on",
        (
            back.owned(),
            store.data_mut().value(Resource::new_borrow(back.rep()))?,
        ),
        (true, 10),
    );
    let other = HostCounter::new(store.data_mut(), 100)?;
    let merged = calls.call_merge(&mut *store, back, other)?;
    t.same(
        "merge",
        store.data_mut().value(Resource::new_borrow(merged.rep()))?,
        110,
    );
    t.calls(
        store,
        &["counter 5", "counter 100", "merge 10 100", "drop 100"],
    );

    t.same("keep", calls.call_keep(&mut *store, merged)?, 1);
    let second = HostCounter::new(store.data_mut(), 1)?;
    t.same("keep another", calls.call_keep(&mut *store, second)?, 2);
    t.same("release", calls.call_release(&mut *store)?, [110, 1]);
    t.calls(store, &["counter 1", "drop 110", "drop 1"]);
    t.same("all counters are gone", store.data().table.is_empty(), true);

    calls.call_print(&mut *store, "hello, wörld")?;
    t.same(
        "what was printed",
        store.data_mut().written(),
        ("hello, wörld\n", "hello, wörld\n"),
    );
    Ok(())
}
