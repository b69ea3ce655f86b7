//! Compositions that give a value of a type with many parts from one component to another.

/// A component that gives a value of the type `ty` to another inside it.
fn composed(ty: &str) -> String {
    format!(
        r#"
        (component
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
          (export "run" (func $caller "run")))
        "#
    )
}

/// A kind of type, how a part of it is written, and what it is called if it has too many.
pub type Kind = (&'static str, fn(u32) -> String, &'static str);

/// The kinds of types that have parts.
pub const KINDS: [Kind; 4] = [
    (
        "record",
        |part| format!("(field \"f{part}\" u8)"),
        "a record of 1001 fields",
    ),
    (
        "variant",
        |part| format!("(case \"c{part}\" u8)"),
        "a variant of 1001 cases",
    ),
    (
        "enum",
        |part| format!("\"n{part}\""),
        "an enum of 1001 cases",
    ),
    ("tuple", |_| "u8".to_owned(), "a tuple of 1001 elements"),
];

/// The composition of a type of this kind with so many parts, as bytes.
///
/// # Errors
///
/// The text is not well formed.
pub fn of(kind: &Kind, count: u32) -> amphi::Result<Vec<u8>> {
    let (name, part, _) = kind;
    let parts: Vec<_> = (0..count).map(part).collect();
    Ok(wat::parse_str(composed(&format!(
        "({name} {})",
        parts.join(" ")
    )))?)
}
