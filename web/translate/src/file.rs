//! The precompiled file: all that a page has to know of a component, so that it can run it without
//! the component's own bytes and without what translates them.
//!
//! A file is written where a component is known before, and read in the page, where it is trusted
//! no more than the component would be: everything in it is checked. What is in it that joins a
//! guest to the application is data; the modules that are made of it are generated in the page. Its
//! own modules get memories, tables and functions of the component alone.
//!
//! # Layout
//!
//! Numbers of the container are `u32`, little endian. Checksums are FNV-1a, which finds accidents:
//! every change of one byte, for certain. They are no signature.
//!
//! | offset | bytes | |
//! |---|---|---|
//! | 0 | 8 | `\0amphi\r\n` |
//! | 8 | 4 | the version of the format: 1 |
//! | 12 | 4 | checksum of the head from byte 16 to its end |
//! | 16 | 4 | H, the bytes of the head: from byte 0 to the first section |
//! | 20 | 4 | flags, see below |
//! | 24 | 4 | 0 |
//! | 28 | 4 | F, the bytes of the names of features |
//! | 32 | F | the names of the features that may be used, in order, a space between |
//! | 32+F | 4 | N, the number of sections |
//! | 36+F | 12 N | for each section: kind, bytes, checksum |
//! | H | | the sections, with nothing between |
//!
//! Of the flags 1 says that a core module has several memories, 2 that one needs exceptions, 4 that
//! one with several memories cannot be rewritten.
//!
//! The sections are, in this order: one of kind 1, the plan, for Rust (`plan` and `types` say how
//! it is coded); at most one of kind 2, a description for JavaScript, of which nothing is known
//! here; and the core modules, of kind 3, in the order of the plan. Each is a whole module that a
//! browser can compile while it arrives. None has a start function: it is exported under a name
//! that the plan has.
//!
//! For browsers that allow one memory there is a **tail**, if the component needs one: a file of
//! its own, or the bytes behind the file. It has the same head, but `\0amphi1\n` in front, no flags
//! and no features, and at byte 24 the checksum (byte 12) of the file that it belongs to. Its
//! sections are a plan, a description if there is one, and then each core module that is rewritten,
//! followed by its accessors, of kind 4.

mod check;
mod coded;
mod container;
mod features;
mod layout;
mod module;
mod page_file;
mod plan;
#[cfg(feature = "compiler")]
mod precompilation;
mod reader;
mod signature;
#[cfg(test)]
mod tests;
#[cfg(feature = "compiler")]
#[doc(hidden)]
pub mod trial;
mod types;

pub use page_file::{PageFile, Unpacked};
#[cfg(feature = "compiler")]
pub use precompilation::{Browser, Files, Precompilation};

/// A core module has several memories.
const SEVERAL_MEMORIES: u32 = 1;
/// A core module needs exceptions.
const NEEDS_EXCEPTIONS: u32 = 2;
/// A core module that has several memories cannot be rewritten.
const CANNOT_BE_REWRITTEN: u32 = 4;
