//! A host function that calls guests: its own caller, another instance, a destructor.

use amphi::component::{Component, Instance, Linker, ResourceAny};
use amphi::{Engine, Result, Store, StoreContextMut, format_err};

use super::component;
use crate::programs::Transcript;

/// Counts down through the host; has a function that traps, and texts, so that the host allocates in it while it is called.
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
}

/// The next instance in turn.
fn turn(store: &mut StoreContextMut<'_, State>) -> Result<Instance> {
    let state = store.data_mut();
    let next = state.ladders.get(state.calls % state.ladders.len().max(1));
    state.calls += 1;
    next.copied().ok_or_else(|| format_err!("nobody to call"))
}

fn linker(engine: &Engine) -> Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    let mut root = linker.root();
    root.func_wrap(
        "next",
        |mut store: StoreContextMut<'_, State>, (n,): (u32,)| {
            let ladder = turn(&mut store)?;
            if n == 77 {
                // The guest that traps is called, and what it did is kept from the caller.
                let trap = ladder.get_typed_func::<(), ()>(&mut store, "trap")?;
                let trapped = trap.call(&mut store, ());
                let again = trap.call(&mut store, ());
                for error in [trapped, again].into_iter().filter_map(Result::err) {
                    let seen = error.downcast_ref::<amphi::Trap>().map(ToString::to_string);
                    store.data_mut().seen.push(seen.unwrap_or_default());
                }
                return Ok((1,));
            }
            let down = ladder.get_typed_func::<(u32,), (u32,)>(&mut store, "down")?;
            down.call(&mut store, (n,))
        },
    )?;
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

pub fn run(t: &mut Transcript, engine: &Engine, _: &[Component]) -> Result<()> {
    let ladder = component(engine, LADDER)?;
    let pre = linker(engine)?.instantiate_pre(&ladder)?;
    for instances in [1, 2, 3] {
        let mut store = Store::new(engine, State::default());
        for _ in 0..instances {
            let instance = pre.instantiate(&mut store)?;
            store.data_mut().ladders.push(instance);
        }
        let first = store.data().ladders[0];
        let down = first.get_typed_func::<(u32,), (u32,)>(&mut store, "down")?;
        t.saw(&format!("down {instances}"), down.call(&mut store, (20,))?);
        let echo = first.get_typed_func::<(&str,), (String,)>(&mut store, "echo")?;
        t.saw(
            &format!("echo {instances}"),
            echo.call(&mut store, ("ab",))?,
        );
        t.same("calls", store.data().calls, 20 + 2);
    }
    trapping(t, engine, &pre)?;
    destructors(t, engine)
}

/// A guest that traps inside a call of the host, which answers its caller nevertheless.
fn trapping(
    t: &mut Transcript,
    engine: &Engine,
    pre: &amphi::component::InstancePre<State>,
) -> Result<()> {
    for instances in [1, 2] {
        let mut store = Store::new(engine, State::default());
        for _ in 0..instances {
            let instance = pre.instantiate(&mut store)?;
            store.data_mut().ladders.push(instance);
        }
        let ladders = store.data().ladders.clone();
        store.data_mut().calls = 1;
        let down = ladders[0].get_typed_func::<(u32,), (u32,)>(&mut store, "down")?;
        let result = down.call(&mut store, (78,));
        t.saw(
            &format!("answered {instances}"),
            result.map_err(|error| format!("{error:#}")),
        );
        t.saw("what the host saw", &store.data().seen);
        for ladder in ladders {
            let depth = ladder.get_typed_func::<(), (u32,)>(&mut store, "depth")?;
            let after = depth.call(&mut store, ());
            let after =
                after.map_err(|error| error.downcast_ref::<amphi::Trap>().map(ToString::to_string));
            t.saw("afterwards", after);
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
            if rep > 1 {
                let make = keeper.get_typed_func::<(u32,), (ResourceAny,)>(&mut store, "make")?;
                let (next,) = make.call(&mut store, (rep - 1,))?;
                next.resource_drop(&mut store)?;
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
    let (three,) = make.call(&mut store, (3,))?;
    three.resource_drop(&mut store)?;
    t.saw(
        "dropped by the host",
        std::mem::take(&mut store.data_mut().seen),
    );
    let (two,) = make.call(&mut store, (2,))?;
    take.call(&mut store, (two,))?;
    t.saw(
        "dropped by the guest",
        std::mem::take(&mut store.data_mut().seen),
    );
    Ok(())
}
