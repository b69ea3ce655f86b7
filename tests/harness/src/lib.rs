//! Opens a page in a real browser and awaits what it says.
//!
//! Three pieces, in the order a test meets them: a [`Server`] gives out a folder under a strict content-security policy,
//! a [`Browser`] is a row of data (program, driver, capabilities), and a [`Session`] is that browser running. The page
//! answers by setting `globalThis.outcome` to a promise; [`Session::outcome`] awaits it. [`visit`] is all of it in one call.
//!
//! Everything blocks, and everything started is stopped on drop. The WebDriver protocol is a handful of JSON requests to
//! the loopback interface, so this speaks it over a plain socket: no asynchronous runtime, no TLS, and `xtask` stays quick to build.

mod browser;
mod driver;
mod scratch;
mod server;
mod session;
mod wire;

pub use browser::{BROWSERS, Browser, find_program, selected};
pub use server::{CONTENT_SECURITY_POLICY, Server};
pub use session::{Session, Visit, visit};
