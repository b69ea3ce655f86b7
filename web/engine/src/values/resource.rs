//! Resources as values: what stands for one in the host, and how it crosses.

mod any;
mod by_handle;
mod claim;
mod dynamic;
mod host;

pub use any::ResourceAny;
pub use dynamic::ResourceDynamic;
pub use host::Resource;
