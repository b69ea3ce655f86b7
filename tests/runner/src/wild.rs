//! Components that others have published, called with real input: the same steps on both hosts,
//! each a line of the report.
//!
//! They are fetched by `cargo xtask wild`, and `wild/list.toml` says what is done with each
//! ([`Wild`]).

mod calls;
mod list;
mod programs;
mod supplied;

use amphi::component::{Component, Linker};
use amphi::{Result, format_err};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::host::State;
use crate::outcome::{self, Outcome};
use crate::programs::requests;
use crate::report::{Line, Report};
use crate::stage::{Form, Stage};

pub use list::{Call, List, Program, Request, Wild};

/// How long a text may be that a line has whole.
const WHOLE: usize = 500;

/// How much of a longer one it has.
const SHOWN: usize = 60;

/// Runs the steps of the component that the list calls `name`. `load` gives the bytes of the file
/// at a path: `wild/list.toml`, `wild/<name>.wasm` and `data/readings.json`.
///
/// # Errors
///
/// The list is not what it should be, or a file is missing. Whatever the component does is part of
/// the report instead.
pub async fn run(load: impl AsyncFn(&str) -> Result<Vec<u8>>, name: &str) -> Result<Report> {
    let list = load("wild/list.toml").await?;
    let list = List::read(&String::from_utf8(list)?)?;
    let wild = list.component(name)?;
    let bytes = load(&format!("wild/{name}.wasm")).await?;
    let readings = readings(&load("data/readings.json").await?)?;
    let stage = Stage::new(Form::default())?;
    let mut report = Report {
        suspends: amphi::can_suspend(),
        ..Report::default()
    };
    match amphi::compile(&stage.engine, &bytes).await {
        Ok(component) => {
            let found = Found {
                wild,
                stage,
                component,
            };
            report.lines = found.lines(&readings).await?;
        }
        Err(error) => report.lines.push(refused(error)),
    }
    Ok(report)
}

/// A component that is there, and what is done with it.
struct Found<'a> {
    wild: &'a Wild,
    stage: Stage,
    component: Component,
}

impl Found<'_> {
    async fn lines(&self, readings: &str) -> Result<Vec<Line>> {
        let mut lines = Vec::new();
        if !self.wild.calls.is_empty() {
            lines.extend(calls::run(self, readings).await);
        }
        for request in &self.wild.requests {
            lines.push(self.request(request).await?);
        }
        for program in &self.wild.programs {
            lines.extend(programs::run(self, program).await?);
        }
        Ok(lines)
    }

    /// A linker with WASI, and with what the list has the host answer.
    fn linker(&self) -> Result<Linker<State>> {
        let mut linker = Linker::new(&self.stage.engine);
        amphi::wasi::p2::add_to_linker_async(&mut linker)?;
        amphi::wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
        supplied::link(&mut linker, &self.wild.imports)?;
        Ok(linker)
    }

    /// What the component answers to a request.
    async fn request(&self, request: &Request) -> Result<Line> {
        let Request {
            method,
            path,
            body,
            status,
            text,
        } = request;
        let answer = requests::answer_of(&self.stage, &self.component, (method, path, body)).await;
        let expected = (*status, text.clone());
        let (found, met) = match answer {
            Ok(Ok((status, _, body))) => {
                let found = (status, body);
                (format!("{found:?}"), found == expected)
            }
            Ok(Err(why)) => (why.to_owned(), false),
            Err(error) => (Outcome::of(Err(error)).text(None), false),
        };
        let place = format!("{method} {path}");
        let failure = (!met).then(|| format!("expected {expected:?}"));
        Ok(line(place, found, failure))
    }
}

/// The line of a component that the host does not take.
fn refused(error: amphi::Error) -> Line {
    let text = Outcome::of(Err(error)).text(None);
    let failure = "expected a component that can be compiled".to_owned();
    line("compile".to_owned(), text, Some(failure))
}

fn line(place: String, outcome: String, failure: Option<String>) -> Line {
    Line {
        place,
        outcome,
        failure,
    }
}

/// The line of a step: what it came to, and what the guest asked of the host and wrote meanwhile.
fn step(place: String, mut text: String, failure: Option<String>, state: &mut State) -> Line {
    let (stdout, stderr) = state.written();
    let calls: Vec<String> = state.calls.drain(..).map(|call| brief(&call)).collect();
    text += &outcome::besides(&calls, &stdout, &stderr);
    line(place, text, failure)
}

/// A text, or the beginning of a long one and the digest of all of it.
fn brief(text: &str) -> String {
    if text.len() <= WHOLE {
        return text.to_owned();
    }
    let beginning: String = text.chars().take(SHOWN).collect();
    format!("{beginning}... ({})", digest(text.as_bytes()))
}

/// How many bytes these are, and their digest.
fn digest(bytes: &[u8]) -> String {
    format!("{} bytes, sha256 {:x}", bytes.len(), Sha256::digest(bytes))
}

/// The readings of the demo page in WAVE, as an array of one dimension.
fn readings(file: &[u8]) -> Result<String> {
    #[derive(Deserialize)]
    struct Reading {
        value: f64,
    }
    let rows: Vec<Reading> =
        serde_json::from_slice(file).map_err(|error| format_err!("readings: {error}"))?;
    let values: Vec<String> = rows.iter().map(|row| row.value.to_string()).collect();
    Ok(format!(
        "{{data: f64([{}]), shape: [{}]}}",
        values.join(", "),
        values.len()
    ))
}
