//! Imports that nobody supplies, or that have another type: one error that lists them all.

use amphi::component::{Component, Linker};
use amphi::{Engine, Result, format_err};

use super::component;
use crate::programs::Transcript;

/// Six imports of every kind that a linker can be asked for.
const MANY: &str = r#"
    (component
      (import "a" (func (param "x" u32) (result string)))
      (import "demo:b/b@1.0.0" (instance
        (export "one" (func))
        (export "two" (func (result u8)))))
      (import "c" (func))
      (import "r" (type (sub resource)))
      (import "demo:d/d" (instance (export "r" (type (sub resource)))))
      (import "e" (func (param "x" s64))))
"#;

/// Imports that use a resource of another.
const USERS: &str = r#"
    (component
      (import "demo:io/io" (instance $io
        (export "poll" (type (sub resource)))
        (export "other" (type (sub resource)))))
      (alias export $io "poll" (type $poll))
      (alias export $io "other" (type $other))
      (import "demo:io/streams" (instance
        (export "poll" (type $p (eq $poll)))
        (export "wait" (func (param "on" (borrow $p))))))
      (import "draw" (func (param "on" (borrow $other)))))
"#;

fn whole(error: Result<()>) -> Result<()> {
    error.map_err(|error| format_err!("{error:#}"))
}

pub fn run(t: &mut Transcript, engine: &Engine, guests: &[Component]) -> Result<()> {
    let nothing: Linker<()> = Linker::new(engine);
    for (name, guest) in ["greeter", "scribe"].into_iter().zip(guests) {
        let error = amphi::link(&nothing, guest)
            .err()
            .map(|error| format!("{error:#}"));
        t.saw(name, error);
    }
    let many = component(engine, MANY)?;
    let error = amphi::link(&nothing, &many)
        .err()
        .map(|error| format!("{error:#}"));
    t.saw("all of many", error);

    let mut some: Linker<()> = Linker::new(engine);
    some.root()
        .func_wrap("a", |_, (_,): (u32,)| Ok((String::new(),)))?;
    some.root().func_wrap("e", |_, (_,): (u64,)| Ok(()))?;
    some.root().instance("c")?;
    some.instance("demo:b/b@1.2.0")?
        .func_wrap("one", |_, ()| Ok(()))?;
    let error = amphi::link(&some, &many)
        .err()
        .map(|error| format!("{error:#}"));
    t.saw("the rest of many", error);

    let users = component(engine, USERS)?;
    let error = amphi::link(&nothing, &users)
        .err()
        .map(|error| format!("{error:#}"));
    t.saw("all that use what is missing", error);
    let mut half: Linker<()> = Linker::new(engine);
    half.instance("demo:io/streams")?
        .func_new("wait", |_, _, _, _| Ok(()))?;
    half.instance("demo:io/io")?
        .func_wrap("poll", |_, ()| Ok(()))?;
    let error = amphi::link(&half, &users)
        .err()
        .map(|error| format!("{error:#}"));
    t.saw("what is missing and what is there", error);

    // `instantiate_pre` itself may tell of one alone.
    let error = whole(some.instantiate_pre(&many).map(drop));
    t.fails(
        "the linker",
        error,
        "component imports instance `demo:b/b@1.0.0`",
    );
    let error = whole(some.substituted_component_type(&many).map(drop));
    t.fails(
        "the component's type",
        error,
        "component imports instance `demo:b/b@1.0.0`",
    );

    let other = Engine::default();
    let elsewhere: Linker<()> = Linker::new(&other);
    let error = amphi::link(&elsewhere, &many).map(drop);
    t.fails(
        "another engine",
        error,
        "cross-`Engine` instantiation is not currently supported",
    );
    Ok(())
}
