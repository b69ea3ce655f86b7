//! Runs other programs: echoes what is run, shows that it moves, and on failure shows the command
//! and what it said last.

use anyhow::{Context, Error, Result, anyhow, bail};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::collections::VecDeque;
use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, IsTerminal, Read};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::LazyLock;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How many lines of a failed command are shown.
const LAST_LINES: usize = 80;
/// How much of a command is echoed.
const ECHO: usize = 110;

/// The lines on the terminal that stand for what is running, one for each thing that runs at once.
static RUNNING: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);

/// A core that a program has for itself, so that what is measured and what measures it share none.
#[derive(Clone, Copy)]
pub enum Core {
    /// Of what is measured.
    Measured,
    /// Of what sends requests.
    Load,
}

/// A command that runs `program` on a core.
pub fn pinned(core: Core, program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("taskset");
    let core = match core {
        Core::Measured => "0",
        Core::Load => "1",
    };
    command.args(["-c", core]).arg(program);
    command
}

/// Runs `command` with its output kept back: a spinner with the latest line in a terminal, one line
/// before and after elsewhere.
pub fn quiet(command: &mut Command) -> Result<()> {
    let echo = Echo::start(command);
    if io::stderr().is_terminal() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    let mut last = VecDeque::with_capacity(LAST_LINES);
    let status = read_lines(command, |line| {
        echo.show(&line);
        if last.len() == LAST_LINES {
            last.pop_front();
        }
        last.push_back(line);
    })?;
    if status.success() {
        echo.done();
        return Ok(());
    }
    echo.clear();
    bail!(
        "`{}` failed ({status}); it said last:\n{}",
        spell(command),
        Vec::from(last).join("\n")
    )
}

/// A thing to do, and what it is called.
pub type Part<'a> = (&'a str, &'a (dyn Fn() -> Result<()> + Sync));

/// Does several things at once, says what each took, and when all have ended gives the first error,
/// by the order of `parts`.
pub fn side_by_side(parts: &[Part<'_>]) -> Result<()> {
    let outcomes: Vec<Result<()>> = thread::scope(|scope| {
        let threads: Vec<_> = parts
            .iter()
            .map(|part| scope.spawn(|| timed(part)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| Err(anyhow!("a panic"))))
            .collect()
    });
    let named =
        |((name, _), outcome): (&Part<'_>, Result<()>)| outcome.with_context(|| (*name).to_owned());
    parts.iter().zip(outcomes).try_for_each(named)
}

/// Does a thing, and says what it took.
pub fn timed((name, part): &Part<'_>) -> Result<()> {
    let started = Instant::now();
    let outcome = part();
    let ended = if outcome.is_ok() { "done" } else { "failed" };
    say(&format!("== {name}: {ended} ({})", seconds(started)));
    outcome
}

/// Runs `command` with its output where ours goes.
pub fn shown(command: &mut Command) -> Result<()> {
    eprintln!("$ {}", shorten(&spell(command)));
    let status = command
        .status()
        .with_context(|| format!("cannot start `{}`", spell(command)))?;
    if !status.success() {
        bail!("`{}` failed ({status})", spell(command));
    }
    Ok(())
}

/// Says that a part is left out, for want of what it needs. Where `CI` is set that is an error:
/// there everything runs.
pub fn left_out(part: &str, why: &Error) -> Result<()> {
    if std::env::var_os("CI").is_some() {
        bail!(
            "{part}: expected everything to run, since `CI` is set, found that it cannot: {why:#}"
        );
    }
    println!("skipped: {part}: {why:#}");
    Ok(())
}

/// What `command` writes to its standard output; nothing when it cannot be run or fails.
pub fn answer(command: &mut Command) -> Option<String> {
    bytes(command).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// As [`answer`], for what is no text.
pub fn bytes(command: &mut Command) -> Option<Vec<u8>> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output.status.success().then_some(output.stdout)
}

/// Says that something takes a while that is not a command; ends when dropped or [`Echo::done`].
pub fn long(what: &str) -> Echo {
    Echo::titled(what.to_string())
}

/// The line on the terminal that stands for what is running.
#[derive(Debug)]
pub struct Echo {
    title: String,
    started: Instant,
    bar: Option<ProgressBar>,
}

impl Echo {
    fn start(command: &Command) -> Self {
        Self::titled(format!("$ {}", shorten(&spell(command))))
    }

    fn titled(title: String) -> Self {
        let bar = io::stderr().is_terminal().then(|| {
            let style =
                ProgressStyle::with_template("{spinner} {prefix} [{elapsed}]\n  {wide_msg:.dim}");
            let bar = RUNNING.add(ProgressBar::new_spinner().with_prefix(title.clone()));
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        if bar.is_none() {
            say(&title);
        }
        Self {
            title,
            started: Instant::now(),
            bar,
        }
    }

    fn show(&self, line: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(line.trim().to_string());
        }
    }

    fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// Says how long it took.
    pub fn done(self) {
        self.clear();
        say(&format!("{} ({})", self.title, seconds(self.started)));
    }
}

/// Writes a line, above those that stand for what is running.
fn say(line: &str) {
    RUNNING.suspend(|| eprintln!("{line}"));
}

fn seconds(since: Instant) -> String {
    format!("{:.1} s", since.elapsed().as_secs_f64())
}

fn read_lines(command: &mut Command, mut each: impl FnMut(String)) -> Result<ExitStatus> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{}`", spell(command)))?;
    let (sender, lines) = channel();
    if let Some(stdout) = child.stdout.take() {
        forward(stdout, sender.clone());
    }
    if let Some(stderr) = child.stderr.take() {
        forward(stderr, sender);
    }
    lines.iter().for_each(&mut each);
    Ok(child.wait()?)
}

fn forward(from: impl Read + Send + 'static, to: Sender<String>) {
    thread::spawn(move || {
        for line in BufReader::new(from).split(b'\n').map_while(Result::ok) {
            // The receiver outlives its senders.
            let _ = to.send(String::from_utf8_lossy(&line).into_owned());
        }
    });
}

fn spell(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

fn shorten(line: &str) -> String {
    match line.char_indices().nth(ECHO) {
        Some((end, _)) => format!("{} ...", &line[..end]),
        None => line.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::side_by_side;
    use anyhow::{anyhow, ensure};
    use std::sync::Barrier;

    #[test]
    fn what_is_done_side_by_side_runs_at_once_and_all_of_it() {
        let met = Barrier::new(2);
        let fails = || {
            met.wait();
            Err(anyhow!("no guests"))
        };
        let error = side_by_side(&[
            ("page", &|| {
                met.wait();
                Ok(())
            }),
            ("guests", &fails),
        ])
        .expect_err("one of them fails");
        assert_eq!(format!("{error:#}"), "guests: no guests");
        side_by_side(&[("nothing", &|| {
            ensure!(true);
            Ok(())
        })])
        .expect("none fails");
    }
}
