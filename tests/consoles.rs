//! The pages of the edge function host, in real browsers: the one on which functions are tried, and
//! the one over the admin API.
//!
//! Like the tests of `amphi-harness`, it runs when asked for by name: `cargo xtask test consoles`.

#[path = "consoles/admin.rs"]
mod admin;
#[path = "consoles/docs.rs"]
mod docs;
#[expect(dead_code, reason = "the other tests use more of it")]
#[path = "edge/fixture.rs"]
mod fixture;
#[path = "edge/pantry.rs"]
mod pantry;
#[expect(dead_code, reason = "the other tests use more of it")]
#[path = "cli/serving.rs"]
mod serving;
#[path = "consoles/tab.rs"]
mod tab;
