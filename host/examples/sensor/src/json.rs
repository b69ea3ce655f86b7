//! Readings from JSON, and the answer to JSON.
//!
//! Names are those of the contract; a variant is `"case"` or `{"case": payload}`. An answer has one
//! spelling, to the last bit: the fields in the contract's order, numbers in the shortest form that
//! reads back as the same number, and what JSON has no number for as `"NaN"`, `"Infinity"`,
//! `"-Infinity"`. So two answers are equal if and only if their texts are.

use crate::app::{Analysis, Level, Line, filter};
use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer, Serialize};

/// Reads a list of readings.
///
/// # Errors
///
/// The text is not JSON, or not a list of readings; the error says where.
pub fn readings(text: &str) -> Result<Vec<filter::Reading>, serde_json::Error> {
    let readings: Vec<Reading> = serde_json::from_str(text)?;
    Ok(readings.into_iter().map(Reading::lower).collect())
}

/// Writes an answer.
pub fn answer(answer: &Analysis) -> String {
    let document = Document {
        result: match &answer.outcome {
            Ok(report) => Outcome::Ok(Report::lift(report)),
            Err(error) => Outcome::Err(FilterError::lift(error)),
        },
        log: answer.log.iter().map(LogLine::lift).collect(),
    };
    serde_json::to_string(&document).expect("a document of numbers, text and lists has a JSON form")
}

/// A number, also where JSON has none.
#[derive(Clone, Copy)]
struct Number(f64);

impl Serialize for Number {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            n if n.is_nan() => serializer.serialize_str("NaN"),
            f64::INFINITY => serializer.serialize_str("Infinity"),
            f64::NEG_INFINITY => serializer.serialize_str("-Infinity"),
            n => serializer.serialize_f64(n),
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(
            untagged,
            expecting = "expected a number, or `NaN`, `Infinity`, `-Infinity` as text"
        )]
        enum Spelling {
            Number(f64),
            Name(String),
        }
        match Spelling::deserialize(deserializer)? {
            Spelling::Number(number) => Ok(Self(number)),
            Spelling::Name(name) => match name.as_str() {
                "NaN" => Ok(Self(f64::NAN)),
                "Infinity" => Ok(Self(f64::INFINITY)),
                "-Infinity" => Ok(Self(f64::NEG_INFINITY)),
                other => Err(D::Error::invalid_value(Unexpected::Str(other), &"a number")),
            },
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a reading")]
struct Reading {
    sensor: String,
    timestamp: u64,
    value: Number,
    unit: Unit,
    #[serde(default)]
    tags: Vec<(String, String)>,
    #[serde(default)]
    quality: Option<Number>,
    /// The label of a sample, for a plot. The filter never sees it.
    #[serde(default, rename = "outlier")]
    _label: bool,
}

impl Reading {
    fn lower(self) -> filter::Reading {
        filter::Reading {
            sensor: self.sensor,
            timestamp: self.timestamp,
            value: self.value.0,
            unit: self.unit.lower(),
            tags: self.tags,
            quality: self.quality.map(|quality| quality.0 as f32),
        }
    }
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Unit {
    Celsius,
    Hectopascal,
    Percent,
    Other(String),
}

impl Unit {
    fn lower(self) -> filter::Unit {
        match self {
            Self::Celsius => filter::Unit::Celsius,
            Self::Hectopascal => filter::Unit::Hectopascal,
            Self::Percent => filter::Unit::Percent,
            Self::Other(name) => filter::Unit::Other(name),
        }
    }

    fn lift(unit: &filter::Unit) -> Self {
        match unit {
            filter::Unit::Celsius => Self::Celsius,
            filter::Unit::Hectopascal => Self::Hectopascal,
            filter::Unit::Percent => Self::Percent,
            filter::Unit::Other(name) => Self::Other(name.clone()),
        }
    }
}

#[derive(Serialize)]
struct Document {
    result: Outcome,
    log: Vec<LogLine>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum Outcome {
    Ok(Report),
    Err(FilterError),
}

#[derive(Serialize)]
struct Report {
    summaries: Vec<Summary>,
    outliers: Vec<Outlier>,
}

impl Report {
    fn lift(report: &filter::Report) -> Self {
        Self {
            summaries: report.summaries.iter().map(Summary::lift).collect(),
            outliers: report.outliers.iter().map(Outlier::lift).collect(),
        }
    }
}

#[derive(Serialize)]
struct Summary {
    sensor: String,
    unit: Unit,
    kept: u32,
    dropped: u32,
    ignored: u32,
    span: (u64, u64),
    minimum: Number,
    maximum: Number,
    mean: Number,
    median: Number,
}

impl Summary {
    fn lift(summary: &filter::Summary) -> Self {
        Self {
            sensor: summary.sensor.clone(),
            unit: Unit::lift(&summary.unit),
            kept: summary.kept,
            dropped: summary.dropped,
            ignored: summary.ignored,
            span: summary.span,
            minimum: Number(summary.minimum),
            maximum: Number(summary.maximum),
            mean: Number(summary.mean),
            median: Number(summary.median),
        }
    }
}

#[derive(Serialize)]
struct Outlier {
    index: u32,
    sensor: String,
    value: Number,
    expected: Number,
    score: Number,
}

impl Outlier {
    fn lift(outlier: &filter::Outlier) -> Self {
        Self {
            index: outlier.index,
            sensor: outlier.sensor.clone(),
            value: Number(outlier.value),
            expected: Number(outlier.expected),
            score: Number(outlier.score),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum FilterError {
    Empty,
    Invalid(Fault),
}

impl FilterError {
    fn lift(error: &filter::FilterError) -> Self {
        match error {
            filter::FilterError::Empty => Self::Empty,
            filter::FilterError::Invalid(fault) => Self::Invalid(Fault {
                index: fault.index,
                sensor: fault.sensor.clone(),
                problem: Problem::lift(&fault.problem),
            }),
        }
    }
}

#[derive(Serialize)]
struct Fault {
    index: u32,
    sensor: String,
    problem: Problem,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum Problem {
    MissingSensor,
    NotFinite,
    UnitChanged(Unit),
    QualityOutOfRange(Number),
}

impl Problem {
    fn lift(problem: &filter::Problem) -> Self {
        match problem {
            filter::Problem::MissingSensor => Self::MissingSensor,
            filter::Problem::NotFinite => Self::NotFinite,
            filter::Problem::UnitChanged(unit) => Self::UnitChanged(Unit::lift(unit)),
            filter::Problem::QualityOutOfRange(quality) => {
                Self::QualityOutOfRange(Number(f64::from(*quality)))
            }
        }
    }
}

#[derive(Serialize)]
struct LogLine {
    level: &'static str,
    message: String,
}

impl LogLine {
    fn lift(line: &Line) -> Self {
        let level = match line.level {
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Warn => "warn",
            Level::Error => "error",
        };
        Self {
            level,
            message: line.message.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
