//! What any host knows of a component before an engine runs it.
//!
//! [`binary`] says what some bytes are: a component, or what else, and what to do about that. [`contract`] says what a
//! component asks of its host and what it offers, as WIT and as data; [`typescript`] says it in TypeScript; [`abi`] whether one component can take another's place;
//! [`version`] which versions of an interface are compatible. There is no engine here and no input or output: bytes go in, plain data comes out, on any target.

#[cfg(feature = "contract")]
pub mod abi;
pub mod binary;
#[cfg(feature = "contract")]
pub mod contract;
#[cfg(feature = "contract")]
pub mod typescript;
pub mod version;
