//! The contract of a component: the world that it was built for, decoded from its bytes.
//!
//! [`decode`] gives a [`Contract`]. [`Contract::wit`] writes it as WIT; [`Contract::imports`] and
//! [`Contract::exports`] list it as data, and [`Contract::json`] writes that data down.

mod documentation;
mod item;
mod json;

use std::collections::BTreeSet;
use std::fmt;

use semver::Version;
use wit_component::WitPrinter;
use wit_parser::decoding::DecodedWasm;
use wit_parser::{PackageId, Resolve, World, WorldId};

use crate::binary::{self, Anatomy, BinaryError};

pub(crate) use item::type_text;
pub use item::{Function, Item, Param, TypeName};

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
/// # Errors
///
/// The bytes are not a valid component, or one whose world cannot be written as WIT.
pub fn decode(bytes: &[u8]) -> Result<Contract, ContractError> {
    let anatomy = binary::anatomy(bytes).map_err(ContractError::Binary)?;
    match wit_component::decode(bytes) {
        Ok(DecodedWasm::Component(resolve, world)) => Ok(Contract {
            resolve,
            world,
            anatomy,
        }),
        Ok(DecodedWasm::WitPackage(resolve, package)) => Err(ContractError::Package {
            name: resolve.packages[package].name.to_string(),
        }),
        Err(error) => Err(ContractError::Invalid {
            problem: format!("{error:#}"),
        }),
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
        printer
            .print(&self.resolve, main, &nested)
            .map_err(|error| ContractError::Unprintable {
                problem: format!("{error:#}"),
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

    /// The imports and exports as JSON, with the size, the number of core modules and of nested components, and the versions of
    /// WASI.
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

    /// Takes over what `source` says of the interfaces, types and functions that both have: a component does not carry the
    /// documentation of the WIT that it was built from.
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
    /// The bytes are a WIT package in its binary form, which nothing can run.
    Package {
        /// The package.
        name: String,
    },
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
            Self::Package { name } => {
                write!(
                    f,
                    "expected a component, found the WIT package `{name}` in its binary form"
                )
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
