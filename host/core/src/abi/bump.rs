//! Versions of interfaces, and what a change does to them.

use std::fmt;

use crate::version::track;
use wit_parser::{InterfaceId, Resolve};

/// Which part of a version is to be raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bump {
    /// None.
    None,
    /// The third number.
    Patch,
    /// The second number.
    Minor,
    /// The first number.
    Major,
}

impl Bump {
    /// The word for it: `none`, `patch`, `minor`, `major`.
    pub fn as_str(self) -> &'static str {
        match self {
            Bump::None => "none",
            Bump::Patch => "patch",
            Bump::Minor => "minor",
            Bump::Major => "major",
        }
    }

    /// The version after `version`: before `1.0.0` every number means what the one on its left
    /// means after it. After a pre-release comes its release, if that raises enough.
    pub fn applied_to(self, version: &semver::Version) -> semver::Version {
        let semver::Version {
            major,
            minor,
            patch,
            ..
        } = *version;
        let early = major == 0;
        let release = semver::Version::new(major, minor, patch);
        // A release may be a step of that size itself.
        let is_enough = !version.pre.is_empty()
            && match self {
                Bump::None | Bump::Patch => true,
                Bump::Minor => early || patch == 0,
                Bump::Major if early => minor == 0 || patch == 0,
                Bump::Major => minor == 0 && patch == 0,
            };
        match self {
            Bump::None => version.clone(),
            _ if is_enough => release,
            Bump::Major if early && minor == 0 => semver::Version::new(0, 0, patch + 1),
            Bump::Major if early => semver::Version::new(0, minor + 1, 0),
            Bump::Major => semver::Version::new(major + 1, 0, 0),
            Bump::Minor if !early => semver::Version::new(major, minor + 1, 0),
            Bump::Minor | Bump::Patch => semver::Version::new(major, minor, patch + 1),
        }
    }
}

impl fmt::Display for Bump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What an interface is matched by: the track of its version, or all of it where that is compatible
/// with itself alone.
pub(super) fn matched(interface: &str) -> &str {
    track(interface).unwrap_or(interface)
}

/// The version of the package that an interface belongs to.
pub(super) fn of_interface(resolve: &Resolve, interface: InterfaceId) -> Option<&semver::Version> {
    let package = resolve.interfaces[interface].package?;
    resolve.packages[package].name.version.as_ref()
}
