//! A resource of the host, kept in a table, with a Rust type of the host's own behind it.

use amphi::component::{Component, HasSelf, Linker, Resource, ResourceTable};
use amphi::{Engine, Result, Store, format_err};

use crate::programs::Transcript;

amphi::component::bindgen!({
    inline: "
        package demo:tools;

        interface tools {
            resource hammer {
                constructor(weight: u32);
                strike: func(times: u32) -> u32;
                weld: static func(a: hammer, b: hammer) -> hammer;
            }
            weigh: func(hammer: borrow<hammer>) -> u32;
        }

        world smith {
            use tools.{hammer};
            import tools;
            export work: func(times: u32) -> u32;
            export keep: func(hammer: hammer) -> u32;
            export give-back: func() -> hammer;
            export use-it: func(hammer: borrow<hammer>) -> u32;
            export hoard: func(hammer: borrow<hammer>);
        }
    ",
    with: { "demo:tools/tools.hammer": Tool },
    imports: { default: trappable },
});

use demo::tools::tools;

/// What the guest knows as a `hammer`.
pub struct Tool {
    weight: u32,
    strikes: u32,
}

#[derive(Default)]
struct State {
    table: ResourceTable,
    dropped: Vec<u32>,
}

impl tools::Host for State {
    fn weigh(&mut self, hammer: Resource<Tool>) -> Result<u32> {
        Ok(self.table.get(&hammer)?.weight)
    }
}

impl tools::HostHammer for State {
    fn new(&mut self, weight: u32) -> Result<Resource<Tool>> {
        Ok(self.table.push(Tool { weight, strikes: 0 })?)
    }

    fn strike(&mut self, hammer: Resource<Tool>, times: u32) -> Result<u32> {
        let hammer = self.table.get_mut(&hammer)?;
        hammer.strikes += times;
        Ok(hammer.strikes * hammer.weight)
    }

    fn weld(&mut self, a: Resource<Tool>, b: Resource<Tool>) -> Result<Resource<Tool>> {
        let (a, b) = (self.table.delete(a)?, self.table.delete(b)?);
        Ok(self.table.push(Tool {
            weight: a.weight + b.weight,
            strikes: a.strikes + b.strikes,
        })?)
    }

    fn drop(&mut self, hammer: Resource<Tool>) -> Result<()> {
        let hammer = self.table.delete(hammer)?;
        self.dropped.push(hammer.weight);
        Ok(())
    }
}

pub fn run(t: &mut Transcript, engine: &Engine, guests: &[Component]) -> Result<()> {
    let mut linker = Linker::new(engine);
    Smith::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut State| state)?;
    let mut store = Store::new(engine, State::default());
    let smith = Smith::instantiate(&mut store, &guests[0], &linker)?;
    t.same("work", smith.call_work(&mut store, 5)?, 5 * 3 + 7);
    t.same("dropped", &store.data().dropped, [7]);

    let hammer = tools::HostHammer::new(store.data_mut(), 9)?;
    let rep = hammer.rep();
    t.same("keep", smith.call_keep(&mut store, hammer)?, 9);
    let back = smith.call_give_back(&mut store)?;
    t.same(
        "the same one",
        (back.rep() == rep, back.owned()),
        (true, true),
    );
    let used = smith.call_use_it(&mut store, Resource::new_borrow(rep))?;
    t.same("lend", used, 18);
    t.same(
        "lend the owned one",
        smith.call_use_it(&mut store, Resource::new_own(rep))?,
        36,
    );
    store.data_mut().table.delete(back)?;
    t.same("empty", store.data().table.is_empty(), true);
    let gone = smith.call_use_it(&mut store, Resource::new_borrow(rep));
    t.fails(
        "use of one that is gone",
        gone.map_err(|error| format_err!("{error:#}")),
        "",
    );

    let mut store = Store::new(engine, State::default());
    let smith = Smith::instantiate(&mut store, &guests[0], &linker)?;
    let hammer = tools::HostHammer::new(store.data_mut(), 1)?;
    let kept = smith.call_hoard(&mut store, hammer);
    t.fails("a lent one is kept", kept, "borrow handles still remain");
    Ok(())
}
