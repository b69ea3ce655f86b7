//! What any host knows about a component before an engine runs it.
//!
//! [`binary`] identifies bytes: a component, or what else, and what to do about that. [`screen`]
//! refuses components that are not safe to parse, [`exceptions`] legacy exceptions. [`contract`] is
//! what a component imports and exports, as WIT and as data; [`typescript`] the same in TypeScript;
//! [`abi`] whether a component can replace another version; [`version`] which versions of an
//! interface are compatible; [`javascript`] names in JavaScript; [`wasi`] which interfaces every
//! host supplies; [`componentize`] makes a component of a core module. There is no engine here and
//! no input or output: from bytes to plain data, on any target.

#[cfg(feature = "contract")]
pub mod abi;
pub mod adapters;
pub mod binary;
#[cfg(feature = "componentize")]
pub mod componentize;
#[cfg(feature = "contract")]
pub mod contract;
pub mod exceptions;
pub mod features;
mod flags;
pub mod javascript;
pub mod screen;
#[cfg(feature = "contract")]
pub mod typescript;
pub mod unsatisfied;
pub mod uses;
pub mod version;
pub mod wasi;
