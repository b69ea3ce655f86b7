//! Resources in a store that is asynchronous: destructors of the host that are waited for,
//! destructors of guests and start functions that wait.

use std::future::pending;
use std::pin::pin;

use amphi::component::{Component, HasSelf, Linker, Resource, ResourceTable};
use amphi::{Engine, Result, Store};
use futures_util::future::{Either, join_all, select};

use super::Transcript;
use super::polled::{Signal, give_way, polled};
use crate::host::Refusal;
use crate::stage::Stage;
use demo::keeping::host::{Host, HostThing};

amphi::component::bindgen!({
    inline: "
        package demo:keeping;
        interface host {
            begin: func() -> u32;
            wait: func(turns: u32) -> u32;
            resource thing {
                constructor(turns: u32);
                turns: func() -> u32;
            }
        }
        interface keeper {
            use host.{thing};
            resource room {
                constructor(turns: u32);
            }
            started: func() -> u32;
            left: func() -> u32;
            keep: func(turns: u32) -> u32;
            discard: func(thing: thing);
            pass: func(turns: u32);
            visit: func(turns: u32);
        }
        world keeping {
            import host;
            export keeper;
        }
    ",
    imports: { default: async | trappable },
    exports: { default: async },
    with: { "demo:keeping/host.thing": Thing },
});

/// A thing that takes so many turns to be made, asked and dropped. One of [`STUCK`] cannot be
/// dropped.
pub struct Thing(u32);

const STUCK: u32 = 13;

/// The state of a store.
#[derive(Default)]
struct State {
    calls: Vec<String>,
    table: ResourceTable,
    /// How many turns the start function waits.
    begins: u32,
    /// Set when a start function waits that is to wait for ever.
    began: Signal,
}

/// For how many turns a start function waits that is never done.
const FOR_EVER: u32 = u32::MAX;

impl State {
    fn calls(&mut self) -> Vec<String> {
        std::mem::take(&mut self.calls)
    }
}

impl Host for State {
    async fn begin(&mut self) -> Result<u32> {
        if self.begins == FOR_EVER {
            self.began.set();
            return pending().await;
        }
        self.wait(self.begins).await
    }

    async fn wait(&mut self, turns: u32) -> Result<u32> {
        give_way(turns).await;
        self.calls.push(format!("waited {turns}"));
        Ok(turns * 10)
    }
}

impl HostThing for State {
    async fn new(&mut self, turns: u32) -> Result<Resource<Thing>> {
        give_way(turns).await;
        self.calls.push(format!("made {turns}"));
        Ok(self.table.push(Thing(turns))?)
    }

    async fn turns(&mut self, thing: Resource<Thing>) -> Result<u32> {
        let turns = self.table.get(&thing)?.0;
        give_way(turns).await;
        Ok(turns)
    }

    async fn drop(&mut self, thing: Resource<Thing>) -> Result<()> {
        let Thing(turns) = self.table.delete(thing)?;
        self.calls.push(format!("dropping {turns}"));
        give_way(turns).await;
        if turns == STUCK {
            return Err(Refusal(format!("to drop {turns}")).into());
        }
        self.calls.push(format!("dropped {turns}"));
        Ok(())
    }
}

/// The component with its linker.
struct Made<'a> {
    engine: &'a Engine,
    component: &'a Component,
    linker: Linker<State>,
}

impl<'a> Made<'a> {
    fn new(stage: &'a Stage, component: &'a Component) -> Result<Made<'a>> {
        let mut linker = Linker::new(&stage.engine);
        Keeping::add_to_linker::<_, HasSelf<_>>(&mut linker, |state| state)?;
        Ok(Made {
            engine: &stage.engine,
            component,
            linker,
        })
    }

    fn store(&self, begins: u32) -> Store<State> {
        let state = State {
            begins,
            ..State::default()
        };
        Store::new(self.engine, state)
    }

    async fn fresh(&self, begins: u32) -> Result<(Store<State>, Keeping)> {
        let mut store = self.store(begins);
        let it = Keeping::instantiate_async(&mut store, self.component, &self.linker).await?;
        Ok((store, it))
    }
}

/// What becomes of guests that wait where they cannot be suspended: a trap that says so, and
/// everything that is done at once works.
pub async fn refused(t: &mut Transcript, stage: &Stage, component: &Component) -> Result<()> {
    const SAYS: &str = "JavaScript Promise Integration";
    /// What gives way only once is asked again.
    const TURNS: u32 = 3;
    let made = Made::new(stage, component)?;
    let started = made.fresh(TURNS).await.map(drop);
    t.fails("a start function that waits", started, SAYS);
    let (mut store, it) = made.fresh(0).await?;
    let keeper = it.demo_keeping_keeper();
    t.same("at once", keeper.call_keep(&mut store, 0).await?, 0);
    keeper.call_pass(&mut store, 0).await?;
    let room = keeper.room().call_constructor(&mut store, 0).await?;
    room.resource_drop_async(&mut store).await?;
    let calls = store.data_mut().calls();
    t.same(
        "calls",
        calls,
        [
            "waited 0",
            "made 0",
            "dropping 0",
            "dropped 0",
            "waited 0",
            "waited 0",
        ],
    );
    let thing = store.data_mut().table.push(Thing(TURNS))?;
    let discarded = keeper.call_discard(&mut store, thing).await;
    t.fails("a destructor that is waited for", discarded, SAYS);
    let (mut store, it) = made.fresh(0).await?;
    let keeper = it.demo_keeping_keeper();
    let room = keeper.room().call_constructor(&mut store, TURNS).await?;
    let dropped = room.resource_drop_async(&mut store).await;
    t.fails("a destructor that waits", dropped, SAYS);
    Ok(())
}

/// Waits in every way.
pub async fn run(t: &mut Transcript, stage: &Stage, component: &Component) -> Result<()> {
    let made = Made::new(stage, component)?;
    started(t, &made).await?;
    dropped_by_guests(t, &made).await?;
    dropped_by_the_host(t, &made).await?;
    failing(t, &made).await?;
    many(t, &made).await?;
    given_up(t, &made).await
}

async fn started(t: &mut Transcript, made: &Made<'_>) -> Result<()> {
    for begins in [0, 3] {
        let (mut store, it) = made.fresh(begins).await?;
        let started = it.demo_keeping_keeper().call_started(&mut store).await?;
        t.same("started", started, begins * 10);
    }
    let mut store = made.store(0);
    let refused = Keeping::instantiate(&mut store, made.component, &made.linker).map(drop);
    t.fails("not asynchronously", refused, "`*_async` functions");
    Ok(())
}

async fn dropped_by_guests(t: &mut Transcript, made: &Made<'_>) -> Result<()> {
    let (mut store, it) = made.fresh(0).await?;
    store.data_mut().calls();
    let keeper = it.demo_keeping_keeper();
    for turns in [0, 2] {
        t.same("kept", keeper.call_keep(&mut store, turns).await?, turns);
    }
    let calls = store.data_mut().calls();
    t.saw("things of the host", &calls);
    t.same("all dropped", calls.last(), Some("dropped 2"));
    let thing = store.data_mut().table.push(Thing(4))?;
    keeper.call_discard(&mut store, thing).await?;
    let calls = store.data_mut().calls();
    t.same("a thing that was given", calls, ["dropping 4", "dropped 4"]);

    for turns in [0, 3] {
        keeper.call_pass(&mut store, turns).await?;
        t.saw("left", keeper.call_left(&mut store).await?);
        keeper.call_visit(&mut store, turns + 1).await?;
        t.saw("left by a visitor", keeper.call_left(&mut store).await?);
    }
    let left = keeper.call_left(&mut store).await?;
    t.same("in all", left, 80);
    Ok(())
}

async fn dropped_by_the_host(t: &mut Transcript, made: &Made<'_>) -> Result<()> {
    let (mut store, it) = made.fresh(0).await?;
    let keeper = it.demo_keeping_keeper();
    for turns in [0, 5] {
        let room = keeper.room().call_constructor(&mut store, turns).await?;
        let refused = room.resource_drop(&mut store);
        t.fails("not asynchronously", refused, "`*_async` functions");
        room.resource_drop_async(&mut store).await?;
        t.same("left", keeper.call_left(&mut store).await?, turns * 10);
        let again = room.resource_drop_async(&mut store).await;
        t.fails("dropped twice", again, "unknown handle index");
    }
    let thing: Resource<Thing> = store.data_mut().table.push(Thing(1))?;
    let thing = thing.try_into_resource_any(&mut store)?;
    thing.resource_drop_async(&mut store).await?;
    let calls = store.data_mut().calls();
    t.saw("a thing of the host by the host", calls);
    Ok(())
}

async fn failing(t: &mut Transcript, made: &Made<'_>) -> Result<()> {
    let (mut store, it) = made.fresh(0).await?;
    let keeper = it.demo_keeping_keeper();
    let kept = keeper.call_keep(&mut store, STUCK).await;
    t.fails("a destructor that fails", kept, "the host refused: to drop");
    let again = keeper.call_left(&mut store).await;
    t.fails(
        "the instance afterwards",
        again,
        "cannot enter component instance",
    );
    Ok(())
}

async fn many(t: &mut Transcript, made: &Made<'_>) -> Result<()> {
    let calls = (1..=10).map(async |turns| {
        let (mut store, it) = made.fresh(turns).await?;
        let keeper = it.demo_keeping_keeper();
        let kept = keeper.call_keep(&mut store, turns).await?;
        keeper.call_pass(&mut store, turns).await?;
        let left = keeper.call_left(&mut store).await?;
        Ok((keeper.call_started(&mut store).await?, kept, left))
    });
    let seen: Result<Vec<_>> = join_all(calls).await.into_iter().collect();
    let expected: Vec<_> = (1..=10)
        .map(|turns: u32| (10 * turns, turns, 10 * turns))
        .collect();
    t.same("ten at once", seen?, expected);
    Ok(())
}

/// Calls that nobody waits for any more, while a destructor or a start function is under way.
async fn given_up(t: &mut Transcript, made: &Made<'_>) -> Result<()> {
    for turns in [0, 1_000] {
        let (mut store, it) = made.fresh(0).await?;
        let keeper = it.demo_keeping_keeper();
        let thing = store.data_mut().table.push(Thing(1_000 - turns))?;
        let done = if turns == 0 {
            let call = pin!(keeper.call_discard(&mut store, thing));
            polled(call, 50).await
        } else {
            let call = pin!(keeper.call_pass(&mut store, turns));
            polled(call, 50).await
        };
        t.same("given up early", done, false);
        let again = keeper.call_left(&mut store).await;
        t.fails(
            "the same instance afterwards",
            again,
            "cannot enter component instance",
        );
    }

    let (mut store, it) = made.fresh(0).await?;
    let room = it
        .demo_keeping_keeper()
        .room()
        .call_constructor(&mut store, 1_000)
        .await?;
    {
        let dropping = pin!(room.resource_drop_async(&mut store));
        t.same("a drop given up early", polled(dropping, 50).await, false);
    }
    let again = it.demo_keeping_keeper().call_left(&mut store).await;
    t.fails(
        "the instance after it",
        again,
        "cannot enter component instance",
    );

    let mut store = made.store(FOR_EVER);
    {
        let began = store.data().began.clone();
        let making = pin!(Keeping::instantiate_async(
            &mut store,
            made.component,
            &made.linker
        ));
        let began = pin!(began.wait());
        let given_up = matches!(select(making, began).await, Either::Right(_));
        t.same("an instance given up in its start function", given_up, true);
    }
    store.data_mut().begins = 0;
    let second = Keeping::instantiate_async(&mut store, made.component, &made.linker).await;
    t.fails(
        "another in the same store",
        match second {
            Ok(it) => it.demo_keeping_keeper().call_started(&mut store).await,
            Err(error) => Err(error),
        },
        "cannot enter component instance",
    );
    let (mut store, it) = made.fresh(2).await?;
    let started = it.demo_keeping_keeper().call_started(&mut store).await?;
    t.same("another instance afterwards", started, 20);
    Ok(())
}
