//! What the adapters between the components of a composition cannot take, and which of their calls they do not announce.
//!
//! The translator fills an adapter's function with the code for so many fields and cases, and leaves what is more to another function. A
//! type that has more by itself is left to its own function, again from within that, so that each call would exhaust the stack.

use super::read::{Modules, signature, translated};
use super::{Signature, screen};
use std::collections::BTreeSet;
use wasmtime_environ::error::{Result, bail};
use wasmtime_environ::wasmparser::{
    self, ComponentDefinedType, ComponentType, ComponentTypeDeclaration, FunctionBody,
    InstanceTypeDeclaration, Operator, Parser, Payload, TypeRef, WasmFeatures,
};
use wasmtime_environ::{EntityType, ModuleTranslation, ModuleTypes};

/// The most fields, cases, names or elements of a type that an adapter takes.
pub const MOST: usize = 1000;

/// Refuses a component of which each call of some function between the components inside it would exhaust the stack. For hosts that have an
/// engine of their own: a [`Plan`](super::Plan) is never made of such a component.
///
/// # Errors
///
/// A type passes from one component to another that has more fields, cases, names or elements than an adapter takes. What is wrong
/// otherwise is the engine's to say.
pub fn check_adapters(bytes: &[u8]) -> Result<()> {
    if !has_wide_type(bytes) {
        return Ok(());
    }
    let features = super::features()
        | WasmFeatures::CM_ASYNC
        | WasmFeatures::CM_ERROR_CONTEXT
        | WasmFeatures::CM_MAP
        | WasmFeatures::CM_FIXED_LENGTH_LISTS;
    if screen::check(bytes, features).is_err() {
        return Ok(());
    }
    let found = translated(bytes, features, true, |_, modules, _| {
        Ok(check(bytes, &modules))
    });
    found.unwrap_or(Ok(()))
}

/// Refuses a translation whose adapters call themselves without end. `modules` are the component's own, and then the adapters'.
pub fn check(bytes: &[u8], modules: &Modules<'_>) -> Result<()> {
    let own = screen::modules(bytes).len();
    let mut adapters = modules.values().skip(own);
    if !adapters.any(|module| calls_itself(module.wasm).unwrap_or(false)) {
        return Ok(());
    }
    let what = screen::wide(bytes).unwrap_or_else(|| "a type of more".to_owned());
    bail!(
        "expected types of at most {MOST} parts between the components of a composition, found {what}"
    );
}

/// The imports of an adapter module that are calls of a component behind another, but for those that its functions announce to the host since
/// handles are lent.
pub fn counted(
    module: &ModuleTranslation<'_>,
    types: &ModuleTypes,
) -> Result<Vec<(usize, Signature)>> {
    let mut functions = Vec::new();
    let mut announce = None;
    for (place, (from, name, ty)) in module.module.imports().enumerate() {
        let EntityType::Function(index) = ty else {
            continue;
        };
        if (from, name) == ("async", "enter-sync-call") {
            announce = Some(functions.len() as u32);
        }
        let is_callee = from == "callee";
        functions.push(is_callee.then_some((place, index.unwrap_module_type_index())));
    }
    let announced = announced(module.wasm, announce)?;
    let counted = functions.into_iter().enumerate();
    counted
        .filter(|(function, _)| !announced.contains(&(*function as u32)))
        .filter_map(|(_, callee)| callee)
        .map(|(place, ty)| Ok((place, signature(types[ty].unwrap_func())?)))
        .collect()
}

/// What is called by functions of a core module that call `announce`.
fn announced(wasm: &[u8], announce: Option<u32>) -> Result<BTreeSet<u32>> {
    let mut announced = BTreeSet::new();
    let Some(announce) = announce else {
        return Ok(announced);
    };
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::CodeSectionEntry(body) = payload? {
            let called = calls(&body)?;
            if called.contains(&announce) {
                announced.extend(called);
            }
        }
    }
    Ok(announced)
}

/// The functions that a function calls.
fn calls(body: &FunctionBody<'_>) -> wasmparser::Result<BTreeSet<u32>> {
    let mut called = BTreeSet::new();
    for operator in body.get_operators_reader()? {
        if let Operator::Call { function_index } = operator? {
            called.insert(function_index);
        }
    }
    Ok(called)
}

/// Whether a function of a core module calls itself.
fn calls_itself(wasm: &[u8]) -> wasmparser::Result<bool> {
    let mut function = 0;
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    function += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => {
                if calls(&body)?.contains(&function) {
                    return Ok(true);
                }
                function += 1;
            }
            _ => {}
        }
    }
    Ok(false)
}

/// Whether a component has components inside it, and a type that no adapter takes.
fn has_wide_type(bytes: &[u8]) -> bool {
    let (mut composed, mut wide) = (false, false);
    for payload in Parser::new(0).parse_all(bytes) {
        match payload {
            Ok(Payload::ComponentSection { .. }) => composed = true,
            Ok(Payload::ComponentTypeSection(section)) => {
                for ty in section {
                    wide |= ty.is_ok_and(|ty| is_wide(&ty));
                }
            }
            Ok(_) => {}
            Err(_) => break,
        }
    }
    composed && wide
}

fn is_wide(ty: &ComponentType<'_>) -> bool {
    match ty {
        ComponentType::Defined(ty) => parts(ty) > MOST,
        ComponentType::Instance(declarations) => declarations
            .iter()
            .any(|one| matches!(one, InstanceTypeDeclaration::Type(ty) if is_wide(ty))),
        ComponentType::Component(declarations) => declarations
            .iter()
            .any(|one| matches!(one, ComponentTypeDeclaration::Type(ty) if is_wide(ty))),
        ComponentType::Func(_) | ComponentType::Resource { .. } => false,
    }
}

fn parts(ty: &ComponentDefinedType<'_>) -> usize {
    match ty {
        ComponentDefinedType::Record(fields) => fields.len(),
        ComponentDefinedType::Variant(cases) => cases.len(),
        ComponentDefinedType::Tuple(types) => types.len(),
        ComponentDefinedType::Enum(names) => names.len(),
        ComponentDefinedType::FixedLengthList(_, length) => *length as usize,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, check_adapters};
    use crate::plan::Plan;

    /// A component that gives a value of the type `ty` to another inside it.
    fn composed(ty: &str) -> Vec<u8> {
        let text = format!(
            r#"(component
                (component $callee
                    (type $t' {ty})
                    (export $t "t" (type $t'))
                    (core module $m
                        (memory (export "memory") 1)
                        (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 16)
                        (func (export "take") (param i32 i32)))
                    (core instance $i (instantiate $m))
                    (alias core export $i "memory" (core memory $memory))
                    (alias core export $i "realloc" (core func $realloc))
                    (func (export "take") (param "x" (list $t))
                        (canon lift (core func $i "take") (memory $memory) (realloc $realloc))))
                (instance $callee (instantiate $callee))
                (component $caller
                    (import "callee" (instance $callee
                        (type $t' {ty})
                        (export "t" (type $t (eq $t')))
                        (export "take" (func (param "x" (list $t))))))
                    (core module $libc (memory (export "memory") 1))
                    (core instance $libc (instantiate $libc))
                    (alias core export $libc "memory" (core memory $memory))
                    (core func $take (canon lower (func $callee "take") (memory $memory)))
                    (core module $m
                        (import "" "take" (func $take (param i32 i32)))
                        (func (export "run") (call $take (i32.const 16) (i32.const 1))))
                    (core instance $i (instantiate $m (with "" (instance (export "take" (func $take))))))
                    (func (export "run") (canon lift (core func $i "run"))))
                (instance $caller (instantiate $caller (with "callee" (instance $callee))))
                (export "run" (func $caller "run")))"#
        );
        wat::parse_str(text).expect("the text is a component")
    }

    fn repeated(count: usize, part: impl Fn(usize) -> String) -> String {
        (0..count).map(part).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_type_that_no_adapter_takes_is_named() {
        let of = |kind| match kind {
            "record" => |count| repeated(count, |part| format!("(field \"f{part}\" u8)")),
            "variant" => |count| repeated(count, |part| format!("(case \"c{part}\" u8)")),
            "enum" => |count| repeated(count, |part| format!("\"n{part}\"")),
            _ => |count| repeated(count, |_| "u8".to_owned()),
        };
        for (kind, named) in [
            ("record", "a record of 1001 fields"),
            ("variant", "a variant of 1001 cases"),
            ("enum", "an enum of 1001 cases"),
            ("tuple", "a tuple of 1001 elements"),
        ] {
            let parts = of(kind);
            let most = composed(&format!("({kind} {})", parts(MOST)));
            assert!(Plan::new(&most).is_ok(), "{kind}");
            assert!(check_adapters(&most).is_ok(), "{kind}");
            let more = composed(&format!("({kind} {})", parts(MOST + 1)));
            for refused in [Plan::new(&more).map(drop), check_adapters(&more)] {
                let error = refused.expect_err("an adapter cannot take it").to_string();
                assert!(error.contains(named), "{kind}: {error}");
                assert!(error.contains("used by"), "{kind}: {error}");
            }
        }
    }

    #[test]
    fn where_no_adapter_is_any_type_may_be() {
        let names = repeated(MOST + 1, |part| format!("\"n{part}\""));
        let text = format!(
            r#"(component
                (component)
                (type $t' (enum {names}))
                (export $t "t" (type $t'))
                (core module $m (func (export "take") (param i32)))
                (core instance $i (instantiate $m))
                (func (export "take") (param "x" $t) (canon lift (core func $i "take"))))"#
        );
        let bytes = wat::parse_str(text).expect("the text is a component");
        assert!(Plan::new(&bytes).is_ok());
        assert!(check_adapters(&bytes).is_ok());
    }
}
