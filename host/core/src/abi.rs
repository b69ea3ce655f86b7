//! Whether a component can take another's place: every difference between two worlds, and what
//! follows from them.
//!
//! [`compare`] walks two worlds side by side. Component-model spec, `Explainer.md`: components are
//! subtypes of one another when they export more and import less; an instance may export more;
//! functions and values are equal or different. So whatever a caller can name must stay as it is,
//! and whatever a host is asked for must have been asked for before. Interfaces are matched as
//! Wasmtime matches them when it links, on the track of compatible versions: `1.0.0` with `1.4.2`,
//! `0.2.0` with `0.2.6`. Unlike a linker, this goes on after the first difference, and tells what
//! lies between an exported interface that is gone and the one of its name that came on another
//! track.

mod bump;
mod change;
mod compare;
mod types;
mod unstable;
mod used;

use std::fmt;

use wit_parser::{Resolve, WorldId, WorldKey};

use crate::contract::Contract;

pub use bump::Bump;
pub use change::{Change, Class, Effect};
pub use unstable::{Unstable, unstable};

/// A world and what it speaks of.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// All packages, interfaces and types that the world speaks of.
    pub resolve: &'a Resolve,
    /// The world, in `resolve`.
    pub world: WorldId,
}

impl<'a> From<&'a Contract> for Side<'a> {
    fn from(contract: &'a Contract) -> Side<'a> {
        Side {
            resolve: &contract.resolve,
            world: contract.world,
        }
    }
}

/// What lies between two worlds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Every difference, in the order of the old world, and what is new after that.
    pub changes: Vec<Change>,
}

/// Whether the new component can take the old one's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Nothing that callers or hosts could see is different.
    Same,
    /// Callers and hosts of the old component can use the new one.
    Compatible,
    /// Some cannot.
    Breaking,
}

impl Verdict {
    /// The word for it: `same`, `compatible`, `breaking`.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Same => "same",
            Verdict::Compatible => "compatible",
            Verdict::Breaking => "breaking",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Lists all differences between the component that is there, `old`, and the one that is to take
/// its place, `new`.
///
/// ```
/// use amphi_core::abi::{Verdict, compare};
/// use amphi_core::contract;
///
/// let component = |name: &str| {
///     let text = format!(r#"(component
///         (core module $m (func (export "f") (result i32) i32.const 1))
///         (core instance $i (instantiate $m))
///         (func (export "{name}") (result u32) (canon lift (core func $i "f"))))"#);
///     contract::decode(&wat::parse_str(text).expect("it is well formed"))
/// };
/// let (old, new) = (component("add")?, component("sum")?);
/// let report = compare((&old).into(), (&new).into());
/// assert_eq!(report.verdict(), Verdict::Breaking);
/// let classes: Vec<&str> = report.changes.iter().map(|change| change.class.as_str()).collect();
/// assert_eq!(classes, ["removed-func", "added-func"]);
/// # Ok::<(), contract::ContractError>(())
/// ```
pub fn compare(old: Side<'_>, new: Side<'_>) -> Report {
    Report {
        changes: compare::worlds(old, new),
    }
}

/// The version that the exported interfaces have, if all have one and the same. WASI's are not
/// counted: they say nothing of the component.
pub fn exported_version<'a>(side: Side<'a>) -> Option<&'a semver::Version> {
    let exports = side.resolve.worlds[side.world].exports.keys();
    let mut versions = exports.filter_map(|key| {
        let WorldKey::Interface(interface) = key else {
            return None;
        };
        let package = side.resolve.interfaces[*interface].package?;
        let name = &side.resolve.packages[package].name;
        name.version.as_ref().filter(|_| name.namespace != "wasi")
    });
    let first = versions.next()?;
    versions.all(|version| version == first).then_some(first)
}

impl Report {
    /// Whether the new component can take the old one's place.
    pub fn verdict(&self) -> Verdict {
        let breaking = |change: &Change| change.effect() == Effect::Breaking;
        if self.changes.iter().any(breaking) {
            Verdict::Breaking
        } else if self.changes.is_empty() {
            Verdict::Same
        } else {
            Verdict::Compatible
        }
    }

    /// Which part of its version a package that changes so has to raise, by semantic versioning.
    pub fn bump(&self) -> Bump {
        match self.verdict() {
            Verdict::Breaking => Bump::Major,
            Verdict::Same => Bump::None,
            Verdict::Compatible => self
                .changes
                .iter()
                .map(|change| match change.effect() {
                    Effect::Compatible => Bump::Minor,
                    Effect::Breaking | Effect::Invisible => Bump::Patch,
                })
                .max()
                .unwrap_or(Bump::Patch),
        }
    }
}

#[cfg(test)]
mod tests;
