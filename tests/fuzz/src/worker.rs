//! The loop over inputs. Each input is in a file before it is run, since whatever it does to the
//! process, the file stays.

use crate::target::Target;
use crate::{mutate, seeds};
use anyhow::{Context, Result, anyhow};
use clap::Args;
use fastrand::Rng;
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// More than this is a failure: in a page there is not much more, and natively nobody expects to
/// need so much.
#[cfg(unix)]
const MEMORY: u64 = 2 << 30;
/// One input takes milliseconds; one that takes so many seconds of a processor would seem to hang a
/// page.
const PATIENCE: u64 = 20;
/// An input that waits for something takes none of them, so it is ended after so many by the clock.
const STUCK: u64 = 600;
/// How often the numbers are told.
const TOLD: Duration = Duration::from_millis(500);
/// Inputs that are kept besides the seeds.
const KEPT: usize = 20_000;

/// What a worker does.
#[derive(Debug, Args)]
pub struct Options {
    /// What inputs are given to.
    #[arg(long, value_enum)]
    pub target: Target,
    /// What the random numbers begin with.
    #[arg(long)]
    pub seed: u64,
    /// For how long.
    #[arg(long)]
    pub seconds: f64,
    /// Where the input that is run is written to.
    #[arg(long)]
    pub input: PathBuf,
    /// Folders with components to begin with.
    pub seeds: Vec<PathBuf>,
}

/// Runs mutated inputs until the time is over.
pub fn run(options: Options) -> Result<()> {
    limit()?;
    with_stack(options.target.stack(), move || {
        let seeds = options.target.seeds(seeds::read(&options.seeds)?);
        let input = File::create(&options.input)
            .with_context(|| format!("cannot write `{}`", options.input.display()))?;
        Worker {
            target: options.target,
            rng: Rng::with_seed(options.seed),
            corpus: Vec::new(),
            known: HashSet::new(),
            runs: 0,
            watch: Watch::start(),
            input,
        }
        .work(seeds, Duration::from_secs_f64(options.seconds))
    })
}

/// Runs one input as a worker would.
pub fn replay(target: Target, file: &Path) -> Result<()> {
    limit()?;
    let bytes = fs::read(file).with_context(|| format!("cannot read `{}`", file.display()))?;
    with_stack(target.stack(), move || {
        let mut watch = Watch::start();
        println!("{}", watch.during(|| target.run(&bytes)));
        Ok(())
    })
}

struct Worker {
    target: Target,
    rng: Rng,
    corpus: Vec<Vec<u8>>,
    /// What came of inputs so far.
    known: HashSet<String>,
    runs: u64,
    watch: Watch,
    input: File,
}

impl Worker {
    fn work(mut self, seeds: Vec<Vec<u8>>, time: Duration) -> Result<()> {
        anyhow::ensure!(
            !seeds.is_empty(),
            "expected components to begin with, found none"
        );
        let started = Instant::now();
        let mut told = started;
        for seed in &seeds {
            self.feed(seed)?;
        }
        self.corpus = seeds;
        let begun = self.corpus.len();
        while started.elapsed() < time {
            let (base, donor) = (self.pick(begun), self.pick(begun));
            let made = mutate::mutate(&mut self.rng, &self.corpus[base], &self.corpus[donor]);
            if self.feed(&made)? && self.corpus.len() < begun + KEPT {
                self.corpus.push(made);
            }
            if told.elapsed() > TOLD {
                told = Instant::now();
                self.tell();
            }
        }
        self.tell();
        Ok(())
    }

    /// An input to change: a seed as often as one that came of it, and of two of these rather the
    /// smaller, which is run faster.
    fn pick(&mut self, seeds: usize) -> usize {
        if self.rng.bool() {
            return self.rng.usize(..seeds);
        }
        let (one, other) = (
            self.rng.usize(..self.corpus.len()),
            self.rng.usize(..self.corpus.len()),
        );
        match self.corpus[one].len() < self.corpus[other].len() {
            true => one,
            false => other,
        }
    }

    /// Runs an input; says whether what came of it is new.
    fn feed(&mut self, bytes: &[u8]) -> Result<bool> {
        self.input.seek(SeekFrom::Start(0))?;
        self.input.write_all(bytes)?;
        self.input.set_len(bytes.len() as u64)?;
        let outcome = self.watch.during(|| self.target.run(bytes));
        self.runs += 1;
        Ok(self.known.insert(outcome))
    }

    /// The numbers, for the process that watches: runs, distinct outcomes, inputs kept.
    fn tell(&self) {
        println!("{} {} {}", self.runs, self.known.len(), self.corpus.len());
    }
}

/// Ends the process when one input takes too long. It counts what the process has had of a
/// processor, which on a busy machine is little, and its own seconds, which stand still while the
/// process is stopped.
struct Watch {
    /// The number of the input that runs; nought between inputs.
    running: Arc<AtomicU64>,
    begun: u64,
}

impl Watch {
    fn start() -> Self {
        let running = Arc::new(AtomicU64::new(0));
        let seen = Arc::clone(&running);
        thread::spawn(move || {
            let (mut last, mut begun, mut seconds) = (0, computed(), 0);
            loop {
                thread::park_timeout(Duration::from_secs(1));
                let input = seen.load(Ordering::Relaxed);
                if input != last {
                    (last, begun, seconds) = (input, computed(), 0);
                }
                seconds += 1;
                let taken = computed().saturating_sub(begun).as_secs();
                if input != 0 && (taken > PATIENCE || seconds > STUCK) {
                    eprintln!("the input took longer than {PATIENCE} seconds");
                    process::abort();
                }
            }
        });
        Watch { running, begun: 0 }
    }

    fn during<T>(&mut self, run: impl FnOnce() -> T) -> T {
        self.begun += 1;
        self.running.store(self.begun, Ordering::Relaxed);
        let result = run();
        self.running.store(0, Ordering::Relaxed);
        result
    }
}

/// How long processors have worked for this process.
#[cfg(unix)]
fn computed() -> Duration {
    use rustix::time::{ClockId, clock_gettime};
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

/// How long this process has run: what it has had of processors is not asked here.
#[cfg(not(unix))]
fn computed() -> Duration {
    static BEGUN: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    BEGUN.elapsed()
}

fn with_stack(stack: usize, run: impl FnOnce() -> Result<()> + Send + 'static) -> Result<()> {
    thread::Builder::new()
        .name("input".to_owned())
        .stack_size(stack)
        .spawn(run)?
        .join()
        .unwrap_or_else(|_| Err(anyhow!("the input made the engine panic")))
}

#[cfg(unix)]
fn limit() -> Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let most = Rlimit {
        current: Some(MEMORY),
        ..getrlimit(Resource::As)
    };
    setrlimit(Resource::As, most).context("cannot limit the memory")
}

#[cfg(not(unix))]
fn limit() -> Result<()> {
    Ok(())
}
