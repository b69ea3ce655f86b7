//! Modules run before and after on an engine that allows one memory only after: the answers, traps
//! and memories are the same.

use super::single_memory;
use crate::rewrite::SingleMemory;
use std::collections::HashMap;
use std::fmt::Write as _;
use wasmtime::{
    Caller, Config, Engine, Extern, ExternType, Func, FuncType, Instance, Memory, MemoryType,
    Module, OptLevel, Store, Val, ValType,
};
use wasmtime_environ::component::{ComponentTypesBuilder, Translator};
use wasmtime_environ::wasmparser::{Validator, WasmFeatures};
use wasmtime_environ::{ScopeVec, Tunables};

/// Every load and store: the instruction, and the type of its value.
const SCALARS: &[(&str, &str)] = &[
    ("i32.load", "i32"),
    ("i32.load8_s", "i32"),
    ("i32.load8_u", "i32"),
    ("i32.load16_s", "i32"),
    ("i32.load16_u", "i32"),
    ("i64.load", "i64"),
    ("i64.load8_s", "i64"),
    ("i64.load8_u", "i64"),
    ("i64.load16_s", "i64"),
    ("i64.load16_u", "i64"),
    ("i64.load32_s", "i64"),
    ("i64.load32_u", "i64"),
    ("f32.load", "f32"),
    ("f64.load", "f64"),
    ("i32.store", "i32"),
    ("i32.store8", "i32"),
    ("i32.store16", "i32"),
    ("i64.store", "i64"),
    ("i64.store8", "i64"),
    ("i64.store16", "i64"),
    ("i64.store32", "i64"),
    ("f32.store", "f32"),
    ("f64.store", "f64"),
];

const VECTORS: &[&str] = &[
    "v128.load",
    "v128.load8x8_s",
    "v128.load8x8_u",
    "v128.load16x4_s",
    "v128.load16x4_u",
    "v128.load32x2_s",
    "v128.load32x2_u",
    "v128.load8_splat",
    "v128.load16_splat",
    "v128.load32_splat",
    "v128.load64_splat",
    "v128.load32_zero",
    "v128.load64_zero",
    "v128.store",
];

const LANES: &[&str] = &[
    "v128.load8_lane",
    "v128.load16_lane",
    "v128.load32_lane",
    "v128.load64_lane",
    "v128.store8_lane",
    "v128.store16_lane",
    "v128.store32_lane",
    "v128.store64_lane",
];

/// Addresses inside, at the edge of and outside of a memory of one page.
const ADDRESSES: &[u32] = &[0, 3, 65_519, 65_528, 65_535, 65_536, 0x8000_0000, u32::MAX];

/// Two memories, imported, and functions with them.
fn two_memories(functions: &str) -> Vec<u8> {
    let text = format!(
        r#"(module (import "m" "first" (memory $first 1)) (import "m" "second" (memory $second 1)) {functions})"#
    );
    wat::parse_str(text).expect("the text is a module")
}

/// What a module is run on.
struct Host {
    store: Store<()>,
    memories: Vec<Memory>,
    instance: Instance,
}

impl Host {
    /// Runs a module as it is, with several memories; `alike` binds one memory to every import.
    fn before(wasm: &[u8], alike: bool) -> Host {
        let engine = engine(true);
        let module = Module::new(&engine, wasm).expect("the original compiles");
        let mut store = Store::new(&engine, ());
        let given = imports(&mut store, &module, alike);
        let imports: Vec<Extern> = module
            .imports()
            .map(|import| given.by_name[import.name()].clone())
            .collect();
        let instance = Instance::new(&mut store, &module, &imports).expect("it runs");
        Host {
            store,
            memories: given.memories,
            instance,
        }
    }

    /// Runs what a module is rewritten to, where a second memory is refused.
    fn after(wasm: &[u8], alike: bool) -> Host {
        let rewritten = rewrite(wasm);
        let engine = engine(false);
        let original = Module::new(&self::engine(true), wasm).expect("the original compiles");
        let module = Module::new(&engine, &rewritten.wasm).expect("one memory is left");
        let mut store = Store::new(&engine, ());
        let given = imports(&mut store, &original, alike);
        let positions: Vec<_> = original.imports().map(|import| import.name()).collect();
        let mut accessors = HashMap::new();
        for accessor in &rewritten.accessors {
            let module = Module::new(&engine, &accessor.wasm).expect("an accessor compiles");
            let memory = given.by_name[positions[accessor.import]].clone();
            let instance = Instance::new(&mut store, &module, &[memory]).expect("it runs");
            accessors.insert(accessor.module.as_str(), instance);
        }
        let imports: Vec<Extern> = module
            .imports()
            .map(|import| match accessors.get(import.module()) {
                Some(accessor) => accessor
                    .get_export(&mut store, import.name())
                    .expect("an accessor has what is asked of it"),
                None => given.by_name[import.name()].clone(),
            })
            .collect();
        let instance = Instance::new(&mut store, &module, &imports).expect("it runs");
        Host {
            store,
            memories: given.memories,
            instance,
        }
    }

    /// Calls a function and tells what came of it.
    fn call(&mut self, name: &str, args: &[Val]) -> String {
        let function = self
            .instance
            .get_func(&mut self.store, name)
            .unwrap_or_else(|| panic!("`{name}` is exported"));
        let mut results = vec![Val::I32(0); function.ty(&self.store).results().len()];
        match function.call(&mut self.store, args, &mut results) {
            Ok(()) => format!("{results:?}"),
            Err(error) => format!("{:?}", error.downcast_ref::<wasmtime::Trap>()),
        }
    }

    /// What the memories hold.
    fn contents(&self) -> Vec<Vec<u8>> {
        let data = |memory: &Memory| memory.data(&self.store).to_vec();
        self.memories.iter().map(data).collect()
    }
}

/// What the imports of a module are bound to.
struct Given {
    memories: Vec<Memory>,
    by_name: HashMap<String, Extern>,
}

/// Memories of a page, each with bytes of its own, and functions that do nothing.
fn imports(store: &mut Store<()>, module: &Module, alike: bool) -> Given {
    let mut given = Given {
        memories: Vec::new(),
        by_name: HashMap::new(),
    };
    for import in module.imports() {
        let item = match import.ty() {
            ExternType::Memory(_) => {
                let memory = match given.memories.first() {
                    Some(first) if alike => *first,
                    _ => Memory::new(&mut *store, MemoryType::new(1, Some(3)))
                        .expect("a page can be had"),
                };
                let seed = given.memories.len() as u32 + 1;
                for (index, byte) in (0_u32..).zip(memory.data_mut(&mut *store)) {
                    *byte = (index.wrapping_mul(seed).wrapping_mul(0x9e37_79b1) >> 24) as u8;
                }
                given.memories.push(memory);
                Extern::from(memory)
            }
            ExternType::Func(ty) => {
                let results: Vec<_> = ty.results().collect();
                let answer = move |_: Caller<'_, ()>, _: &[Val], out: &mut [Val]| {
                    for (slot, ty) in out.iter_mut().zip(&results) {
                        *slot = value(ty);
                    }
                    Ok(())
                };
                let ty = FuncType::new(store.engine(), ty.params(), ty.results());
                Extern::from(Func::new(&mut *store, ty, answer))
            }
            other => panic!("an import that no test has: {other:?}"),
        };
        given.by_name.insert(import.name().to_owned(), item);
    }
    given
}

fn engine(several_memories: bool) -> Engine {
    let mut config = Config::new();
    config
        .wasm_multi_memory(several_memories)
        .cranelift_opt_level(OptLevel::None);
    Engine::new(&config).expect("the machine is known")
}

fn rewrite(wasm: &[u8]) -> SingleMemory {
    single_memory(wasm)
        .expect("it can be rewritten")
        .expect("it has several memories")
}

/// A value with bits worth comparing.
fn value(ty: &ValType) -> Val {
    match ty {
        ValType::I32 => Val::I32(0x8182_8384_u32.cast_signed()),
        ValType::I64 => Val::I64(0x8182_8384_8586_8788_u64.cast_signed()),
        ValType::F32 => Val::F32(0x7f82_8384),
        ValType::F64 => Val::F64(0x7ff2_8384_8586_8788),
        ValType::V128 => Val::V128(0x8182_8384_8586_8788_898a_8b8c_8d8e_8f90_u128.into()),
        ValType::Ref(_) => panic!("no test passes references"),
    }
}

/// Calls each of `names` at every address before and after, and compares.
fn same_at_every_address(wasm: &[u8], names: &[String]) {
    let (mut before, mut after) = (Host::before(wasm, false), Host::after(wasm, false));
    for name in names {
        let function = before.instance.get_func(&mut before.store, name);
        let ty = function.expect("it is exported").ty(&before.store);
        for address in ADDRESSES {
            let mut args: Vec<Val> = ty.params().map(|ty| value(&ty)).collect();
            args[0] = Val::I32(address.cast_signed());
            assert_eq!(
                before.call(name, &args),
                after.call(name, &args),
                "`{name}` at {address}"
            );
        }
        assert!(before.contents() == after.contents(), "after `{name}`");
    }
}

/// Functions that execute `instruction` on each memory, at several offsets.
fn uses(text: &mut String, instruction: &str, ty: &str, lane: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (memory, offsets) in [("$first", &[5][..]), ("$second", &[0, 65_530, u32::MAX])] {
        for offset in offsets {
            let name = format!("{instruction} {memory} {offset}");
            let (param, value) = match instruction.contains("store") || !lane.is_empty() {
                true => (format!("(param {ty})"), "local.get 1"),
                false => (String::new(), ""),
            };
            let result = match instruction.contains("load") {
                true => format!("(result {ty})"),
                false => String::new(),
            };
            write!(
                text,
                "(func (export {name:?}) (param i32) {param} {result} \
                 local.get 0 {value} {instruction} {memory} offset={offset} align=1 {lane})"
            )
            .expect("a string takes text");
            names.push(name);
        }
    }
    names
}

#[test]
fn scalars_are_loaded_and_stored_alike() {
    let mut text = String::new();
    let uses = |(instruction, ty): &(&str, &str)| uses(&mut text, instruction, ty, "");
    let names: Vec<String> = SCALARS.iter().flat_map(uses).collect();
    same_at_every_address(&two_memories(&text), &names);
}

#[test]
fn vectors_and_lanes_are_loaded_and_stored_alike() {
    let mut text = String::new();
    let mut names = Vec::new();
    for instruction in VECTORS {
        names.extend(uses(&mut text, instruction, "v128", ""));
    }
    for instruction in LANES {
        names.extend(uses(&mut text, instruction, "v128", "1"));
    }
    same_at_every_address(&two_memories(&text), &names);
}

#[test]
fn memories_grow_and_are_filled_alike() {
    let wasm = two_memories(
        r#"(func (export "size") (result i32) memory.size $second)
        (func (export "grow") (param i32) (result i32) local.get 0 memory.grow $second)
        (func (export "fill") (param i32 i32 i32)
            local.get 0 local.get 1 local.get 2 memory.fill $second)"#,
    );
    let (mut before, mut after) = (Host::before(&wasm, false), Host::after(&wasm, false));
    for (name, args) in [
        ("size", vec![]),
        ("fill", vec![65_000, 7, 600]),
        ("grow", vec![1]),
        ("size", vec![]),
        ("fill", vec![65_000, 7, 600]),
        ("grow", vec![2]),
    ] {
        let args: Vec<Val> = args.into_iter().map(Val::I32).collect();
        assert_eq!(before.call(name, &args), after.call(name, &args), "{name}");
        assert!(before.contents() == after.contents(), "after `{name}`");
    }
}

#[test]
fn copies_between_memories_are_alike() {
    let mut text = String::from(r#"(import "m" "third" (memory $third 1))"#);
    let mut names = Vec::new();
    for dst in ["$first", "$second", "$third"] {
        for src in ["$first", "$second", "$third"] {
            let name = format!("{src} to {dst}");
            write!(
                text,
                "(func (export {name:?}) (param i32 i32 i32) \
                 local.get 0 local.get 1 local.get 2 memory.copy {dst} {src})"
            )
            .expect("a string takes text");
            names.push(name);
        }
    }
    let wasm = two_memories(&text);
    // As memories of their own, and as one memory under three names, where ranges overlap.
    for alike in [false, true] {
        let (mut before, mut after) = (Host::before(&wasm, alike), Host::after(&wasm, alike));
        for name in &names {
            for [dst, src, len] in [
                [0, 0, 0],
                [100, 90, 31],
                [90, 100, 31],
                [7, 7, 64],
                [65_536, 0, 0],
                [0, 65_537, 0],
                [65_530, 0, 7],
                [0, 65_530, 7],
                [0, -1, 9],
                [40_000, 30_001, 25_535],
            ] {
                let args = [dst, src, len].map(Val::I32);
                let (here, there) = (before.call(name, &args), after.call(name, &args));
                assert_eq!(here, there, "{name}: {dst}, {src}, {len}");
                assert!(before.contents() == after.contents(), "after `{name}`");
            }
        }
    }
}

#[test]
fn functions_keep_their_meaning_under_new_numbers() {
    let wasm = two_memories(
        r#"(import "f" "outside" (func $outside (result i32)))
        (table $table 4 funcref)
        (global $global funcref (ref.func $second))
        (global $runs (mut i32) (i32.const 0))
        (elem (table $table) (i32.const 0) func $first $second)
        (elem (table $table) (i32.const 2) funcref (ref.func $outside) (item ref.func $second))
        (elem declare func $first)
        (data (i32.const 8) "\2a")
        (start $start)
        (func $start global.get $runs i32.const 1 i32.add global.set $runs)
        (func $first (result i32) i32.const 8 i32.load8_u $first)
        (func $second (result i32) i32.const 4 i32.load $second)
        (func (export "direct") (result i32) call $outside call $first i32.add call $second i32.add)
        (func (export "last") (result i32) return_call $second)
        (func (export "indirect") (param i32) (result i32) local.get 0 call_indirect (result i32))
        (func (export "reference") (result i32)
            i32.const 0 ref.func $first table.set i32.const 0 call_indirect (result i32))
        (func (export "global") (result i32)
            i32.const 0 global.get $global table.set i32.const 0 call_indirect (result i32))
        (func (export "runs") (result i32) global.get $runs)
        (export "outside" (func $outside))"#,
    );
    let (mut before, mut after) = (Host::before(&wasm, false), Host::after(&wasm, false));
    for name in ["direct", "last", "reference", "global", "runs", "outside"] {
        let here = before.call(name, &[]);
        assert_eq!(here, after.call(name, &[]), "{name}");
        assert!(here.starts_with("[I32"), "{name}: {here}");
    }
    for index in 0..5 {
        let args = [Val::I32(index)];
        assert_eq!(
            before.call("indirect", &args),
            after.call("indirect", &args)
        );
    }
}

#[test]
fn one_memory_is_left_alone() {
    let wasm = wat::parse_str("(module (memory 1) (func i32.const 0 i32.load drop))");
    let rewritten = single_memory(&wasm.expect("it is a module")).expect("it can be read");
    assert!(rewritten.is_none());
}

#[test]
fn a_memory_that_nothing_uses_is_not_asked_for() {
    let wasm = two_memories(r#"(func (export "f") (result i32) i32.const 0 i32.load $first)"#);
    let rewritten = rewrite(&wasm);
    assert!(rewritten.accessors.is_empty());
    let (mut before, mut after) = (Host::before(&wasm, false), Host::after(&wasm, false));
    assert_eq!(before.call("f", &[]), after.call("f", &[]));
}

#[test]
fn what_is_in_the_way_is_named() {
    for (text, expected) in [
        ("(memory 1)", "a second memory that the module defines"),
        (r#"(export "m" (memory $second))"#, "the export of a memory"),
        (
            r#"(data (memory $second) (i32.const 0) "x")"#,
            "a data segment",
        ),
        (
            r#"(data $d "x") (func i32.const 0 i32.const 0 i32.const 1 memory.init $second $d)"#,
            "`memory.init`",
        ),
        (
            "(func i32.const 0 i32.atomic.load $second drop)",
            "an atomic instruction",
        ),
        (r#"(import "m" "s" (memory 1 1 shared))"#, "a shared memory"),
        (r#"(import "m" "l" (memory i64 1))"#, "a 64-bit memory"),
    ] {
        let error = single_memory(&two_memories(text)).expect_err("it is refused");
        let error = error.to_string();
        assert!(error.contains(expected), "expected `{expected}` in {error}");
    }
}

const COMPOSITION: &str = include_str!("composition.wat");

#[test]
fn adapters_of_a_composition_are_left_with_one_memory() {
    let bytes = wat::parse_str(COMPOSITION).expect("the text is a component");
    let scope = ScopeVec::new();
    let tunables = Tunables {
        concurrency_support: false,
        ..Tunables::default_u32()
    };
    let features = WasmFeatures::WASM2 | WasmFeatures::COMPONENT_MODEL;
    let mut validator = Validator::new_with_features(features | WasmFeatures::MULTI_MEMORY);
    let mut types = ComponentTypesBuilder::new(&validator);
    let (_, modules) = Translator::new(&tunables, &mut validator, &mut types, &scope)
        .translate(&bytes)
        .expect("the component is valid");
    let mut adapters = 0_u32;
    for module in modules.values() {
        let Some(rewritten) = single_memory(module.wasm).expect("it can be rewritten") else {
            continue;
        };
        adapters += 1;
        assert_eq!(rewritten.accessors.len(), 1);
        let of_the_accessor = rewritten.accessors.iter().map(|accessor| &accessor.wasm);
        for wasm in of_the_accessor.chain([&rewritten.wasm]) {
            Validator::new_with_features(features)
                .validate_all(wasm)
                .expect("one memory is left");
        }
    }
    assert!(
        adapters > 0,
        "the composition has adapters between memories"
    );
}
