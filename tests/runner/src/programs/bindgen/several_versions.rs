//! Several versions of one interface side by side, and several packages in one text.

use amphi::component::{Component, HasSelf, Linker};
use amphi::{Engine, Result, Store};

use crate::programs::Transcript;

amphi::component::bindgen!({
    inline: "
        package demo:versions;

        package demo:clock@0.1.0 {
            interface clock { now: func() -> u8; }
        }

        package demo:clock@1.0.0 {
            interface clock { now: func() -> u32; }
        }

        package demo:clock@2.0.0 {
            interface clock { now: func() -> u64; }
        }

        package demo:sum@1.0.0 {
            interface sum { add: func(x: u32) -> u32; }
        }

        package demo:sum@2.0.0 {
            interface sum { add: func(x: u64) -> u64; }
        }

        world versions {
            import demo:clock/clock@0.1.0;
            import demo:clock/clock@1.0.0;
            import demo:clock/clock@2.0.0;
            export demo:sum/sum@1.0.0;
            export demo:sum/sum@2.0.0;
        }
    ",
    world: "demo:versions/versions",
});

struct State;

impl demo::clock0_1_0::clock::Host for State {
    fn now(&mut self) -> u8 {
        7
    }
}

impl demo::clock1_0_0::clock::Host for State {
    fn now(&mut self) -> u32 {
        1_000
    }
}

impl demo::clock2_0_0::clock::Host for State {
    fn now(&mut self) -> u64 {
        1 << 40
    }
}

pub fn run(t: &mut Transcript, engine: &Engine, guests: &[Component]) -> Result<()> {
    let mut linker = Linker::new(engine);
    Versions::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut State| state)?;
    let mut store = Store::new(engine, State);
    let versions = Versions::instantiate(&mut store, &guests[0], &linker)?;
    let one: &exports::demo::sum1_0_0::sum::Guest = versions.demo_sum1_0_0_sum();
    let two: &exports::demo::sum2_0_0::sum::Guest = versions.demo_sum2_0_0_sum();
    t.same("the first", one.call_add(&mut store, 5)?, 1_012);
    t.same(
        "the second",
        two.call_add(&mut store, 5)?,
        (1_u64 << 40) + 5,
    );
    Ok(())
}
