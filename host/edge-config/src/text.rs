//! Durations, sizes and addresses as a configuration spells them.
//!
//! Each type here is what serde's `with` asks for, and the schema of the same field.

use std::borrow::Cow;
use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use ipnet::IpNet;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
use serde::ser::Serializer;

/// Units of time in nanoseconds, the largest first.
const PERIODS: &[(&str, u64)] = &[
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

/// Units of size in bytes: the larger ones first, of those that are written.
const SIZES: &[(&str, u64)] = &[
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("kB", 1_000),
    ("B", 1),
];

const PERIOD: &str = "a duration such as `250ms`, `5s` or `1m30s`";
const SIZE: &str = "a size such as `64MiB`, `16kB` or a number of bytes";
const NETWORK: &str = "a network such as `10.0.0.0/8`";
const ADDRESS: &str = "an address and port such as `127.0.0.1:8080`";

/// A [`Duration`] as text.
pub(super) struct Period;

impl Period {
    pub fn serialize<S: Serializer>(value: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&period(*value))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        deserializer.deserialize_str(Text {
            expected: PERIOD,
            read: |text| parse(text, PERIODS).map(Duration::from_nanos),
            number: None,
        })
    }
}

impl JsonSchema for Period {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^([0-9]+(ns|us|ms|s|m|h))+$", "examples": ["250ms", "5s", "1m30s"] })
    }
}

/// A number of bytes as text, or as a number.
pub(super) struct Size;

impl Size {
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde passes a reference"
    )]
    pub fn serialize<S: Serializer>(value: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&size(*value))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        deserializer.deserialize_any(Text {
            expected: SIZE,
            read: |text| parse(text, SIZES),
            number: Some(|number| number),
        })
    }
}

impl JsonSchema for Size {
    fn schema_name() -> Cow<'static, str> {
        "Size".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                { "type": "string", "pattern": "^([0-9]+(B|kB|MB|GB|KiB|MiB|GiB))+$" },
                { "type": "integer", "minimum": 0 }
            ],
            "examples": ["64MiB", "16kB", 65536]
        })
    }
}

/// An address and a port.
pub(super) struct Address;

impl Address {
    pub fn serialize<S: Serializer>(value: &SocketAddr, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
        deserializer.deserialize_str(Text {
            expected: ADDRESS,
            read: |text| text.parse().ok(),
            number: None,
        })
    }
}

impl JsonSchema for Address {
    fn schema_name() -> Cow<'static, str> {
        "Address".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "examples": ["127.0.0.1:8080", "[::]:80"] })
    }
}

/// Networks, each as text.
pub(super) struct Networks;

impl Networks {
    pub fn serialize<S: Serializer>(value: &[IpNet], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(value)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
        let networks = Vec::<Network>::deserialize(deserializer)?;
        Ok(networks
            .into_iter()
            .map(|Network(network)| network)
            .collect())
    }
}

struct Network(IpNet);

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let network = deserializer.deserialize_str(Text {
            expected: NETWORK,
            read: |text| text.parse().ok(),
            number: None,
        });
        network.map(Self)
    }
}

/// `value` in the largest units that give whole numbers.
#[must_use]
pub fn period(value: Duration) -> String {
    let mut left = u64::try_from(value.as_nanos()).unwrap_or(u64::MAX);
    if left == 0 {
        return "0s".to_owned();
    }
    let mut text = String::new();
    for (unit, nanoseconds) in PERIODS {
        if left / nanoseconds > 0 {
            text.push_str(&format!("{}{unit}", left / nanoseconds));
            left %= nanoseconds;
        }
    }
    text
}

/// `value` in the largest unit that gives a whole number.
#[must_use]
pub fn size(value: u64) -> String {
    let whole = |(_, bytes): &&(&str, u64)| value >= *bytes && value.is_multiple_of(*bytes);
    let (unit, bytes) = SIZES.iter().find(whole).unwrap_or(&("B", 1));
    format!("{}{unit}", value / bytes)
}

/// The sum of the parts of `text`, each a number and one of `units`, in the order of the units.
fn parse(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let mut left = text;
    let mut sum: u64 = 0;
    let mut units = units;
    while !left.is_empty() {
        let digits = left.find(|letter: char| !letter.is_ascii_digit())?;
        let (number, rest) = left.split_at(digits);
        let letters = rest
            .find(|letter: char| letter.is_ascii_digit())
            .unwrap_or(rest.len());
        let (unit, rest) = rest.split_at(letters);
        let index = units.iter().position(|(name, _)| *name == unit)?;
        sum = sum.checked_add(number.parse::<u64>().ok()?.checked_mul(units[index].1)?)?;
        units = &units[index + 1..];
        left = rest;
    }
    (!text.is_empty()).then_some(sum)
}

/// Reads a text, or a number where that has a meaning.
pub(super) struct Text<T> {
    pub(super) expected: &'static str,
    pub(super) read: fn(&str) -> Option<T>,
    pub(super) number: Option<fn(u64) -> T>,
}

impl<T> Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.expected)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.read)(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        match self.number {
            Some(make) => Ok(make(number)),
            None => Err(E::invalid_type(Unexpected::Unsigned(number), &self)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_written() {
        for (text, nanoseconds) in [
            ("0s", 0),
            ("250ms", 250_000_000),
            ("1m30s", 90_000_000_000),
            ("1h", 3_600_000_000_000),
            ("1s1ns", 1_000_000_001),
        ] {
            assert_eq!(parse(text, PERIODS), Some(nanoseconds), "{text}");
            assert_eq!(period(Duration::from_nanos(nanoseconds)), text);
        }
        for text in [
            "",
            "5",
            "s",
            "5 s",
            "-5s",
            "1.5s",
            "5S",
            "30s1m",
            "1s1s",
            "99999999999h",
            "184467440737095516160ns",
        ] {
            assert_eq!(parse(text, PERIODS), None, "{text}");
        }
    }

    #[test]
    fn sizes_are_read_and_written() {
        for (text, bytes) in [
            ("0B", 0),
            ("1B", 1),
            ("64MiB", 64 << 20),
            ("16kB", 16_000),
            ("3GiB", 3 << 30),
            ("1025B", 1025),
        ] {
            assert_eq!(parse(text, SIZES), Some(bytes), "{text}");
            assert_eq!(size(bytes), text);
        }
        for text in ["", "64", "MiB", "64M", "64 MiB", "64mib", "-1B"] {
            assert_eq!(parse(text, SIZES), None, "{text}");
        }
    }
}
