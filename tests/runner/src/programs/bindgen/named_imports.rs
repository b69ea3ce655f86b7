//! One implementation for every import that says it implements an interface, told apart by a number
//! of the host's own.

use amphi::component::{Component, HasSelf, Linker};
use amphi::{Config, Engine, Result, Store};

use crate::programs::Transcript;

amphi::component::bindgen!({
    inline: "
        package demo:stores;

        interface counter {
            next: func(by: u32) -> u32;
        }

        world tally {
            import counter;
            export run: func() -> u32;
        }
    ",
    named_imports: { "demo:stores/counter": u32 },
});

/// Imports the interface twice, under names of its own.
const TALLY: &str = r#"
    (component
      (import "small" (implements "demo:stores/counter") (instance $small
        (export "next" (func (param "by" u32) (result u32)))))
      (import "big" (implements "demo:stores/counter") (instance $big
        (export "next" (func (param "by" u32) (result u32)))))
      (alias export $small "next" (func $small))
      (alias export $big "next" (func $big))
      (core func $small' (canon lower (func $small)))
      (core func $big' (canon lower (func $big)))
      (core module $m
        (import "c" "small" (func $small (param i32) (result i32)))
        (import "c" "big" (func $big (param i32) (result i32)))
        (func (export "run") (result i32)
          (i32.add (call $small (i32.const 1)) (call $big (i32.const 2)))))
      (core instance $m (instantiate $m (with "c" (instance
        (export "small" (func $small'))
        (export "big" (func $big'))))))
      (func (export "run") (result u32) (canon lift (core func $m "run"))))
"#;

#[derive(Default)]
struct State {
    calls: Vec<(u32, u32)>,
}

impl named_imports::demo::stores::counter::Host for State {
    fn next(&mut self, scale: u32, by: u32) -> u32 {
        self.calls.push((scale, by));
        scale * by
    }
}

pub fn run(t: &mut Transcript, _: &Engine, _: &[Component]) -> Result<()> {
    let mut config = Config::new();
    config.wasm_component_model_implements(true);
    let engine = Engine::new(&config)?;
    let component = Component::new(&engine, wat::parse_str(TALLY)?)?;

    let mut linker = Linker::new(&engine);
    let scale = |name: &str| Ok(if name == "small" { 1 } else { 100 });
    named_imports::demo::stores::counter::add_to_linker::<_, HasSelf<_>>(
        &mut linker,
        &component,
        scale,
        |state: &mut State| state,
    )?;
    let mut store = Store::new(&engine, State::default());
    let instance = linker.instantiate(&mut store, &component)?;
    let tally = Tally::new(&mut store, &instance)?;
    t.same("run", tally.call_run(&mut store)?, 201);
    t.same("calls", &store.data().calls, [(1, 1), (100, 2)]);
    Ok(())
}
