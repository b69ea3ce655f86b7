//! TypeScript declarations for a component: what it exports, and what it wants to import.
//!
//! A world goes in, the texts of `.d.ts` files come out: one for the world, and one for each
//! interface on each side, so that several versions of an interface stand side by side and a
//! resource of the host is told from one of the guest. All is types and nothing else: no file
//! stands for a module that exists at run time. Values are mapped as jco documents it (camelCase
//! names, `bigint` for 64 bits, `{ tag, val }` for variants, typed arrays for lists of numbers),
//! which is what the page's JavaScript surface does with them. Nothing is read or written here.

mod definition;
mod doc;
mod file_scope;
mod function;
mod identifier;
mod interface;
mod layout;
mod resource;
mod ty;
mod world;

use std::fmt;

use wit_parser::{Resolve, WorldId};

use layout::{InterfaceSide, Layout};

/// How every declaration file begins; whoever overwrites files looks for it.
pub const FIRST_LINE: &str = "// Made by `amphi types`, which overwrites this file.";

/// The text of a file, and where it belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declarations {
    /// The path, below the folder that the user chooses:
    /// `sensor/exports/demo.sensor.filter@1.0.0.d.ts`.
    pub path: String,
    /// What is in it.
    pub text: String,
}

/// Whether the guest may have to wait for functions of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calls {
    /// Never: exports return values, and so does what is imported.
    Direct,
    /// It may: exports return promises, and what is imported may do so.
    Promised,
}

/// Writes the declarations of a world, that of the world itself first.
///
/// `name` is what the component is called: the first file is `name.d.ts`, the others are in a
/// folder `name`, and the type for `load` is `name` in PascalCase.
///
/// ```
/// use amphi_core::typescript::{Calls, declarations};
///
/// let mut resolve = wit_parser::Resolve::default();
/// let wit = "package demo:a; world w { import log: func(line: string); }";
/// let package = resolve.push_str("a.wit", wit).expect("it is well formed");
/// let world = resolve.select_world(&[package], None).expect("there is one");
/// let files = declarations(&resolve, world, "a", Calls::Direct).expect("it has no stream");
/// assert_eq!(files[0].path, "a.d.ts");
/// assert!(files[0].text.contains("log(line: string): void;"));
/// ```
///
/// # Errors
///
/// The world uses a type that the page does not support yet.
pub fn declarations(
    resolve: &Resolve,
    world: WorldId,
    name: &str,
    calls: Calls,
) -> Result<Vec<Declarations>, TypescriptError> {
    let layout = Layout::new(resolve, world, name, calls);
    let mut files = vec![Declarations {
        path: format!("{}.d.ts", layout.world()),
        text: world::text(resolve, world, &layout)?,
    }];
    for side in [InterfaceSide::Import, InterfaceSide::Export] {
        for (interface, module) in layout.modules(side) {
            files.push(Declarations {
                path: format!("{}.d.ts", module.path),
                text: interface::text(resolve, &layout, side, interface, module)?,
            });
        }
    }
    Ok(files)
}

/// Why a world has no declarations.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TypescriptError {
    /// A type has no counterpart in the page.
    Unsupported {
        /// The function or type that uses it: `demo:sensor/filter@1.0.0#run`.
        place: String,
        /// What it is: `stream`.
        kind: &'static str,
    },
}

impl fmt::Display for TypescriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsupported { place, kind } => write!(
                f,
                "`{place}`: expected types that the page supports, found `{kind}`"
            ),
        }
    }
}

impl std::error::Error for TypescriptError {}

#[cfg(test)]
mod tests;
