//! Exceptions in their old form, which engines of components do not take.
//!
//! Compilers wrote `try`, `catch`, `rethrow` and `delegate` before exceptions were part of
//! WebAssembly as `try_table` and `exnref`, and many still do unless they are told otherwise. A
//! validator names an instruction and an offset; here it is said what helps.
//!
//! ```
//! use amphi_core::exceptions;
//!
//! assert_eq!(exceptions::check(b"\0asm\x0d\0\x01\0"), Ok(()));
//! ```

use std::fmt;

use wasmparser::{FunctionBody, Operator, Parser, Payload, TypeRef};

/// Refuses core modules, and components with such inside them, that throw or catch exceptions in
/// their old form.
///
/// Only modules with tags are looked into, as whatever throws has one. What cannot be read is left
/// to who reads it next.
///
/// # Errors
///
/// The first such module.
pub fn check(bytes: &[u8]) -> Result<(), LegacyExceptions> {
    // The module that is read, and whether it has tags.
    let (mut module, mut modules, mut tags) = (None, 0, false);
    for payload in Parser::new(0).parse_all(bytes).map_while(Result::ok) {
        tags |= has_tags(&payload);
        match payload {
            Payload::ModuleSection { .. } => {
                module = Some(modules);
                modules += 1;
                tags = false;
            }
            Payload::CodeSectionEntry(body) if tags && is_legacy(&body) => {
                return Err(LegacyExceptions { module });
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether a core module, or one inside a component, has tags, as whatever throws does. What cannot
/// be read throws nothing.
#[must_use]
pub fn may_throw(bytes: &[u8]) -> bool {
    let mut payloads = Parser::new(0).parse_all(bytes).map_while(Result::ok);
    payloads.any(|payload| has_tags(&payload))
}

/// Whether a part of a module has tags.
fn has_tags(payload: &Payload<'_>) -> bool {
    match payload {
        Payload::ImportSection(imports) => {
            let mut imports = imports.clone().into_imports().map_while(Result::ok);
            imports.any(|import| matches!(import.ty, TypeRef::Tag(_)))
        }
        Payload::TagSection(_) => true,
        _ => false,
    }
}

fn is_legacy(body: &FunctionBody<'_>) -> bool {
    let operators = body.get_operators_reader().into_iter().flatten();
    operators.map_while(Result::ok).any(|operator| {
        matches!(
            operator,
            Operator::Try { .. }
                | Operator::Catch { .. }
                | Operator::CatchAll
                | Operator::Delegate { .. }
                | Operator::Rethrow { .. }
        )
    })
}

/// A core module that throws or catches exceptions in their old form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LegacyExceptions {
    /// Which core module of the component it is, in the order of the bytes; none where the bytes
    /// are a module.
    pub module: Option<usize>,
}

impl fmt::Display for LegacyExceptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "expected exceptions with `try_table`, found legacy exceptions (`try` and `catch`)",
        )?;
        if let Some(module) = self.module {
            write!(f, ", in core module {module}")?;
        }
        f.write_str(
            ": compile with `-mllvm -wasm-use-legacy-eh=false`, or translate the module with `wasm-opt --translate-to-exnref` before you make a component of it",
        )
    }
}

impl std::error::Error for LegacyExceptions {}

#[cfg(test)]
mod tests {
    use super::{LegacyExceptions, check, may_throw};

    fn checked(text: &str) -> Result<(), LegacyExceptions> {
        check(&wat::parse_str(text).expect("the text is well formed"))
    }

    /// A module that has a tag, and `body` for a function.
    fn module(body: &str) -> String {
        format!("(module (tag $t) (func {body}))")
    }

    #[test]
    fn each_instruction_of_the_old_form_is_found() {
        for body in [
            "try catch $t end",
            "try catch_all end",
            "try throw $t catch_all rethrow 0 end",
            "try try delegate 0 catch_all end",
        ] {
            assert_eq!(
                checked(&module(body)),
                Err(LegacyExceptions { module: None }),
                "{body}"
            );
        }
    }

    #[test]
    fn a_tag_may_be_imported() {
        let text = r#"(module (import "env" "__cpp_exception" (tag (param i32))) (func try catch_all end))"#;
        assert_eq!(checked(text), Err(LegacyExceptions { module: None }));
    }

    #[test]
    fn the_form_that_is_standard_is_none_of_it() {
        for body in [
            "(throw $t)",
            "(block $b (try_table (catch_all $b) (throw $t)))",
            "(block $b (result exnref) (try_table (catch_all_ref $b)) unreachable) throw_ref",
        ] {
            assert_eq!(checked(&module(body)), Ok(()), "{body}");
        }
    }

    #[test]
    fn what_may_throw_has_a_tag() {
        let throws = |text: &str| may_throw(&wat::parse_str(text).expect("it is well formed"));
        assert!(throws("(component (component (core module (tag))))"));
        assert!(throws(
            r#"(component (core module (import "a" "b" (tag (param i32)))))"#
        ));
        assert!(!throws("(component (core module (func unreachable)))"));
        assert!(!may_throw(b"no module"));
    }

    #[test]
    fn the_module_is_named_and_what_helps() {
        let text = r#"(component
            (core module (tag))
            (component (core module (tag $t) (func (throw $t))))
            (core module (tag) (func try catch_all end)))"#;
        let error = checked(text).expect_err("the third is of the old form");
        assert_eq!(error.module, Some(2));
        let text = error.to_string();
        for part in [
            "core module 2",
            "-wasm-use-legacy-eh=false",
            "--translate-to-exnref",
        ] {
            assert!(text.contains(part), "{text}");
        }
    }
}
