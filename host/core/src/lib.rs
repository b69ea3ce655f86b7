//! What any host knows of a component before an engine runs it.
//!
//! [`binary`] says what some bytes are: a component, or what else, and what to do about that.
//! [`screen`] refuses those that nobody should read, [`exceptions`] those of old compilers.
//! [`contract`] says what a component asks of its host and what it offers, as WIT and as data;
//! [`typescript`] says it in TypeScript; [`abi`] whether one component can take another's place;
//! [`version`] which versions of an interface are compatible; [`javascript`] what JavaScript calls
//! things; [`wasi`] what every host supplies; [`componentize`] makes a component of a core module.
//! There is no engine here and no input or output: bytes go in, plain data comes out, on any
//! target.

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
