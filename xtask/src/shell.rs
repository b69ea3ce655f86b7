//! Runs other programs: echoes what is run, shows that it moves, and on failure shows the command and what it said last.

use anyhow::{Context, Error, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::VecDeque;
use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, IsTerminal, Read};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How many lines of a failed command are shown.
const LAST_LINES: usize = 80;
/// How much of a command is echoed.
const ECHO: usize = 110;

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

/// Runs `command` with its output kept back: a spinner with the latest line in a terminal, one line before and after elsewhere.
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

/// Says that a part is left out, for want of what it needs. Where `CI` is set that is an error: there everything runs.
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
            let bar = ProgressBar::new_spinner().with_prefix(title.clone());
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        if bar.is_none() {
            eprintln!("{title}");
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
        let seconds = self.started.elapsed().as_secs_f64();
        match self.bar {
            Some(_) => eprintln!("{} ({seconds:.1} s)", self.title),
            None => eprintln!("  {seconds:.1} s"),
        }
    }
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
