//! Runs component scripts (`.wast`) over the facade, natively and in the page, from the same
//! source.
//!
//! [`run`] takes the text of a script and says of each of its directives whether it passed, going
//! on after one that did not. A directive means what it means to Wasmtime's own runner, with two
//! additions: an instance with a name also supplies its functions to components that import the
//! name, and the instance `host` supplies what [`host`] describes. What no component needs, core
//! modules at the top level above all, is left out by name.
//!
//! Both hosts take the same components, so that they can be compared; natively a script may also
//! use what is asynchronous in the component model, if its [`Reach`] says so.
//!
//! It knows the facade `amphi` only, and so cannot tell on which host it runs. The command that
//! drives it, natively and in browsers, and compares, is in `command/`.

mod directive;
pub mod host;
#[cfg(target_arch = "wasm32")]
pub mod page;
mod reach;
mod report;
mod script;
mod stage;
mod supply;
mod value;

pub use reach::Reach;
pub use report::{Line, Outcome, run};
pub use script::{Place, places};
