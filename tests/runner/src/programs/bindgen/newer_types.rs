//! Types that an engine has only when it is told to: maps, and lists whose length is part of their
//! type.

use std::collections::HashMap;

use amphi::component::{Component, HasSelf, Linker};
use amphi::{Config, Engine, Result, Store};

use crate::programs::Transcript;

amphi::component::bindgen!({
    inline: "
        package demo:newer;

        interface types {
            record corner { at: list<s16, 2>, name: string }
            sum: func(four: list<u32, 4>) -> u32;
        }

        world newer {
            use types.{corner};
            import types;
            export four: func(four: list<u32, 4>) -> list<u32, 4>;
            export pairs: func(pairs: map<string, u32>) -> map<string, u32>;
            export corner: func(corner: corner) -> corner;
        }
    ",
});

use demo::newer::types;

/// Gives back what it gets; `four` turns round, after the host has added it up.
const NEWER: &str = r#"
    (component
      (import "demo:newer/types" (instance $types
        (type $corner' (record (field "at" (list s16 2)) (field "name" string)))
        (export "corner" (type $corner (eq $corner')))
        (export "sum" (func (param "four" (list u32 4)) (result u32)))))
      (alias export $types "corner" (type $corner))
      (alias export $types "sum" (func $sum))
      (core func $sum' (canon lower (func $sum)))
      (core module $m
        (import "h" "sum" (func $sum (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (global $next (mut i32) (i32.const 1024))
        (func (export "realloc") (param i32 i32 i32 i32) (result i32)
          (local $at i32)
          (local.set $at (i32.and
            (i32.add (global.get $next) (i32.sub (local.get 2) (i32.const 1)))
            (i32.sub (i32.const 0) (local.get 2))))
          (global.set $next (i32.add (local.get $at) (local.get 3)))
          (local.get $at))
        (func (export "four") (param i32 i32 i32 i32) (result i32)
          (i32.store (i32.const 16) (local.get 3))
          (i32.store (i32.const 20) (local.get 2))
          (i32.store (i32.const 24) (local.get 1))
          (i32.store (i32.const 28)
            (call $sum (local.get 0) (local.get 1) (local.get 2) (local.get 3)))
          (i32.const 16))
        (func (export "pairs") (param i32 i32) (result i32)
          (i32.store (i32.const 32) (local.get 0))
          (i32.store (i32.const 36) (local.get 1))
          (i32.const 32))
        (func (export "corner") (param i32 i32 i32 i32) (result i32)
          (i32.store16 (i32.const 48) (local.get 1))
          (i32.store16 (i32.const 50) (local.get 0))
          (i32.store (i32.const 52) (local.get 2))
          (i32.store (i32.const 56) (local.get 3))
          (i32.const 48)))
      (core instance $i (instantiate $m (with "h" (instance (export "sum" (func $sum'))))))
      (alias core export $i "memory" (core memory $memory))
      (alias core export $i "realloc" (core func $realloc))
      (func (export "four") (param "four" (list u32 4)) (result (list u32 4))
        (canon lift (core func $i "four") (memory $memory)))
      (func (export "pairs") (param "pairs" (map string u32)) (result (map string u32))
        (canon lift (core func $i "pairs") (memory $memory) (realloc $realloc)))
      (func (export "corner") (param "corner" $corner) (result $corner)
        (canon lift (core func $i "corner") (memory $memory) (realloc $realloc))))
"#;

struct State;

impl types::Host for State {
    fn sum(&mut self, four: [u32; 4]) -> u32 {
        four.iter().sum()
    }
}

pub fn run(t: &mut Transcript, plain: &Engine, _: &[Component]) -> Result<()> {
    let bytes = wat::parse_str(NEWER)?;
    let refused = Component::new(plain, &bytes).map(drop);
    t.same("without being told", refused.is_err(), true);
    let mut config = Config::new();
    config
        .wasm_component_model_map(true)
        .wasm_component_model_fixed_length_lists(true);
    let engine = Engine::new(&config)?;
    let component = Component::new(&engine, &bytes)?;
    let mut linker = Linker::new(&engine);
    Newer::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut State| state)?;
    let mut store = Store::new(&engine, State);
    let newer = Newer::instantiate(&mut store, &component, &linker)?;

    t.same(
        "four",
        newer.call_four(&mut store, [1, 2, 3, 40])?,
        [40, 3, 2, 46],
    );
    let map: HashMap<String, u32> = (0..100)
        .map(|index| (format!("k{index} é"), index))
        .collect();
    let lent = map.iter().map(|(name, number)| (name.as_str(), *number));
    let back = newer.call_pairs(&mut store, lent.collect())?;
    t.same("map", back == map, true);
    let none = newer.call_pairs(&mut store, HashMap::new())?;
    t.same("empty", none.is_empty(), true);
    let corner = types::Corner {
        at: [-1, 300],
        name: "nook".to_owned(),
    };
    let turned = newer.call_corner(&mut store, &corner)?;
    t.same(
        "corner",
        (turned.at, turned.name.as_str()),
        ([300, -1], "nook"),
    );
    Ok(())
}
