//! Typed programs: what host code does with generated bindings, step by step, and a transcript of
//! what it saw.
//!
//! Each step of a transcript is a line of the report, so that the hosts are compared step by step.
//! What a step has to show by itself, such as an echo that equals what was sent, is checked here.

mod baskets;
mod bindgen;
mod counters;
mod echoes;
mod errands;
mod failing;
mod fetching;
mod granted;
mod keeping;
mod linking;
mod payloads;
mod polled;
mod precompiled;
mod readings;
pub mod requests;
mod throwing;
mod traps;
mod waiting;
mod wide;

use std::fmt::Debug;

use amphi::component::{Component, HasSelf, Linker};
use amphi::{Engine, Result, Store, Trap};

use crate::bindings::kitchen::Kitchen;
use crate::host::{Refusal, State};
use crate::report::Line;
use crate::stage::Stage;

#[cfg(target_arch = "wasm32")]
pub use throwing::catches_all;
pub use throwing::throws;

/// A program: it gets a fresh instance of the kitchen.
type Program = fn(&mut Transcript, &mut Store<State>, &Kitchen) -> Result<()>;

const PROGRAMS: [(&str, Program); 7] = [
    ("numbers", echoes::numbers),
    ("texts and lists", echoes::lists),
    ("compounds", echoes::compounds),
    ("baskets", baskets::run),
    ("many baskets", baskets::many),
    ("counters", counters::run),
    ("payloads", payloads::run),
];

/// The lines of all programs. `readings` is the file of the demo page.
pub async fn run(
    stage: &mut Stage,
    load: &impl AsyncFn(&str) -> Result<Vec<u8>>,
    readings: &[u8],
) -> Result<Vec<Line>> {
    let component = stage.component(load, "kitchen").await?;
    let mut linker = stage.linker()?;
    Kitchen::add_to_linker::<_, HasSelf<_>>(&mut linker, |state| state)?;
    let kitchen = Made {
        stage,
        component,
        linker,
    };
    let mut lines = Vec::new();
    for (name, program) in PROGRAMS {
        let mut transcript = Transcript::new(name);
        let result = kitchen
            .fresh()
            .and_then(|(mut store, it)| program(&mut transcript, &mut store, &it));
        lines.extend(transcript.end(result));
    }
    let mut transcript = Transcript::new("traps");
    let result = traps::run(&mut transcript, &kitchen);
    lines.extend(transcript.end(result));

    lines.extend(with_waiting_guests(stage, load).await?);

    let sensor = stage.component(load, "sensor").await?;
    let mut transcript = Transcript::new("readings");
    let result = readings::run(&mut transcript, stage, &sensor, readings);
    lines.extend(transcript.end(result));

    lines.extend(with_guests(stage, load, &bindgen::PROGRAMS).await?);
    lines.extend(with_guests(stage, load, &linking::PROGRAMS).await?);

    let mut transcript = Transcript::new("failing calls");
    let result = failing::run(&mut transcript, &stage.engine).await;
    lines.extend(transcript.end(result));

    if throws() {
        let mut transcript = Transcript::new("throwing");
        let result = throwing::run(&mut transcript, &stage.engine);
        lines.extend(transcript.end(result));
    } else {
        let mut transcript = Transcript::new("refused to throw");
        throwing::refused(&mut transcript, &stage.engine);
        lines.extend(transcript.end(Ok(())));
    }
    if throws() && amphi::can_suspend() {
        let mut transcript = Transcript::new("waiting and throwing");
        let result = throwing::waiting(&mut transcript, &stage.engine).await;
        lines.extend(transcript.end(result));
    }

    let mut transcript = Transcript::new("precompiled");
    let result = precompiled::run(&mut transcript, &stage.engine).await;
    lines.extend(transcript.end(result));

    let mut transcript = Transcript::new("wide types");
    let result = wide::run(&mut transcript, &stage.engine).await;
    lines.extend(transcript.end(result));
    Ok(lines)
}

/// The lines of programs with guests that wait or, where they cannot, of those in which they are
/// refused.
async fn with_waiting_guests(
    stage: &mut Stage,
    load: &impl AsyncFn(&str) -> Result<Vec<u8>>,
) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    let waiting = stage.component(load, "waiting.wat").await?;
    let keeping = stage.component(load, "keeping.wat").await?;
    let errand = stage.component(load, "errand").await?;
    let mut transcript = Transcript::new("errands");
    let result = errands::run(&mut transcript, stage, &errand).await;
    lines.extend(transcript.end(result));
    let mut transcript = Transcript::new("granted one by one");
    let result = granted::run(&mut transcript, stage, &errand).await;
    lines.extend(transcript.end(result));
    if amphi::can_suspend() {
        let mut transcript = Transcript::new("waiting");
        let result = waiting::run(&mut transcript, stage, &waiting).await;
        lines.extend(transcript.end(result));
        let mut transcript = Transcript::new("waiting for resources");
        let result = keeping::run(&mut transcript, stage, &keeping).await;
        lines.extend(transcript.end(result));
        let mut transcript = Transcript::new("waiting for a file");
        let result = fetching::run(&mut transcript, stage, &waiting).await;
        lines.extend(transcript.end(result));
        let mut transcript = Transcript::new("waiting on errands");
        let result = errands::waiting(&mut transcript, stage, &errand).await;
        lines.extend(transcript.end(result));
    } else {
        let mut transcript = Transcript::new("refused to wait");
        let result = waiting::refused(&mut transcript, stage, &waiting).await;
        lines.extend(transcript.end(result));
        let mut transcript = Transcript::new("refused to wait for resources");
        let result = keeping::refused(&mut transcript, stage, &keeping).await;
        lines.extend(transcript.end(result));
        let mut transcript = Transcript::new("refused to wait on errands");
        let result = errands::refused(&mut transcript, stage, &errand).await;
        lines.extend(transcript.end(result));
    }
    Ok(lines)
}

/// A program that makes its own stores: it gets the engine, and the guests that it is listed with.
type GuestProgram = fn(&mut Transcript, &Engine, &[Component]) -> Result<()>;

/// The lines of programs that are listed with their guests.
async fn with_guests(
    stage: &mut Stage,
    load: &impl AsyncFn(&str) -> Result<Vec<u8>>,
    programs: &[(&'static str, &[&str], GuestProgram)],
) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    for (name, guests, program) in programs {
        let mut components = Vec::new();
        for guest in *guests {
            components.push(stage.component(load, guest).await?);
        }
        let mut transcript = Transcript::new(name);
        let result = program(&mut transcript, &stage.engine, &components);
        lines.extend(transcript.end(result));
    }
    Ok(lines)
}

/// The kitchen, ready to be instantiated.
struct Made<'a> {
    stage: &'a Stage,
    component: Component,
    linker: Linker<State>,
}

impl Made<'_> {
    /// A new instance in a store of its own.
    fn fresh(&self) -> Result<(Store<State>, Kitchen)> {
        let mut store = self.stage.store();
        let kitchen = Kitchen::instantiate(&mut store, &self.component, &self.linker)?;
        Ok((store, kitchen))
    }
}

/// What a program saw.
struct Transcript {
    program: &'static str,
    lines: Vec<Line>,
}

impl Transcript {
    fn new(program: &'static str) -> Self {
        Self {
            program,
            lines: Vec::new(),
        }
    }

    /// Writes down what a step came to.
    fn saw(&mut self, step: &str, outcome: impl Debug) {
        self.push(step, format!("{outcome:?}"), None);
    }

    /// Writes down what a step came to, which has to be `expected`.
    fn same(&mut self, step: &str, outcome: impl Debug, expected: impl Debug) {
        let (outcome, expected) = (format!("{outcome:?}"), format!("{expected:?}"));
        let failure = (outcome != expected).then(|| format!("expected {expected}"));
        self.push(step, outcome, failure);
    }

    /// Writes down how a step failed, which it has to: with a trap or an error of the host that
    /// says `part`.
    fn fails<T: Debug>(&mut self, step: &str, result: Result<T>, part: &str) {
        let (outcome, worded_here) = match &result {
            Ok(value) => (format!("{value:?}"), true),
            Err(error) => match (
                error.downcast_ref::<Trap>(),
                error.downcast_ref::<Refusal>(),
            ) {
                (Some(trap), _) => (trap.to_string(), true),
                (_, Some(refusal)) => (refusal.to_string(), true),
                (None, None) => (format!("{error:#}"), false),
            },
        };
        let met = result.is_err() && outcome.contains(part);
        let failure = (!met).then(|| format!("expected a failure with `{part}`"));
        let outcome = if met && !worded_here {
            format!("error with `{part}`")
        } else {
            outcome
        };
        self.push(step, outcome, failure);
    }

    /// Writes down what the guest called since this was done last.
    fn calls(&mut self, store: &mut Store<State>, expected: &[&str]) {
        let calls = std::mem::take(&mut store.data_mut().calls);
        self.same("calls of the host", calls, expected);
    }

    fn push(&mut self, step: &str, outcome: String, failure: Option<String>) {
        self.lines.push(Line {
            place: format!("program {}: {step}", self.program),
            outcome,
            failure,
        });
    }

    /// The lines, and one more if the program could not go on.
    fn end(mut self, result: Result<()>) -> Vec<Line> {
        let (outcome, failure) = match result {
            Ok(()) => ("reached".to_owned(), None),
            Err(error) => (
                format!("error: {error:#}"),
                Some("expected to reach the end".to_owned()),
            ),
        };
        self.push("end", outcome, failure);
        self.lines
    }
}
