//! WAVE text for component values: [`Val`] to text, and text to [`Val`] by the [`Type`] it has to
//! have.
//!
//! [WAVE](https://github.com/bytecodealliance/wasm-tools/tree/main/crates/wasm-wave) is the
//! notation of Wasmtime's `--invoke`: `{id: "a1", values: [1, 2.5], unit: celsius}`. The grammar
//! and the form of every literal are those of the crate `wasm-wave`; what is done here is the step
//! between its syntax tree and the value model of this crate, so that an error names the place
//! inside the value, what was expected there and what was found. It is written over the facade's
//! own types and so is the same code on both hosts.
//!
//! A handle (resource, stream, future, error context) has no text: both directions refuse it by
//! name, and a map too, which WAVE does not define.
//!
//! ```
//! use amphi::component::{Type, Val};
//!
//! assert_eq!(amphi::wave::from_text(&Type::U8, "7")?, Val::U8(7));
//! assert_eq!(amphi::wave::to_text(&Val::Float64(-0.0))?, "-0");
//! assert_eq!(
//!     amphi::wave::from_text(&Type::U8, "300").unwrap_err().to_string(),
//!     "expected `u8`, found `300`",
//! );
//! # Ok::<(), amphi::wave::WaveError>(())
//! ```

mod read;
mod syntax;
mod write;

use std::fmt;

use wasm_wave::untyped::UntypedValue;

use crate::component::{Type, Val};

pub use crate::notation::type_text;
pub(crate) use read::read;

/// Reads the value that `text` notates, as a value of type `ty`.
///
/// ```
/// use amphi::component::{Type, Val};
///
/// assert_eq!(amphi::wave::from_text(&Type::Char, "'ß'")?, Val::Char('ß'));
/// assert!(amphi::wave::from_text(&Type::Bool, "yes").is_err());
/// # Ok::<(), amphi::wave::WaveError>(())
/// ```
///
/// # Errors
///
/// `text` is not WAVE, or does not notate a value of `ty`, or `ty` contains a type that has no
/// text.
pub fn from_text(ty: &Type, text: &str) -> Result<Val, WaveError> {
    let value = UntypedValue::parse(text).map_err(|error| WaveError::syntax(&error, text))?;
    read(ty, value.node(), text)
}

/// Writes a value as WAVE text.
///
/// ```
/// use amphi::component::Val;
///
/// let value = Val::Tuple(vec![Val::S32(-1), Val::String("two".to_owned())]);
/// assert_eq!(amphi::wave::to_text(&value)?, "(-1, \"two\")");
/// # Ok::<(), amphi::wave::WaveError>(())
/// ```
///
/// # Errors
///
/// `value` contains one that has no text.
pub fn to_text(value: &Val) -> Result<String, WaveError> {
    write::write(value)
}

/// Why a text is not a value of the wanted type, or a value has no text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WaveError {
    /// The text is not WAVE.
    Syntax {
        /// Where in the text, in bytes.
        offset: usize,
        /// What is wrong there.
        problem: String,
    },
    /// The text notates another value than the type asks for.
    Mismatch {
        /// Where in the value: `[3].price`; empty for the value as a whole.
        path: String,
        /// What the type asks for, as a phrase.
        expected: String,
        /// What the text has, as a phrase.
        found: String,
    },
    /// The type, or the value, has no text in WAVE.
    NoText {
        /// Where in the value; empty for the value as a whole.
        path: String,
        /// The type.
        ty: String,
    },
}

impl fmt::Display for WaveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |path: &str| match path {
            "" => String::new(),
            path => format!("value at `{path}`: "),
        };
        match self {
            Self::Syntax { offset, problem } => write!(f, "{problem} at byte {offset}"),
            Self::Mismatch {
                path,
                expected,
                found,
            } => {
                write!(f, "{}expected {expected}, found {found}", at(path))
            }
            Self::NoText { path, ty } => {
                write!(
                    f,
                    "{}expected a type that WAVE can express, found `{ty}`",
                    at(path)
                )
            }
        }
    }
}

impl std::error::Error for WaveError {}

#[cfg(all(test, not(target_arch = "wasm32")))]
pub(crate) mod tests;
