//! Values without parts, and texts that are no JSON.

use super::{reads, refused, same, shape};
use crate::component::Type;
use crate::json::Bounds;
use crate::wave::tests::type_of;

#[test]
fn whole_numbers_keep_every_digit() {
    same(&Type::U64, "9007199254740991", "9007199254740991");
    same(&Type::U64, "\"9007199254740992\"", "9007199254740992");
    same(
        &Type::U64,
        "\"18446744073709551615\"",
        "18446744073709551615",
    );
    same(&Type::S64, "-9007199254740991", "-9007199254740991");
    same(
        &Type::S64,
        "\"-9223372036854775808\"",
        "-9223372036854775808",
    );
    reads(&Type::U64, "9223372036854775808", "9223372036854775808");
    reads(&Type::U64, "18446744073709551615", "18446744073709551615");
    reads(&Type::S64, "\"12\"", "12");
    reads(&Type::U8, "2.50e2", "250");
    let wanted = "expected a whole number from 0 to 255, found";
    refused(
        &Type::U8,
        "256",
        &format!("{wanted} `256` (line 1, column 1)"),
    );
    refused(
        &Type::U8,
        " 1.5",
        &format!("{wanted} `1.5` (line 1, column 2)"),
    );
    refused(
        &Type::U8,
        "\"1\"",
        &format!("{wanted} a string (line 1, column 1)"),
    );
    refused(
        &Type::U64,
        "\"1e3\"",
        "expected a whole number from 0 to 18446744073709551615, found `1e3` (line 1, column 1)",
    );
    refused(
        &Type::U64,
        "1e400",
        "expected a whole number from 0 to 18446744073709551615, found `1e400` (line 1, column 1)",
    );
}

#[test]
fn floats_are_rounded_once_and_infinite_only_by_name() {
    same(&Type::Float64, "0.1", "0.1");
    same(&Type::Float64, "-0", "-0");
    same(&Type::Float64, "1e300", "1e300");
    same(&Type::Float64, "5e-324", "5e-324");
    same(&Type::Float32, "16777216", "16777216");
    same(&Type::Float64, "\"Infinity\"", "inf");
    same(&Type::Float32, "\"-Infinity\"", "-inf");
    same(&Type::Float32, "\"NaN\"", "nan");
    // Between two floats: by way of a 64-bit float it would be rounded to the other.
    reads(&Type::Float32, "1.00000017881393432617187499", "1.0000001");
    refused(
        &Type::Float32,
        "1e39",
        "expected a number, found `1e39` (line 1, column 1)",
    );
    refused(
        &Type::Float64,
        "\"inf\"",
        "expected a number, found a string (line 1, column 1)",
    );
}

#[test]
fn strings_with_every_escape() {
    same(
        &Type::String,
        r#""a\"b\\c\n\t\r\u0000\u001b/ü👋""#,
        r#""a\"b\\c\n\t\r\u{0}\u{1b}/ü👋""#,
    );
    reads(
        &Type::String,
        r#""\/\b\f\u00fc\uD83D\uDC4B""#,
        r#""/\u{8}\u{c}ü👋""#,
    );
    same(&Type::Char, r#""👋""#, "'👋'");
    reads(&Type::Char, r#""\ud83d\udc4b""#, "'👋'");
    refused(
        &Type::Char,
        r#""ab""#,
        "expected a string of one character, found `ab` (line 1, column 1)",
    );
    refused(
        &Type::Char,
        r#""""#,
        "expected a string of one character, found an empty one (line 1, column 1)",
    );
    for half in [r#""\ud83d""#, r#""\ud83d\u0041""#, r#""\udc4b""#] {
        refused(
            &Type::String,
            half,
            "expected an escape of a whole character, found `u` (line 1, column 3)"
                .replace("`u`", &format!("`{}`", &half[2..7]))
                .as_str(),
        );
    }
    refused(
        &Type::String,
        "\"a\nb\"",
        "expected the end of a string, or an escape, found the control character U+000A (line 1, column 3)",
    );
    refused(
        &Type::String,
        r#""\q""#,
        "expected an escape, found `q` (line 1, column 3)",
    );
    refused(
        &Type::String,
        r#""\u12g4""#,
        "expected `u` and four hexadecimal digits, found `u12g4` (line 1, column 3)",
    );
    refused(
        &Type::String,
        r#""abc"#,
        "expected the end of a string, or an escape, found the end (line 1, column 5)",
    );
}

#[test]
fn bytes_are_base64() {
    let ty = type_of("(type $l (list u8))", "$l");
    same(&ty, r#""AAEC/w==""#, "[0, 1, 2, 255]");
    same(&ty, r#""""#, "[]");
    reads(&ty, r#""AAEC/w""#, "[0, 1, 2, 255]");
    reads(&ty, "[0, 1,2, 255]", "[0, 1, 2, 255]");
    refused(
        &ty,
        r#""A*""#,
        "expected bytes as a string in base64 or as an array, found a string that is not base64 (line 1, column 1)",
    );
    refused(
        &ty,
        "[0, 256]",
        "`[1]`: expected a whole number from 0 to 255, found `256` (line 1, column 5)",
    );
}

#[test]
fn what_is_no_json_is_refused_where_it_ends_to_be() {
    let list = type_of("(type $l (list u16))", "$l");
    for (json, message) in [
        ("", "expected a value, found the end (line 1, column 1)"),
        (
            "[1,\n 2",
            "expected `,` or `]`, found the end (line 2, column 3)",
        ),
        ("[1,]", "expected a value, found `]` (line 1, column 4)"),
        ("[,1]", "expected a value, found `,` (line 1, column 2)"),
        ("[01]", "expected `,` or `]`, found `1` (line 1, column 3)"),
        ("[-]", "expected a digit, found `]` (line 1, column 3)"),
        ("[1.]", "expected a digit, found `]` (line 1, column 4)"),
        ("[1e]", "expected a digit, found `]` (line 1, column 4)"),
        ("[+1]", "expected a value, found `+` (line 1, column 2)"),
        ("[1] x", "expected the end, found `x` (line 1, column 5)"),
        ("[NaN]", "expected a value, found `NaN` (line 1, column 2)"),
        ("/* */ []", "expected a value, found `/` (line 1, column 1)"),
        (
            "\u{feff}[]",
            "expected a value, found `\u{feff}` (line 1, column 1)",
        ),
    ] {
        refused(&list, json, message);
    }
    refused(
        &Type::Bool,
        "tru",
        "expected `true`, found `tru` (line 1, column 1)",
    );
    let error = shape(&list).read(b"[1,\xff]", &Bounds::default());
    assert_eq!(
        error.unwrap_err().to_string(),
        "expected UTF-8, found the byte 0xff (line 1, column 4)"
    );
}
