//! Settings of engines and stores: options by their names, limits of what instances take,
//! backtraces.

use std::num::NonZeroUsize;

use amphi::component::{Component, Linker};
use amphi::{
    Config, Engine, Error, Result, Store, StoreLimits, StoreLimitsBuilder, WasmBacktrace, bail,
};

use super::component;
use crate::programs::Transcript;

pub fn run(t: &mut Transcript, engine: &Engine, _: &[Component]) -> Result<()> {
    options(t)?;
    weak(t, engine)?;
    limits(t, engine)?;
    backtraces(t)
}

fn options(t: &mut Transcript) -> Result<()> {
    let mut config = amphi::shared_config();
    #[expect(deprecated, reason = "host code still says it")]
    config.async_support(true);
    config.concurrency_support(true).parallel_compilation(false);
    t.same("options", Engine::new(&config).is_ok(), true);
    t.same("options that no page has", unnamed(), [""; 0]);

    let engine = Engine::new(&amphi::shared_config())?;
    let atomics =
        "(component (core module (memory 1) (func (drop (i32.atomic.load (i32.const 0))))))";
    t.fails(
        "atomic operations",
        component(&engine, atomics).map(drop),
        "threads",
    );
    let throwing = "(component (core module (tag $t) (func (throw $t))))";
    let mut without = amphi::shared_config();
    without
        .wasm_exceptions(false)
        .wasm_reference_types(true)
        .wasm_function_references(true)
        .wasm_threads(false);
    t.fails(
        "exceptions that are switched off",
        component(&Engine::new(&without)?, throwing).map(drop),
        "exceptions",
    );
    let structs = "(component (core module (type (struct (field i32)))))";
    t.fails(
        "garbage-collected types",
        component(&engine, structs).map(drop),
        "gc",
    );
    Ok(())
}

/// The options that a page refuses without naming them.
#[cfg(target_arch = "wasm32")]
fn unnamed() -> Vec<&'static str> {
    type Set = fn(&mut Config) -> &mut Config;
    let refused: [(&str, Set); 3] = [
        ("concurrency_support(false)", |config| {
            config.concurrency_support(false)
        }),
        ("wasm_threads", |config| config.wasm_threads(true)),
        ("wasm_gc", |config| config.wasm_gc(true)),
    ];
    let named = |name: &str, set: Set| {
        let made = Engine::new(set(&mut Config::new()));
        made.is_err_and(|error| error.to_string().contains(&format!("`{name}`")))
    };
    let mut wrong: Vec<_> = refused
        .iter()
        .filter(|(name, set)| !named(name, *set))
        .map(|(name, _)| *name)
        .collect();
    let mut taken = Config::new();
    taken
        .wasm_threads(false)
        .wasm_exceptions(false)
        .wasm_reference_types(true)
        .wasm_function_references(true);
    if Engine::new(&taken).is_err() {
        wrong.push("what is as it is anyway");
    }
    wrong
}

/// Natively these are Wasmtime's own.
#[cfg(not(target_arch = "wasm32"))]
fn unnamed() -> Vec<&'static str> {
    Vec::new()
}

fn weak(t: &mut Transcript, engine: &Engine) -> Result<()> {
    let same = engine.weak().upgrade().map(|it| Engine::same(&it, engine));
    t.same("an engine that is there", same, Some(true));
    let gone = Engine::new(&Config::new())?.weak();
    t.same("one that is gone", gone.upgrade().is_none(), true);
    Ok(())
}

/// A memory of one page and two at the most, and a table of three elements.
const SIZED: &str = r#"(component
    (core module $m
        (memory 1 2)
        (table 3 3 funcref)
        (func (export "grow") (result i32) (memory.grow (i32.const 1))))
    (core instance $m (instantiate $m))
    (func (export "grow") (result s32) (canon lift (core func $m "grow"))))"#;

const PAGE: usize = 65_536;

fn limits(t: &mut Transcript, engine: &Engine) -> Result<()> {
    let sized = component(engine, SIZED)?;
    let linker = Linker::new(engine);
    let limited = |limits: StoreLimitsBuilder| {
        let mut store = Store::new(engine, limits.build());
        store.limiter(|limits: &mut StoreLimits| limits);
        store
    };
    let new = StoreLimitsBuilder::new;

    let mut store = limited(new().memory_size(2 * PAGE).table_elements(3).instances(1));
    let instance = linker.instantiate(&mut store, &sized)?;
    let grow = instance.get_typed_func::<(), (i32,)>(&mut store, "grow")?;
    t.same("grows to the limit", grow.call(&mut store, ())?, (1,));
    let second = linker.instantiate(&mut store, &sized).map(drop);
    t.fails("a second instance", second, "instance count too high at 2");

    let none = "count too high at 1";
    for (step, limits, says) in [
        ("no instances", new().instances(0), none),
        ("no memories", new().memories(0), none),
        ("no tables", new().tables(0), none),
        (
            "a smaller memory",
            new().memory_size(PAGE - 1),
            "memory minimum size of 1 pages exceeds memory limits",
        ),
        (
            "a smaller table",
            new().table_elements(2),
            "table minimum size of 3 elements exceeds table limits",
        ),
        (
            "a smaller memory, said loudly",
            new().memory_size(PAGE - 1).trap_on_grow_failure(true),
            "forcing trap when growing memory to 65536 bytes",
        ),
    ] {
        let made = linker.instantiate(limited(limits), &sized).map(drop);
        t.fails(step, made, says);
    }

    // Natively the memory does not grow; a page does not make the instance.
    let mut store = limited(new().memory_size(PAGE));
    let held = match linker.instantiate(&mut store, &sized) {
        Ok(instance) => {
            let grow = instance.get_typed_func::<(), (i32,)>(&mut store, "grow")?;
            grow.call(&mut store, ())? == (-1,)
        }
        Err(error) => error
            .to_string()
            .contains("`Store::limiter`: a memory may grow to 131072 bytes"),
    };
    t.same("a memory that may outgrow the limit", held, true);
    Ok(())
}

/// Three functions deep: a trap, and a host function that fails.
const DEEP: &str = r#"(component
    (import "fail" (func $fail))
    (core func $fail (canon lower (func $fail)))
    (core module $m
        (import "host" "fail" (func $fail))
        (func $inner unreachable)
        (func $middle (call $inner))
        (func $outer (export "trap") (call $middle))
        (func $caller (export "call") (call $fail)))
    (core instance $m (instantiate $m (with "host" (instance (export "fail" (func $fail))))))
    (func (export "trap") (canon lift (core func $m "trap")))
    (func (export "call") (canon lift (core func $m "call"))))"#;

fn backtraces(t: &mut Transcript) -> Result<()> {
    let functions = |name: &str, most: Option<usize>| {
        let mut config = amphi::shared_config();
        config.wasm_backtrace_max_frames(most.and_then(NonZeroUsize::new));
        let engine = Engine::new(&config)?;
        let mut linker = Linker::<()>::new(&engine);
        linker
            .root()
            .func_wrap("fail", |_, ()| -> Result<()> { bail!("it does not work") })?;
        let mut store = Store::new(&engine, ());
        let instance = linker.instantiate(&mut store, &component(&engine, DEEP)?)?;
        let call = instance.get_typed_func::<(), ()>(&mut store, name)?;
        Ok::<_, Error>(call.call(&mut store, ()).map_err(names))
    };
    let all = ["inner", "middle", "outer"].map(str::to_owned).to_vec();
    t.same(
        "a trap",
        functions("trap", Some(20))?,
        Err::<(), _>(Some(&all)),
    );
    let two = &all[..2];
    t.same(
        "two frames",
        functions("trap", Some(2))?,
        Err::<(), _>(Some(two)),
    );
    t.same(
        "no frames",
        functions("trap", None)?,
        Err::<(), _>(None::<()>),
    );
    let caller = ["caller"];
    t.same(
        "an error of the host",
        functions("call", Some(20))?,
        Err::<(), _>(Some(caller)),
    );
    Ok(())
}

/// The names of the functions in an error's backtrace, innermost first.
fn names(error: Error) -> Option<Vec<String>> {
    let backtrace = error.downcast_ref::<WasmBacktrace>()?;
    let frames = backtrace.frames().iter();
    Some(
        frames
            .map(|frame| frame.func_name().unwrap_or("?").to_owned())
            .collect(),
    )
}
