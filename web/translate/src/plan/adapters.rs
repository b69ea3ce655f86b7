//! Which calls of adapters between the components of a composition are not announced to the host.

use super::Signature;
use super::read::signature;
use amphi_core::adapters::calls;
use std::collections::BTreeSet;
use wasmtime_environ::error::Result;
use wasmtime_environ::wasmparser::{Parser, Payload};
use wasmtime_environ::{EntityType, ModuleTranslation, ModuleTypes};

/// The imports of an adapter module that are calls of a component behind another, but for those
/// that its functions announce to the host since handles are lent.
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

#[cfg(test)]
mod tests {
    use crate::plan::Plan;
    use amphi_core::adapters::MOST;

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
            let more = composed(&format!("({kind} {})", parts(MOST + 1)));
            let refused = Plan::new(&more)
                .map(drop)
                .expect_err("an adapter cannot take it");
            let error = refused.to_string();
            assert!(error.contains(named), "{kind}: {error}");
            assert!(error.contains("used by"), "{kind}: {error}");
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
    }
}
