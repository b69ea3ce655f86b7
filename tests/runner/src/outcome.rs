//! What became of a call, as one line of text that both hosts write in the same words.

use amphi::invoke::InvokeError;
use amphi::json::{JsonError, Unsupported};
use amphi::{Error, Result, Trap};

use crate::case::Case;
use crate::host::{Refusal, State};
use crate::report::Line;

/// What became of a call.
pub enum Outcome {
    /// It returned, with the text of the result if it has one.
    Returned(Option<String>),
    /// It trapped, with the trap's own message.
    Trapped(String),
    /// It failed for a reason that only one host may word like this.
    Failed(String),
    /// It failed for a reason that is worded in code that both hosts share.
    Refused(String),
}

impl Outcome {
    /// Sorts the result of a call.
    pub fn of(result: Result<Option<String>>) -> Self {
        match result {
            Ok(text) => Self::Returned(text),
            Err(error) => Self::of_error(&error),
        }
    }

    fn of_error(error: &Error) -> Self {
        if let Some(refusal) = error.downcast_ref::<Refusal>() {
            return Self::Refused(refusal.to_string());
        }
        if let Some(wrong) = error.downcast_ref::<InvokeError>() {
            return Self::Refused(wrong.to_string());
        }
        if let Some(wrong) = error.downcast_ref::<JsonError>() {
            return Self::Refused(wrong.to_string());
        }
        if let Some(wrong) = error.downcast_ref::<Unsupported>() {
            return Self::Refused(wrong.to_string());
        }
        match error.downcast_ref::<Trap>() {
            Some(trap) => Self::Trapped(trap.to_string()),
            None => Self::Failed(format!("{error:#}")),
        }
    }

    /// The outcome as a line. Of a text that only this host may have, the line has the part that
    /// was expected.
    pub fn text(&self, expected: Option<&str>) -> String {
        match self {
            Self::Returned(Some(text)) => format!("result: {text}"),
            Self::Returned(None) => "no result".to_owned(),
            Self::Trapped(text) => format!("trap: {text}"),
            Self::Refused(text) => format!("error: {text}"),
            Self::Failed(text) => match expected {
                Some(part) if text.contains(part) => format!("error with `{part}`"),
                _ => format!("error: {text}"),
            },
        }
    }

    /// What `case` expects and does not get.
    fn missed(&self, case: &Case) -> Option<String> {
        let (expected, met) = match case {
            Case {
                result: Some(text), ..
            } => (
                format!("result: {text}"),
                matches!(self, Self::Returned(Some(found)) if found == text),
            ),
            Case {
                trap: Some(part), ..
            } => (
                format!("a trap with `{part}`"),
                matches!(self, Self::Trapped(found) if found.contains(part)),
            ),
            Case {
                error: Some(part), ..
            } => (
                format!("an error with `{part}`"),
                matches!(self, Self::Failed(found) | Self::Refused(found) if found.contains(part)),
            ),
            Case { .. } => ("no result".to_owned(), matches!(self, Self::Returned(None))),
        };
        (!met).then_some(expected)
    }
}

/// What the guest asked of the host and what it wrote, as it stands behind an outcome.
pub fn besides(calls: &[String], stdout: &str, stderr: &str) -> String {
    let mut text = String::new();
    for call in calls {
        text += &format!(" | {call}");
    }
    for (name, written) in [("stdout", stdout), ("stderr", stderr)] {
        if !written.is_empty() {
            text += &format!(" | {name} {written:?}");
        }
    }
    text
}

/// The line of a case: its outcome, then what the guest asked of the host and what it wrote.
pub fn line(place: String, case: &Case, outcome: &Outcome, state: &mut State) -> Line {
    let (stdout, stderr) = state.written();
    let calls = std::mem::take(&mut state.calls);
    let mut text = outcome.text(case.error.as_deref());
    text += &besides(&calls, &stdout, &stderr);
    let mut failures = Vec::from_iter(outcome.missed(case));
    if let Some(host) = case.host.as_ref().filter(|host| **host != calls) {
        failures.push(format!("the calls {host:?}, found {calls:?}"));
    }
    for (name, part, written) in [
        ("stdout", &case.stdout, &stdout),
        ("stderr", &case.stderr, &stderr),
    ] {
        if let Some(part) = part.as_ref().filter(|part| !written.contains(*part)) {
            failures.push(format!("{name} with {part:?}, found {written:?}"));
        }
    }
    let failure = (!failures.is_empty()).then(|| format!("expected {}", failures.join(", and ")));
    Line {
        place,
        outcome: text,
        failure,
    }
}
