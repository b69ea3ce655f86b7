//! JSON for component values: a text to [`Val`]s by the types that a function wants, and [`Val`]s
//! to a text.
//!
//! A [`Function`] is compiled once from its type; what JSON cannot carry (resources, streams,
//! futures) is refused there, with its place. After that a text is read straight into values,
//! without a tree between them, and everything it makes the host take in is bounded. A [`Shape`] is
//! the same for a value alone. The mapping is in `docs/json.md`; it is written over the facade's
//! own types and so is the same on both hosts.
//!
//! ```
//! use amphi::component::{Type, Val};
//! use amphi::json::{Bounds, Shape, Spelling};
//!
//! let shape = Shape::new(&Type::U64, Spelling::Any)?;
//! assert_eq!(shape.read(b"9007199254740993", &Bounds::default())?, Val::U64(9007199254740993));
//! assert_eq!(shape.write(&Val::U64(9007199254740993), 100)?, "\"9007199254740993\"");
//! assert_eq!(
//!     shape.read(b"-1", &Bounds::default()).unwrap_err().to_string(),
//!     "expected a whole number from 0 to 18446744073709551615, found `-1` (line 1, column 1)",
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Natively there is also `schema`: JSON Schema of types and functions.
//!
//! [`Val`]: crate::component::Val

mod bounds;
mod error;
mod form;
mod function;
mod names;
mod number;
mod path;
mod read;
#[cfg(not(target_arch = "wasm32"))]
pub mod schema;
mod shape;
mod text;
mod unsupported;
mod write;

pub use bounds::{Bound, Bounds};
pub use error::{JsonError, Position};
pub use form::Form;
pub use function::{Function, Outcome};
pub use names::Spelling;
pub use shape::Shape;
pub use unsupported::{Reason, Unsupported};

#[cfg(all(test, feature = "wave", not(target_arch = "wasm32")))]
mod tests;
