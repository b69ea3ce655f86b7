//! Versions of interfaces: which are compatible, and which is the later one.
//!
//! This is the one rule of the project, and that of Wasmtime's linker, which both hosts link by:
//! `1.0.0` is compatible with any `1.x`, `0.2.0` with any `0.2.x`; one before `0.1.0` and a
//! pre-release with themselves alone. The later of two comes later by semantic versioning: a
//! pre-release is before its release, and build metadata (`+b`) has no order.

use std::cmp::Ordering;

use semver::Version;

/// How many numbers of a version all have that are compatible with it; none where it is compatible
/// with itself alone.
fn shared(version: &Version) -> Option<usize> {
    match version {
        Version { pre, .. } if !pre.is_empty() => None,
        Version {
            major: 0, minor: 0, ..
        } => None,
        Version { major: 0, .. } => Some(2),
        Version { .. } => Some(1),
    }
}

/// Whether two versions are compatible: an import of either is satisfied by the other.
///
/// ```
/// use amphi_core::version::is_compatible;
///
/// let version = |text: &str| semver::Version::parse(text).expect("a version");
/// assert!(is_compatible(&version("1.2.0"), &version("1.9.3")));
/// assert!(is_compatible(&version("0.2.0"), &version("0.2.6")));
/// assert!(!is_compatible(&version("0.2.0"), &version("0.3.0")));
/// assert!(!is_compatible(&version("2.0.0-rc.1"), &version("2.0.0")));
/// ```
#[must_use]
pub fn is_compatible(one: &Version, other: &Version) -> bool {
    let numbers = |version: &Version| [version.major, version.minor];
    let on_one_track = |count: usize| numbers(one)[..count] == numbers(other)[..count];
    one == other
        || shared(one).is_some_and(|count| shared(other) == Some(count) && on_one_track(count))
}

/// An interface with no more of its version than all have that are compatible with it:
/// `demo:calc/ops@1` of `demo:calc/ops@1.2.0`, `demo:calc/ops@0.2` of `demo:calc/ops@0.2.1`. None,
/// if it has no version, or one that is compatible with itself alone.
///
/// ```
/// use amphi_core::version::track;
///
/// assert_eq!(track("demo:calc/ops@1.2.0"), Some("demo:calc/ops@1"));
/// assert_eq!(track("wasi:io/streams@0.2.6"), Some("wasi:io/streams@0.2"));
/// assert_eq!(track("wasi:logging/logging@0.1.0-draft"), None);
/// ```
#[must_use]
pub fn track(interface: &str) -> Option<&str> {
    let (bare, version) = interface.split_once('@')?;
    let count = shared(&Version::parse(version).ok()?)?;
    let (dot, _) = version.match_indices('.').nth(count - 1)?;
    interface.get(..bare.len() + 1 + dot)
}

/// An interface without its version: `demo:calc/ops` of `demo:calc/ops@1.2.0`.
///
/// ```
/// assert_eq!(amphi_core::version::bare("demo:calc/ops@1.2.0"), "demo:calc/ops");
/// ```
#[must_use]
pub fn bare(interface: &str) -> &str {
    interface
        .split_once('@')
        .map_or(interface, |(bare, _)| bare)
}

/// The one of `interfaces` that satisfies an import of `wanted`: the same, or else the latest
/// compatible one.
///
/// ```
/// use amphi_core::version::serving;
///
/// let served = ["demo:calc/ops@1.0.0", "demo:calc/ops@1.3.0", "demo:calc/ops@2.0.0"];
/// assert_eq!(serving("demo:calc/ops@1.1.0", served), Some("demo:calc/ops@1.3.0"));
/// assert_eq!(serving("demo:calc/ops@1.0.0", served), Some("demo:calc/ops@1.0.0"));
/// assert_eq!(serving("demo:calc/ops@3.0.0", served), None);
/// ```
pub fn serving<'a>(wanted: &str, interfaces: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let track = track(wanted);
    let mut latest: Option<&str> = None;
    for interface in interfaces {
        if interface == wanted {
            return Some(interface);
        }
        let serves = track.is_some() && self::track(interface) == track;
        if serves && latest.is_none_or(|latest| order(interface, latest).is_gt()) {
            latest = Some(interface);
        }
    }
    latest
}

/// How the versions of two interfaces follow one another.
pub(crate) fn order(one: &str, other: &str) -> Ordering {
    let version = |interface: &str| Version::parse(interface.split_once('@')?.1).ok();
    match (version(one), version(other)) {
        (Some(one), Some(other)) => one.cmp_precedence(&other),
        _ => Ordering::Equal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).expect("a version")
    }

    #[test]
    fn versions_that_are_compatible_are_on_one_track() {
        for (interface, expected) in [
            ("demo:calc/ops@1.2.3", Some("demo:calc/ops@1")),
            ("demo:calc/ops@12.0.0+build.1", Some("demo:calc/ops@12")),
            ("demo:calc/ops@0.2.1", Some("demo:calc/ops@0.2")),
            ("demo:calc/ops@0.12.1+b", Some("demo:calc/ops@0.12")),
            ("demo:calc/ops@0.0.7", None),
            ("demo:calc/ops@1.0.0-rc.1", None),
            ("demo:calc/ops@0.2.0-draft+b", None),
            ("demo:calc/ops@1.0", None),
            ("demo:calc/ops@1", None),
            ("demo:calc/ops", None),
            ("ops", None),
            ("@", None),
        ] {
            assert_eq!(track(interface), expected, "{interface}");
        }
    }

    #[test]
    fn compatible_is_what_is_on_one_track() {
        let versions = [
            "1.0.0",
            "1.0.0+a",
            "1.2.3",
            "2.0.0",
            "0.2.0",
            "0.2.7",
            "0.3.0",
            "0.0.1",
            "0.0.2",
            "0.0.1+a",
            "1.0.0-rc.1",
            "1.0.0-rc.2",
            "1.0.0-rc.1+a",
        ];
        for one in versions {
            for other in versions {
                let track = |version: &str| track(&format!("a:b/c@{version}")).map(str::to_owned);
                let expected = one == other || track(one).is_some() && track(one) == track(other);
                let found = is_compatible(&version(one), &version(other));
                assert_eq!(found, expected, "{one} and {other}");
            }
        }
    }

    #[test]
    fn who_asks_is_served_by_itself_or_by_the_latest_that_is_compatible() {
        let check = |wanted: &str, versions: &[&str], expected: Option<usize>| {
            let names: Vec<String> = versions
                .iter()
                .map(|version| format!("a:b/c@{version}"))
                .collect();
            let found = serving(&format!("a:b/c@{wanted}"), names.iter().map(String::as_str));
            let found = found.and_then(|found| names.iter().position(|name| name == found));
            assert_eq!(found, expected, "{wanted} of {versions:?}");
        };
        check("1.0.0", &["1.9.0", "1.10.0", "1.0.1"], Some(1));
        check("1.0.0", &["1.10.0", "1.0.0"], Some(1));
        check("1.2.0", &["1.0.0"], Some(0));
        check("1.0.0", &["1.1.0+a", "1.1.0+b"], Some(0));
        check("1.0.0", &["1.1.0+b", "1.1.0+a"], Some(0));
        check("1.0.0+b", &["1.0.0+a", "1.0.0+b"], Some(1));
        check("1.0.0", &["1.18446744073709551615.0", "1.2.0"], Some(0));
        check("1.0.0", &["1.1.0-rc.1", "2.0.0", "1.1"], None);
        check("1.0.0-rc.1", &["1.0.0-rc.2", "1.0.0", "1.0.0-rc.1+a"], None);
        check("1.0.0-rc.1", &["1.0.0-rc.2", "1.0.0-rc.1"], Some(1));
        check("0.2.0", &["0.3.0", "0.2.6", "0.2.12"], Some(2));
        check("0.0.1", &["0.0.2"], None);
        let names = ["a:b/d@1.0.0", "a:b/c", "x"];
        assert_eq!(serving("a:b/c@1.0.0", names), None);
        assert_eq!(serving("a:b/c", names), Some("a:b/c"));
    }
}
