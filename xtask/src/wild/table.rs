//! The results of third-party components: a table of how many calls of each are as expected on each
//! host, then each result.

use anyhow::{Context, Error, Result};
use serde_json::Value;
use std::fmt::Write as _;

/// The results of one component.
#[derive(Debug)]
pub struct Row {
    /// What the list calls it.
    pub name: String,
    /// Where it comes from.
    pub package: String,
    /// What each host answered, the native one first.
    pub answers: Vec<Answers>,
}

/// What a component came to on one host.
#[derive(Debug)]
pub struct Answers {
    /// Each step.
    lines: Vec<Line>,
    /// Why there are no lines.
    trouble: Option<String>,
}

#[derive(Debug)]
struct Line {
    place: String,
    outcome: String,
    failure: Option<String>,
}

impl Answers {
    /// Reads a report of `amphi-runner`.
    pub fn read(report: &Value) -> Result<Self> {
        let lines = report["lines"]
            .as_array()
            .context("expected a report with lines")?;
        let text = |line: &Value, field: &str| {
            let text = line[field].as_str().map(str::to_owned);
            text.with_context(|| format!("expected a line with `{field}`, found `{line}`"))
        };
        let line = |line: &Value| {
            Ok(Line {
                place: text(line, "place")?,
                outcome: text(line, "outcome")?,
                failure: line["failure"].as_str().map(str::to_owned),
            })
        };
        Ok(Self {
            lines: lines.iter().map(line).collect::<Result<_>>()?,
            trouble: None,
        })
    }

    /// A host that could not say anything.
    pub fn trouble(error: &Error) -> Self {
        Self {
            lines: Vec::new(),
            trouble: Some(format!("{error:#}")),
        }
    }

    /// How many steps came to what was expected.
    fn passed(&self) -> usize {
        let passed = self.lines.iter().filter(|line| line.failure.is_none());
        passed.count()
    }

    /// The outcome of the step with this number, if it is the step of this name.
    fn outcome(&self, number: usize, place: &str) -> &str {
        match self.lines.get(number) {
            Some(line) if line.place == place => &line.outcome,
            _ => "nothing",
        }
    }
}

impl Row {
    /// How many steps there are, on the host that came farthest.
    fn steps(&self) -> usize {
        let lines = self.answers.iter().map(|answers| answers.lines.len());
        lines.max().unwrap_or_default()
    }

    /// What is not as it has to be: steps that fail, and answers that differ from the native ones.
    pub fn wrong(&self, browsers: &[&str]) -> Vec<String> {
        let hosts = || ["native"].into_iter().chain(browsers.iter().copied());
        let mut wrong = Vec::new();
        for (host, answers) in hosts().zip(&self.answers) {
            if let Some(trouble) = &answers.trouble {
                wrong.push(format!("{}, {host}: {trouble}", self.name));
            } else if answers.lines.is_empty() {
                wrong.push(format!(
                    "{}, {host}: expected answers, found none",
                    self.name
                ));
            }
            for Line {
                place,
                outcome,
                failure,
            } in &answers.lines
            {
                if let Some(failure) = failure {
                    wrong.push(format!(
                        "{}, {host}, {place}: {failure}, found {outcome}",
                        self.name
                    ));
                }
            }
        }
        let Some((native, others)) = self.answers.split_first() else {
            return wrong;
        };
        for (host, other) in browsers.iter().zip(others) {
            let longest = match other.lines.len() > native.lines.len() {
                true => other,
                false => native,
            };
            for (number, Line { place, .. }) in longest.lines.iter().enumerate() {
                let (here, there) = (native.outcome(number, place), other.outcome(number, place));
                if here != there {
                    wrong.push(format!(
                        "{}, {place}:\n  native: {here}\n  {host}: {there}",
                        self.name
                    ));
                }
            }
        }
        wrong
    }
}

/// How many answers of each component were as expected on each host, for a terminal.
pub fn counts(rows: &[Row], browsers: &[&str]) -> String {
    let width = rows.iter().map(|row| row.name.len()).max();
    let width = width.unwrap_or_default().max("component".len());
    let mut text = format!("\n{:<width$} {:>7} {:>7}", "component", "calls", "native");
    for browser in browsers {
        text += &format!(" {browser:>9}");
    }
    for row in rows {
        let _ = write!(text, "\n{:<width$} {:>7}", row.name, row.steps());
        for (number, answers) in row.answers.iter().enumerate() {
            let width = if number == 0 { 7 } else { 9 };
            let _ = write!(text, " {:>width$}", answers.passed());
        }
    }
    text + "\n"
}

/// All of it, as Markdown.
pub fn report(rows: &[Row], browsers: &[&str]) -> String {
    let mut text = String::from(
        "# Third-party components\n\n\
         Components from public registries, called with real input natively and in browsers. `cargo xtask wild` downloads and calls them and writes this file; do \
         not edit it. [tests/wild/list.toml](../tests/wild/list.toml) lists the components, the calls and the expected results.\n\n",
    );
    let _ = writeln!(
        text,
        "```sh\ncargo xtask wild{} --report docs/wild.md\n```\n",
        browsers.iter().fold(String::new(), |text, browser| text
            + " --browser "
            + browser)
    );
    let _ = writeln!(
        text,
        "| component | from | calls | native | {} |\n|---|---|--:|--:|{}",
        browsers.join(" | "),
        "--:|".repeat(browsers.len())
    );
    for row in rows {
        let _ = write!(text, "| {} | {} | {} |", row.name, row.package, row.steps());
        for answers in &row.answers {
            let _ = write!(text, " {} |", answers.passed());
        }
        text.push('\n');
    }
    let wrong: Vec<String> = rows.iter().flat_map(|row| row.wrong(browsers)).collect();
    text += "\n## Failures\n\n";
    match wrong.as_slice() {
        [] => text += "None: every result is as expected, and equal on all hosts.\n",
        wrong => {
            for what in wrong {
                let _ = writeln!(text, "- {}", what.replace('\n', "\n  "));
            }
        }
    }
    for row in rows {
        let _ = writeln!(text, "\n## {}\n\n```text", row.name);
        for line in row
            .answers
            .first()
            .into_iter()
            .flat_map(|native| &native.lines)
        {
            let _ = writeln!(text, "{}\n    {}", line.place, line.outcome);
        }
        text += "```\n";
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn answers(lines: &[(&str, &str)]) -> Answers {
        let line = |(place, outcome): &(&str, &str)| json!({ "place": place, "outcome": outcome });
        let lines: Vec<_> = lines.iter().map(line).collect();
        Answers::read(&json!({ "lines": lines })).expect("it is a report")
    }

    fn wrong(native: Answers, page: Answers) -> Vec<String> {
        let row = Row {
            name: "one".to_owned(),
            package: "npm `a` 1.0.0".to_owned(),
            answers: vec![native, page],
        };
        row.wrong(&["chromium"])
    }

    #[test]
    fn one_answer_that_differs_is_seen() {
        let same = || answers(&[("f", "result: 0.1"), ("g", "no result")]);
        assert_eq!(wrong(same(), same()), [""; 0]);
        let other = answers(&[("f", "result: 0.10000000000000002"), ("g", "no result")]);
        assert_eq!(
            wrong(same(), other),
            ["one, f:\n  native: result: 0.1\n  chromium: result: 0.10000000000000002"]
        );
        let missing = "one, g:\n  native: no result\n  chromium: nothing";
        assert_eq!(wrong(same(), answers(&[("f", "result: 0.1")])), [missing]);
        assert_eq!(wrong(answers(&[]), same()).len(), 3);
        let trouble = Answers::trouble(&Error::msg("it does not start"));
        assert_eq!(wrong(same(), trouble).len(), 3);
    }

    #[test]
    fn a_step_that_fails_alike_is_wrong_twice() {
        let failing = || {
            let line = json!({ "place": "f", "outcome": "2", "failure": "expected 1" });
            Answers::read(&json!({ "lines": [line] })).expect("it is a report")
        };
        assert_eq!(
            wrong(failing(), failing()),
            [
                "one, native, f: expected 1, found 2",
                "one, chromium, f: expected 1, found 2"
            ]
        );
    }

    #[test]
    fn what_is_no_report_is_refused() {
        assert!(Answers::read(&json!({})).is_err());
        assert!(Answers::read(&json!({ "lines": [{ "place": "f" }] })).is_err());
    }
}
