//! Opens a page in a real browser and awaits what it says.
//!
//! Three pieces, in the order a test meets them: a [`Server`] gives out a folder under a strict
//! content-security policy, a [`Browser`] is a row of data (program, driver, capabilities), chosen
//! by `AMPHI_BROWSERS` or by what is installed ([`Selection`]), and a [`Session`] is that browser
//! running. The page answers by setting `globalThis.outcome` to a promise; [`Session::outcome`]
//! awaits it. [`visit`] is all of it in one call.
//!
//! Everything blocks, so that a test reads from top to bottom, and everything started is stopped on
//! drop. The WebDriver protocol is fantoccini's, the static files are tower-http's; the runtimes
//! that these need are inside, so none of this is to be called from within another.

mod assembled;
mod browser;
mod catalogue;
mod console;
mod display;
mod driver;
mod process;
mod selection;
mod server;
mod session;

pub use assembled::assembled;
pub use browser::{Browser, find_program};
pub use catalogue::BROWSERS;
pub use selection::{Selection, named, selected};
pub use server::{POLICY_FOR_JCO, Server, site};
pub use session::{Session, Visit, visit};
