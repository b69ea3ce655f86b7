//! Components as machine code: compiled where a hostile one harms nothing, and kept on disk.
//!
//! Compiling is not bounded by Wasmtime (its policy counts trouble at compile time as no
//! vulnerability), so it happens in a child process with limits of the operating system: processor
//! time, address space, and a deadline. What comes out is kept by the component's digest and the
//! engine's compatibility hash.

mod cache;
mod child;

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use amphi::component::Component;
use wasmtime::Engine;

use crate::blocking::{COMPILING, DEPLOYING};
use crate::digest::Digest;
use crate::runtime::engine::{EngineKind, Pool, PoolSettings};
use amphi_edge_blocking::Stopped;

pub use cache::{Cache, CacheError};
pub use child::{CHILD, run_if_child};

/// How components are compiled.
#[derive(Clone, Debug)]
pub struct Compiling {
    /// Where.
    pub isolation: Isolation,
    /// How much processor time it may have, rounded up to seconds; by the clock, ten times as much.
    pub time: Duration,
    /// How much address space it may have, in bytes.
    pub memory: u64,
}

/// Where components are compiled.
#[derive(Clone, Debug)]
pub enum Isolation {
    /// In this process, without limits: for components that are trusted.
    InProcess,
    /// In a child process: a program whose `main` begins with [`run_if_child`].
    ChildProcess(PathBuf),
}

impl Default for Compiling {
    fn default() -> Self {
        Self {
            isolation: Isolation::InProcess,
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
    /// It needs more than a place in the pool has.
    TooLarge {
        /// Of what.
        what: &'static str,
        /// What a place has.
        most: u64,
        /// What the component needs.
        found: u64,
    },
    /// The child process could not be used.
    Child {
        /// Its program.
        program: PathBuf,
        /// What was wrong.
        error: std::io::Error,
    },
    /// The engine does not take the machine code.
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
                "the program `{}` could not be started to compile",
                program.display()
            ),
            Self::TooLarge { what, most, found } => write!(
                f,
                "expected at most {most} {what} in a component, found {found}"
            ),
            Self::Foreign(_) => f.write_str("the engine rejects its machine code"),
        }
    }
}

impl std::error::Error for CompileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Invalid(_) | Self::Limits { .. } | Self::TooLarge { .. } => None,
            Self::Child { error, .. } => Some(error),
            Self::Foreign(error) => Some(error.as_ref()),
        }
    }
}

impl From<Stopped> for CompileError {
    fn from(Stopped(why): Stopped) -> Self {
        Self::Invalid(format!("the compiler: {why}"))
    }
}

/// What comes of compiling.
pub(crate) struct Compiled {
    pub(crate) component: Component,
    /// Why its code is not kept, if it should be.
    pub(crate) cache_failure: Option<CacheError>,
}

/// Held by who compiles a component, so that who wants the same one finds what comes of it.
type Turn = tokio::sync::Mutex<()>;

/// Compiles components, or finds what was compiled before.
#[derive(Debug)]
pub struct Compiler {
    compiling: Compiling,
    cache: Option<Arc<Cache>>,
    running: Mutex<HashMap<(Digest, EngineKind), Weak<Turn>>>,
}

impl Compiler {
    /// A compiler that keeps what it makes in `cache`, if there is one.
    #[must_use]
    pub fn new(compiling: Compiling, cache: Option<Cache>) -> Self {
        Self {
            compiling,
            cache: cache.map(Arc::new),
            running: Mutex::default(),
        }
    }

    fn turn(&self, digest: Digest, kind: EngineKind) -> Arc<Turn> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.retain(|_, turn| turn.strong_count() > 0);
        let turn = running.entry((digest, kind)).or_default();
        turn.upgrade().unwrap_or_else(|| {
            let new = Arc::default();
            *turn = Arc::downgrade(&new);
            new
        })
    }

    /// The component of `bytes`, whose digest is `digest`, for the engine of `pool`.
    ///
    /// # Errors
    ///
    /// See [`CompileError`].
    pub(crate) async fn compile(
        &self,
        pool: &Pool,
        digest: Digest,
        bytes: &Arc<[u8]>,
    ) -> Result<Compiled, CompileError> {
        let turn = self.turn(digest, pool.kind);
        let _turn = turn.lock().await;
        let kept = match &self.cache {
            Some(cache) => cache.read(&pool.engine, digest).await,
            None => None,
        };
        if let Some(code) = kept
            && let Ok(component) = loaded(&pool.engine, code).await
        {
            return Ok(Compiled {
                component,
                cache_failure: None,
            });
        }
        let code: Arc<[u8]> = self.compile_anew(pool, bytes).await?.into();
        let component = match loaded(&pool.engine, Arc::clone(&code)).await {
            Err(CompileError::Foreign(error)) => return Err(refused(pool, code, error).await),
            component => component?,
        };
        let cache_failure = match &self.cache {
            Some(cache) => cache.write(&pool.engine, digest, &code).await.err(),
            None => None,
        };
        Ok(Compiled {
            component,
            cache_failure,
        })
    }

    async fn compile_anew(&self, pool: &Pool, bytes: &Arc<[u8]>) -> Result<Vec<u8>, CompileError> {
        match &self.compiling.isolation {
            Isolation::ChildProcess(program) => {
                child::compile(program, pool.kind, bytes, &self.compiling).await
            }
            Isolation::InProcess => {
                let (engine, bytes) = (pool.engine.clone(), Arc::clone(bytes));
                let code = move || precompile(&engine, &bytes).map_err(CompileError::Invalid);
                COMPILING.run(code).await
            }
        }
    }
}

/// Machine code for `bytes`, or the whole chain of reasons why there is none.
fn precompile(engine: &Engine, bytes: &[u8]) -> Result<Vec<u8>, String> {
    amphi::check_bytes(bytes)
        .and_then(|()| engine.precompile_component(bytes))
        .map_err(|error| format!("{error:#}"))
}

/// The engine that a child compiles with: as the pool's, but without a pool, and on one thread.
fn plain(kind: EngineKind) -> wasmtime::Result<Engine> {
    let mut config = kind.config();
    config.parallel_compilation(false);
    Engine::new(&config)
}

/// The component of machine code.
async fn loaded(
    engine: &Engine,
    code: impl AsRef<[u8]> + Send + 'static,
) -> Result<Component, CompileError> {
    let engine = engine.clone();
    let load = move || load(&engine, code).map_err(CompileError::Foreign);
    DEPLOYING.run(load).await
}

#[expect(
    unsafe_code,
    reason = "Wasmtime runs compiled code as it is, so it trusts whoever says that it is its own"
)]
fn load(engine: &Engine, code: impl AsRef<[u8]>) -> wasmtime::Result<Component> {
    // SAFETY: the code was made by this process or by a child of it, or it was read from a cache
    // that nobody else may write to, and is unchanged since: `Cache::read` has compared its digest.
    let component = unsafe { Component::deserialize(engine, code) }?;
    // The first request is not the one that pays for it.
    component.initialize_copy_on_write_image()?;
    Ok(component)
}

/// Why an engine with a pool does not take code that was just compiled: an engine without one tells
/// what a place would have to have.
async fn refused(pool: &Pool, code: Arc<[u8]>, error: wasmtime::Error) -> CompileError {
    let (kind, settings) = (pool.kind, pool.settings.clone());
    let looked = DEPLOYING.run(move || {
        let engine = plain(kind).map_err(CompileError::Foreign)?;
        let component = load(&engine, code).map_err(CompileError::Foreign)?;
        fits(&settings, &component)
    });
    match looked.await {
        Err(too_large @ CompileError::TooLarge { .. }) => too_large,
        Ok(()) | Err(_) => CompileError::Foreign(error),
    }
}

fn fits(settings: &PoolSettings, component: &Component) -> Result<(), CompileError> {
    let Some(needed) = component.resources_required() else {
        return Ok(());
    };
    let counts = [
        ("memories", settings.memories, needed.num_memories),
        ("tables", settings.tables, needed.num_tables),
    ];
    for (what, most, found) in counts {
        if found > most {
            return Err(CompileError::TooLarge {
                what,
                most: most.into(),
                found: found.into(),
            });
        }
    }
    Ok(())
}
