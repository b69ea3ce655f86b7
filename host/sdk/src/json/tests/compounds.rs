//! Values with parts.

use super::{MOST, readings, reads, refused, same, shape, shapes};
use crate::component::{Type, Val};
use crate::json::{Bounds, JsonError, Shape, Spelling};
use crate::wave::tests::type_of;

#[test]
fn records_leave_out_what_is_none() {
    let list = readings();
    same(
        &list,
        r#"[{"sensor-id":"a","value":1.5}]"#,
        r#"[{sensor-id: "a", value: 1.5}]"#,
    );
    same(
        &list,
        r#"[{"sensor-id":"a","value":1,"note":"b"}]"#,
        r#"[{sensor-id: "a", value: 1, note: some("b")}]"#,
    );
    reads(
        &list,
        r#"[{"value":1,"note":null,"sensorId":"a"},{"sensor_id":"b","value":2}]"#,
        r#"[{sensor-id: "a", value: 1}, {sensor-id: "b", value: 2}]"#,
    );
    refused(
        &list,
        r#"[{"sensor-id":"a","value":1},{"sensor-id":"b","value":"x"}]"#,
        "`[1].value`: expected a number, found a string (line 1, column 55)",
    );
    refused(
        &list,
        r#"[{"sensor-id":"a"}]"#,
        "`[0].value`: expected a number, found nothing (line 1, column 19)",
    );
    refused(
        &list,
        r#"[{"sensor-ids":"a"}]"#,
        "`[0]`: expected the fields `sensor-id`, `value`, `note`, found `sensor-ids` (line 1, column 3)",
    );
    refused(
        &list,
        r#"[{"sensorId":"a","sensor-id":"b"}]"#,
        "`[0]`: expected the field `sensor-id` once, found it twice (line 1, column 18)",
    );
    let verbatim = Shape::new(&list, Spelling::Verbatim).expect("JSON can carry the type");
    let error = verbatim.read(br#"[{"sensorId":"a"}]"#, &Bounds::default());
    assert!(matches!(error, Err(JsonError::Mismatch { path, .. }) if path == "[0]"));
}

#[test]
fn options_inside_options_are_told_apart() {
    let twice = type_of("(type $a (option u8)) (type $b (option $a))", "$b");
    same(&twice, "null", "none");
    same(&twice, r#"{"some":null}"#, "some(none)");
    same(&twice, r#"{"some":7}"#, "some(some(7))");
    refused(
        &twice,
        "7",
        "expected `null` or an object with `some`, found a number (line 1, column 1)",
    );
    refused(
        &twice,
        r#"{"some":7,"x":1}"#,
        "expected `null` or an object with `some`, found an object with more in it (line 1, column 1)",
    );
    refused(
        &twice,
        "{}",
        "expected `null` or an object with `some`, found an empty object (line 1, column 1)",
    );
    let thrice = type_of(
        "(type $a (option u8)) (type $b (option $a)) (type $c (option $b))",
        "$c",
    );
    same(&thrice, r#"{"some":{"some":null}}"#, "some(some(none))");
    let result = type_of("(type $r (result)) (type $o (option $r))", "$o");
    same(&result, r#"{"ok":null}"#, "some(ok)");
    let once = type_of("(type $a (option u8))", "$a");
    refused(
        &once,
        "true",
        "expected a whole number from 0 to 255, found `true` (line 1, column 1)",
    );
}

#[test]
fn cases_have_two_forms_and_one_is_written() {
    let ty = shapes();
    same(&ty, r#""empty-one""#, "empty-one");
    same(&ty, r#"{"radius":2.5}"#, "radius(2.5)");
    same(&ty, r#"{"level":null}"#, "level(none)");
    for (json, text) in [
        (r#""emptyOne""#, "empty-one"),
        (r#"{"empty_one":null}"#, "empty-one"),
        (r#"{"tag":"empty-one"}"#, "empty-one"),
        (r#"{"tag":"empty-one","val":null}"#, "empty-one"),
        (r#"{"tag":"radius","val":2.5}"#, "radius(2.5)"),
        (r#"{"value": 2.5 , "tag":"radius"}"#, "radius(2.5)"),
        (r#"{"tag":"level"}"#, "level(none)"),
        (r#"{"tag":"level","value":3}"#, "level(some(3))"),
    ] {
        reads(&ty, json, text);
    }
    refused(
        &ty,
        r#""radius""#,
        "`radius`: expected a number, found nothing (line 1, column 1)",
    );
    refused(
        &ty,
        r#"{"tag":"radius"}"#,
        "`radius`: expected a number, found nothing (line 1, column 1)",
    );
    refused(
        &ty,
        r#"{"radius":"x"}"#,
        "`radius`: expected a number, found a string (line 1, column 11)",
    );
    refused(
        &ty,
        r#"{"val":"x","tag":"radius"}"#,
        "`radius`: expected a number, found a string (line 1, column 8)",
    );
    refused(
        &ty,
        r#"{"empty-one":1}"#,
        "`empty-one`: expected `null`, found a number (line 1, column 14)",
    );
    let cases = "expected one of the cases `empty-one`, `radius`, `level`, found";
    refused(
        &ty,
        r#""square""#,
        &format!("{cases} `square` (line 1, column 1)"),
    );
    refused(
        &ty,
        r#"{"square":1}"#,
        &format!("{cases} `square` (line 1, column 1)"),
    );
    refused(
        &ty,
        r#"{"radius":1,"level":1}"#,
        &format!("{cases} an object with more in it (line 1, column 1)"),
    );
    refused(
        &ty,
        r#"{"tag":"level","val":1,"value":1}"#,
        &format!("{cases} an object with another field `value` (line 1, column 1)"),
    );
    refused(
        &ty,
        r#"{"val":1}"#,
        &format!("{cases} an object without `tag` (line 1, column 1)"),
    );
    refused(
        &ty,
        "{}",
        &format!("{cases} an empty object (line 1, column 1)"),
    );
    refused(&ty, "1", &format!("{cases} a number (line 1, column 1)"));
}

#[test]
fn results_name_their_side() {
    let ty = type_of("(type $r (result u32 (error string)))", "$r");
    same(&ty, r#"{"ok":1}"#, "ok(1)");
    same(&ty, r#"{"err":"no"}"#, "err(\"no\")");
    reads(&ty, r#"{"tag":"err","val":"no"}"#, "err(\"no\")");
    refused(
        &ty,
        "1",
        "expected an object with `ok` or `err`, found a number (line 1, column 1)",
    );
    let none = type_of("(type $r (result))", "$r");
    same(&none, r#"{"err":null}"#, "err");
    reads(&none, r#""ok""#, "ok");
}

#[test]
fn flags_in_the_order_of_the_type() {
    let ty = type_of(
        r#"(type $f' (flags "read" "write-all" "execute")) (import "flags" (type $f (eq $f')))"#,
        "$f",
    );
    same(&ty, r#"["read","execute"]"#, "{read, execute}");
    same(&ty, "[]", "{}");
    reads(&ty, r#"["execute","writeAll"]"#, "{write-all, execute}");
    reads(
        &ty,
        r#"{"execute":true,"read":false,"write_all":true}"#,
        "{write-all, execute}",
    );
    let flags = "expected flags of `read`, `write-all`, `execute`, each once, found";
    refused(
        &ty,
        r#"["read","read"]"#,
        &format!("{flags} `read` twice (line 1, column 15)"),
    );
    refused(
        &ty,
        r#"["go"]"#,
        &format!("{flags} `go` (line 1, column 6)"),
    );
    refused(
        &ty,
        r#"{"read":1}"#,
        "`read`: expected `true` or `false`, found a number (line 1, column 9)",
    );
    refused(
        &ty,
        r#"[1]"#,
        "`[0]`: expected the names of flags, found a number (line 1, column 2)",
    );
}

#[test]
fn a_case_may_be_named_as_a_tagged_one_begins() {
    let ty = type_of(
        r#"(type $v' (variant (case "tag" string) (case "val") (case "both" u8)))
           (import "v" (type $v (eq $v')))"#,
        "$v",
    );
    same(&ty, r#"{"tag":"val"}"#, "tag(\"val\")");
    same(&ty, r#""val""#, "val");
    reads(&ty, r#"{"val": null}"#, "val");
    reads(&ty, r#"{"tag": "tag", "val": "val"}"#, "tag(\"val\")");
    reads(&ty, r#"{"val": "tag", "tag": "tag"}"#, "tag(\"tag\")");
    reads(&ty, r#"{"tag": "val", "value": null}"#, "val");
    reads(&ty, r#"{"tag": "both", "val": 1}"#, "both(1)");
    refused(
        &ty,
        r#"{"tag": "none", "val": 1}"#,
        "expected one of the cases `tag`, `val`, `both`, found `none` (line 1, column 9)",
    );
}

#[test]
fn arrays_have_their_length() {
    let tuple = type_of("(type $t (tuple string bool))", "$t");
    same(&tuple, r#"["a",true]"#, "(\"a\", true)");
    refused(
        &tuple,
        r#"["a"]"#,
        "expected an array of 2, found one of 1 (line 1, column 1)",
    );
    refused(
        &tuple,
        r#"["a",true,1]"#,
        "expected an array of 2, found a longer one (line 1, column 1)",
    );
    let fixed = type_of("(type $l (list u8 3))", "$l");
    same(&fixed, "[1,2,3]", "[1, 2, 3]");
    refused(
        &fixed,
        "[1,2]",
        "expected an array of 3, found one of 2 (line 1, column 1)",
    );
}

#[test]
fn maps_with_keys_of_strings_are_objects() {
    let read = |ty: &Type, json: &str| shape(ty).read(json.as_bytes(), &Bounds::default());
    let ty = type_of("(type $m (map string u8))", "$m");
    let key = |key: &str| Val::String(key.to_owned());
    let value = Val::Map(vec![(key("b"), Val::U8(1)), (key("a"), Val::U8(2))]);
    assert_eq!(read(&ty, r#"{"b":1,"a":2}"#), Ok(value.clone()));
    assert_eq!(read(&ty, r#"[["b",1],["a",2]]"#), Ok(value.clone()));
    assert_eq!(
        shape(&ty).write(&value, MOST).as_deref(),
        Ok(r#"{"b":1,"a":2}"#)
    );
    let twice = Val::Map(vec![
        (key("a"), Val::U8(1)),
        (key("b"), Val::U8(3)),
        (key("a"), Val::U8(2)),
    ]);
    assert_eq!(
        shape(&ty).write(&twice, MOST).as_deref(),
        Ok(r#"{"b":3,"a":2}"#)
    );
    refused(
        &ty,
        r#"{"a":1,"a":2}"#,
        "expected each key once, found `a` twice (line 1, column 1)",
    );
    refused(
        &ty,
        r#"{"a":"x"}"#,
        "`[\"a\"]`: expected a whole number from 0 to 255, found a string (line 1, column 6)",
    );
    let ty = type_of("(type $m (map u64 bool))", "$m");
    let value = Val::Map(vec![(Val::U64(u64::MAX), Val::Bool(true))]);
    assert_eq!(
        read(&ty, r#"[["18446744073709551615",true]]"#),
        Ok(value.clone())
    );
    assert_eq!(
        shape(&ty).write(&value, MOST).as_deref(),
        Ok(r#"[["18446744073709551615",true]]"#)
    );
    refused(
        &ty,
        "{}",
        "expected an array of pairs, found an object (line 1, column 1)",
    );
    refused(
        &ty,
        "[[1]]",
        "`[0]`: expected a pair of a key and a value, found a key alone (line 1, column 2)",
    );
}
