//! Versions of interfaces, and what a change does to them.

use std::fmt;

use wit_parser::Resolve;
use wit_parser::{InterfaceId, WorldKey};

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

    /// The version after `version`: before `1.0.0` every number means what the one on its left means after it.
    pub fn applied_to(self, version: &semver::Version) -> semver::Version {
        let semver::Version {
            major,
            minor,
            patch,
            ..
        } = *version;
        let early = major == 0;
        match self {
            Bump::None => version.clone(),
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

/// The name by which an import or export is matched: an interface's has the track of its version and not the version.
pub(super) fn track(resolve: &Resolve, key: &WorldKey) -> String {
    resolve.name_canonicalized_world_key(key)
}

/// The name of an interface for people, without a version: `demo:calc/ops`.
pub(super) fn bare(resolve: &Resolve, key: &WorldKey) -> String {
    let name = resolve.name_world_key(key);
    name.split_once('@')
        .map_or(name.clone(), |(bare, _)| bare.to_owned())
}

/// The version of the package that an interface belongs to.
pub(super) fn of_interface(resolve: &Resolve, interface: InterfaceId) -> Option<&semver::Version> {
    let package = resolve.interfaces[interface].package?;
    resolve.packages[package].name.version.as_ref()
}
