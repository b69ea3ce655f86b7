//! Functions as a whole, what JSON cannot carry, and how much is read.

use super::{MOST, function, readings, shape, shapes};
use crate::component::Val;
use crate::json::{Bound, Bounds, Function, JsonError, Outcome, Reason, Shape, Spelling};
use crate::wave::tests::type_of;

#[test]
fn bounds_are_met_before_memory_is_taken() {
    let list = readings();
    let bound = |bounds: Bounds, json: &str| match shape(&list).read(json.as_bytes(), &bounds) {
        Err(JsonError::TooMuch { bound, .. }) => Some(bound),
        other => panic!("expected a bound, found {other:?}"),
    };
    let any = Bounds::default();
    let json = r#"[{"sensor-id":"a","value":1},{"sensor-id":"b","value":2}]"#;
    assert_eq!(bound(Bounds { bytes: 20, ..any }, json), Some(Bound::Bytes));
    assert_eq!(bound(Bounds { depth: 1, ..any }, json), Some(Bound::Depth));
    assert_eq!(
        bound(Bounds { elements: 5, ..any }, json),
        Some(Bound::Elements)
    );
    assert_eq!(
        bound(Bounds { memory: 500, ..any }, json),
        Some(Bound::Memory)
    );
    let long = format!(r#"[{{"sensor-id":"{}","value":1}}]"#, "a".repeat(100_000));
    assert_eq!(
        bound(
            Bounds {
                memory: 50_000,
                ..any
            },
            &long
        ),
        Some(Bound::Memory)
    );
    let bytes = type_of("(type $l (list u8))", "$l");
    let text = format!("\"{}\"", "A".repeat(4_000));
    let error = shape(&bytes).read(
        text.as_bytes(),
        &Bounds {
            elements: 1_000,
            ..any
        },
    );
    assert!(matches!(
        error,
        Err(JsonError::TooMuch {
            bound: Bound::Elements,
            most: 1_000,
            ..
        })
    ));
    // What is passed over to find a tag is as bounded.
    let deep = format!(r#"{{"val":{}"#, "[".repeat(1_000_000));
    let error = shape(&shapes()).read(deep.as_bytes(), &any);
    assert!(matches!(
        error,
        Err(JsonError::TooMuch {
            bound: Bound::Depth,
            ..
        })
    ));
    let error = shape(&list).write(&Val::List(vec![]), 1);
    assert!(matches!(
        error,
        Err(JsonError::TooMuch {
            bound: Bound::Bytes,
            most: 1,
            ..
        })
    ));
}

#[test]
fn arguments_by_name_or_by_position() {
    let function = Function::new(&function(r#"(param "max-size" u8) (param "label" (option string)) (result (result u8 (error string)))"#))
        .expect("JSON can carry the function");
    let read = |body: &str| function.arguments(body.as_bytes(), &Bounds::default());
    let wanted = Ok(vec![Val::U8(1), Val::Option(None)]);
    for body in [
        r#"{"max-size":1}"#,
        r#"{"label":null,"maxSize":1}"#,
        "[1]",
        "[1,null]",
    ] {
        assert_eq!(read(body), wanted, "{body}");
    }
    let refused = |body: &str, message: &str| {
        assert_eq!(read(body).unwrap_err().to_string(), message, "{body}")
    };
    refused(
        "",
        "`max-size`: expected a whole number from 0 to 255, found nothing (line 1, column 1)",
    );
    refused(
        "{}",
        "`max-size`: expected a whole number from 0 to 255, found nothing (line 1, column 3)",
    );
    refused(
        "[]",
        "`max-size`: expected a whole number from 0 to 255, found nothing (line 1, column 3)",
    );
    refused(
        "[true]",
        "`max-size`: expected a whole number from 0 to 255, found `true` (line 1, column 2)",
    );
    refused(
        "[1,\"a\",2]",
        "expected the arguments `max-size`, `label` as an object or an array, found more (line 1, column 1)",
    );
    refused(
        "7",
        "expected the arguments `max-size`, `label` as an object or an array, found a number (line 1, column 1)",
    );
    refused(
        r#"{"size":1}"#,
        "expected the arguments `max-size`, `label`, found `size` (line 1, column 2)",
    );
    assert_eq!(
        function
            .request(&[Val::U8(1), Val::Option(None)], MOST)
            .as_deref(),
        Ok(r#"{"max-size":1}"#)
    );
    assert!(function.is_fallible());
    let ok = Val::Result(Ok(Some(Box::new(Val::U8(1)))));
    assert_eq!(
        function.results(&[ok], MOST),
        Ok(Outcome::Ok("1".to_owned()))
    );
    let err = Val::Result(Err(Some(Box::new(Val::String("no".to_owned())))));
    assert_eq!(
        function.results(&[err], MOST),
        Ok(Outcome::Err("\"no\"".to_owned()))
    );
    assert!(matches!(
        function.results(&[Val::U8(1)], MOST),
        Err(JsonError::Unwritable { .. })
    ));
}

#[test]
fn a_function_without_arguments_takes_an_empty_text() {
    let function = Function::new(&function("")).expect("JSON can carry the function");
    for body in ["", " \n", "{}", "[]"] {
        assert_eq!(
            function.arguments(body.as_bytes(), &Bounds::default()),
            Ok(vec![]),
            "{body}"
        );
    }
    let error = function.arguments(b"[1]", &Bounds::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "expected no arguments, found more (line 1, column 1)"
    );
    assert_eq!(
        function.results(&[], MOST),
        Ok(Outcome::Ok("null".to_owned()))
    );
}

#[test]
fn what_json_cannot_carry_is_refused_with_its_place() {
    let ty = type_of(
        r#"(import "basket" (type $b (sub resource)))
           (type $own (own $b))
           (type $l (list $own))
           (type $r' (record (field "items" $l)))
           (import "r" (type $r (eq $r')))"#,
        "$r",
    );
    let error = Shape::new(&ty, Spelling::Any).expect_err("a resource has no text");
    assert_eq!(error.reason, Reason::Resource);
    assert_eq!(error.path, "items[]");
    assert_eq!(
        error.to_string(),
        "`items[]`: JSON cannot carry `own resource`: a resource lives in its instance, which ends with the call"
    );
    let nested = (1..18).fold("(type $t0 (tuple u8 u8))".to_owned(), |text, index| {
        format!("{text} (type $t{index} (tuple $t{0} $t{0}))", index - 1)
    });
    let error =
        Shape::new(&type_of(&nested, "$t17"), Spelling::Any).expect_err("the type is too large");
    assert!(matches!(error.reason, Reason::Parts { .. }), "{error}");
}
