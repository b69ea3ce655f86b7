//! Core modules that components import and export whole.

use amphi::component::types::ComponentItem;
use amphi::component::{Component, Linker};
use amphi::{Engine, Module, Result, Store, format_err};

use super::component;
use crate::programs::Transcript;

/// Exports a module of its own, beside one that it imports.
const PRESS: &str = r#"
    (component
      (import "paper" (core module $paper (export "size" (func (result i32)))))
      (core module $stamp
        (import "ink" "color" (global i32))
        (import "ink" "mix" (func (param i32 i64) (result f64)))
        (memory (export "memory") 1 4)
        (table (export "table") 2 funcref)
        (global (export "depth") (mut i64) (i64.const 0))
        (func (export "print") (param i32) (result i32)
          (i32.mul (local.get 0) (global.get 0))))
      (export "stamp" (core module $stamp))
      (export "sheet" (core module $paper)))
"#;

/// Instantiates what it imports, with imports of that module's own.
const PRINTER: &str = r#"
    (component
      (import "stamp" (core module $stamp
        (import "ink" "color" (global i32))
        (import "ink" "mix" (func (param i32 i64) (result f64)))
        (export "memory" (memory 1))
        (export "print" (func (param i32) (result i32)))))
      (import "demo:store/modules" (instance $modules
        (export "paper" (core module (export "size" (func (result i32)))))))
      (alias export $modules "paper" (core module $paper))
      (core instance $paper (instantiate $paper))
      (core module $ink
        (global (export "color") i32 (i32.const 3))
        (func (export "mix") (param i32 i64) (result f64) (f64.const 0)))
      (core instance $ink (instantiate $ink))
      (core instance $a (instantiate $stamp (with "ink" (instance $ink))))
      (core instance $b (instantiate $stamp (with "ink" (instance $ink))))
      (core module $both
        (import "paper" "size" (func $size (result i32)))
        (import "a" "print" (func $a (param i32) (result i32)))
        (import "b" "print" (func $b (param i32) (result i32)))
        (func (export "run") (result i32)
          (i32.add (call $a (call $size)) (call $b (i32.const 1)))))
      (core instance $both (instantiate $both
        (with "paper" (instance $paper))
        (with "a" (instance $a))
        (with "b" (instance $b))))
      (func (export "run") (result u32) (canon lift (core func $both "run"))))
"#;

fn module(engine: &Engine, wat: &str) -> Result<Module> {
    Module::new(engine, wat::parse_str(wat)?)
}

/// The modules that fit where `PRINTER` expects a stamp, or do not.
const STAMPS: [(&str, &str); 6] = [
    ("no export", r#"(module (memory (export "memory") 1))"#),
    (
        "another function",
        r#"(module (memory (export "memory") 1) (func (export "print") (param i64)))"#,
    ),
    (
        "another kind",
        r#"(module (memory (export "memory") 1) (global (export "print") i32 (i32.const 0)))"#,
    ),
    (
        "too small",
        r#"(module (memory (export "memory") 0) (func (export "print") (param i32) (result i32) unreachable))"#,
    ),
    (
        "an import that is not given",
        r#"(module (import "ink" "smell" (func)) (memory (export "memory") 1) (func (export "print") (param i32) (result i32) unreachable))"#,
    ),
    (
        "an import of another type",
        r#"(module (import "ink" "color" (global (mut i32))) (memory (export "memory") 1) (func (export "print") (param i32) (result i32) unreachable))"#,
    ),
];

fn printer_linker(engine: &Engine, stamp: &Module, paper: &Module) -> Result<Linker<()>> {
    let mut linker = Linker::new(engine);
    linker.root().module("stamp", stamp)?;
    linker
        .instance("demo:store/modules")?
        .module("paper", paper)?;
    Ok(linker)
}

pub fn run(t: &mut Transcript, engine: &Engine, _: &[Component]) -> Result<()> {
    let paper = module(
        engine,
        r#"(module $a4 (func (export "size") (result i32) i32.const 13))"#,
    )?;
    t.same("its name", paper.name(), Some("a4"));
    let press = component(engine, PRESS)?;
    let mut linker: Linker<()> = Linker::new(engine);
    let without = linker.instantiate_pre(&press).map(drop);
    t.fails(
        "nothing to print on",
        without,
        "component imports core module `paper`",
    );
    linker.root().module("paper", &paper)?;
    let mut store = Store::new(engine, ());
    let press_instance = linker.instantiate(&mut store, &press)?;
    let stamp = press_instance.get_module(&mut store, "stamp");
    let stamp = stamp.ok_or_else(|| format_err!("there is no `stamp`"))?;
    let sheet = press_instance.get_module(&mut store, "sheet");
    let sheet = sheet.ok_or_else(|| format_err!("there is no `sheet`"))?;
    t.same("the sheet is the paper", sheet.name(), Some("a4"));
    t.same(
        "no such module",
        press_instance.get_module(&mut store, "ink").is_some(),
        false,
    );
    reflect(t, &stamp);
    declared(t, engine, &press)?;

    let printer = component(engine, PRINTER)?;
    let linker = printer_linker(engine, &stamp, &sheet)?;
    let instance = linker.instantiate(&mut store, &printer)?;
    let run = instance.get_typed_func::<(), (u32,)>(&mut store, "run")?;
    t.same("run", run.call(&mut store, ())?, (13 * 3 + 3,));
    for (name, text) in STAMPS {
        let stamp = module(engine, text)?;
        let error = printer_linker(engine, &stamp, &paper)?.instantiate_pre(&printer);
        let error = error.err().map(|error| format!("{error:#}"));
        t.saw(name, error);
    }
    let function = with_a_function(engine, &paper)?.instantiate_pre(&printer);
    t.saw(
        "a function",
        function.err().map(|error| format!("{error:#}")),
    );
    let broken = Module::validate(engine, &wat::parse_str("(module (func (result i32)))")?);
    t.fails("a body that is not valid", broken, "type mismatch");
    Ok(())
}

fn with_a_function(engine: &Engine, paper: &Module) -> Result<Linker<()>> {
    let mut linker = Linker::new(engine);
    linker.root().func_wrap("stamp", |_, ()| Ok(()))?;
    linker
        .instance("demo:store/modules")?
        .module("paper", paper)?;
    Ok(linker)
}

/// What a module says of itself.
fn reflect(t: &mut Transcript, stamp: &Module) {
    for import in stamp.imports() {
        let name = format!("import {} {}", import.module(), import.name());
        let ty = import.ty();
        match (ty.func(), ty.global()) {
            (Some(func), _) => {
                let words = |types: Vec<amphi::ValType>| {
                    types.iter().map(ToString::to_string).collect::<Vec<_>>()
                };
                t.saw(
                    &name,
                    (
                        words(func.params().collect()),
                        words(func.results().collect()),
                    ),
                );
            }
            (_, Some(global)) => {
                t.saw(
                    &name,
                    (global.content().to_string(), global.mutability().is_var()),
                );
            }
            _ => t.saw(&name, "something else"),
        }
    }
    let mut exports: Vec<_> = stamp
        .exports()
        .map(|export| export.name().to_owned())
        .collect();
    exports.sort();
    t.same("exports", exports, ["depth", "memory", "print", "table"]);
    let memory = stamp.get_export("memory");
    let memory = memory.as_ref().and_then(|ty| ty.memory());
    let limits = memory.map(|memory| (memory.minimum(), memory.maximum(), memory.is_64()));
    t.same("memory", limits, Some((1, Some(4), false)));
    let table = stamp.get_export("table");
    let table = table.as_ref().and_then(|ty| ty.table());
    let table = table.map(|table| {
        let element = table.element();
        (
            table.minimum(),
            table.maximum(),
            element.is_nullable(),
            element.to_string(),
        )
    });
    t.saw("table", table);
}

/// What a component says of the modules that it imports and exports.
fn declared(t: &mut Transcript, engine: &Engine, press: &Component) -> Result<()> {
    let ty = press.component_type();
    for (name, item) in ty.exports(engine).chain(ty.imports(engine)) {
        let ComponentItem::Module(module) = item.ty else {
            continue;
        };
        let imports: Vec<_> = module
            .imports(engine)
            .map(|((module, name), _)| (module, name))
            .collect();
        let exports: Vec<_> = module.exports(engine).map(|(name, _)| name).collect();
        t.saw(name, (imports, exports));
    }
    let (item, index) = press
        .get_export(None, "stamp")
        .ok_or_else(|| format_err!("there is no `stamp`"))?;
    t.same("by index", matches!(item, ComponentItem::Module(_)), true);
    let mut linker: Linker<()> = Linker::new(engine);
    linker.root().module(
        "paper",
        &module(
            engine,
            r#"(module (func (export "size") (result i32) unreachable))"#,
        )?,
    )?;
    let mut store = Store::new(engine, ());
    let instance = linker.instantiate(&mut store, press)?;
    t.same(
        "found by index",
        instance.get_module(&mut store, index).is_some(),
        true,
    );
    Ok(())
}
