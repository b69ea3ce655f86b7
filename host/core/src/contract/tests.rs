//! Contracts of small components in WAT.

use super::{ContractError, Function, Item, Packages, Param, TypeName, decode};

/// Imports a system interface and one of its own, exports an interface with a type of its own.
const COMPONENT: &str = r#"(component
    (import "wasi:clocks/monotonic-clock@0.2.6" (instance $clock
        (type $instant' u64)
        (export "instant" (type $instant (eq $instant')))
        (export "now" (func (result $instant)))))
    (import "demo:sensor/log@1.0.0" (instance
        (type $level' (enum "info" "warn"))
        (export "level" (type $level (eq $level')))
        (export "log" (func (param "level" $level) (param "message" string)))))
    (core module $m (func (export "f") (param i32) (result i32) (local.get 0)))
    (core instance $i (instantiate $m))
    (func $double (param "x" u32) (result u32) (canon lift (core func $i "f")))
    (instance $ops (export "double" (func $double)))
    (export "demo:calc/ops@1.0.0" (instance $ops))
    (export "half" (func $double))
)"#;

fn assemble(wat: &str) -> Vec<u8> {
    wat::parse_str(wat).expect("the test's text is well formed")
}

fn function(name: &str, params: &[(&str, &str)], result: Option<&str>) -> Function {
    let param = |&(name, ty): &(&str, &str)| Param {
        name: name.into(),
        ty: ty.into(),
    };
    Function {
        name: name.into(),
        params: params.iter().map(param).collect(),
        result: result.map(Into::into),
        is_async: false,
    }
}

#[test]
fn imports_and_exports_are_data() {
    let contract = decode(&assemble(COMPONENT)).expect("a valid component");
    let ty = |name: &str, kind: &str| TypeName {
        name: name.into(),
        kind: kind.into(),
    };
    assert_eq!(
        contract.imports(),
        [
            Item::Interface {
                name: "wasi:clocks/monotonic-clock@0.2.6".into(),
                functions: vec![function("now", &[], Some("instant"))],
                types: vec![ty("instant", "type")],
            },
            Item::Interface {
                name: "demo:sensor/log@1.0.0".into(),
                functions: vec![function(
                    "log",
                    &[("level", "level"), ("message", "string")],
                    None
                )],
                types: vec![ty("level", "enum")],
            },
        ]
    );
    assert_eq!(
        contract.exports(),
        [
            Item::Interface {
                name: "demo:calc/ops@1.0.0".into(),
                functions: vec![function("double", &[("x", "u32")], Some("u32"))],
                types: vec![],
            },
            Item::Function(function("half", &[("x", "u32")], Some("u32"))),
        ]
    );
    assert_eq!(contract.wasi_versions(), ["0.2.6"]);
    assert_eq!(contract.anatomy.core_modules, 1);
}

#[test]
fn wit_leaves_out_the_packages_of_wasi_unless_asked() {
    let contract = decode(&assemble(COMPONENT)).expect("a valid component");
    let own = contract.wit(Packages::Own).expect("it can be printed");
    let all = contract.wit(Packages::All).expect("it can be printed");
    for text in [&own, &all] {
        assert!(
            text.contains("import wasi:clocks/monotonic-clock@0.2.6;"),
            "{text}"
        );
        assert!(text.contains("export half: func(x: u32) -> u32;"), "{text}");
        assert!(text.contains("double: func(x: u32) -> u32;"), "{text}");
        assert!(text.contains("enum level {"), "{text}");
    }
    assert!(!own.contains("package wasi:clocks@0.2.6"), "{own}");
    assert!(all.contains("package wasi:clocks@0.2.6"), "{all}");
}

#[test]
fn what_has_no_contract_is_refused() {
    let error = decode(&assemble("(module)")).expect_err("a core module");
    assert!(matches!(error, ContractError::Binary(_)), "{error}");
    let twice = r#"(component (import "f" (func (param "a" u8) (param "a" u8))))"#;
    let error = decode(&assemble(twice)).expect_err("a name stands for two parameters");
    assert!(matches!(error, ContractError::Invalid { .. }), "{error}");
    assert!(
        error
            .to_string()
            .starts_with("expected a valid component, found: "),
        "{error}"
    );
}

#[test]
fn documentation_is_taken_from_wit() {
    let mut contract = decode(&assemble(COMPONENT)).expect("a valid component");
    let mut source = wit_parser::Resolve::default();
    source
        .push_source(
            "log.wit",
            "package demo:sensor@1.0.0;
            /// Where messages go.
            interface log {
                /// How much it matters.
                enum level {
                    info,
                    /// Look at it.
                    warn,
                }
                /// Takes a message.
                log: func(level: level, message: string);
                other: func();
            }",
        )
        .expect("the test's WIT is well formed");
    contract.document(&source);
    let wit = contract.wit(Packages::Own).expect("it can be printed");
    for line in [
        "/// Where messages go.\n  interface log {",
        "/// How much it matters.\n    enum level {",
        "/// Look at it.\n      warn,",
        "/// Takes a message.\n    log: func",
    ] {
        assert!(wit.contains(line), "expected `{line}` in\n{wit}");
    }
    assert!(!wit.contains("other"), "{wit}");
}
