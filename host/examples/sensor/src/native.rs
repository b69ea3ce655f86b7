//! The native host: an engine with limits around the shared host source.
//!
//! Whatever the component does, a run ends: its code is interrupted by epochs, its waits end at the
//! deadline, its memory and tables are bounded. What it takes to compile is bounded by the size of
//! the component alone.

use crate::app::{self, Analysis, Sensor, State, filter};
use crate::json;
use amphi::component::Linker;
use amphi::wasi::runtime::in_tokio;
use amphi::{Engine, Store, StoreLimits, StoreLimitsBuilder, Trap};
use std::fmt;
use std::time::{Duration, Instant};

mod responder;
mod waits;

pub use responder::Responder;

/// How often the engine's epoch moves on.
const TICK: Duration = Duration::from_millis(10);
/// How many elements the tables of one instance may have.
const TABLE_ELEMENTS: usize = 100_000;
/// How many core instances, memories and tables one component may make.
const PARTS: usize = 100;

/// What a run may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The time from the start of the instance to its answer.
    pub time: Duration,
    /// The size of one linear memory, in bytes.
    pub memory: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            time: Duration::from_secs(5),
            memory: 256 << 20,
        }
    }
}

impl Limits {
    /// What of them a store watches over.
    fn of_store(self) -> StoreLimits {
        StoreLimitsBuilder::new()
            .memory_size(self.memory)
            .table_elements(TABLE_ELEMENTS)
            .instances(PARTS)
            .memories(PARTS)
            .tables(PARTS)
            .build()
    }
}

/// An engine that holds every component to the same limits.
pub struct NativeHost {
    engine: Engine,
    linker: Linker<State<Bounds>>,
    limits: Limits,
}

/// What a run gave: the answer as text, and how long its steps took.
#[derive(Debug)]
pub struct Run {
    /// The answer in its one spelling.
    pub answer: String,
    /// How long it took to compile the component.
    pub compile: Duration,
    /// How long it took to make an instance.
    pub instantiate: Duration,
    /// How long the first call took.
    pub first: Duration,
    /// How long the calls after it took, of the same instance.
    pub later: Vec<Duration>,
}

/// Why there is no answer.
#[derive(Debug)]
#[non_exhaustive]
pub enum RunError {
    /// This machine cannot run the engine.
    Engine(String),
    /// The bytes are not a component that this host can run.
    Component(String),
    /// The component does not fit the contract, trapped, or was refused something.
    Guest(String),
    /// The component was still running when its time was over.
    Deadline(Duration),
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Engine(why) | Self::Component(why) | Self::Guest(why) => f.write_str(why),
            Self::Deadline(time) => write!(
                f,
                "the component ran for {} ms without an answer",
                time.as_millis()
            ),
        }
    }
}

impl std::error::Error for RunError {}

impl NativeHost {
    /// An engine and a thread that moves its epoch on for as long as the engine lives.
    ///
    /// # Errors
    ///
    /// This machine cannot run the engine.
    pub fn new(limits: Limits) -> Result<Self, RunError> {
        Self::start(limits)
            .map_err(|error| RunError::Engine(format!("cannot start the native engine: {error:#}")))
    }

    fn start(limits: Limits) -> amphi::Result<Self> {
        let mut config = amphi::shared_config();
        config.epoch_interruption(true);
        let engine = Engine::new(&config)?;
        let mut linker = app::linker(&engine)?;
        waits::bound(&mut linker)?;
        let ticking = engine.weak();
        std::thread::Builder::new()
            .name("epoch".into())
            .spawn(move || {
                while let Some(engine) = ticking.upgrade() {
                    engine.increment_epoch();
                    drop(engine);
                    std::thread::sleep(TICK);
                }
            })?;
        Ok(Self {
            engine,
            linker,
            limits,
        })
    }

    /// Runs a component on readings: compiles it, makes an instance, calls it, and does so up
    /// to `more` times again while [`app::RUNS_TIME`] lasts.
    ///
    /// # Errors
    ///
    /// See [`RunError`].
    pub fn run(
        &self,
        component: &[u8],
        readings: &[filter::Reading],
        more: usize,
    ) -> Result<Run, RunError> {
        let start = Instant::now();
        let component = in_tokio(amphi::compile(&self.engine, component))
            .map_err(|error| RunError::Component(format!("{error:#}")))?;
        let compile = start.elapsed();

        let mut store = self.store();
        let failed = |store: &Store<State<Bounds>>, error| self.explain(store, &error);
        let start = Instant::now();
        let sensor: Sensor = app::instantiate(&mut store, &component, &self.linker)
            .map_err(|error| failed(&store, error))?;
        let instantiate = start.elapsed();

        let start = Instant::now();
        let answer: Analysis =
            app::run(&mut store, &sensor, readings).map_err(|error| failed(&store, error))?;
        let first = start.elapsed();
        let mut later = Vec::new();
        while later.len() < more && start.elapsed() < app::RUNS_TIME {
            let again = Instant::now();
            // The answer is there; what fails now has had its time.
            if app::run(&mut store, &sensor, readings).is_err() {
                break;
            }
            later.push(again.elapsed());
        }
        Ok(Run {
            answer: json::answer(&answer),
            compile,
            instantiate,
            first,
            later,
        })
    }

    fn store(&self) -> Store<State<Bounds>> {
        let bounds = Bounds {
            limits: self.limits.of_store(),
            until: Instant::now() + self.limits.time,
        };
        let mut store = Store::new(&self.engine, app::state(bounds));
        store.limiter(|state| &mut state.data.host.limits);
        let ticks = self.limits.time.as_millis().div_ceil(TICK.as_millis());
        store.set_epoch_deadline(u64::try_from(ticks).unwrap_or(u64::MAX >> 1));
        store
    }

    fn explain(&self, store: &Store<State<Bounds>>, error: &amphi::Error) -> RunError {
        if error.downcast_ref() == Some(&Trap::Interrupt) || error.is::<waits::TooLong>() {
            return RunError::Deadline(self.limits.time);
        }
        RunError::Guest(app::explain(store, error))
    }
}

/// What one run is held to.
struct Bounds {
    limits: StoreLimits,
    until: Instant,
}
