//! The host of `demo:sensor`, the same source for both targets.
//!
//! A component that implements the contract gets a list of readings and returns an [`Analysis`].
//! The component is granted nothing: it can log through the host, and WASI is linked, since Rust's
//! standard library needs it, but empty.

use amphi::component::{Component, HasSelf, Linker};
use amphi::wasi::p2::pipe::MemoryOutputPipe;
use amphi::wasi::{I32Exit, WasiCtxBuilder, WasiState};
use amphi::{Engine, Error, Result, Store, Trap, bail, ensure};
use std::time::Duration;

#[expect(
    missing_docs,
    reason = "generated from wit/sensor, where the documentation is"
)]
mod bindings {
    amphi::component::bindgen!({
        path: "../../../wit/sensor",
        world: "demo:sensor/sensor",
        imports: { default: trappable },
    });
}

pub use bindings::Sensor;
pub use bindings::demo::sensor::log::Level;
pub use bindings::exports::demo::sensor::filter;

/// How many times an instance filters the readings again, at most, to show how long that takes once
/// an engine has seen its code run.
pub const LATER_RUNS: usize = 25;
/// How long all runs of an instance may take together before another one begins.
pub const RUNS_TIME: Duration = Duration::from_secs(1);

/// How many messages a guest may log.
const LOG_LINES: usize = 1_000;
/// How many bytes all its messages may have together, and how many it may write to its standard
/// error.
const LOG_BYTES: usize = 64 * 1024;
/// How many bytes all the names in an answer may have together: what is written as JSON is bounded
/// before it is written.
const NAME_BYTES: usize = 4 << 20;

/// What is expected of a component that is refused.
const CONTRACT: &str = "expected a component of the world `demo:sensor/sensor`";
/// How the native engine begins to tell where in the guest's code an error came up.
const BACKTRACE: &str = "error while executing at wasm backtrace";

/// One message that the guest logged.
#[derive(Clone, Debug)]
pub struct Line {
    /// How much it matters.
    pub level: Level,
    /// What it says.
    pub message: String,
}

/// What the guest answered, and what it logged on the way.
#[derive(Debug)]
pub struct Analysis {
    /// The report, or why there is none.
    pub outcome: Result<filter::Report, filter::FilterError>,
    /// The log, in order.
    pub log: Vec<Line>,
}

/// What one instance has in its store.
pub type State<H> = WasiState<Guest<H>>;

/// What the host keeps for a guest. `H` is what only one of the hosts needs: limits natively,
/// nothing in the page.
pub struct Guest<H> {
    /// What only this host needs.
    pub host: H,
    log: Vec<Line>,
    stderr: MemoryOutputPipe,
}

/// A state that grants nothing.
pub fn state<H>(host: H) -> State<H> {
    let stderr = MemoryOutputPipe::new(LOG_BYTES);
    let wasi = WasiCtxBuilder::new().stderr(stderr.clone()).build();
    let log = Vec::new();
    State::with_data(wasi, Guest { host, log, stderr })
}

impl<H> bindings::demo::sensor::log::Host for Guest<H> {
    fn record_message(&mut self, level: Level, message: String) -> Result<()> {
        let bytes: usize = self.log.iter().map(|line| line.message.len()).sum();
        if self.log.len() == LOG_LINES || bytes + message.len() > LOG_BYTES {
            bail!(
                "the log is full: expected at most {LOG_LINES} messages of {LOG_BYTES} bytes together"
            );
        }
        self.log.push(Line { level, message });
        Ok(())
    }
}

/// What any component of the contract is linked with: the log and WASI.
pub fn linker<H: Send + 'static>(engine: &Engine) -> Result<Linker<State<H>>> {
    let mut linker = Linker::<State<H>>::new(engine);
    amphi::wasi::p2::add_to_linker_sync(&mut linker)?;
    Sensor::add_to_linker::<_, HasSelf<_>>(&mut linker, |state| &mut state.data)?;
    Ok(linker)
}

/// Makes a fresh instance of `component` in `store`. The error of one that does not fit says what
/// was expected.
pub fn instantiate<H: Send + 'static>(
    store: &mut Store<State<H>>,
    component: &Component,
    linker: &Linker<State<H>>,
) -> Result<Sensor> {
    let foreign = |error: Error| error.context(CONTRACT);
    let fitting = linker.instantiate_pre(component).map_err(foreign)?;
    let instance = fitting.instantiate(&mut *store)?;
    Sensor::new(store, &instance).map_err(foreign)
}

/// Filters `readings`.
pub fn run<H: Send + 'static>(
    store: &mut Store<State<H>>,
    sensor: &Sensor,
    readings: &[filter::Reading],
) -> Result<Analysis> {
    let outcome = sensor
        .demo_sensor_filter()
        .call_run(&mut *store, readings)?;
    match &outcome {
        Ok(report) => bound_report(report, readings.len())?,
        Err(error) => bound_names(names_of_error(error))?,
    }
    Ok(Analysis {
        outcome,
        log: std::mem::take(&mut store.data_mut().data.log),
    })
}

/// Refuses a report that is longer than any on so many readings.
fn bound_report(report: &filter::Report, readings: usize) -> Result<()> {
    let lists = [
        ("summaries", report.summaries.len()),
        ("outliers", report.outliers.len()),
    ];
    for (what, found) in lists {
        ensure!(
            found <= readings,
            "the answer has too many {what}: expected at most {readings}, one for each reading, found {found}"
        );
    }
    let of_summaries = report
        .summaries
        .iter()
        .map(|summary| summary.sensor.len() + name_of_unit(&summary.unit));
    let of_outliers = report.outliers.iter().map(|outlier| outlier.sensor.len());
    bound_names(of_summaries.chain(of_outliers).sum())
}

fn bound_names(found: usize) -> Result<()> {
    ensure!(
        found <= NAME_BYTES,
        "the names in the answer are too long: expected at most {NAME_BYTES} bytes together, found {found}"
    );
    Ok(())
}

/// How many bytes the names in an error have.
fn names_of_error(error: &filter::FilterError) -> usize {
    match error {
        filter::FilterError::Empty => 0,
        filter::FilterError::Invalid(fault) => match &fault.problem {
            filter::Problem::UnitChanged(unit) => fault.sensor.len() + name_of_unit(unit),
            _ => fault.sensor.len(),
        },
    }
}

/// How many bytes the name of a unit has that is none of the contract's.
fn name_of_unit(unit: &filter::Unit) -> usize {
    match unit {
        filter::Unit::Other(name) => name.len(),
        _ => 0,
    }
}

/// Says what went wrong, in the same words on both hosts, with what the guest wrote to its standard
/// error.
pub fn explain<H>(store: &Store<State<H>>, error: &Error) -> String {
    let what = if let Some(trap) = error.downcast_ref::<Trap>() {
        format!("the component trapped: {trap}")
    } else if let Some(I32Exit(status)) = error.downcast_ref() {
        let how = if *status == 0 { "without" } else { "with" };
        format!("the component ended {how} an error, before it answered")
    } else {
        reasons(error)
    };
    let stderr = store.data().data.stderr.contents();
    match String::from_utf8_lossy(&stderr).trim() {
        "" => what,
        said => format!("{what}\nit said: {said}"),
    }
}

/// The whole chain of an error, less the places in the guest's code, which only a native engine
/// gives.
fn reasons(error: &Error) -> String {
    let reasons = error.chain().map(ToString::to_string);
    let plain: Vec<_> = reasons
        .filter(|reason| !reason.starts_with(BACKTRACE))
        .collect();
    plain.join(": ")
}
