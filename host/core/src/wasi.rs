//! What of WASI every host supplies.

use crate::version;

/// The packages of WASI 0.2, each before the name of an interface.
const SUPPLIED: &[&str] = &[
    "wasi:cli/",
    "wasi:clocks/",
    "wasi:filesystem/",
    "wasi:http/",
    "wasi:io/",
    "wasi:random/",
    "wasi:sockets/",
];

/// Whether every host supplies the interface, so that a program need not: `wasi:io/streams@0.2.6`,
/// but neither `wasi:logging/logging` nor an interface of WASI's next version.
///
/// ```
/// use amphi_core::wasi::is_supplied;
///
/// assert!(is_supplied("wasi:io/streams@0.2.6"));
/// assert!(!is_supplied("wasi:logging/logging"));
/// ```
#[must_use]
pub fn is_supplied(interface: &str) -> bool {
    let is_0_2 = version::track(interface).is_some_and(|track| track.ends_with("@0.2"));
    is_0_2
        && SUPPLIED
            .iter()
            .any(|package| interface.starts_with(package))
}

#[cfg(test)]
mod tests {
    use super::is_supplied;

    #[test]
    fn wasi_is_supplied_and_its_proposals_are_not() {
        for (interface, expected) in [
            ("wasi:io/streams@0.2.6", true),
            ("wasi:http/types@0.2.0", true),
            ("wasi:cli/run@0.3.0", false),
            ("wasi:cli/stdout", false),
            ("wasi:logging/logging", false),
            ("wasi:keyvalue/store@0.2.0-draft", false),
            ("wasi:clocksmith/clock@0.2.0", false),
            ("demo:sensor/log@1.0.0", false),
        ] {
            assert_eq!(is_supplied(interface), expected, "{interface}");
        }
    }
}
