//! The check of a component's bytes before anything parses them, so that none can crash or hang a
//! host.
//!
//! Parsers and engines rely on validity, and validity limits neither how deep items are nested in
//! the bytes nor how much a component multiplies itself: thirty components, each of which
//! instantiates the previous one twice, are a few hundred bytes and a thousand million instances. A
//! stack overflow ends the process, or the application in a page; so such components are refused
//! here. The screens, in an order in which each is safe after the previous ones:
//!
//! - `nesting`: components in components, and types in types, which the parser reads by recursion
//! - `walk`: what the validator walks over, copies and compares whenever something has a name or is
//!   instantiated
//! - `growth`: what instantiating the component symbolically would produce, counted without
//!   producing it
//! - `code`: locals and values for which a few bytes of code make a compiler allocate much
//! - `loops`: nested loops, whose cost grows with the square of their depth
//!
//! Validity and required features are not checked here. Nor is the remaining cost of compiling code
//! limited, which depends on its size, and on how many locals of one function are live across how
//! many blocks.
//!
//! ```
//! use amphi_core::screen;
//!
//! assert_eq!(screen::check(b"\0asm\x0d\0\x01\0"), Ok(()));
//! ```

mod code;
mod growth;
mod loops;
mod nesting;
mod outline;
mod scope;
mod shape;
mod walk;
mod weight;

use std::fmt;

use wasmparser::{Encoding, Parser, Payload};

use crate::binary::WORLD;
#[cfg(feature = "contract")]
pub(crate) use walk::LEVELS;
use weight::ITEM;

/// Refuses bytes that what reads components, or makes them of core modules, is not safe with.
///
/// # Errors
///
/// A component, or one that a core module carries to say for which world it was built, is nested
/// too deep or multiplies itself.
pub fn check(bytes: &[u8]) -> Result<(), ScreenError> {
    for (name, world) in worlds(bytes) {
        component(world).map_err(|error| ScreenError::World {
            section: name.to_owned(),
            error: Box::new(error),
        })?;
    }
    component(bytes)
}

/// The sections of a core module that carry the world that it was built for, which is a component;
/// a component has none.
pub(crate) fn worlds(bytes: &[u8]) -> impl Iterator<Item = (&str, &[u8])> {
    let payloads = Parser::new(0).parse_all(bytes).map_while(Result::ok);
    let of_a_module = |payload: &Payload<'_>| {
        !matches!(
            payload,
            Payload::Version {
                encoding: Encoding::Component,
                ..
            }
        )
    };
    payloads
        .take_while(of_a_module)
        .filter_map(|payload| match payload {
            Payload::CustomSection(section) => Some((section.name(), section.data())),
            _ => None,
        })
        .filter(|(name, _)| name.starts_with(WORLD))
}

fn component(bytes: &[u8]) -> Result<(), ScreenError> {
    nesting::check(bytes)?;
    growth::check(&walk::outline(bytes)?)
}

/// Why a component is not safe to parse.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScreenError {
    /// Something is nested too deep.
    Nested {
        /// What: `components`, `types`, or `types and their names`.
        what: &'static str,
        /// How deep it may be.
        most: usize,
        /// Where it is deeper, in bytes.
        offset: usize,
    },
    /// Too many components have the one before inside.
    Chain {
        /// How many may.
        most: u32,
    },
    /// The component multiplies itself.
    Grows {
        /// How many items it may come to.
        most: u64,
    },
    /// The code of its core modules comes to more than its size says.
    Code {
        /// In what.
        what: &'static str,
        /// How much of that it may have.
        most: u64,
    },
    /// It is so with the world that a core module was built for.
    World {
        /// The section in which the module carries it.
        section: String,
        /// What is wrong with it.
        error: Box<ScreenError>,
    },
}

impl ScreenError {
    /// That of a component that comes to more than so much, in the unit of [`weight`].
    fn grows(most: u64) -> Self {
        Self::Grows { most: most / ITEM }
    }
}

impl fmt::Display for ScreenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nested { what, most, offset } => write!(
                f,
                "expected {what} nested at most {most} levels deep, found deeper ones at byte {offset}"
            ),
            Self::Chain { most } => write!(
                f,
                "expected a chain of at most {most} components, each of which refers to the one before, found a longer one"
            ),
            Self::Grows { most } => write!(
                f,
                "expected a component of at most {most} items when it is instantiated, types and names counted each time that they are used; \
                 found one that multiplies itself beyond that"
            ),
            Self::Code { what, most } => write!(
                f,
                "expected core modules of at most {most} {what}, found more"
            ),
            Self::World { section, error } => {
                write!(f, "the world in the section `{section}`: {error}")
            }
        }
    }
}

impl std::error::Error for ScreenError {}

#[cfg(test)]
mod tests;
