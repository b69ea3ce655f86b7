//! Calls: from the host into a guest and back, from a guest to the host, and how the two are
//! joined.

pub mod arriving;
pub mod assemble;
#[cfg(feature = "compiler")]
pub mod compile;
pub mod destroying;
pub mod entering;
pub mod func;
pub mod host;
pub mod instance;
pub mod instantiate;
pub mod linker;
pub mod precompiled;
pub mod resolving;
pub mod suspending;
