//! Components as machine code: compiled where a hostile one harms nothing, and kept on disk.
//!
//! Compiling is not bounded by Wasmtime (its policy counts trouble at compile time as no vulnerability), so it happens in a child process with limits of the
//! operating system: processor time, address space, and a deadline. What comes out is kept by the component's digest and the engine's
//! compatibility hash.

mod cache;
mod child;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use amphi::component::Component;
use wasmtime::Engine;

use crate::digest::Digest;
use crate::engine::{Kind, Pool};

pub use cache::Cache;
pub use child::{CHILD, run_if_child};

/// How components are compiled.
#[derive(Clone, Debug)]
pub struct Compiling {
    /// Where.
    pub place: Place,
    /// How long it may take, and how much processor time it may have.
    pub time: Duration,
    /// How much address space it may have, in bytes.
    pub memory: u64,
}

/// Where components are compiled.
#[derive(Clone, Debug)]
pub enum Place {
    /// In this process, without limits: for components that are trusted.
    Here,
    /// In a child process: a program whose `main` begins with [`run_if_child`].
    Child(PathBuf),
}

impl Default for Compiling {
    fn default() -> Self {
        Self {
            place: Place::Here,
            time: Duration::from_secs(60),
            memory: 2 << 30,
        }
    }
}

/// Why there is no machine code for a component.
#[derive(Debug)]
#[non_exhaustive]
pub enum CompileError {
    /// The component is broken, or uses what the engine does not know.
    Invalid(String),
    /// Compiling met its limits.
    Limits {
        /// Which: `time`, `processor time` or `memory`.
        limit: &'static str,
        /// What was allowed.
        allowed: String,
    },
    /// The child process could not be used.
    Child {
        /// Its program.
        program: PathBuf,
        /// What was wrong.
        error: std::io::Error,
    },
    /// What the child wrote is no machine code for this engine.
    Foreign(wasmtime::Error),
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(why) => write!(f, "the component cannot be compiled: {why}"),
            Self::Limits { limit, allowed } => write!(
                f,
                "expected compiling to need at most {allowed} of {limit}, found more"
            ),
            Self::Child { program, .. } => write!(
                f,
                "the program `{}` could not be run to compile",
                program.display()
            ),
            Self::Foreign(_) => f.write_str("expected machine code for this engine"),
        }
    }
}

impl std::error::Error for CompileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Invalid(_) | Self::Limits { .. } => None,
            Self::Child { error, .. } => Some(error),
            Self::Foreign(error) => Some(error.as_ref()),
        }
    }
}

/// Compiles components, or finds what was compiled before.
#[derive(Debug)]
pub struct Compiler {
    compiling: Compiling,
    cache: Option<Arc<Cache>>,
}

impl Compiler {
    /// A compiler that keeps what it makes in `cache`, if there is one.
    #[must_use]
    pub fn new(compiling: Compiling, cache: Option<Cache>) -> Self {
        Self {
            compiling,
            cache: cache.map(Arc::new),
        }
    }

    /// The component of `bytes` for the engine of `pool`.
    ///
    /// # Errors
    ///
    /// See [`CompileError`].
    pub async fn compile(&self, pool: &Pool, bytes: &[u8]) -> Result<Component, CompileError> {
        let digest = Digest::of(bytes);
        let kept = match &self.cache {
            Some(cache) => cache.read(&pool.engine, digest).await,
            None => None,
        };
        if let Some(code) = kept
            && let Ok(component) = load(&pool.engine, &code)
        {
            return Ok(component);
        }
        let code = self.compile_anew(pool, bytes).await?;
        let component = load(&pool.engine, &code).map_err(CompileError::Foreign)?;
        if let Some(cache) = &self.cache {
            cache.write(&pool.engine, digest, &code).await;
        }
        Ok(component)
    }

    async fn compile_anew(&self, pool: &Pool, bytes: &[u8]) -> Result<Vec<u8>, CompileError> {
        match &self.compiling.place {
            Place::Child(program) => {
                child::compile(program, pool.kind, bytes, &self.compiling).await
            }
            Place::Here => {
                let (engine, bytes) = (pool.engine.clone(), bytes.to_vec());
                let compiled =
                    tokio::task::spawn_blocking(move || precompile(&engine, &bytes)).await;
                match compiled {
                    Ok(code) => code.map_err(CompileError::Invalid),
                    Err(panic) => Err(CompileError::Invalid(format!("the compiler: {panic}"))),
                }
            }
        }
    }
}

/// Machine code for `bytes`, or the whole chain of reasons why there is none.
fn precompile(engine: &Engine, bytes: &[u8]) -> Result<Vec<u8>, String> {
    engine
        .precompile_component(bytes)
        .map_err(|error| format!("{error:#}"))
}

/// The engine that a child compiles with: as the pool's, but without a pool, and on one thread.
fn plain(kind: Kind) -> wasmtime::Result<Engine> {
    let mut config = kind.config();
    config.parallel_compilation(false);
    Engine::new(&config)
}

fn load(engine: &Engine, code: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: the code was made by this process or by a child of it, or it was read from a cache that nobody else may write to, and is unchanged
    // since: `Cache::read` has compared its digest.
    let component = unsafe { Component::deserialize(engine, code) }?;
    // The first request is not the one that pays for it.
    component.initialize_copy_on_write_image()?;
    Ok(component)
}
