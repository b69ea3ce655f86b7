//! The pages of the edge function host, in real browsers: the one on which functions are tried, and
//! the one over the admin API.
//!
//! Like the tests of `amphi-harness`, it runs when asked for by name: `cargo xtask test consoles`.

mod admin;
mod docs;
mod tab;
