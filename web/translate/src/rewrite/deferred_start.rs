//! A module whose start function is exported rather than run while the module is instantiated, so
//! that it can be run where it may wait.
//!
//! A browser runs start functions below a frame of its own, and a stack with such a frame on it
//! cannot be suspended.

use std::ops::Range;
use wasm_encoder::{Encode as _, Module, RawSection, SectionId};
use wasmtime_environ::error::Result;
use wasmtime_environ::wasmparser::{ExportSectionReader, Parser, Payload};

const EXPORT: u8 = SectionId::Export as u8;
const START: u8 = SectionId::Start as u8;
/// What an export of a function says that it is.
const FUNCTION: u8 = 0;

/// A module without a start section.
#[derive(Debug)]
pub struct DeferredStart {
    /// The module. It exports what the original does, and its start function.
    pub wasm: Vec<u8>,
    /// The name under which it exports that; no other export has it.
    pub export: String,
}

/// Takes the start section out of a valid module; `None` if it has none.
///
/// # Errors
///
/// The bytes are not a module.
pub fn deferred_start(wasm: &[u8]) -> Result<Option<DeferredStart>> {
    let mut sections = Vec::new();
    let mut exports = Exports::default();
    let mut start = None;
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        match &payload {
            Payload::ExportSection(section) => exports = Exports::read(section)?,
            Payload::StartSection { func, .. } => start = Some(*func),
            _ => {}
        }
        sections.extend(payload.as_section());
    }
    let Some(start) = start else {
        return Ok(None);
    };
    let export = exports.free_name();
    let exported = exports.with(wasm, &export, start);
    let mut module = Module::new();
    for (id, range) in sections {
        let data = match id {
            EXPORT => continue,
            // Exports stand before it, if there are any.
            START => &exported,
            _ => &wasm[range],
        };
        let id = if id == START { EXPORT } else { id };
        module.section(&RawSection { id, data });
    }
    let wasm = module.finish();
    Ok(Some(DeferredStart { wasm, export }))
}

/// The exports of a module.
#[derive(Default)]
struct Exports<'a> {
    names: Vec<&'a str>,
    /// Where they are, behind their count.
    items: Range<usize>,
}

impl<'a> Exports<'a> {
    fn read(section: &ExportSectionReader<'a>) -> Result<Exports<'a>> {
        let mut names = Vec::new();
        for export in section.clone() {
            names.push(export?.name);
        }
        let items = section.original_position()..section.range().end;
        Ok(Exports { names, items })
    }

    /// A name that no export has.
    fn free_name(&self) -> String {
        let mut name = "start".to_owned();
        while self.names.contains(&name.as_str()) {
            name.insert(0, '_');
        }
        name
    }

    /// The contents of an export section with one function more.
    fn with(&self, wasm: &[u8], name: &str, function: u32) -> Vec<u8> {
        let mut data = Vec::new();
        (self.names.len() + 1).encode(&mut data);
        data.extend_from_slice(&wasm[self.items.clone()]);
        name.encode(&mut data);
        data.push(FUNCTION);
        function.encode(&mut data);
        data
    }
}

#[cfg(test)]
mod tests {
    use super::deferred_start;
    use wasmtime::{Engine, Instance, Module, Store};

    fn wasm(text: &str) -> Vec<u8> {
        wat::parse_str(text).expect("the text is a module")
    }

    /// The value of the global `g` after instantiation, and after the start function.
    fn values(text: &str) -> (String, i32, i32) {
        let deferred = deferred_start(&wasm(text))
            .expect("the module can be read")
            .expect("it has a start function");
        let engine = Engine::default();
        let module = Module::new(&engine, &deferred.wasm).expect("the result is valid");
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[]).expect("nothing fails");
        let global = instance
            .get_global(&mut store, "g")
            .expect("`g` is exported");
        let before = global.get(&mut store).unwrap_i32();
        instance
            .get_typed_func::<(), ()>(&mut store, &deferred.export)
            .and_then(|start| start.call(&mut store, ()))
            .expect("the start function is exported");
        let after = global.get(&mut store).unwrap_i32();
        (deferred.export, before, after)
    }

    #[test]
    fn the_start_function_is_exported_and_not_run() {
        let text = r#"(module
            (global $g (export "g") (mut i32) (i32.const 1))
            (table (export "t") 1 funcref)
            (elem (i32.const 0) $f)
            (func $f (global.set $g (i32.const 2)))
            (start $f)
            (memory 1)
            (data (i32.const 0) "data"))"#;
        assert_eq!(values(text), ("start".to_owned(), 1, 2));
    }

    #[test]
    fn its_name_is_free() {
        let text = r#"(module
            (global $g (export "g") (mut i32) (i32.const 1))
            (func (export "start"))
            (func (export "_start"))
            (func $f (global.set $g (i32.const 2)))
            (start $f))"#;
        assert_eq!(values(text), ("__start".to_owned(), 1, 2));
    }

    #[test]
    fn a_module_that_exports_nothing_exports_it() {
        let deferred = deferred_start(&wasm(r#"(module (import "a" "b" (func $f)) (start $f))"#))
            .expect("the module can be read")
            .expect("it has a start function");
        let module = Module::new(&Engine::default(), &deferred.wasm).expect("the result is valid");
        let names: Vec<_> = module.exports().map(|export| export.name()).collect();
        assert_eq!(names, ["start"]);
    }

    #[test]
    fn a_module_without_one_stays() {
        let none = deferred_start(&wasm("(module (func))")).expect("the module can be read");
        assert!(none.is_none());
    }
}
