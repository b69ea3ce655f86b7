//! A host function that calls guests: another instance, which may be; its own caller or a
//! destructor there, which is refused.

use std::fmt::Debug;

use amphi::component::{Component, Instance, InstancePre, Linker, ResourceAny, Val};
use amphi::{Engine, Result, Store, StoreContextMut, Trap, format_err};

use super::component;
use crate::programs::Transcript;

/// Counts down through the host; has a function that traps, and texts, so that the host allocates
/// in it while it is called.
const LADDER: &str = r#"
    (component
      (import "next" (func $next (param "n" u32) (result u32)))
      (import "say" (func $say (param "text" string) (result string)))
      (core module $libc
        (memory (export "memory") 1)
        (global $free (mut i32) (i32.const 1024))
        (func (export "realloc") (param i32 i32 i32 i32) (result i32)
          (global.get $free)
          (global.set $free (i32.add (global.get $free) (local.get 3)))))
      (core instance $libc (instantiate $libc))
      (alias core export $libc "memory" (core memory $memory))
      (alias core export $libc "realloc" (core func $realloc))
      (core func $next' (canon lower (func $next)))
      (core func $say' (canon lower (func $say) (memory $memory) (realloc $realloc)))
      (core module $m
        (import "libc" "memory" (memory 1))
        (import "h" "next" (func $next (param i32) (result i32)))
        (import "h" "say" (func $say (param i32 i32 i32)))
        (global $depth (mut i32) (i32.const 0))
        (func (export "down") (param $n i32) (result i32)
          (local $below i32)
          (if (i32.eqz (local.get $n)) (then (return (i32.mul (global.get $depth) (i32.const 1000)))))
          (global.set $depth (i32.add (global.get $depth) (i32.const 1)))
          (local.set $below (call $next (i32.sub (local.get $n) (i32.const 1))))
          (global.set $depth (i32.sub (global.get $depth) (i32.const 1)))
          (i32.add (local.get $below) (i32.const 1)))
        (func (export "echo") (param i32 i32) (result i32)
          (if (i32.lt_u (local.get 1) (i32.const 8))
            (then (call $say (local.get 0) (local.get 1) (i32.const 16)))
            (else
              (i32.store (i32.const 16) (local.get 0))
              (i32.store (i32.const 20) (local.get 1))))
          (i32.const 16))
        (func (export "trap") unreachable)
        (func (export "depth") (result i32) (global.get $depth)))
      (core instance $m (instantiate $m
        (with "libc" (instance $libc))
        (with "h" (instance (export "next" (func $next')) (export "say" (func $say'))))))
      (func (export "down") (param "n" u32) (result u32) (canon lift (core func $m "down")))
      (func (export "echo") (param "text" string) (result string)
        (canon lift (core func $m "echo") (memory $memory) (realloc $realloc)))
      (func (export "trap") (canon lift (core func $m "trap")))
      (func (export "depth") (result u32) (canon lift (core func $m "depth"))))
"#;

/// The instances that the host calls in turn.
#[derive(Default)]
struct State {
    ladders: Vec<Instance>,
    calls: usize,
    seen: Vec<String>,
    /// What a destructor tells the host to drop.
    spare: Option<ResourceAny>,
}

impl State {
    /// Writes down how a call ended, by the trap if it is one.
    fn saw<T: Debug>(&mut self, result: Result<T>) {
        let seen = match result {
            Ok(value) => format!("{value:?}"),
            Err(error) => match error.downcast_ref::<Trap>() {
                Some(trap) => trap.to_string(),
                None => "an error".to_owned(),
            },
        };
        self.seen.push(seen);
    }
}

/// The next instance in turn.
fn turn(store: &mut StoreContextMut<'_, State>) -> Result<Instance> {
    let state = store.data_mut();
    state.calls += 1;
    let next = state.ladders.get(state.calls % state.ladders.len().max(1));
    next.copied().ok_or_else(|| format_err!("nobody to call"))
}

/// A guest that traps is called, and what it did is kept from the caller.
const TRAPS: u32 = 77;

/// A call that fails without a trap, likewise, and then a good one of the same instance.
const FAILS: u32 = 78;

fn linker(engine: &Engine) -> Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    let mut root = linker.root();
    root.func_wrap("next", |mut store, (n,): (u32,)| {
        let ladder = turn(&mut store)?;
        let down = ladder.get_typed_func::<(u32,), (u32,)>(&mut store, "down")?;
        match n {
            TRAPS => {
                let trap = ladder.get_typed_func::<(), ()>(&mut store, "trap")?;
                for _ in 0..2 {
                    let trapped = trap.call(&mut store, ());
                    store.data_mut().saw(trapped);
                }
                Ok((1,))
            }
            FAILS => {
                let wrong = down
                    .func()
                    .call(&mut store, &[Val::U8(0)], &mut [Val::Bool(false)]);
                store.data_mut().saw(wrong);
                let right = down.call(&mut store, (0,));
                store.data_mut().saw(right);
                Ok((1,))
            }
            _ => down.call(&mut store, (n,)),
        }
    })?;
    root.func_wrap(
        "say",
        |mut store: StoreContextMut<'_, State>, (text,): (String,)| {
            let ladder = turn(&mut store)?;
            let echo = ladder.get_typed_func::<(&str,), (String,)>(&mut store, "echo")?;
            let (said,) = echo.call(&mut store, (&format!("{text}{text}é"),))?;
            Ok((format!("<{said}>"),))
        },
    )?;
    Ok(linker)
}

/// A store with so many ladders.
fn ladders(engine: &Engine, pre: &InstancePre<State>, instances: usize) -> Result<Store<State>> {
    let mut store = Store::new(engine, State::default());
    for _ in 0..instances {
        let instance = pre.instantiate(&mut store)?;
        store.data_mut().ladders.push(instance);
    }
    Ok(store)
}

const REFUSED: &str = "cannot enter component instance";

pub fn run(t: &mut Transcript, engine: &Engine, _: &[Component]) -> Result<()> {
    let ladder = component(engine, LADDER)?;
    let pre = linker(engine)?.instantiate_pre(&ladder)?;
    for instances in [1, 2, 3] {
        let rungs = u32::try_from(instances)?;
        let mut store = ladders(engine, &pre, instances)?;
        let first = store.data().ladders[0];
        let down = first.get_typed_func::<(u32,), (u32,)>(&mut store, "down")?;
        // Each is entered once, again and again.
        for _ in 0..3 {
            store.data_mut().calls = 0;
            let found = down.call(&mut store, (rungs - 1,))?;
            t.same(&format!("down {instances}"), found, (rungs - 1,));
        }
        store.data_mut().calls = 0;
        let once_more = down.call(&mut store, (rungs,));
        t.fails(&format!("once more {instances}"), once_more, REFUSED);
        t.fails("afterwards", down.call(&mut store, (0,)), REFUSED);

        let mut store = ladders(engine, &pre, instances)?;
        let first = store.data().ladders[0];
        let echo = first.get_typed_func::<(&str,), (String,)>(&mut store, "echo")?;
        let said = echo.call(&mut store, ("ab",));
        match instances {
            3 => t.saw("echo 3", said?),
            _ => t.fails(&format!("echo {instances}"), said, REFUSED),
        }
    }
    kept_from_the_caller(t, engine, &pre)?;
    destructors(t, engine)
}

/// A guest fails inside a call of the host, which answers its caller nevertheless.
fn kept_from_the_caller(
    t: &mut Transcript,
    engine: &Engine,
    pre: &InstancePre<State>,
) -> Result<()> {
    for (how, n) in [("traps", TRAPS), ("fails", FAILS)] {
        for instances in [1, 2] {
            let mut store = ladders(engine, pre, instances)?;
            let ladders = store.data().ladders.clone();
            let down = ladders[0].get_typed_func::<(u32,), (u32,)>(&mut store, "down")?;
            let result = down.call(&mut store, (n + 1,));
            t.saw(
                &format!("{how}: answered {instances}"),
                result.map_err(|error| format!("{error:#}")),
            );
            t.saw("what the host saw", &store.data().seen);
            for ladder in ladders {
                let depth = ladder.get_typed_func::<(), (u32,)>(&mut store, "depth")?;
                let after = depth.call(&mut store, ());
                let after =
                    after.map_err(|error| error.downcast_ref::<Trap>().map(ToString::to_string));
                t.saw("afterwards", after);
            }
        }
    }
    Ok(())
}

/// A resource whose destructor calls the host.
const KEEPER: &str = r#"
    (component
      (import "gone" (func $gone (param "rep" u32)))
      (core func $gone' (canon lower (func $gone)))
      (core module $d
        (import "h" "gone" (func $gone (param i32)))
        (func (export "dtor") (param i32) (call $gone (local.get 0))))
      (core instance $d (instantiate $d (with "h" (instance (export "gone" (func $gone'))))))
      (type $r (resource (rep i32) (dtor (core func $d "dtor"))))
      (core func $new (canon resource.new $r))
      (core func $drop (canon resource.drop $r))
      (core module $m
        (import "r" "new" (func $new (param i32) (result i32)))
        (import "r" "drop" (func $drop (param i32)))
        (func (export "make") (param i32) (result i32) (call $new (local.get 0)))
        (func (export "take") (param i32) (call $drop (local.get 0))))
      (core instance $m (instantiate $m (with "r" (instance
        (export "new" (func $new))
        (export "drop" (func $drop))))))
      (export $out "r" (type $r))
      (func (export "make") (param "rep" u32) (result (own $out)) (canon lift (core func $m "make")))
      (func (export "take") (param "r" (own $out)) (canon lift (core func $m "take"))))
"#;

fn destructors(t: &mut Transcript, engine: &Engine) -> Result<()> {
    let mut linker: Linker<State> = Linker::new(engine);
    linker.root().func_wrap(
        "gone",
        |mut store: StoreContextMut<'_, State>, (rep,): (u32,)| {
            store.data_mut().seen.push(format!("{rep} is gone"));
            let keeper = store.data().ladders[0];
            let make = keeper.get_typed_func::<(u32,), (ResourceAny,)>(&mut store, "make")?;
            let made = make.call(&mut store, (rep - 1,)).map(drop);
            store.data_mut().saw(made);
            if let Some(spare) = store.data_mut().spare.take() {
                let dropped = spare.resource_drop(&mut store);
                store.data_mut().saw(dropped);
            }
            Ok(())
        },
    )?;
    let keeper = component(engine, KEEPER)?;
    let mut store = Store::new(engine, State::default());
    let keeper = linker.instantiate(&mut store, &keeper)?;
    store.data_mut().ladders.push(keeper);
    let make = keeper.get_typed_func::<(u32,), (ResourceAny,)>(&mut store, "make")?;
    let take = keeper.get_typed_func::<(ResourceAny,), ()>(&mut store, "take")?;
    for (by, rep) in [("the host", 3), ("the guest", 2)] {
        let (one,) = make.call(&mut store, (rep,))?;
        let (spare,) = make.call(&mut store, (100,))?;
        store.data_mut().spare = Some(spare);
        match by {
            "the host" => one.resource_drop(&mut store)?,
            _ => take.call(&mut store, (one,))?,
        }
        let seen = std::mem::take(&mut store.data_mut().seen);
        let refused = format!("wasm trap: {REFUSED}");
        let expected = [format!("{rep} is gone"), refused.clone(), refused];
        t.same(&format!("dropped by {by}"), seen, expected);
        t.fails("the spare one", spare.resource_drop(&mut store), "");
    }
    Ok(())
}
