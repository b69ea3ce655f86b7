//! A component that runs: its engine and pool, its instances, and what one call of them has and may
//! use.

pub(crate) mod call;
pub(crate) mod engine;
pub(crate) mod instance;
pub(crate) mod linker;
pub(crate) mod plugin;
pub(crate) mod plugin_pre;
pub(crate) mod template;
