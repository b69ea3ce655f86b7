//! What is read, what is refused, and that an answer's text tells any two answers apart.

use super::*;

const READING: &str = r#"{"sensor":"a","timestamp":1,"value":2.5,"unit":"celsius"}"#;

#[test]
fn reads() {
    let text = r#"[{"sensor":"s","timestamp":18446744073709551615,"value":"-Infinity","unit":{"other":"lux"},
        "tags":[["k","v"]],"quality":0.25,"outlier":true}]"#;
    let readings = readings(text).expect("the text is a list of readings");
    let [reading] = &readings[..] else {
        panic!("expected one reading, found {}", readings.len())
    };
    assert_eq!(reading.timestamp, u64::MAX);
    assert_eq!(reading.value, f64::NEG_INFINITY);
    assert!(matches!(&reading.unit, filter::Unit::Other(name) if name == "lux"));
    assert_eq!(reading.tags, [("k".to_string(), "v".to_string())]);
    assert_eq!(reading.quality, Some(0.25));
}

#[test]
fn reads_to_the_last_bit() {
    for bits in [
        0x3ff0_0000_0000_0001,
        0x7fef_ffff_ffff_ffff,
        1,
        0x8000_0000_0000_0000,
        0x4340_0000_0000_0001,
    ] {
        let number = f64::from_bits(bits);
        let written = serde_json::to_string(&Number(number)).expect("a number has a JSON form");
        let read: Number = serde_json::from_str(&written).expect("what was written is a number");
        assert_eq!(read.0.to_bits(), bits, "{written}");
    }
}

#[test]
fn refuses() {
    let check = |text: &str, expected: &str| {
        let message = readings(text).expect_err(text).to_string();
        assert!(
            message.contains(expected),
            "{text}: expected `{expected}`, found `{message}`"
        );
    };
    check("", "EOF");
    check("{}", "expected a sequence");
    check("[1]", "expected a reading");
    check("[{}]", "missing field `sensor`");
    check(&format!("[{READING}"), "EOF");
    check(
        &format!("[{}]", READING.replace("celsius", "kelvin")),
        "unknown variant `kelvin`",
    );
    check(
        &format!("[{}]", READING.replace("2.5", "\"two\"")),
        "invalid value: string \"two\"",
    );
    check(
        &format!("[{}]", READING.replace("2.5", "[]")),
        "expected a number",
    );
    check(
        &format!(
            "[{}]",
            READING.replace("\"unit\"", "\"qualtiy\":1,\"unit\"")
        ),
        "unknown field `qualtiy`",
    );
    check(
        &format!("[{}]", READING.replace(":1,", ":-1,")),
        "invalid value: integer `-1`",
    );
}

#[test]
fn tells_answers_apart() {
    let summary = |mean: f64| filter::Summary {
        sensor: "a".into(),
        unit: filter::Unit::Percent,
        kept: 1,
        dropped: 0,
        ignored: 0,
        span: (1, 2),
        minimum: 0.0,
        maximum: -0.0,
        mean,
        median: f64::INFINITY,
    };
    let written = |mean| {
        let report = filter::Report {
            summaries: vec![summary(mean)],
            outliers: Vec::new(),
        };
        let log = vec![Line {
            level: Level::Warn,
            message: "\"".into(),
        }];
        answer(&Analysis {
            outcome: Ok(report),
            log,
        })
    };
    assert_eq!(
        written(f64::NAN),
        r#"{"result":{"ok":{"summaries":[{"sensor":"a","unit":"percent","kept":1,"dropped":0,"ignored":0,"span":[1,2],"#
            .to_string()
            + r#""minimum":0.0,"maximum":-0.0,"mean":"NaN","median":"Infinity"}],"outliers":[]}},"#
            + r#""log":[{"level":"warn","message":"\""}]}"#
    );
    assert_ne!(written(1.0), written(1.0f64.next_up()));
    assert_ne!(written(0.0), written(-0.0));
}

#[test]
fn writes_errors() {
    let check = |error, expected: &str| {
        let text = answer(&Analysis {
            outcome: Err(error),
            log: Vec::new(),
        });
        assert_eq!(
            text,
            format!(r#"{{"result":{{"err":{expected}}},"log":[]}}"#)
        );
    };
    let invalid = |problem| {
        filter::FilterError::Invalid(filter::Fault {
            index: 3,
            sensor: "a".into(),
            problem,
        })
    };
    check(filter::FilterError::Empty, r#""empty""#);
    check(
        invalid(filter::Problem::MissingSensor),
        r#"{"invalid":{"index":3,"sensor":"a","problem":"missing-sensor"}}"#,
    );
    check(
        invalid(filter::Problem::UnitChanged(filter::Unit::Other(
            "lux".into(),
        ))),
        r#"{"invalid":{"index":3,"sensor":"a","problem":{"unit-changed":{"other":"lux"}}}}"#,
    );
    check(
        invalid(filter::Problem::QualityOutOfRange(1.5)),
        r#"{"invalid":{"index":3,"sensor":"a","problem":{"quality-out-of-range":1.5}}}"#,
    );
}
