//! Values: Rust types and `Val` as component values, and how they get into a guest and out of it.

#[cfg(target_arch = "wasm32")]
mod aligned;
#[cfg(target_arch = "wasm32")]
pub mod context;
pub mod resource;
pub mod resource_table;
mod staging;
#[cfg(target_arch = "wasm32")]
pub mod typed;
#[cfg(target_arch = "wasm32")]
pub mod val;
