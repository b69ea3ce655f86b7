//! How much a call may take from a guest: the least fuel with which each type comes through, and no
//! more than that.

use std::collections::HashMap;
use std::sync::Arc;

use amphi::component::{
    Component, ComponentNamedList, ComponentType, Instance, InstancePre, Lift, Linker, Resource,
    ResourceAny, ResourceType, Val, WasmList, WasmStr,
};
use amphi::{Engine, Result, Store, ensure, format_err};

use super::component;
use crate::programs::Transcript;

/// A function for each type, which gives memory that is all zeros or all ones; and calls of the
/// host.
const GIVING: &str = r#"
    (component
      (import "host" (type $host (sub resource)))
      (import "give" (func $give (result (own $host))))
      (import "take" (func $take (param "all" (list (own $host)))))
      (import "see" (func $see (param "a" (option u8)) (param "b" string) (param "c" (list (tuple u8 u64)))
        (param "d" (tuple u8 u8)) (param "e" (result u32 (error string)))))
      (import "read" (func $read (param "a" string) (param "b" string) (param "c" string) (param "d" string)
        (param "e" string) (param "f" string) (param "g" string) (param "h" string) (param "i" (option string))))
      (core module $libc (memory (export "memory") 1))
      (core instance $libc (instantiate $libc))
      (alias core export $libc "memory" (core memory $memory))
      (type $r (resource (rep i32)))
      (core func $new (canon resource.new $r))
      (core func $give' (canon lower (func $give)))
      (core func $take' (canon lower (func $take) (memory $memory)))
      (core func $see' (canon lower (func $see) (memory $memory)))
      (core func $read' (canon lower (func $read) (memory $memory)))
      (core module $m
        (import "" "memory" (memory 1))
        (import "" "new" (func $new (param i32) (result i32)))
        (import "" "give" (func $give (result i32)))
        (import "" "take" (func $take (param i32 i32)))
        (import "" "see" (func $see (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
        (import "" "read" (func $read (param i32)))
        ;; Ten values at 64, ten at 4096, two texts at 24, two handles at 48.
        (data (i32.const 0) "\40\00\00\00\0a\00\00\00\00\10\00\00\0a\00\00\00")
        (data (i32.const 16) "\18\00\00\00\02\00\00\00\40\00\00\00\0a\00\00\00\40\00\00\00\0a\00\00\00")
        (data (i32.const 40) "\30\00\00\00\02\00\00\00")
        (func (export "zeros") (result i32) i32.const 0)
        (func (export "ones") (result i32)
          (memory.fill (i32.const 4096) (i32.const 1) (i32.const 400))
          i32.const 8)
        (func (export "texts") (result i32) i32.const 16)
        (func (export "one") (result i32) i32.const 1)
        (func (export "made") (result i32)
          (i32.store (i32.const 48) (call $new (i32.const 1)))
          (i32.store (i32.const 52) (call $new (i32.const 2)))
          i32.const 40)
        (func (export "taken")
          (i32.store (i32.const 48) (call $give))
          (i32.store (i32.const 52) (call $give))
          (call $take (i32.const 48) (i32.const 2)))
        (func (export "seen")
          (call $see (i32.const 1) (i32.const 7) (i32.const 64) (i32.const 10) (i32.const 64) (i32.const 3)
            (i32.const 1) (i32.const 2) (i32.const 1) (i32.const 64) (i32.const 5)))
        ;; The same text for each parameter, and once more behind an option.
        (func (export "read")
          (local $at i32)
          (local.set $at (i32.const 8192))
          (loop $next
            (i64.store (local.get $at) (i64.const 0xa00000040))
            (local.set $at (i32.add (local.get $at) (i32.const 8)))
            (br_if $next (i32.lt_u (local.get $at) (i32.const 8256))))
          (i32.store8 (i32.const 8256) (i32.const 1))
          (i64.store (i32.const 8260) (i64.const 0xa00000040))
          (call $read (i32.const 8192))))
      (core instance $m (instantiate $m (with "" (instance
        (export "memory" (memory $memory)) (export "new" (func $new)) (export "give" (func $give'))
        (export "take" (func $take')) (export "see" (func $see')) (export "read" (func $read'))))))
      (export $out "r" (type $r))
      (type $pair' (record (field "first" u8) (field "second" u64)))
      (export $pair "pair" (type $pair'))
      (type $single' (record (field "only" u8)))
      (export $single "single" (type $single'))
      (type $level' (enum "a-case-with-a-long-name" "b"))
      (export $level "level" (type $level'))
      (type $case' (variant (case "text" string) (case "a-number" u64) (case "nothing")))
      (export $case "case" (type $case'))
      (type $few' (flags "a-flag-with-a-long-name" "b" "cd"))
      (export $few "few" (type $few'))
      (type $many' (flags "f00" "f1" "f2" "f3" "f4" "f5" "f6" "f7" "f008" "f9" "f10" "f11" "f12" "f13" "f14" "f15" "f0016" "f17"))
      (export $many "many" (type $many'))
      (func (export "taken") (canon lift (core func $m "taken")))
      (func (export "seen") (canon lift (core func $m "seen")))
      (func (export "read") (canon lift (core func $m "read")))
"#;

/// The functions: a name, what of the core module it is, and the type of the result.
const GIVEN: [(&str, &str, &str); 36] = [
    ("bools", "ones", "(list bool)"),
    ("u8s", "zeros", "(list u8)"),
    ("s16s", "zeros", "(list s16)"),
    ("u64s", "zeros", "(list u64)"),
    ("f32s", "zeros", "(list f32)"),
    ("chars", "zeros", "(list char)"),
    ("text", "zeros", "string"),
    ("empty-texts", "zeros", "(list string)"),
    ("texts", "texts", "(list string)"),
    ("lists", "texts", "(list (list u8))"),
    ("tuples", "zeros", "(list (tuple u8 u64))"),
    ("tuples-of-texts", "zeros", "(list (tuple string u8 bool))"),
    ("records", "zeros", "(list $pair)"),
    ("no-options", "zeros", "(list (option u8))"),
    ("options", "ones", "(list (option u8))"),
    ("wide-options", "ones", "(list (option u64))"),
    ("options-of-options", "ones", "(list (option (option u8)))"),
    ("options-of-bools", "ones", "(list (option bool))"),
    ("options-of-texts", "zeros", "(list (option string))"),
    ("oks", "zeros", "(list (result u8 (error u16)))"),
    ("errors", "ones", "(list (result u8 (error u16)))"),
    ("results", "zeros", "(list (result))"),
    (
        "results-of-texts",
        "zeros",
        "(list (result string (error u8)))",
    ),
    ("levels", "zeros", "(list $level)"),
    ("low-levels", "ones", "(list $level)"),
    ("cases", "zeros", "(list $case)"),
    ("numbers", "ones", "(list $case)"),
    ("few-flags", "ones", "(list $few)"),
    ("many-flags", "ones", "(list $many)"),
    ("map", "zeros", "(map u8 string)"),
    ("map-of-tuples", "zeros", "(map u8 (tuple u8 u64))"),
    ("flat-level", "one", "$level"),
    ("flat-flags", "one", "$few"),
    ("flat-record", "one", "$single"),
    ("flat-tuple", "one", "(tuple u8)"),
    ("handles", "made", "(list (own $out))"),
];

fn giving() -> String {
    let mut text = GIVING.to_owned();
    for (name, from, ty) in GIVEN {
        text += &format!(
            "(func (export \"{name}\") (result {ty}) (canon lift (core func $m \"{from}\") (memory $memory)))\n"
        );
    }
    text + ")"
}

/// A resource of the host.
struct Thing;

/// Two numbers: a record of the host's own.
#[derive(ComponentType, Lift)]
#[component(record)]
#[component(wasmtime_crate = ::amphi)]
struct Pair {
    #[component(name = "first")]
    _first: u8,
    #[component(name = "second")]
    _second: u64,
}

type Seen = (
    Option<u8>,
    String,
    Vec<(u8, u64)>,
    (u8, u8),
    Result<u32, String>,
);

type Read = (
    String,
    String,
    String,
    String,
    String,
    String,
    String,
    String,
    Option<String>,
);

/// The imports, over static or dynamic values.
fn linker(engine: &Engine, dynamic: bool) -> Result<Linker<()>> {
    let mut linker = Linker::new(engine);
    let mut root = linker.root();
    root.resource("host", ResourceType::host::<Thing>(), |_, _| Ok(()))?;
    root.func_wrap("give", |_, ()| Ok((Resource::<Thing>::new_own(7),)))?;
    if dynamic {
        for name in ["take", "see", "read"] {
            root.func_new(name, |_, _, _, _| Ok(()))?;
        }
        return Ok(linker);
    }
    root.func_wrap("take", |_, (_,): (Vec<Resource<Thing>>,)| Ok(()))?;
    root.func_wrap("see", |_, _: Seen| Ok(()))?;
    root.func_wrap("read", |_, _: Read| Ok(()))?;
    Ok(linker)
}

/// The least fuel with which `call` succeeds.
fn least(
    engine: &Engine,
    pre: &InstancePre<()>,
    call: impl Fn(&mut Store<()>, &Instance) -> Result<()>,
) -> Result<usize> {
    let (mut least, mut enough) = (0, 4096);
    while least < enough {
        let fuel = usize::midpoint(least, enough);
        let mut store = Store::new(engine, ());
        store.set_hostcall_fuel(fuel);
        let it = pre.instantiate(&mut store)?;
        match call(&mut store, &it) {
            Ok(()) => enough = fuel,
            Err(error) => {
                let said = format!("{error:#}");
                ensure!(said.contains("too much data is being copied"), "{said}");
                least = fuel + 1;
            }
        }
    }
    Ok(least)
}

fn dynamic(store: &mut Store<()>, it: &Instance, name: &str, results: usize) -> Result<()> {
    let func = it.get_func(&mut *store, name);
    let func = func.ok_or_else(|| format_err!("there is no `{name}`"))?;
    func.call(store, &[], &mut vec![Val::Bool(false); results])
}

fn typed<R>(store: &mut Store<()>, it: &Instance, name: &str) -> Result<()>
where
    R: ComponentNamedList + Lift + 'static,
{
    let func = it.get_typed_func::<(), R>(&mut *store, name)?;
    func.call(store, ()).map(drop)
}

/// A call with static types.
type Typed = fn(&mut Store<()>, &Instance, &str) -> Result<()>;

const TYPED: [(&str, &str, Typed); 33] = [
    ("bool", "bools", typed::<(Vec<bool>,)>),
    ("u8", "u8s", typed::<(Vec<u8>,)>),
    ("boxed u8", "u8s", typed::<(Box<[u8]>,)>),
    ("lazy u8", "u8s", typed::<(WasmList<u8>,)>),
    ("i16", "s16s", typed::<(Vec<i16>,)>),
    ("u64", "u64s", typed::<(Vec<u64>,)>),
    ("f32", "f32s", typed::<(Vec<f32>,)>),
    ("char", "chars", typed::<(Vec<char>,)>),
    ("text", "text", typed::<(String,)>),
    ("lazy text", "text", typed::<(WasmStr,)>),
    ("texts", "texts", typed::<(Vec<String>,)>),
    ("boxed texts", "texts", typed::<(Vec<Box<str>>,)>),
    ("shared texts", "texts", typed::<(Arc<[Arc<str>]>,)>),
    ("lazy texts", "texts", typed::<(Vec<WasmStr>,)>),
    ("lists", "lists", typed::<(Vec<Vec<u8>>,)>),
    ("lazy lists", "lists", typed::<(Vec<WasmList<u8>>,)>),
    ("tuples", "tuples", typed::<(Vec<(u8, u64)>,)>),
    (
        "tuples of texts",
        "tuples-of-texts",
        typed::<(Vec<(String, u8, bool)>,)>,
    ),
    ("records", "records", typed::<(Vec<Pair>,)>),
    ("no options", "no-options", typed::<(Vec<Option<u8>>,)>),
    ("options", "options", typed::<(Vec<Option<u8>>,)>),
    ("wide options", "wide-options", typed::<(Vec<Option<u64>>,)>),
    (
        "options of options",
        "options-of-options",
        typed::<(Vec<Option<Option<u8>>>,)>,
    ),
    (
        "options of bools",
        "options-of-bools",
        typed::<(Vec<Option<bool>>,)>,
    ),
    (
        "options of texts",
        "options-of-texts",
        typed::<(Vec<Option<String>>,)>,
    ),
    (
        "options of boxed texts",
        "options-of-texts",
        typed::<(Vec<Option<Box<str>>>,)>,
    ),
    ("oks", "oks", typed::<(Vec<Result<u8, u16>>,)>),
    ("results", "results", typed::<(Vec<Result<(), ()>>,)>),
    (
        "results of texts",
        "results-of-texts",
        typed::<(Vec<Result<String, u8>>,)>,
    ),
    ("map", "map", typed::<(HashMap<u8, String>,)>),
    (
        "map of tuples",
        "map-of-tuples",
        typed::<(HashMap<u8, (u8, u64)>,)>,
    ),
    ("handles", "handles", typed::<(Vec<ResourceAny>,)>),
    ("lazy handles", "handles", typed::<(WasmList<ResourceAny>,)>),
];

pub fn run(t: &mut Transcript, _: &Engine, _: &[Component]) -> Result<()> {
    let mut config = amphi::shared_config();
    config.wasm_component_model_map(true);
    let engine = &Engine::new(&config)?;
    let it = component(engine, &giving())?;
    for (how, dynamically) in [("static", false), ("dynamic", true)] {
        let pre = linker(engine, dynamically)?.instantiate_pre(&it)?;
        for name in ["taken", "seen", "read"] {
            let fuel = least(engine, &pre, |store, it| dynamic(store, it, name, 0))?;
            t.saw(&format!("{name} by a {how} function of the host"), fuel);
        }
    }
    let pre = linker(engine, false)?.instantiate_pre(&it)?;
    for (name, ..) in GIVEN {
        let fuel = least(engine, &pre, |store, it| dynamic(store, it, name, 1))?;
        t.saw(&format!("{name} as values"), fuel);
    }
    for (what, name, call) in TYPED {
        let fuel = least(engine, &pre, |store, it| call(store, it, name))?;
        t.saw(&format!("{what} as types"), fuel);
    }
    dear(t, engine)
}

/// What costs the guest little and the host much: a hundred thousand names of 50 kB, a few
/// megabytes of flags.
fn dear(t: &mut Transcript, engine: &Engine) -> Result<()> {
    let long = "b".repeat(50_000);
    let flags: Vec<_> = (0..32).map(|flag| format!("\"f{flag}\"")).collect();
    let text = format!(
        r#"
        (component
          (core module $m
            (memory (export "memory") 400)
            (func (export "list") (param i32) (result i32)
              (i32.store (i32.const 0) (i32.const 1024))
              (i32.store (i32.const 4) (local.get 0))
              (memory.fill (i32.const 1024) (i32.const 255) (i32.const 20000000))
              i32.const 0)
            (func (export "names") (param i32) (result i32)
              (i32.store (i32.const 0) (i32.const 1024))
              (i32.store (i32.const 4) (local.get 0))
              i32.const 0))
          (core instance $m (instantiate $m))
          (alias core export $m "memory" (core memory $memory))
          (type $name' (enum "a{long}" "b"))
          (export $name "a-name" (type $name'))
          (type $flags' (flags {}))
          (export $flags "some-flags" (type $flags'))
          (func (export "names") (param "count" u32) (result (list $name))
            (canon lift (core func $m "names") (memory $memory)))
          (func (export "flags") (param "count" u32) (result (list $flags))
            (canon lift (core func $m "list") (memory $memory))))
        "#,
        flags.join(" ")
    );
    let pre = Linker::new(engine).instantiate_pre(&component(engine, &text)?)?;
    for (name, count) in [("names", 100_000), ("flags", 5_000_000), ("names", 10)] {
        let mut store = Store::new(engine, ());
        let it = pre.instantiate(&mut store)?;
        let func = it.get_func(&mut store, name);
        let func = func.ok_or_else(|| format_err!("there is no `{name}`"))?;
        let mut results = [Val::Bool(false)];
        let called = func.call(&mut store, &[Val::U32(count)], &mut results);
        let step = format!("{count} {name}");
        match called {
            Ok(()) => t.same(&step, "no error", "no error"),
            Err(error) => t.fails::<()>(&step, Err(error), "too much data is being copied"),
        }
    }
    Ok(())
}
