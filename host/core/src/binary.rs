//! What some bytes are, before anybody tries to run them.
//!
//! Bytes in, an [`Anatomy`] or a [`BinaryError`] out that says what they are in place of a
//! component and what helps. Only the frame of the binary is read: whether the code within is valid
//! is for the engine to say.
//!
//! ```
//! use amphi_core::binary::{BinaryError, anatomy};
//!
//! let module = b"\0asm\x01\0\0\0";
//! assert_eq!(anatomy(module), Err(BinaryError::CoreModule { preview1: false }));
//! ```

use std::fmt;

use wasmparser::{BinaryReaderError, Encoding, Parser, Payload};

/// The module name under which a WASI preview 1 module imports its system interface.
const PREVIEW1: &str = "wasi_snapshot_preview1";

/// What a core module exports to be run as a program.
const START: &str = "_start";

/// How the custom section begins in which a core module carries the world that it was built for.
pub(crate) const WORLD: &str = "component-type";

/// The parts of a component.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Anatomy {
    /// The size of the whole, in bytes.
    pub size: usize,
    /// How many core modules it contains, those in nested components included.
    pub core_modules: usize,
    /// How many components are nested in it, at any depth.
    pub components: usize,
}

/// What tells how a core module can be made a component.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CoreModule {
    /// Whether it imports WASI preview 1.
    pub preview1: bool,
    /// Whether it is a program: it exports `_start`.
    pub program: bool,
    /// Whether it carries the world that it was built for.
    pub world: bool,
}

/// Reads the frame of a component.
///
/// ```
/// use amphi_core::binary::{self, BinaryError};
///
/// let component = wat::parse_str("(component (core module) (component (core module)))");
/// let anatomy = binary::anatomy(&component.expect("it is well formed"))?;
/// assert_eq!((anatomy.core_modules, anatomy.components), (2, 1));
/// let error = binary::anatomy(b"").unwrap_err();
/// assert_eq!(error.to_string(), "expected WebAssembly, found no bytes");
/// # Ok::<(), BinaryError>(())
/// ```
///
/// # Errors
///
/// The bytes are not a component, or not a whole one.
pub fn anatomy(bytes: &[u8]) -> Result<Anatomy, BinaryError> {
    expect_wasm(bytes)?;
    let mut anatomy = Anatomy {
        size: bytes.len(),
        ..Anatomy::default()
    };
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(|error| framing(bytes, &error))? {
            Payload::Version {
                encoding: Encoding::Module,
                ..
            } if depth == 0 => {
                let preview1 = core_module(bytes).is_ok_and(|module| module.preview1);
                return Err(BinaryError::CoreModule { preview1 });
            }
            Payload::ModuleSection { .. } => {
                depth += 1;
                anatomy.core_modules += 1;
            }
            Payload::ComponentSection { .. } => {
                depth += 1;
                anatomy.components += 1;
            }
            Payload::UnknownSection { id, range, .. } => {
                let problem = format!("an unknown section `{id}`");
                return Err(BinaryError::Malformed {
                    offset: range.start,
                    problem,
                });
            }
            Payload::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(anatomy)
}

/// Reads the frame of a core module.
///
/// ```
/// use amphi_core::binary::{self, BinaryError};
///
/// let module = wat::parse_str(r#"(module (func (export "_start")))"#).expect("it is well formed");
/// assert!(binary::core_module(&module)?.program);
/// # Ok::<(), BinaryError>(())
/// ```
///
/// # Errors
///
/// The bytes are not a core module, or not a whole one.
pub fn core_module(bytes: &[u8]) -> Result<CoreModule, BinaryError> {
    expect_wasm(bytes)?;
    let mut module = CoreModule::default();
    let malformed = |error: BinaryReaderError| framing(bytes, &error);
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(malformed)? {
            Payload::Version {
                encoding: Encoding::Component,
                ..
            } => return Err(BinaryError::Component),
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    module.preview1 |= import.map_err(malformed)?.module == PREVIEW1;
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    module.program |= export.map_err(malformed)?.name == START;
                }
            }
            Payload::CustomSection(section) => module.world |= section.name().starts_with(WORLD),
            _ => {}
        }
    }
    Ok(module)
}

/// Why some bytes are not the component, or the core module, that was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BinaryError {
    /// There are no bytes.
    Empty,
    /// The bytes are the text format, which has to be assembled first.
    Text,
    /// The bytes do not begin as WebAssembly does.
    NotWasm {
        /// The first bytes, at most eight.
        start: Vec<u8>,
    },
    /// The bytes are a component that was precompiled for the page, and is no WebAssembly any more.
    Precompiled,
    /// The bytes are a core module, where a component was expected.
    CoreModule {
        /// Whether it imports WASI preview 1, and so can be made a component as it is.
        preview1: bool,
    },
    /// The bytes are a component, where a core module was expected.
    Component,
    /// The bytes stop in the middle.
    Truncated {
        /// How many there are.
        size: usize,
    },
    /// The bytes are not well formed.
    Malformed {
        /// Where, in bytes.
        offset: usize,
        /// What is wrong there.
        problem: String,
    },
}

impl fmt::Display for BinaryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("expected WebAssembly, found no bytes"),
            Self::Text => f.write_str(
                "expected WebAssembly in its binary form, found the text format: assemble it first, for instance with `wasm-tools parse`",
            ),
            Self::NotWasm { start } => {
                write!(f, "expected WebAssembly, which starts with the bytes `00 61 73 6d`, found `")?;
                for (index, byte) in start.iter().enumerate() {
                    write!(f, "{}{byte:02x}", if index == 0 { "" } else { " " })?;
                }
                f.write_str("`")
            }
            Self::Precompiled => f.write_str(
                "expected a component, found one that is precompiled for the page: `Component::deserialize` \
                 in a page and the JavaScript entry `amphi-web/runtime` take it",
            ),
            Self::CoreModule { preview1: true } => f.write_str(
                "expected a component, found a core module for WASI preview 1: \
                 `amphi componentize MODULE -o COMPONENT` makes a component of it",
            ),
            Self::CoreModule { preview1: false } => f.write_str(
                "expected a component, found a core module: build it as a component, for instance with \
                 `cargo component build` or for the target `wasm32-wasip2`; of a WASI preview 1 module \
                 `amphi componentize MODULE -o COMPONENT` makes one",
            ),
            Self::Component => f.write_str("expected a core module, found a component"),
            Self::Truncated { size } => {
                write!(f, "expected a complete binary, found one that is truncated after {size} bytes")
            }
            Self::Malformed { offset, problem } => {
                write!(f, "expected a well-formed binary, found {problem} at byte {offset}")
            }
        }
    }
}

impl std::error::Error for BinaryError {}

/// How WebAssembly begins.
pub const MAGIC: &[u8; 4] = b"\0asm";

/// What a component begins with that was precompiled for the page.
pub const PAGE_FILE: &[u8; 8] = b"\0amphi\r\n";

/// Refuses what is no WebAssembly at all.
fn expect_wasm(bytes: &[u8]) -> Result<(), BinaryError> {
    if bytes.is_empty() {
        return Err(BinaryError::Empty);
    }
    let header = &bytes[..bytes.len().min(MAGIC.len())];
    if !MAGIC.starts_with(header) {
        return match bytes.trim_ascii_start() {
            [b'(', ..] | [b';', b';', ..] => Err(BinaryError::Text),
            _ if bytes.starts_with(PAGE_FILE) => Err(BinaryError::Precompiled),
            _ => Err(BinaryError::NotWasm {
                start: bytes[..bytes.len().min(8)].to_vec(),
            }),
        };
    }
    match bytes.len() {
        0..8 => Err(BinaryError::Truncated { size: bytes.len() }),
        _ => Ok(()),
    }
}

/// The error of the frame: what wants more than is left, or misses something at the very end, was
/// cut off.
fn framing(bytes: &[u8], error: &BinaryReaderError) -> BinaryError {
    if error.message().starts_with("unexpected end") || error.offset() >= bytes.len() {
        return BinaryError::Truncated { size: bytes.len() };
    }
    BinaryError::Malformed {
        offset: error.offset(),
        problem: format!("`{}`", error.message()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Anatomy, BinaryError, CoreModule, anatomy, core_module};

    fn assemble(wat: &str) -> Vec<u8> {
        wat::parse_str(wat).expect("the test's text is well formed")
    }

    #[track_caller]
    fn refused(bytes: &[u8], message: &str) {
        let error = anatomy(bytes).expect_err("the bytes are no component");
        assert_eq!(error.to_string(), message);
    }

    const NESTED: &str =
        "(component (core module) (core module (func (nop))) (component (core module)))";

    #[test]
    fn parts_are_counted_at_any_depth() {
        let bytes = assemble(NESTED);
        let expected = Anatomy {
            size: bytes.len(),
            core_modules: 3,
            components: 1,
        };
        assert_eq!(anatomy(&bytes), Ok(expected));
        assert_eq!(
            anatomy(&assemble("(component)")).map(|a| a.core_modules),
            Ok(0)
        );
    }

    #[test]
    fn a_component_cut_off_within_a_section_is_truncated() {
        let bytes = assemble(NESTED);
        let whole: Vec<usize> = (1..=bytes.len())
            .filter(|&n| anatomy(&bytes[..n]).is_ok())
            .collect();
        assert!(whole.contains(&bytes.len()));
        for size in (1..bytes.len()).filter(|n| !whole.contains(n)) {
            assert_eq!(
                anatomy(&bytes[..size]),
                Err(BinaryError::Truncated { size })
            );
        }
    }

    #[test]
    fn other_bytes_are_named() {
        refused(b"", "expected WebAssembly, found no bytes");
        refused(
            b"\x7fELF\x02\x01\x01\0\0\0",
            "expected WebAssembly, which starts with the bytes `00 61 73 6d`, found `7f 45 4c 46 02 01 01 00`",
        );
        refused(
            b"  (component)",
            "expected WebAssembly in its binary form, found the text format: assemble it first, for instance with `wasm-tools parse`",
        );
        refused(
            b"\0as",
            "expected a complete binary, found one that is truncated after 3 bytes",
        );
        refused(
            b"\0asm\x0d\0\x01\0\x20\0",
            "expected a well-formed binary, found an unknown section `32` at byte 10",
        );
    }

    #[test]
    fn core_modules_tell_what_they_are_for() {
        let world = r#"(module (@custom "component-type:calc" "") (func (export "_start")))"#;
        let expected = CoreModule {
            preview1: false,
            program: true,
            world: true,
        };
        assert_eq!(core_module(&assemble(world)), Ok(expected));
        assert_eq!(
            core_module(&assemble("(module)")),
            Ok(CoreModule::default())
        );
        assert_eq!(
            core_module(&assemble("(component)")),
            Err(BinaryError::Component)
        );
    }

    #[test]
    fn core_modules_are_named_with_what_helps() {
        assert_eq!(
            anatomy(&assemble("(module)")),
            Err(BinaryError::CoreModule { preview1: false })
        );
        refused(
            &assemble(
                r#"(module (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32))))"#,
            ),
            "expected a component, found a core module for WASI preview 1: \
             `amphi componentize MODULE -o COMPONENT` makes a component of it",
        );
    }
}
