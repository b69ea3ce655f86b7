//! The sensor filter in a page and natively, from one host source.
//!
//! [`app`] is that source: it knows the contract `demo:sensor` and Amphi, and nothing of where it
//! runs. [`json`] puts its input and its answer into text, so that the answers of two hosts can be
//! compared byte by byte. Around them is what each side needs: in the page, exports for JavaScript;
//! natively, limits and a server for the page on 127.0.0.1.

pub mod app;
pub mod json;
#[cfg(not(target_arch = "wasm32"))]
pub mod native;
#[cfg(target_arch = "wasm32")]
pub mod page;
#[cfg(not(target_arch = "wasm32"))]
pub mod server;
