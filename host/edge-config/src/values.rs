//! Values that are right by their types, so that no configuration has others, be it read from a
//! file or made in Rust.

use std::fmt;
use std::num::{NonZeroU32, NonZeroU64};
use std::str::FromStr;
use std::time::Duration;

use amphi_edge_pattern::HostPattern;
use amphi_edge_rollout::choice::Weight;
use http::uri::PathAndQuery;
use http::{Method, StatusCode};
use serde::de::{Deserialize, Deserializer, Error, Unexpected};
use serde::ser::{Serialize, Serializer};

use super::paths;
use super::text::{Period, period};

/// How many of 100 calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent(Weight);

impl Percent {
    /// No call.
    pub const NONE: Self = Self(Weight::NONE);
    /// Every call.
    pub const ALL: Self = Self(Weight::ALL);

    /// So many; none if that is more than all.
    #[must_use]
    pub fn new(calls: u16) -> Option<Self> {
        Weight::of_percent(calls).map(Self)
    }

    /// A weight that was made of whole percent.
    pub(super) fn of(weight: Weight) -> Self {
        Self(weight)
    }

    /// How many.
    #[must_use]
    pub fn get(self) -> u16 {
        self.0.in_10_000() / 100
    }

    /// The same as trials have it.
    #[must_use]
    pub fn weight(self) -> Weight {
        self.0
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u16(self.get())
    }
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        number(deserializer, Self::new, "a number from 0 to 100")
    }
}

/// Seconds without a fraction, as limits of processor time are counted; at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WholeSeconds(NonZeroU64);

impl WholeSeconds {
    /// 60 seconds.
    pub const MINUTE: Self = Self(NonZeroU64::MIN.saturating_add(59));

    /// So many.
    #[must_use]
    pub fn new(seconds: NonZeroU64) -> Self {
        Self(seconds)
    }

    /// How many.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0.get()
    }

    /// The same as a duration.
    #[must_use]
    pub fn duration(self) -> Duration {
        Duration::from_secs(self.get())
    }
}

impl Serialize for WholeSeconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Period::serialize(&self.duration(), serializer)
    }
}

impl<'de> Deserialize<'de> for WholeSeconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let time = Period::deserialize(deserializer)?;
        let whole = NonZeroU64::new(time.as_secs()).filter(|_| time.subsec_nanos() == 0);
        whole.map(Self).ok_or_else(|| {
            let found = format!("`{}`", period(time));
            D::Error::invalid_value(Unexpected::Other(&found), &"whole seconds from `1s`")
        })
    }
}

/// The status of an answer, from `LEAST` to 599.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status<const LEAST: u16>(StatusCode);

impl<const LEAST: u16> Status<LEAST> {
    /// This one; none if no answer has it.
    #[must_use]
    pub fn new(status: u16) -> Option<Self> {
        let status = Some(status).filter(|status| (LEAST..=599).contains(status));
        StatusCode::from_u16(status?).ok().map(Self)
    }

    /// The status.
    #[must_use]
    pub fn get(self) -> StatusCode {
        self.0
    }
}

impl<const LEAST: u16> Serialize for Status<LEAST> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u16(self.0.as_u16())
    }
}

impl<'de, const LEAST: u16> Deserialize<'de> for Status<LEAST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = format!("a number from {LEAST} to 599");
        number(deserializer, Self::new, &expected)
    }
}

fn number<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    make: fn(u16) -> Option<T>,
    expected: &str,
) -> Result<T, D::Error> {
    let number = u16::deserialize(deserializer)?;
    let found = Unexpected::Unsigned(number.into());
    make(number).ok_or_else(|| D::Error::invalid_value(found, &expected))
}

/// The beginning of paths, in whole segments, that the host does not answer itself: `/`, `/shop`,
/// `/shop/api`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RoutePath(String);

/// Why a text is no [`RoutePath`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RouteError {
    /// It is no path of whole segments.
    Form,
    /// The host answers below this path itself.
    Reserved(&'static str),
}

const ROUTE: &str = "a path such as `/`, `/shop` or `/shop/api`";

impl fmt::Display for RouteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form => write!(f, "expected {ROUTE}"),
            Self::Reserved(ours) => write!(f, "`{ours}` is reserved for the host"),
        }
    }
}

impl std::error::Error for RouteError {}

impl RoutePath {
    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RoutePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for RoutePath {
    type Err = RouteError;

    fn from_str(text: &str) -> Result<Self, RouteError> {
        let segments = text.strip_prefix('/').ok_or(RouteError::Form)?;
        let plain = |letter: char| letter.is_ascii_graphic() && !"?#%\\\"<>{}|^`".contains(letter);
        let mut whole = segments
            .split('/')
            .map(|part| !matches!(part, "" | "." | ".."));
        if !text.chars().all(plain) || text != "/" && !whole.all(|whole| whole) {
            return Err(RouteError::Form);
        }
        match paths::reserved(text) {
            Some(ours) => Err(RouteError::Reserved(ours)),
            None => Ok(Self(text.to_owned())),
        }
    }
}

impl Serialize for RoutePath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for RoutePath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|error| match error {
            RouteError::Form => D::Error::invalid_value(Unexpected::Str(&text), &ROUTE),
            reserved @ RouteError::Reserved(_) => D::Error::custom(reserved),
        })
    }
}

/// What a request asks for at a host: a path, and a query if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestPath(PathAndQuery);

impl RequestPath {
    /// This one; none if `text` does not begin with `/`, or no request has it.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let path = text.starts_with('/').then(|| text.parse().ok());
        path.flatten().map(Self)
    }

    /// The path and the query.
    #[must_use]
    pub fn get(&self) -> &PathAndQuery {
        &self.0
    }
}

impl Serialize for RequestPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_str())
    }
}

impl<'de> Deserialize<'de> for RequestPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer, Self::new, "a path such as `/health`")
    }
}

fn text<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    make: fn(&str) -> Option<T>,
    expected: &str,
) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    make(&text).ok_or_else(|| D::Error::invalid_value(Unexpected::Str(&text), &expected))
}

/// A method, for serde's `with`.
pub(super) mod method {
    use super::{Deserialize, Deserializer, Method, Serializer, text};

    pub fn serialize<S: Serializer>(
        method: &Option<Method>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match method {
            Some(method) => serializer.serialize_some(method.as_str()),
            None => serializer.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Method>, D::Error> {
        struct Name(Method);

        impl<'de> Deserialize<'de> for Name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let make = |text: &str| Method::from_bytes(text.as_bytes()).ok();
                text(deserializer, make, "a method such as `GET`").map(Self)
            }
        }

        let name = Option::<Name>::deserialize(deserializer)?;
        Ok(name.map(|Name(method)| method))
    }
}

/// Patterns of hosts, for serde's `with`.
pub(super) mod hosts {
    use super::{Deserialize, Deserializer, HostPattern, Serializer, text};

    pub fn serialize<S: Serializer>(
        hosts: &[HostPattern],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(hosts.iter().map(ToString::to_string))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<HostPattern>, D::Error> {
        struct Host(HostPattern);

        impl<'de> Deserialize<'de> for Host {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let example = "a host such as `api.example.com`, `*.example.com:443` or `*`";
                text(deserializer, |text| text.parse().ok(), example).map(Self)
            }
        }

        let hosts = Vec::<Host>::deserialize(deserializer)?;
        Ok(hosts.into_iter().map(|Host(host)| host).collect())
    }
}

/// A number from 1 on, for serde's `with`.
pub(super) mod from_one {
    use super::{Deserializer, NonZeroU32, Serializer, nonzero};

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde passes a reference"
    )]
    pub fn serialize<S: Serializer>(value: &NonZeroU32, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(value.get())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NonZeroU32, D::Error> {
        nonzero(deserializer, "at least 1")
    }
}

/// The same where more than 100,000 are refused as well.
pub(super) mod concurrency {
    use super::{Deserializer, NonZeroU32, nonzero};

    pub use super::from_one::serialize;

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NonZeroU32, D::Error> {
        nonzero(deserializer, "a number from 1 to 100000")
    }
}

fn nonzero<'de, D: Deserializer<'de>>(
    deserializer: D,
    expected: &str,
) -> Result<NonZeroU32, D::Error> {
    let number = u32::deserialize(deserializer)?;
    let found = Unexpected::Unsigned(number.into());
    NonZeroU32::new(number).ok_or_else(|| D::Error::invalid_value(found, &expected))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_is_no_value() {
        assert_eq!(Percent::new(100), Some(Percent::ALL));
        assert_eq!(Percent::new(101), None);
        assert_eq!(Percent::new(7).map(Percent::get), Some(7));
        for (status, good) in [(199, false), (200, true), (599, true), (600, false)] {
            assert_eq!(Status::<200>::new(status).is_some(), good, "{status}");
        }
        for (path, good) in [("/", true), ("/a?b", true), ("a", false), ("*", false)] {
            assert_eq!(RequestPath::new(path).is_some(), good, "{path}");
        }
    }

    #[test]
    fn routes_are_whole_and_not_the_hosts_own() {
        let route = |text: &str| text.parse::<RoutePath>().map(|route| route.to_string());
        for good in ["/", "/shop", "/shop/api", "/v2", "/docsy", "/metric"] {
            assert_eq!(route(good).as_deref(), Ok(good));
        }
        for bad in [
            "", "shop", "/shop/", "//", "/a//b", "/a/../b", "/.", "/a b", "/ä", "/a?b", "/%41",
        ] {
            assert_eq!(route(bad), Err(RouteError::Form), "{bad}");
        }
        for (path, ours) in [
            ("/v1", "/v1"),
            ("/v1/fn/calc", "/v1"),
            ("/docs", "/docs"),
            ("/readyz/a", "/readyz"),
        ] {
            assert_eq!(route(path), Err(RouteError::Reserved(ours)), "{path}");
        }
    }
}
