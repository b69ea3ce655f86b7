//! Whether one core type can stand where another is expected.
//!
//! Core spec: import subtyping.

use super::{ExternType, GlobalType, Limits, MemoryType, TableType};
use std::fmt::Display;
use wasmtime_environ::error::{Result, bail};

/// Fails unless something of type `actual` can be given where `expected` is asked for.
pub(crate) fn matches(expected: &ExternType, actual: &ExternType) -> Result<()> {
    match (expected, actual) {
        (ExternType::Func(expected), ExternType::Func(actual)) => match expected == actual {
            true => Ok(()),
            false => {
                bail!("types incompatible: expected type `{expected}`, found type `{actual}`")
            }
        },
        (ExternType::Global(expected), ExternType::Global(actual)) => globals(expected, actual),
        (ExternType::Table(expected), ExternType::Table(actual)) => tables(expected, actual),
        (ExternType::Memory(expected), ExternType::Memory(actual)) => memories(expected, actual),
        (ExternType::Tag(expected), ExternType::Tag(actual)) => match expected == actual {
            true => Ok(()),
            false => bail!("incompatible tag types"),
        },
        (
            ExternType::Func(_)
            | ExternType::Global(_)
            | ExternType::Table(_)
            | ExternType::Memory(_)
            | ExternType::Tag(_),
            actual,
        ) => bail!("expected {} found {}", expected.desc(), actual.desc()),
    }
}

impl ExternType {
    fn desc(&self) -> &'static str {
        match self {
            ExternType::Func(_) => "func",
            ExternType::Global(_) => "global",
            ExternType::Table(_) => "table",
            ExternType::Memory(_) => "memory",
            ExternType::Tag(_) => "tag",
        }
    }
}

fn globals(expected: &GlobalType, actual: &GlobalType) -> Result<()> {
    let words = |ty: &GlobalType| match ty.mutability.is_var() {
        true => "mutable",
        false => "immutable",
    };
    equal("global", &expected.content, &actual.content)?;
    adjectives("global", words(expected), words(actual))
}

fn tables(expected: &TableType, actual: &TableType) -> Result<()> {
    equal("table", &expected.element, &actual.element)?;
    limits("table", expected.limits, actual.limits)
}

fn memories(expected: &MemoryType, actual: &MemoryType) -> Result<()> {
    let words = |ty: &MemoryType| match ty.shared {
        true => "shared",
        false => "non-shared",
    };
    adjectives("memory", words(expected), words(actual))?;
    limits("memory", expected.limits, actual.limits)?;
    if expected.page_size_log2 != actual.page_size_log2 {
        bail!(
            "memory types incompatible: expected a memory with a page size of {}, \
             but received a memory with a page size of {}",
            expected.page_size(),
            actual.page_size()
        );
    }
    Ok(())
}

fn equal<T: PartialEq + Display>(what: &str, expected: &T, actual: &T) -> Result<()> {
    if expected == actual {
        return Ok(());
    }
    bail!(
        "{what} types incompatible: expected {what} of type `{expected}`, found {what} of type `{actual}`"
    )
}

fn adjectives(what: &str, expected: &str, actual: &str) -> Result<()> {
    if expected == actual {
        return Ok(());
    }
    bail!("{what} types incompatible: expected {expected} {what}, found {actual} {what}")
}

fn limits(what: &str, expected: Limits, actual: Limits) -> Result<()> {
    let bits = |limits: Limits| if limits.is_64 { "64-bit" } else { "32-bit" };
    adjectives(what, bits(expected), bits(actual))?;
    let at_most = match (expected.max, actual.max) {
        (Some(expected), Some(actual)) => actual <= expected,
        (Some(_), None) => false,
        (None, _) => true,
    };
    if expected.min <= actual.min && at_most {
        return Ok(());
    }
    let words = |limits: Limits| {
        let max = limits.max.map_or("none".to_owned(), |max| max.to_string());
        format!("min: {}, max: {max}", limits.min)
    };
    bail!(
        "{what} types incompatible: expected {what} limits ({}) doesn't match provided {what} limits ({})",
        words(expected),
        words(actual)
    )
}

#[cfg(test)]
mod tests {
    use super::matches;
    use crate::plan::ModuleShape;
    use amphi_core::features::taken;
    use wasmtime::{Config, Engine, Instance, Module, Store};

    /// What a module can define as `x`, and the same as an import.
    const THINGS: &[(&str, &str)] = &[
        ("(func (export \"x\"))", "(func)"),
        ("(func (export \"x\") (param i32))", "(func (param i32))"),
        (
            "(func (export \"x\") (result i64) unreachable)",
            "(func (result i64))",
        ),
        ("(global (export \"x\") i32 (i32.const 0))", "(global i32)"),
        (
            "(global (export \"x\") (mut i32) (i32.const 0))",
            "(global (mut i32))",
        ),
        ("(global (export \"x\") i64 (i64.const 0))", "(global i64)"),
        (
            "(global (export \"x\") funcref (ref.null func))",
            "(global funcref)",
        ),
        (
            "(global (export \"x\") externref (ref.null extern))",
            "(global externref)",
        ),
        ("(memory (export \"x\") 1)", "(memory 1)"),
        ("(memory (export \"x\") 1 2)", "(memory 1 2)"),
        ("(memory (export \"x\") 2)", "(memory 2)"),
        ("(memory (export \"x\") 2 2)", "(memory 2 2)"),
        ("(memory (export \"x\") i64 1)", "(memory i64 1)"),
        ("(table (export \"x\") 1 funcref)", "(table 1 funcref)"),
        ("(table (export \"x\") 1 4 funcref)", "(table 1 4 funcref)"),
        ("(table (export \"x\") 2 4 funcref)", "(table 2 4 funcref)"),
        ("(table (export \"x\") 1 externref)", "(table 1 externref)"),
        (
            "(table (export \"x\") i64 1 funcref)",
            "(table i64 1 funcref)",
        ),
        ("(tag (export \"x\"))", "(tag)"),
        ("(tag (export \"x\") (param i32))", "(tag (param i32))"),
    ];

    /// Whatever can be given for an import in Wasmtime can be here, and nothing else.
    #[test]
    fn what_matches_is_what_wasmtime_links() {
        let mut config = Config::new();
        config.wasm_features(taken(), true);
        let engine = Engine::new(&config).expect("an engine");
        for (definition, _) in THINGS {
            let given = wat::parse_str(format!("(module {definition})")).expect("a module");
            let shape = ModuleShape::new(&given, taken()).expect("it is valid");
            let mut store = Store::new(&engine, ());
            let module = Module::new(&engine, &given).expect("it compiles");
            let instance = Instance::new(&mut store, &module, &[]).expect("it needs nothing");
            for (_, import) in THINGS {
                let wanted = wat::parse_str(format!("(module (import \"\" \"x\" {import}))"));
                let wanted = wanted.expect("a module");
                let ours = ModuleShape::new(&wanted, taken()).expect("it is valid");
                let ours = matches(&ours.imports[0].2, &shape.exports[0].1);
                let module = Module::new(&engine, &wanted).expect("it compiles");
                let x = instance.get_export(&mut store, "x").expect("exported");
                let theirs = Instance::new(&mut store, &module, &[x]);
                assert_eq!(
                    ours.is_ok(),
                    theirs.is_ok(),
                    "{definition} for {import}: {ours:?}, {:?}",
                    theirs.err()
                );
            }
        }
    }
}
