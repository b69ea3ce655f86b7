//! Compositions of which each call would exhaust the stack: refused natively as in the page.
//!
//! Wasmtime's translator is asked, which makes the adapters when the component is compiled. It is
//! reached by the name that the bindings which `bindgen!` writes reach it by, so that natively
//! Wasmtime alone depends on it.

use amphi_core::{adapters, features};
use wasmtime::component::__internal::wasmtime_environ::component::{
    ComponentTypesBuilder, Translator,
};
use wasmtime::component::__internal::wasmtime_environ::wasmparser::Validator;
use wasmtime::component::__internal::wasmtime_environ::{ScopeVec, Tunables};
use wasmtime::{Error, Result, WasmFeatures};

/// Refuses a component of which each call of some function between the components inside it would
/// exhaust the stack.
///
/// # Errors
///
/// A type passes from one component to another that has more fields, cases, names or elements than
/// an adapter takes. What is wrong otherwise is the engine's to say.
pub fn check(bytes: &[u8]) -> Result<()> {
    if !adapters::has_wide_type(bytes) {
        return Ok(());
    }
    let features = features::taken()
        | WasmFeatures::CM_ASYNC
        | WasmFeatures::CM_ERROR_CONTEXT
        | WasmFeatures::CM_MAP
        | WasmFeatures::CM_FIXED_LENGTH_LISTS;
    let scope = ScopeVec::new();
    let tunables = Tunables::default_u32();
    let mut validator = Validator::new_with_features(features);
    let mut types = ComponentTypesBuilder::new(&validator);
    let translator = Translator::new(&tunables, &mut validator, &mut types, &scope);
    let Ok((_, modules)) = translator.translate(bytes) else {
        return Ok(());
    };
    let translated = modules.values().map(|module| module.wasm);
    adapters::check(bytes, translated).map_err(Error::new)
}

#[cfg(test)]
mod tests {
    use super::check;
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
            assert!(check(&most).is_ok(), "{kind}");
            let more = composed(&format!("({kind} {})", parts(MOST + 1)));
            let refused = check(&more).expect_err("an adapter cannot take it");
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
        assert!(check(&bytes).is_ok());
    }
}
