//! What guests throw: the error of who calls them, what other guests may catch of it, and what is
//! thrown over calls that wait.

use amphi::component::{Component, Linker};
use amphi::{Engine, Result, Store, ThrownException, Trap};

use super::Transcript;
use super::polled::give_way;

/// Throws what nobody catches.
const SOURCE: &str = r#"
    (component
      (core module $m (tag $t) (func (export "throw") (throw $t)))
      (core instance $m (instantiate $m))
      (func (export "throw") (canon lift (core func $m "throw"))))
"#;

/// Catches whatever a function of the host throws.
const CATCHER: &str = r#"
    (component
      (import "throw" (func $throw))
      (core func $throw (canon lower (func $throw)))
      (core module $m
        (import "" "throw" (func $throw))
        (func (export "caught") (result i32)
          (block $all (try_table (catch_all $all) (call $throw)) (return (i32.const 0)))
          (i32.const 1)))
      (core instance $m (instantiate $m (with "" (instance (export "throw" (func $throw))))))
      (func (export "caught") (result bool) (canon lift (core func $m "caught"))))
"#;

/// Waits before it throws, after that, and where it catches; and for another component, which
/// throws.
const WAITING: &str = r#"
    (component
      (import "wait" (func $wait (param "turns" u32) (result u32)))
      (component $inner
        (import "wait" (func $wait (param "turns" u32) (result u32)))
        (core func $wait (canon lower (func $wait)))
        (core module $m
          (import "" "wait" (func $wait (param i32) (result i32)))
          (tag $t (param i32))
          (func $deep (param i32) (throw $t (call $wait (local.get 0))))
          (func (export "caught") (param i32) (result i32)
            (block $t (result i32)
              (try_table (catch $t $t) (call $deep (call $wait (local.get 0))))
              unreachable)
            (i32.add (call $wait (i32.const 3))))
          (func (export "again") (param i32)
            (block $all (result exnref)
              (try_table (catch_all_ref $all) (call $deep (local.get 0)))
              unreachable)
            (drop (call $wait (i32.const 1)))
            throw_ref))
        (core instance $m (instantiate $m (with "" (instance (export "wait" (func $wait))))))
        (func (export "caught") (param "turns" u32) (result u32) (canon lift (core func $m "caught")))
        (func (export "again") (param "turns" u32) (canon lift (core func $m "again"))))
      (instance $inner (instantiate $inner (with "wait" (func $wait))))
      (component $outer
        (import "again" (func $again (param "turns" u32)))
        (core func $again (canon lower (func $again)))
        (core module $m
          (import "" "again" (func $again (param i32)))
          (func (export "crossing") (param i32)
            (block $all (try_table (catch_all $all) (call $again (local.get 0))))))
        (core instance $m (instantiate $m (with "" (instance (export "again" (func $again))))))
        (func (export "crossing") (param "turns" u32) (canon lift (core func $m "crossing"))))
      (instance $outer (instantiate $outer (with "again" (func $inner "again"))))
      (export "caught" (func $inner "caught"))
      (export "again" (func $inner "again"))
      (export "crossing" (func $outer "crossing")))
"#;

/// What a call came to: a number, the exception that nobody caught, or what else was wrong.
fn words<T: ToString>(result: Result<T>) -> String {
    match result {
        Ok(value) => value.to_string(),
        Err(error) if error.is::<ThrownException>() => "thrown".to_owned(),
        Err(error) => match error.downcast_ref::<Trap>() {
            Some(trap) => trap.to_string(),
            None => "another error".to_owned(),
        },
    }
}

fn component(engine: &Engine, text: &str) -> Result<Component> {
    Component::new(engine, wat::parse_str(text)?)
}

/// Throws in a store of its own.
fn thrown(engine: &Engine, source: &Component) -> Result<()> {
    let mut store = Store::new(engine, ());
    let instance = Linker::new(engine).instantiate(&mut store, source)?;
    let throw = instance.get_typed_func::<(), ()>(&mut store, "throw")?;
    throw.call(&mut store, ())
}

/// Whether guests may throw and catch exceptions here.
pub fn throws() -> bool {
    Engine::new(amphi::shared_config().wasm_exceptions(true)).is_ok()
}

/// Whether a guest that catches whatever is thrown catches what `throw` does to it.
#[cfg(target_arch = "wasm32")]
pub fn catches_all(throw: fn()) -> Result<bool> {
    let engine = Engine::new(&amphi::shared_config())?;
    let mut linker = Linker::<()>::new(&engine);
    linker.root().func_wrap("throw", move |_, ()| {
        throw();
        Ok(())
    })?;
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &component(&engine, CATCHER)?)?;
    let caught = instance.get_typed_func::<(), (bool,)>(&mut store, "caught")?;
    caught.call(&mut store, ()).map(|(caught,)| caught)
}

pub fn run(t: &mut Transcript, engine: &Engine) -> Result<()> {
    let source = component(engine, SOURCE)?;
    let catcher = component(engine, CATCHER)?;
    let result = thrown(engine, &source).map(|()| "");
    t.same("what nobody catches", words(result), "thrown");

    let caught = |is_error: bool| {
        let mut linker = Linker::<()>::new(engine);
        let (engine, source) = (engine.clone(), source.clone());
        linker.root().func_wrap("throw", move |_, ()| {
            let result = thrown(&engine, &source);
            if is_error { result } else { Ok(()) }
        })?;
        let mut store = Store::new(catcher.engine(), ());
        let instance = linker.instantiate(&mut store, &catcher)?;
        let caught = instance.get_typed_func::<(), (bool,)>(&mut store, "caught")?;
        let result = caught.call(&mut store, ());
        Ok::<_, amphi::Error>(words(result.map(|(caught,)| caught)))
    };
    // What was thrown in one store is an error of the host in another.
    t.same("by a guest of another store", caught(true)?, "thrown");
    t.same("and by one that the host forgives", caught(false)?, "false");
    Ok(())
}

/// What becomes of guests that throw where there are no exceptions: a refusal that says so.
pub fn refused(t: &mut Transcript, engine: &Engine) {
    let source = component(engine, SOURCE).map(drop);
    t.fails("a component that throws", source, "exceptions: ");
    let asked = Engine::new(amphi::shared_config().wasm_exceptions(true)).map(drop);
    t.fails("an engine that takes such", asked, "`wasm_exceptions`");
}

pub async fn waiting(t: &mut Transcript, engine: &Engine) -> Result<()> {
    let component = component(engine, WAITING)?;
    let mut linker = Linker::<()>::new(engine);
    linker
        .root()
        .func_wrap_async("wait", |_, (turns,): (u32,)| {
            Box::new(async move {
                give_way(turns).await;
                Ok((turns * 10,))
            })
        })?;
    for (step, name, expected) in [
        ("caught", "caught", "830"),
        ("caught and thrown again", "again", "thrown"),
        (
            "by another component",
            "crossing",
            "wasm trap: uncaught exception propagated out of component",
        ),
    ] {
        let mut store = Store::new(engine, ());
        let instance = linker.instantiate_async(&mut store, &component).await?;
        let result = if name == "caught" {
            let caught = instance.get_typed_func::<(u32,), (u32,)>(&mut store, name)?;
            let result = caught.call_async(&mut store, (8,)).await;
            words(result.map(|(number,)| number))
        } else {
            let thrown = instance.get_typed_func::<(u32,), ()>(&mut store, name)?;
            let result = thrown.call_async(&mut store, (2,)).await;
            words(result.map(|()| ""))
        };
        t.same(step, result, expected);
    }
    Ok(())
}
