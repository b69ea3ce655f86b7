//! The whole run: loads the files, runs each, and collects the lines.

use amphi::{Result, format_err};
use serde::{Deserialize, Serialize};

use crate::stage::{Form, Stage};
use crate::{bad, cases, programs};

/// What the corpus came to on one host.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Report {
    /// One line per case, in order.
    pub lines: Vec<Line>,
    /// Whether the host can suspend a guest that waits. If not, the programs [`Report::WAITING`]
    /// are replaced by [`Report::REFUSED`].
    pub suspends: bool,
    /// Whether guests may throw and catch exceptions there. If not, what has [`Report::THROWING`]
    /// in its place is replaced by [`Report::NOT_THROWN`].
    pub throws: bool,
}

impl Report {
    /// How the places begin of what programs with guests that wait came to.
    pub const WAITING: &str = "program waiting";

    /// How the places begin of what becomes of them where guests cannot wait.
    pub const REFUSED: &str = "program refused to wait";

    /// What the places have in them of what guests that throw came to.
    pub const THROWING: &str = "throwing";

    /// How the places begin of what becomes of them where there are no exceptions.
    pub const NOT_THROWN: &str = "program refused to throw";

    /// The lines that are not as expected.
    pub fn failures(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.failure.is_some())
    }
}

/// What one case came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The case: its file, its component, its call.
    pub place: String,
    /// What happened. Equal on both hosts.
    pub outcome: String,
    /// What was expected, if that is not what happened.
    pub failure: Option<String>,
}

/// Runs all of the corpus, on components that are made of `form`. `load` gives the bytes of the
/// file at a path.
///
/// # Errors
///
/// A file of the corpus is missing or not what its place says. Whatever a component does is part of
/// the report instead.
pub async fn run(form: Form, load: impl AsyncFn(&str) -> Result<Vec<u8>>) -> Result<Report> {
    let index: Vec<String> = serde_json::from_slice(&load("corpus/index.json").await?)?;
    let mut stage = Stage::new(form)?;
    let mut report = Report {
        suspends: amphi::can_suspend(),
        throws: programs::throws(),
        ..Report::default()
    };
    for name in index {
        let text = text(load(&format!("corpus/{name}")).await?, &name)?;
        let lines = if name.starts_with("bad/") {
            bad::run(&mut stage, &load, &name, &text).await?
        } else if name.contains(Report::THROWING) && !report.throws {
            continue;
        } else {
            cases::run(&mut stage, &load, &name, &text).await?
        };
        report.lines.extend(lines);
    }
    let readings = load("data/readings.json").await?;
    report
        .lines
        .extend(programs::run(&mut stage, &load, &readings).await?);
    Ok(report)
}

fn text(bytes: Vec<u8>, name: &str) -> Result<String> {
    String::from_utf8(bytes).map_err(|_| format_err!("file `{name}`: expected UTF-8 text"))
}
