//! From a component's bytes to what an engine of core modules runs: a plan of it, and the small
//! modules that join it to its host.
//!
//! Pure: bytes and data in, bytes and data out, on any target. The page's engine, `amphi-web`, is
//! on top of it; tools that look into components natively, as the fuzzer does, need no more than
//! this. Each module uses those before it alone:
//!
//! 1. `core_type`: types of core wasm, with Wasmtime's names.
//! 2. `component_types`: types of components, as tables.
//! 3. [`rewrite`]: a core module as it is to a core module that a browser can do with.
//! 4. [`plan`]: component bytes to a list of core modules, the steps that instantiate them, and
//!    types, by the translator that Wasmtime uses.
//! 5. [`codegen`]: the small wasm modules that join the guest to the application.
//! 6. [`file`](mod@file): a plan and its core modules as a file, for pages that translate nothing.
//!
//! A component that cannot be run gives an error naming the feature; nothing panics.
//!
//! Without the feature `compiler`, which is on by default, there is no translator: plans come out
//! of files.
//!
//! ```
//! # fn main() -> Result<(), amphi_translate::Error> {
//! let plan = amphi_translate::plan::Plan::new(b"\0asm\x0d\0\x01\0")?;
//! assert!(plan.modules.is_empty() && plan.import_types.is_empty());
//! # Ok(())
//! # }
//! ```

pub mod codegen;
mod component_types;
mod core_type;
pub mod file;
pub mod plan;
pub mod rewrite;
#[doc(hidden)]
pub mod search;
mod sections;

pub use core_type::{
    ExternType, FuncType, GlobalType, HeapType, MemoryType, Mutability, RefType, TableType,
    TagType, ValType,
};
pub use wasmtime_environ::error::{Error, Result};
