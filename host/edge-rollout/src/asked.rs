//! Which version a call means that asks for one: by digest, or by the version of its interface.

use amphi_core::version::is_compatible;
use semver::Version;

/// The fewest digits of a digest that name a version.
const DIGITS: usize = 8;

/// A version that is served.
#[derive(Clone, Copy, Debug)]
pub struct Served<'a> {
    /// The SHA-256 of its component, in lower-case hexadecimal.
    pub digest: &'a str,
    /// The version of the interface that it exports, if that has one.
    pub version: Option<&'a Version>,
}

/// A version that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The one that was asked for, by its place.
    Exact(usize),
    /// That one is not served; this is the newest that whoever was made for it can use.
    Compatible(usize),
}

/// Looks for what `asked` names: `sha256:` and a digest or its first digits, at least eight; these
/// digits alone; or a version (`1.2.0`).
///
/// `served` has the latest first. Of a version that several have, the latest is meant. None, if
/// nothing that is served will do.
#[must_use]
pub fn find(asked: &str, served: &[Served<'_>]) -> Option<Found> {
    let asked = asked.trim();
    match Version::parse(asked) {
        Ok(version) => of_version(&version, served),
        Err(_) => of_digest(asked, served),
    }
}

fn of_digest(asked: &str, served: &[Served<'_>]) -> Option<Found> {
    let digits = asked.strip_prefix("sha256:").unwrap_or(asked);
    let hexadecimal = |digit: u8| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit);
    if digits.len() < DIGITS || !digits.bytes().all(hexadecimal) {
        return None;
    }
    let mut found = served.iter().enumerate();
    let (place, _) = found.find(|(_, served)| served.digest.starts_with(digits))?;
    let other = found.any(|(_, served)| served.digest.starts_with(digits));
    (!other).then_some(Found::Exact(place))
}

fn of_version(asked: &Version, served: &[Served<'_>]) -> Option<Found> {
    let versions = || {
        let places = served.iter().enumerate();
        places.filter_map(|(place, served)| Some((place, served.version?)))
    };
    if let Some((place, _)) = versions().find(|(_, version)| *version == asked) {
        return Some(Found::Exact(place));
    }
    // Who was made for a later one may need what an earlier one has not.
    let serves =
        |version: &Version| is_compatible(asked, version) && version.cmp_precedence(asked).is_ge();
    let mut newest: Option<(usize, &Version)> = None;
    for (place, version) in versions().filter(|(_, version)| serves(version)) {
        if newest.is_none_or(|(_, newest)| version.cmp_precedence(newest).is_gt()) {
            newest = Some((place, version));
        }
    }
    newest.map(|(place, _)| Found::Compatible(place))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(asked: &str, versions: &[&str], expected: Option<Found>) {
        let versions: Vec<Option<Version>> = versions
            .iter()
            .map(|version| Version::parse(version).ok())
            .collect();
        let digests: Vec<String> = (0..versions.len())
            .map(|place| format!("abcdef0{place}{}", "0".repeat(56)))
            .collect();
        let both = digests.iter().zip(&versions);
        let served: Vec<Served> = both
            .map(|(digest, version)| Served {
                digest,
                version: version.as_ref(),
            })
            .collect();
        assert_eq!(find(asked, &served), expected, "{asked} {versions:?}");
    }

    #[test]
    fn a_version_is_itself_or_the_newest_compatible() {
        check("1.0.0", &["1.1.0", "1.0.0"], Some(Found::Exact(1)));
        check("1.0.0", &["1.0.0", "1.0.0"], Some(Found::Exact(0)));
        check(
            "1.0.0",
            &["1.1.0", "1.2.0", "1.2.0"],
            Some(Found::Compatible(1)),
        );
        check("1.0.0", &["2.0.0", "1.1.0"], Some(Found::Compatible(1)));
        check("1.1.0", &["1.0.9", "2.0.0"], None);
        check("0.2.0", &["0.2.6", "0.3.0"], Some(Found::Compatible(0)));
        check("0.2.0", &["0.3.0"], None);
        check("0.0.1", &["0.0.2"], None);
        check("1.0.0", &["", "1.0.1-rc.1"], None);
        check("1.0.0-rc.1", &["1.0.0-rc.2", "1.0.0", "1.0.0-rc.1+b"], None);
        check(
            "1.0.0-rc.1",
            &["1.0.0", "1.0.0-rc.1"],
            Some(Found::Exact(1)),
        );
        // Build metadata has no order: of several the latest is meant.
        check("1.0.0+b", &["1.0.0+a"], Some(Found::Compatible(0)));
        check("1.0.0", &["1.1.0+a", "1.1.0+b"], Some(Found::Compatible(0)));
        check("1.0.0+a", &["1.0.0+b", "1.0.0+a"], Some(Found::Exact(1)));
        check("1.0.0", &[], None);
    }

    #[test]
    fn a_digest_is_named_by_enough_of_its_digits() {
        let versions = ["1.0.0", "1.0.0"];
        check("abcdef01", &versions, Some(Found::Exact(1)));
        check("sha256:abcdef00", &versions, Some(Found::Exact(0)));
        let whole = format!("sha256:abcdef01{}", "0".repeat(56));
        check(&whole, &versions, Some(Found::Exact(1)));
        check("abcdef0", &versions, None);
        check("abcdef02", &versions, None);
        check("ABCDEF01", &versions, None);
        check("", &versions, None);
        // Two that begin alike: neither is named.
        let one = Served {
            digest: "abcdef0100",
            version: None,
        };
        assert_eq!(find("abcdef01", &[one, one]), None);
    }
}
