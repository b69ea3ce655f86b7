//! The contract of a component: the world that it was built for, decoded from its bytes.
//!
//! [`decode`] gives a [`Contract`]. [`Contract::wit`] writes it as WIT; [`Contract::imports`] and
//! [`Contract::exports`] list it as data, and [`Contract::json`] writes that data down.

mod circle;
mod depth;
mod documentation;
mod inspection;
mod item;
mod json;
mod parts;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use semver::Version;
use wit_component::{StringEncoding, WitPrinter, metadata};
use wit_parser::decoding::DecodedWasm;
use wit_parser::{PackageId, Resolve, World, WorldId};

use crate::binary::{self, Anatomy, BinaryError};
use crate::screen::{self, ScreenError};

pub use depth::shallow;
pub(crate) use item::type_text;
pub use item::{Function, Item, Param, TypeName};
pub(crate) use parts::parts;

/// The namespace of the packages that WASI defines.
const WASI: &str = "wasi";

/// What a component imports and exports.
#[derive(Clone, Debug)]
pub struct Contract {
    /// All packages, interfaces and types that the world speaks of.
    pub resolve: Resolve,
    /// The world, in `resolve`.
    pub world: WorldId,
    /// The parts of the component.
    pub anatomy: Anatomy,
}

/// Which packages are written out as WIT, besides the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packages {
    /// Those that are not WASI's.
    Own,
    /// All, so that the text is complete.
    All,
}

/// Decodes the contract of a component from its bytes.
///
/// ```
/// use amphi_core::contract::{self, Packages};
///
/// let bytes = wat::parse_str(r#"(component
///     (core module $m (func (export "f") (param i32) (result i32) local.get 0))
///     (core instance $i (instantiate $m))
///     (func (export "same") (param "x" u32) (result u32) (canon lift (core func $i "f"))))"#)
/// .expect("it is well formed");
/// let contract = contract::decode(&bytes)?;
/// assert_eq!(contract.exports()[0].name(), "same");
/// assert!(contract.wit(Packages::Own)?.contains("export same: func(x: u32) -> u32;"));
/// # Ok::<(), contract::ContractError>(())
/// ```
///
/// # Errors
///
/// The bytes are not a valid component, are nested too deep or multiply themselves, or are a
/// component whose world cannot be written as WIT.
pub fn decode(bytes: &[u8]) -> Result<Contract, ContractError> {
    let anatomy = binary::anatomy(bytes).map_err(ContractError::Binary)?;
    match decoded(bytes)? {
        DecodedWasm::Component(resolve, world) => Ok(Contract {
            resolve,
            world,
            anatomy,
        }),
        DecodedWasm::WitPackage(resolve, package) => Err(ContractError::Package {
            name: resolve.packages[package].name.to_string(),
        }),
    }
}

/// Decodes a WIT package from its binary form.
///
/// # Errors
///
/// As [`decode`], of which it takes what that refuses as a package, and refuses what that takes.
pub fn package(bytes: &[u8]) -> Result<(Resolve, PackageId), ContractError> {
    match decoded(bytes)? {
        DecodedWasm::WitPackage(resolve, package) => Ok((resolve, package)),
        DecodedWasm::Component(..) => Err(ContractError::Component),
    }
}

fn decoded(bytes: &[u8]) -> Result<DecodedWasm, ContractError> {
    readable(bytes)?;
    asserted(|| wit_component::decode(bytes))?.map_err(|error| ContractError::Invalid {
        problem: format!("{error:#}"),
    })
}

/// A world in the binary form that core modules carry, by which a validator can tell what its
/// components need.
///
/// # Errors
///
/// The world has something that this form has not.
pub fn encode(resolve: &Resolve, world: WorldId) -> Result<Vec<u8>, ContractError> {
    asserted(|| metadata::encode(resolve, world, StringEncoding::UTF8, None))?.map_err(|error| {
        ContractError::Unprintable {
            problem: format!("{error:#}"),
        }
    })
}

/// Refuses bytes that a decoder of WIT is not safe with: a component, a package in its binary form,
/// or a core module that carries its world.
///
/// # Errors
///
/// They are nested too deep or multiply themselves, or speak of packages that use each other.
/// Whether they are a component is not asked.
pub fn readable(bytes: &[u8]) -> Result<(), ContractError> {
    screen::check(bytes).map_err(ContractError::Screened)?;
    circle::check(bytes)?;
    screen::worlds(bytes).try_for_each(|(_, world)| circle::check(world))
}

thread_local! {
    static ASSERTING: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is in [`asserted`], so that a panic of it becomes an error: a program that
/// tells of panics need not tell of that.
pub fn is_asserting() -> bool {
    ASSERTING.get()
}

/// What comes of work with WIT that asserts what WIT can say: a valid component may say more, such
/// as one interface by two names.
///
/// # Errors
///
/// An assertion did not hold.
pub fn asserted<T>(work: impl FnOnce() -> T) -> Result<T, ContractError> {
    ASSERTING.set(true);
    // Whatever it has worked at is dropped with it.
    let done = catch_unwind(AssertUnwindSafe(work));
    ASSERTING.set(false);
    done.map_err(|panic| {
        let message = panic.downcast_ref::<&str>().copied();
        unasserted(message.or_else(|| panic.downcast_ref::<String>().map(String::as_str)))
    })
}

/// The error of an assertion that did not hold, of which the panic says `message`: for a target
/// where a panic ends the program, so that [`asserted`] gives nothing.
pub fn unasserted(message: Option<&str>) -> ContractError {
    ContractError::Unprintable {
        problem: match message {
            Some(message) => format!("something that its tools do not support: {message}"),
            None => "something that its tools do not support".to_owned(),
        },
    }
}

impl Contract {
    /// The world as WIT, followed by the packages that it uses.
    ///
    /// # Errors
    ///
    /// The contract uses something that WIT has no words for.
    pub fn wit(&self, packages: Packages) -> Result<String, ContractError> {
        let main = self.world().package;
        let nested: Vec<PackageId> = self
            .resolve
            .packages
            .iter()
            .filter(|(id, package)| {
                Some(*id) != main && (packages == Packages::All || package.name.namespace != WASI)
            })
            .map(|(id, _)| id)
            .collect();
        let mut printer = WitPrinter::default();
        let main = main.ok_or_else(|| ContractError::Unprintable {
            problem: "a world without a package".to_owned(),
        })?;
        asserted(|| printer.print(&self.resolve, main, &nested))?.map_err(|error| {
            ContractError::Unprintable {
                problem: format!("{error:#}"),
            }
        })?;
        Ok(printer.output.to_string())
    }

    /// What the component needs from its host.
    pub fn imports(&self) -> Vec<Item> {
        item::items(&self.resolve, &self.world().imports)
    }

    /// What the component offers.
    pub fn exports(&self) -> Vec<Item> {
        item::items(&self.resolve, &self.world().exports)
    }

    /// The imports and exports as JSON, with the size, the number of core modules and of nested
    /// components, and the versions of WASI.
    pub fn json(&self) -> serde_json::Value {
        json::contract(self)
    }

    /// The versions of WASI that the world imports from or exports to, in order: `0.2.6`.
    pub fn wasi_versions(&self) -> Vec<String> {
        let items = self.imports().into_iter().chain(self.exports());
        let versions: BTreeSet<(Option<Version>, String)> = items
            .filter_map(|item| {
                let (name, version) = item.name().split_once('@')?;
                name.strip_prefix(WASI)?
                    .starts_with(':')
                    .then(|| (Version::parse(version).ok(), version.to_owned()))
            })
            .collect();
        versions.into_iter().map(|(_, version)| version).collect()
    }

    /// Takes over what `source` says of the interfaces, types and functions that both have: a
    /// component does not carry the documentation of the WIT that it was built from.
    pub fn document(&mut self, source: &Resolve) {
        documentation::copy(source, &mut self.resolve);
    }

    fn world(&self) -> &World {
        &self.resolve.worlds[self.world]
    }
}

/// Why bytes have no contract.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ContractError {
    /// The bytes are not a component.
    Binary(BinaryError),
    /// The bytes are not safe to parse.
    Screened(ScreenError),
    /// The bytes are a WIT package in its binary form, which nothing can run.
    Package {
        /// The package.
        name: String,
    },
    /// The bytes are a component, where a WIT package was expected.
    Component,
    /// The component is not valid.
    Invalid {
        /// What the decoder says.
        problem: String,
    },
    /// The contract has no text.
    Unprintable {
        /// What the printer says.
        problem: String,
    },
}

impl fmt::Display for ContractError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Binary(error) => error.fmt(f),
            Self::Screened(error) => error.fmt(f),
            Self::Package { name } => {
                write!(
                    f,
                    "expected a component, found the WIT package `{name}` in its binary form"
                )
            }
            Self::Component => {
                f.write_str("expected a WIT package in its binary form, found a component")
            }
            Self::Invalid { problem } => write!(f, "expected a valid component, found: {problem}"),
            Self::Unprintable { problem } => write!(
                f,
                "expected a contract that WIT can express, found: {problem}"
            ),
        }
    }
}

impl std::error::Error for ContractError {}

#[cfg(test)]
mod tests;
