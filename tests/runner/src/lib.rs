//! Runs the corpus, natively and in the page, from the same source.
//!
//! [`run`] loads what it needs by paths below one base, and answers with a [`Report`]: one line of
//! text per case, the same on both hosts if the hosts agree, and a failure beside each line that is
//! not what the case expects. The paths:
//!
//! - `corpus/index.json`: the names of the case files, `corpus/*.toml`, and of the files of broken
//!   inputs, `corpus/bad/*.toml`
//! - `corpus/*.wat`: components that are written by hand, since no compiler makes what they do
//! - `guests/*.wasm` and `guests/wasip2/*.wasm`: components of the workspace, built in both ways
//! - `data/readings.json`: the readings of the demo page
//!
//! [`run_requests`] is for guests that speak HTTP, to a server that the caller has started.
//!
//! Beside the corpus there are values that nobody has written down: [`values`] draws types and
//! values, and echoes them through guests.
//!
//! It knows the facade `amphi` only, and so cannot tell on which host it runs. Where the files come
//! from is its caller's business: natively `tests/corpus.rs`, in the page `page`, which also weighs
//! what [`lifecycle`] leaves behind.

mod bad;
mod bindings;
#[cfg(not(target_arch = "wasm32"))]
mod block_on;
mod case;
mod cases;
mod host;
pub mod hostile;
mod json;
#[cfg(target_arch = "wasm32")]
mod kept;
pub mod lifecycle;
mod outcome;
#[cfg(target_arch = "wasm32")]
pub mod page;
mod programs;
mod report;
mod stage;
pub mod values;
pub mod wide;
pub mod wild;

#[cfg(not(target_arch = "wasm32"))]
pub use block_on::block_on;
pub use programs::requests::run as run_requests;
pub use report::{Line, Report, run};
pub use stage::Form;
