//! A core module to a component.
//!
//! [`componentize`] takes a module that was built for WASI preview 1, or one that carries the world
//! that it was built for.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;

use wasi_preview1_component_adapter_provider as provider;
use wasmparser::{Parser, Payload};
use wit_component::ComponentEncoder;

use crate::binary::{self, BinaryError, CoreModule};
use crate::contract::{self, ContractError};
use crate::exceptions::{self, LegacyExceptions};

/// How often a module may import one name: for each the encoder looks for a name of its own among
/// those it has found before.
const REPEATED: u32 = 100;

/// The world that stands in for WASI preview 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adapter {
    /// A program, run once.
    Command,
    /// A library, called as often as one likes.
    Reactor,
    /// A handler of HTTP requests.
    Proxy,
}

impl Adapter {
    fn module(self) -> &'static [u8] {
        match self {
            Self::Command => provider::WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
            Self::Reactor => provider::WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
            Self::Proxy => provider::WASI_SNAPSHOT_PREVIEW1_PROXY_ADAPTER,
        }
    }

    fn of(module: CoreModule) -> Self {
        match module.program {
            true => Self::Command,
            false => Self::Reactor,
        }
    }
}

/// Makes a component of a core module; without an `adapter` a command if it exports `_start`, and
/// else a reactor.
///
/// ```
/// use amphi_core::{binary, componentize::componentize};
///
/// let module = wat::parse_str(r#"(module
///     (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
///     (memory (export "memory") 1)
///     (func (export "_start") (call $exit (i32.const 3))))"#)
/// .expect("it is well formed");
/// let component = componentize(&module, None).expect("it is a program of WASI preview 1");
/// assert!(binary::anatomy(&component).is_ok());
/// ```
///
/// # Errors
///
/// The bytes are no such module, are not valid, or do not fit the world that they carry.
pub fn componentize(module: &[u8], adapter: Option<Adapter>) -> Result<Vec<u8>, ComponentizeError> {
    let facts = binary::core_module(module).map_err(ComponentizeError::Binary)?;
    if !facts.preview1 && !facts.world {
        return Err(ComponentizeError::Foreign);
    }
    contract::readable(module).map_err(ComponentizeError::World)?;
    exceptions::check(module).map_err(ComponentizeError::Legacy)?;
    expect_few_of_each(module)?;
    let adapter = adapter.unwrap_or_else(|| Adapter::of(facts)).module();
    let encoded = contract::asserted(|| {
        ComponentEncoder::default()
            .validate(true)
            .module(module)
            .and_then(|encoder| {
                encoder.adapter(provider::WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, adapter)
            })
            .and_then(|mut encoder| encoder.encode())
    });
    encoded
        .map_err(ComponentizeError::World)?
        .map_err(|error| ComponentizeError::Encode(error.into_boxed_dyn_error()))
}

/// Refuses a module that imports one name very often.
fn expect_few_of_each(module: &[u8]) -> Result<(), ComponentizeError> {
    let mut times: HashMap<(&str, &str), u32> = HashMap::new();
    for payload in Parser::new(0).parse_all(module).map_while(Result::ok) {
        let Payload::ImportSection(imports) = payload else {
            continue;
        };
        for import in imports.into_imports().map_while(Result::ok) {
            let times = times.entry((import.module, import.name)).or_default();
            *times += 1;
            if *times > REPEATED {
                return Err(ComponentizeError::Repeated {
                    module: import.module.to_owned(),
                    name: import.name.to_owned(),
                    most: REPEATED,
                });
            }
        }
    }
    Ok(())
}

/// Why no component is made of a module.
#[derive(Debug)]
#[non_exhaustive]
pub enum ComponentizeError {
    /// The bytes are not a core module.
    Binary(BinaryError),
    /// The module neither imports WASI preview 1 nor carries its world.
    Foreign,
    /// The module imports one name very often.
    Repeated {
        /// From what.
        module: String,
        /// The name.
        name: String,
        /// How often it may.
        most: u32,
    },
    /// The module has exceptions in their old form.
    Legacy(LegacyExceptions),
    /// The world that the module carries cannot be read.
    World(ContractError),
    /// The module is not valid, or does not fit its world.
    Encode(Box<dyn Error + Send + Sync>),
}

impl fmt::Display for ComponentizeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Binary(error) => error.fmt(f),
            Self::Foreign => f.write_str(
                "expected a module that imports `wasi_snapshot_preview1` or carries its world, found one that does neither",
            ),
            Self::Repeated { module, name, most } => write!(
                f,
                "expected a module that imports each name at most {most} times, found `{module}` `{name}` more often"
            ),
            Self::Legacy(error) => error.fmt(f),
            Self::World(error) => error.fmt(f),
            Self::Encode(error) => error.fmt(f),
        }
    }
}

impl Error for ComponentizeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Encode(error) => error.source(),
            Self::Binary(_)
            | Self::Foreign
            | Self::Repeated { .. }
            | Self::Legacy(_)
            | Self::World(_) => None,
        }
    }
}
