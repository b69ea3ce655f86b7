//! What is measured, on both hosts from the same source.
//!
//! A *shape* is something a host does with a component: a typed call, a string there and back,
//! loading. [`Shapes`] has one loop for each, over the facade; `benches/native.rs` times them
//! natively and the page in `page/` in a browser. There, [`floor`] adds what the browser takes for
//! the bare operations below, and `naive` what it takes to go through JavaScript instead. Every
//! loop checks its results, so that none is optimised away. This crate measures no time itself.

mod bindings;
pub mod floor;
mod loads;
#[cfg(target_arch = "wasm32")]
mod naive;
#[cfg(target_arch = "wasm32")]
mod page;
mod salt;
mod shapes;
mod state;
mod values;

pub use loads::LOADS;
pub use salt::Salted;
pub use shapes::{Guests, SHAPES, Shapes};
