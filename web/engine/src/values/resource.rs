//! Resources as values: what stands for one in the host, and how it crosses.

#[cfg(target_arch = "wasm32")]
mod any;
#[cfg(target_arch = "wasm32")]
mod by_handle;
mod claim;
#[cfg(target_arch = "wasm32")]
mod dynamic;
mod host;

#[cfg(target_arch = "wasm32")]
pub use any::ResourceAny;
#[cfg(target_arch = "wasm32")]
pub use dynamic::ResourceDynamic;
pub use host::Resource;
