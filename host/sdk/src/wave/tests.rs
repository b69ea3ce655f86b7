//! Round trips and refusals, over types taken from a component, since a type at run time comes from
//! nowhere else.

use super::{from_text, to_text, type_text};
use crate::component::{Component, Type, Val, types::ComponentItem};
use crate::{Config, Engine};

/// The type that a component's WAT text `ty` defines, with `defs` before it.
pub(crate) fn type_of(defs: &str, ty: &str) -> Type {
    let text = format!(
        r#"(component
            {defs}
            (import "f" (func (param "x" {ty}))))"#
    );
    let bytes = wat::parse_str(&text).expect("the test's component is well formed");
    let mut config = Config::new();
    config
        .wasm_component_model_map(true)
        .wasm_component_model_fixed_length_lists(true);
    let engine = Engine::new(&config).expect("an engine with every type of values");
    let component = Component::new(&engine, bytes).expect("the test's component is valid");
    let ty = component.component_type();
    match ty.get_import(&engine, "f").expect("imported above").ty {
        ComponentItem::ComponentFunc(func) => func.params().next().expect("one parameter").1,
        other => panic!("expected a function, found {other:?}"),
    }
}

/// `text` notates `value`, and `value` is written as `text`.
#[track_caller]
fn same(ty: &Type, text: &str, value: &Val) {
    assert_eq!(from_text(ty, text).as_ref(), Ok(value), "reading {text}");
    assert_eq!(to_text(value).as_deref(), Ok(text), "writing {value:?}");
}

/// `text` is read, and then written as `written`.
#[track_caller]
fn reads(ty: &Type, text: &str, written: &str) {
    let value = from_text(ty, text).unwrap_or_else(|error| panic!("reading {text}: {error}"));
    assert_eq!(to_text(&value).as_deref(), Ok(written), "writing {value:?}");
}

#[track_caller]
fn refused(ty: &Type, text: &str, message: &str) {
    let error = from_text(ty, text).expect_err("the text does not fit the type");
    assert_eq!(error.to_string(), message);
}

#[test]
fn integers_at_their_limits() {
    same(&Type::Bool, "true", &Val::Bool(true));
    same(&Type::S8, "-128", &Val::S8(i8::MIN));
    same(&Type::U8, "255", &Val::U8(u8::MAX));
    same(&Type::S16, "-32768", &Val::S16(i16::MIN));
    same(&Type::U16, "65535", &Val::U16(u16::MAX));
    same(&Type::S32, "-2147483648", &Val::S32(i32::MIN));
    same(&Type::U32, "4294967295", &Val::U32(u32::MAX));
    same(&Type::S64, "-9223372036854775808", &Val::S64(i64::MIN));
    same(&Type::U64, "18446744073709551615", &Val::U64(u64::MAX));
    refused(&Type::U8, "256", "expected `u8`, found `256`");
    refused(&Type::S8, "-129", "expected `s8`, found `-129`");
    refused(&Type::U64, "-1", "expected `u64`, found `-1`");
    refused(&Type::S32, "1.5", "expected `s32`, found `1.5`");
    refused(&Type::Bool, "1", "expected `bool`, found `1`");
}

#[test]
fn floats_keep_their_value() {
    same(&Type::Float32, "nan", &Val::Float32(f32::NAN));
    same(&Type::Float64, "inf", &Val::Float64(f64::INFINITY));
    same(&Type::Float64, "-inf", &Val::Float64(f64::NEG_INFINITY));
    same(&Type::Float32, "0.1", &Val::Float32(0.1));
    reads(&Type::Float64, "1e3", "1000");
    let Ok(Val::Float64(zero)) = from_text(&Type::Float64, "-0") else {
        panic!("-0 is a float");
    };
    assert_eq!(zero.to_bits(), (-0.0_f64).to_bits());
    assert_eq!(to_text(&Val::Float64(-0.0)).as_deref(), Ok("-0"));
    for bits in [
        1,
        0x000f_ffff_ffff_ffff,
        0x7fef_ffff_ffff_ffff,
        0x3fb9_9999_9999_999a,
    ] {
        let text = to_text(&Val::Float64(f64::from_bits(bits))).expect("a float has a text");
        let Ok(Val::Float64(back)) = from_text(&Type::Float64, &text) else {
            panic!("`{text}` is a float");
        };
        assert_eq!(back.to_bits(), bits, "{text}");
    }
}

#[test]
fn chars_and_strings_with_escapes() {
    same(&Type::Char, "'x'", &Val::Char('x'));
    same(&Type::Char, r"'\''", &Val::Char('\''));
    same(&Type::Char, r"'\u{0}'", &Val::Char('\0'));
    reads(&Type::Char, r"'\u{1F44B}'", "'👋'");
    same(&Type::String, r#""""#, &Val::String(String::new()));
    same(
        &Type::String,
        r#""a\"b\\c\n\t\u{1b}ü""#,
        &Val::String("a\"b\\c\n\t\u{1b}ü".into()),
    );
    reads(
        &Type::String,
        "\"\"\"\n  one\n  two\n  \"\"\"",
        r#""one\ntwo""#,
    );
    refused(
        &Type::Char,
        r"'\u{d800}'",
        "invalid character escape at byte 0",
    );
    refused(&Type::String, r#""a\qb""#, "invalid token at byte 0");
    refused(&Type::String, "'a'", "expected `string`, found `'a'`");
    refused(&Type::String, "", "unexpected end of input at byte 0");
    refused(
        &Type::U8,
        "1 2",
        "trailing characters after value at byte 2",
    );
}

#[test]
fn lists_tuples_and_records() {
    let list = type_of("(type $l (list u8))", "$l");
    same(
        &list,
        "[1, 2, 3]",
        &Val::List(vec![Val::U8(1), Val::U8(2), Val::U8(3)]),
    );
    same(&list, "[]", &Val::List(vec![]));
    refused(
        &list,
        "[1, \"two\"]",
        "value at `[1]`: expected `u8`, found `\"two\"`",
    );

    let tuple = type_of("(type $t (tuple string bool))", "$t");
    same(
        &tuple,
        r#"("a", false)"#,
        &Val::Tuple(vec![Val::String("a".into()), Val::Bool(false)]),
    );
    refused(
        &tuple,
        r#"("a", false, 1)"#,
        "expected `tuple<string, bool>` with 2 elements, found 3",
    );

    let record = type_of(
        r#"(type $o (option u8))
           (type $r' (record (field "id" string) (field "rank" $o)))
           (import "r" (type $r (eq $r')))
           (type $l (list $r))"#,
        "$l",
    );
    reads(
        &record,
        r#"[{rank: 3, id: "b"}]"#,
        r#"[{id: "b", rank: some(3)}]"#,
    );
    reads(&record, r#"[{id: "b"}]"#, r#"[{id: "b"}]"#);
    refused(
        &record,
        "[{rank: none}]",
        "value at `[0].id`: expected `string`, found nothing",
    );
    refused(
        &record,
        r#"[{id: "b", name: 1}]"#,
        "value at `[0]`: expected `record { id: string, rank: option<u8> }`, found a field `name`",
    );
    // What is misspelt is told, and not what is missing for it.
    refused(
        &record,
        r#"[{idd: "b"}]"#,
        "value at `[0]`: expected `record { id: string, rank: option<u8> }`, found a field `idd`",
    );
    refused(
        &record,
        r#"[{id: "b", rank: -1}]"#,
        "value at `[0].rank`: expected `u8`, found `-1`",
    );
}

#[test]
fn variants_enums_and_flags() {
    let variant = type_of(
        r#"(type $v' (variant (case "off") (case "dim" u8) (case "none")))
           (import "v" (type $v (eq $v')))"#,
        "$v",
    );
    same(&variant, "off", &Val::Variant("off".into(), None));
    same(
        &variant,
        "dim(7)",
        &Val::Variant("dim".into(), Some(Box::new(Val::U8(7)))),
    );
    same(&variant, "%none", &Val::Variant("none".into(), None));
    assert_eq!(type_text(&variant), "variant { off, dim(u8), none }");
    for text in ["dim", "off(1)", "bright", "3"] {
        let message = format!("expected `variant {{ off, dim(u8), none }}`, found `{text}`");
        refused(&variant, text, &message);
    }
    refused(
        &variant,
        "dim(300)",
        "value at `.dim`: expected `u8`, found `300`",
    );

    let names = type_of(
        r#"(type $e' (enum "hot" "ok")) (import "e" (type $e (eq $e')))"#,
        "$e",
    );
    same(&names, "hot", &Val::Enum("hot".into()));
    same(&names, "%ok", &Val::Enum("ok".into()));
    refused(&names, "cold", "expected `enum { hot, ok }`, found `cold`");

    let flags = type_of(
        r#"(type $f' (flags "read" "true" "run")) (import "fl" (type $f (eq $f')))"#,
        "$f",
    );
    same(&flags, "{}", &Val::Flags(vec![]));
    reads(&flags, "{run, %read}", "{read, run}");
    reads(&flags, "{true}", "{true}");
    refused(
        &flags,
        "{write}",
        "expected `flags { read, true, run }`, found a flag `write`",
    );
}

#[test]
fn options_and_results_nest() {
    let option = type_of("(type $i (option u8)) (type $o (option $i))", "$o");
    let some = |value| Val::Option(Some(Box::new(value)));
    same(&option, "none", &Val::Option(None));
    same(&option, "some(none)", &some(Val::Option(None)));
    same(&option, "some(some(1))", &some(some(Val::U8(1))));
    reads(&option, "some(1)", "some(some(1))");
    refused(&option, "1", "expected `option<option<u8>>`, found `1`");

    let result = type_of("(type $r (result u8 (error string)))", "$r");
    same(
        &result,
        "ok(1)",
        &Val::Result(Ok(Some(Box::new(Val::U8(1))))),
    );
    same(
        &result,
        r#"err("no")"#,
        &Val::Result(Err(Some(Box::new(Val::String("no".into()))))),
    );
    reads(&result, "1", "ok(1)");
    refused(&result, "ok", "expected `result<u8, string>`, found `ok`");
    refused(
        &result,
        "err(1)",
        "value at `.err`: expected `string`, found `1`",
    );

    let bare = type_of("(type $r (result))", "$r");
    same(&bare, "ok", &Val::Result(Ok(None)));
    same(&bare, "err", &Val::Result(Err(None)));
    refused(&bare, "ok(1)", "expected `result`, found `ok(1)`");
    assert_eq!(
        type_text(&type_of("(type $r (result (error u8)))", "$r")),
        "result<_, u8>"
    );
}

#[test]
fn a_type_of_many_parts_is_shown_in_part() {
    let many = "u8 ".repeat(60);
    let text = type_text(&type_of(&format!("(type $t (tuple {many}))"), "$t"));
    assert_eq!(text, format!("tuple<{}...>", "u8, ".repeat(50)));
    let text = type_text(&type_of(
        &format!("(type $t (tuple {}))", "u8 ".repeat(50)),
        "$t",
    ));
    assert_eq!(text, format!("tuple<{}u8>", "u8, ".repeat(49)));
    let names: String = (0..60).map(|number| format!(r#""n{number}" "#)).collect();
    let flags = format!("(type $f' (enum {names})) (import \"e\" (type $f (eq $f')))");
    let text = type_text(&type_of(&flags, "$f"));
    assert!(text.ends_with(", n49, ... }"), "{text}");
}

#[test]
fn what_was_expected_is_said_in_plain_words() {
    let list = type_of("(type $l (list u8))", "$l");
    for (text, message) in [
        (
            "[1 2]",
            "expected `,` or a closing bracket, found `2` at byte 3",
        ),
        (
            r#"["a" "b"]"#,
            r#"expected `,` or a closing bracket, found `"b"` at byte 5"#,
        ),
        (
            "[1, , 2]",
            "expected a value or a name, found `,` at byte 4",
        ),
        ("[)", "expected a value, found `)` at byte 1"),
        ("]", "expected a value, found `]` at byte 0"),
        ("[1}", "unexpected `}` at byte 2"),
        ("{1: 2}", "expected a name, found `1` at byte 1"),
        ("{a: 1, 2: 3}", "expected a name, found `2` at byte 7"),
        ("{a: }", "expected a value, found `}` at byte 4"),
        ("{: 1}", "expected `}`, found `1` at byte 3"),
        ("some 1", "expected `(`, found `1` at byte 5"),
        (
            "// [\n{a: 1, 2: 3}",
            "expected a name, found `2` at byte 12",
        ),
        ("{a: 1, a: 2}", r#"duplicate field: "a" at byte 7"#),
        ("[1", "unexpected end of input at byte 2"),
    ] {
        refused(&list, text, message);
    }
}

#[test]
fn handles_have_no_text() {
    let ty = type_of(
        r#"(import "r" (type $r (sub resource))) (type $o (own $r)) (type $l (list $o))"#,
        "$l",
    );
    refused(
        &ty,
        "[1]",
        "value at `[0]`: expected a type that WAVE can express, found `own resource`",
    );
}

#[test]
fn depth_is_limited() {
    let text = format!("{}{}", "[".repeat(500), "]".repeat(500));
    let list = type_of("(type $l (list u8))", "$l");
    let error = from_text(&list, &text).expect_err("too deep");
    assert!(
        error.to_string().starts_with("value nesting too deep"),
        "{error}"
    );
}
