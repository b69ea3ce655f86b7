//! What the page's JavaScript calls.
//!
//! The steps are apart so that the page can time each by itself: [`Filter::load`],
//! [`Filter::instantiate`], [`Instance::run`]. JSON is read before and written after. [`command`]
//! runs commands for the page's terminal.

mod command;

pub use command::command;

use crate::app::{self, Sensor, State};
use crate::json;
use amphi::component::{Component, Linker};
use amphi::{Engine, Store};
use wasm_bindgen::prelude::*;

/// A component, compiled, with what it is linked with.
#[wasm_bindgen]
pub struct Filter {
    component: Component,
    linker: Linker<State<()>>,
}

#[wasm_bindgen]
impl Filter {
    /// Compiles the bytes of a component, or of one that was precompiled.
    ///
    /// # Errors
    ///
    /// The bytes are not a component that can run here.
    pub async fn load(bytes: Vec<u8>) -> Result<Filter, JsError> {
        let engine = Engine::default();
        let component = component(&engine, &bytes).await.map_err(refusal)?;
        let linker = app::linker(&engine).map_err(refusal)?;
        Ok(Filter { component, linker })
    }

    /// Makes a fresh instance.
    ///
    /// # Errors
    ///
    /// The component does not fit the contract, or traps as it starts.
    pub fn instantiate(&self) -> Result<Instance, JsError> {
        let mut store = Store::new(self.linker.engine(), app::state(()));
        match app::instantiate(&mut store, &self.component, &self.linker) {
            Ok(sensor) => Ok(Instance { store, sensor }),
            Err(error) => Err(JsError::new(&app::explain(&store, &error))),
        }
    }
}

/// One instance and its store.
#[wasm_bindgen]
pub struct Instance {
    store: Store<State<()>>,
    sensor: Sensor,
}

#[wasm_bindgen]
impl Instance {
    /// Filters readings.
    ///
    /// # Errors
    ///
    /// The component traps.
    pub fn run(&mut self, readings: &Readings) -> Result<Answer, JsError> {
        match app::run(&mut self.store, &self.sensor, &readings.0) {
            Ok(answer) => Ok(Answer(answer)),
            Err(error) => Err(JsError::new(&app::explain(&self.store, &error))),
        }
    }
}

/// Readings, as the component takes them.
#[wasm_bindgen]
pub struct Readings(Vec<app::filter::Reading>);

#[wasm_bindgen]
impl Readings {
    /// Reads a list of readings from JSON.
    ///
    /// # Errors
    ///
    /// The text is not a list of readings.
    pub fn parse(text: &str) -> Result<Readings, JsError> {
        json::readings(text)
            .map(Readings)
            .map_err(|error| JsError::new(&format!("the readings: {error}")))
    }
}

/// What the component answered.
#[wasm_bindgen]
pub struct Answer(app::Analysis);

#[wasm_bindgen]
impl Answer {
    /// The answer as JSON, in its one spelling.
    pub fn json(&self) -> String {
        json::answer(&self.0)
    }
}

/// How many times an instance is to run after its first, at most.
#[wasm_bindgen]
pub fn later_runs() -> usize {
    app::LATER_RUNS
}

/// After how many milliseconds of all its runs together no other one begins.
#[wasm_bindgen]
pub fn runs_time() -> f64 {
    app::RUNS_TIME.as_secs_f64() * 1e3
}

/// A component of its bytes: they are translated, unless that was done when the page was built.
#[expect(unsafe_code, reason = "it is unsafe natively")]
async fn component(engine: &Engine, bytes: &[u8]) -> amphi::Result<Component> {
    match Engine::detect_precompiled(bytes) {
        // SAFETY: a page checks the bytes.
        Some(_) => unsafe { amphi::deserialize(engine, bytes) }.await,
        None => amphi::compile(engine, bytes).await,
    }
}

fn refusal(error: amphi::Error) -> JsError {
    JsError::new(&format!("{error:#}"))
}
