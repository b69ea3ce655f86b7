//! The process around the workers: shows how far they are, and keeps what ended one.

use crate::minimise;
use crate::target::Target;
use anyhow::{Context, Result, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How many different failures are looked for before giving up.
const FAILURES: usize = 20;

/// How to fuzz.
#[derive(Debug, Args)]
pub struct Options {
    /// What inputs are given to.
    #[arg(long, value_enum, default_value_t)]
    pub target: Target,
    /// For how many seconds.
    #[arg(long, default_value_t = 600)]
    pub seconds: u64,
    /// What the random numbers begin with.
    #[arg(long)]
    pub seed: u64,
    /// Where inputs are kept that end a worker.
    #[arg(long)]
    pub keep: PathBuf,
    /// Folders with components to begin with.
    #[arg(required = true)]
    pub seeds: Vec<PathBuf>,
}

/// Runs workers until the time is over.
///
/// # Errors
///
/// An input ended a worker, or no worker can be run.
pub fn run(options: &Options) -> Result<()> {
    let started = Instant::now();
    let time = Duration::from_secs(options.seconds);
    let folder = tempfile::tempdir()?;
    let input = folder.path().join("input.wasm");
    let bar = progress(options.seconds);
    let mut tally = Tally::default();
    let mut failures = BTreeMap::new();
    let mut seed = options.seed;
    while started.elapsed() < time && failures.len() < FAILURES {
        let left = time.saturating_sub(started.elapsed());
        let ending = work(options, &input, seed, left, &bar, started, &mut tally)?;
        seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        if let Some(ending) = ending {
            let bytes = fs::read(&input)?;
            let file = options.keep.join(format!("{:016x}.wasm", hash(&ending)));
            if failures.insert(ending.clone(), file.clone()).is_none() {
                bar.suspend(|| eprintln!("{ending}\n  making the input smaller"));
                fs::create_dir_all(&options.keep)?;
                fs::write(&file, minimise::minimise(options.target, &bytes, &ending)?)?;
            }
        }
    }
    bar.finish_and_clear();
    println!(
        "{} executions, {} distinct outcomes, {} inputs in the corpus, {} failures (seed {})",
        tally.runs,
        tally.distinct,
        tally.corpus,
        failures.len(),
        options.seed
    );
    if failures.is_empty() {
        return Ok(());
    }
    let lines = failures.iter().map(|(ending, file)| {
        let target = options.target;
        format!(
            "{ending}\n  replay: cargo xtask fuzz --target {target} --replay {}",
            file.display()
        )
    });
    bail!(
        "inputs end what reads them:\n{}",
        lines.collect::<Vec<_>>().join("\n")
    )
}

/// What all workers came to.
#[derive(Default)]
struct Tally {
    runs: u64,
    distinct: u64,
    corpus: u64,
}

/// Runs one worker; gives how it ended, unless it ended well.
fn work(
    options: &Options,
    input: &Path,
    seed: u64,
    left: Duration,
    bar: &ProgressBar,
    started: Instant,
    tally: &mut Tally,
) -> Result<Option<String>> {
    let mut child = Command::new(std::env::current_exe()?)
        .args(["worker", "--target", &options.target.to_string()])
        .args(["--seed", &seed.to_string()])
        .args(["--seconds", &left.as_secs_f64().to_string()])
        .arg("--input")
        .arg(input)
        .args(&options.seeds)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot start a worker")?;
    let errors = child.stderr.take().map(|mut errors| {
        thread::spawn(move || {
            let mut text = Vec::new();
            // What cannot be read is not shown.
            let _ = errors.read_to_end(&mut text);
            String::from_utf8_lossy(&text).into_owned()
        })
    });
    let before = tally.runs;
    for line in child
        .stdout
        .take()
        .into_iter()
        .flat_map(|out| BufReader::new(out).lines())
    {
        let numbers: Vec<u64> = (line?.split(' ')).filter_map(|n| n.parse().ok()).collect();
        if let [runs, distinct, corpus] = numbers[..] {
            tally.runs = before + runs;
            tally.distinct = tally.distinct.max(distinct);
            tally.corpus = tally.corpus.max(corpus);
            bar.set_position(started.elapsed().as_secs().min(options.seconds));
            bar.set_message(format!(
                "{} runs, {distinct} outcomes, {corpus} inputs",
                tally.runs
            ));
        }
    }
    let status = child.wait()?;
    let errors = errors
        .and_then(|errors| errors.join().ok())
        .unwrap_or_default();
    Ok((!status.success()).then(|| ending(&errors, &status.to_string())))
}

/// How a process ended, in one line that is the same for the same fault.
pub fn ending(errors: &str, status: &str) -> String {
    let mut lines = errors.lines().filter(|line| !line.trim().is_empty());
    let Some(panic) = lines.find(|line| line.contains("panicked at")) else {
        let told = errors.lines().find(|line| {
            line.contains("overflowed its stack")
                || line.contains("memory allocation")
                || line.contains("took longer")
        });
        let told = told.or_else(|| errors.lines().find(|line| !line.trim().is_empty()));
        // The size of what could not be allocated differs from input to input.
        let told: String = told
            .unwrap_or("no message")
            .chars()
            .filter(|c| !c.is_ascii_digit())
            .collect();
        return format!("{told} ({status})");
    };
    let place = panic.split("panicked at").nth(1).unwrap_or(panic).trim();
    let place = place.rsplit("/src/").next().map_or(place, |file| file);
    format!("panic at {place} {}", lines.next().unwrap_or_default())
}

fn progress(seconds: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(seconds), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} s  {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

fn hash(text: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
