//! What a trap, and an error of the host, leaves behind: of instances, of their store, of other
//! stores.

use amphi::component::{Component, Instance, Linker, ResourceAny};
use amphi::{Engine, Result, Store, Trap, format_err};

use super::component;
use crate::host::Refusal;
use crate::programs::Transcript;

/// A component that can fail in each way that ends a call.
const FRAIL: &str = r#"
    (component
      (import "refuse" (func $refuse (param "why" u32)))
      (core func $refuse' (canon lower (func $refuse)))
      (core module $d (func (export "dtor") (param i32)
        (if (i32.eq (local.get 0) (i32.const 13)) (then unreachable))))
      (core instance $d (instantiate $d))
      (type $r (resource (rep i32) (dtor (core func $d "dtor"))))
      (core func $new (canon resource.new $r))
      (core module $m
        (import "h" "refuse" (func $refuse (param i32)))
        (import "r" "new" (func $new (param i32) (result i32)))
        (memory (export "memory") 1)
        (func (export "fine") (result i32) i32.const 1)
        (func (export "trap") unreachable)
        (func (export "refused") (param i32) (call $refuse (local.get 0)))
        (func (export "bad-result") (result i32) i32.const 2)
        (func (export "bad-pointer") (result i32) i32.const 65533)
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const -4)
        (func (export "post") (param i32) unreachable)
        (func (export "text") (param i32 i32) (result i32) i32.const 0)
        (func (export "make") (param i32) (result i32) (call $new (local.get 0))))
      (core instance $m (instantiate $m
        (with "h" (instance (export "refuse" (func $refuse'))))
        (with "r" (instance (export "new" (func $new))))))
      (alias core export $m "memory" (core memory $memory))
      (alias core export $m "realloc" (core func $realloc))
      (export $out "r" (type $r))
      (func (export "fine") (result u32) (canon lift (core func $m "fine")))
      (func (export "trap") (canon lift (core func $m "trap")))
      (func (export "refused") (param "why" u32) (canon lift (core func $m "refused")))
      (func (export "bad-result") (result bool) (canon lift (core func $m "bad-result")))
      (func (export "bad-pointer") (result string) (canon lift (core func $m "bad-pointer") (memory $memory)))
      (func (export "bad-realloc") (param "text" string) (result string)
        (canon lift (core func $m "text") (memory $memory) (realloc $realloc)))
      (func (export "bad-post") (result u32)
        (canon lift (core func $m "fine") (post-return (core func $m "post"))))
      (func (export "make") (param "rep" u32) (result (own $out)) (canon lift (core func $m "make"))))
"#;

fn linker(engine: &Engine) -> Result<Linker<u32>> {
    let mut linker = Linker::new(engine);
    linker
        .root()
        .func_wrap("refuse", |_, (why,): (u32,)| match why {
            0 => Ok(()),
            1 => Err(Refusal("one".to_owned()).into()),
            2 => Err(Trap::OutOfFuel.into()),
            _ => Err(format_err!("plain")),
        })?;
    Ok(linker)
}

/// A way to fail; each gets an instance of its own.
type Fall = fn(&mut Store<u32>, &Instance) -> Result<()>;

fn call(store: &mut Store<u32>, it: &Instance, name: &str) -> Result<()> {
    it.get_typed_func::<(), ()>(&mut *store, name)?
        .call(store, ())
}

fn refused(store: &mut Store<u32>, it: &Instance, why: u32) -> Result<()> {
    it.get_typed_func::<(u32,), ()>(&mut *store, "refused")?
        .call(store, (why,))
}

const FALLS: [(&str, Fall); 10] = [
    ("nothing", |store, it| refused(store, it, 0)),
    ("a trap", |store, it| call(store, it, "trap")),
    ("an error of the host", |store, it| refused(store, it, 1)),
    ("a trap of the host", |store, it| refused(store, it, 2)),
    ("a plain error of the host", |store, it| {
        refused(store, it, 3)
    }),
    ("a result that is no boolean", |store, it| {
        let bad = it.get_typed_func::<(), (bool,)>(&mut *store, "bad-result")?;
        bad.call(store, ()).map(drop)
    }),
    ("a pointer that is not aligned", |store, it| {
        let bad = it.get_typed_func::<(), (String,)>(&mut *store, "bad-pointer")?;
        bad.call(store, ()).map(drop)
    }),
    ("a realloc beyond the memory", |store, it| {
        let bad = it.get_typed_func::<(&str,), (String,)>(&mut *store, "bad-realloc")?;
        bad.call(store, ("text",)).map(drop)
    }),
    ("a trap after the return", |store, it| {
        let bad = it.get_typed_func::<(), (u32,)>(&mut *store, "bad-post")?;
        bad.call(store, ()).map(drop)
    }),
    ("a trap in a destructor", |store, it| {
        let make = it.get_typed_func::<(u32,), (ResourceAny,)>(&mut *store, "make")?;
        let (thirteen,) = make.call(&mut *store, (13,))?;
        thirteen.resource_drop(store)
    }),
];

/// The error in words that both hosts have, if it is one of those; otherwise only that there is
/// one.
fn words(result: Result<()>) -> String {
    let Err(error) = result else {
        return "no error".to_owned();
    };
    if let Some(refusal) = error.downcast_ref::<Refusal>() {
        return refusal.to_string();
    }
    match error.downcast_ref::<Trap>() {
        Some(trap) => trap.to_string(),
        None => "an error".to_owned(),
    }
}

pub fn run(t: &mut Transcript, engine: &Engine, _: &[Component]) -> Result<()> {
    let frail = component(engine, FRAIL)?;
    let pre = linker(engine)?.instantiate_pre(&frail)?;
    let mut bystander = Store::new(engine, 0);
    let apart = pre.instantiate(&mut bystander)?;
    for (name, fall) in FALLS {
        let mut store = Store::new(engine, 0);
        let it = pre.instantiate(&mut store)?;
        let neighbour = pre.instantiate(&mut store)?;
        t.saw(name, words(fall(&mut store, &it)));
        let fine = |store: &mut Store<u32>, it: &Instance| {
            let fine = it.get_typed_func::<(), (u32,)>(&mut *store, "fine")?;
            fine.call(store, ()).map(drop)
        };
        t.saw("the same instance", words(fine(&mut store, &it)));
        t.saw("its neighbour", words(fine(&mut store, &neighbour)));
        let late = pre.instantiate(&mut store);
        let late = late.and_then(|late| fine(&mut store, &late));
        t.saw("one that is made afterwards", words(late));
        t.same(
            "in another store",
            words(fine(&mut bystander, &apart)),
            "no error",
        );
    }
    Ok(())
}
