//! What the page's script gets: the shapes, the floors' modules and the bare crossing.

use crate::floor;
use crate::salt::Salted;
use crate::shapes::{Guests, Shapes, TEXT_2K, TEXT_16};
use amphi::{Result, ValRaw, bail};
use amphi_web::floor::BareCall;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;

/// The shapes, ready to run.
#[wasm_bindgen]
pub struct Bench {
    shapes: Shapes,
    bare: BareCall,
}

#[wasm_bindgen]
impl Bench {
    /// Loads the components.
    ///
    /// # Errors
    ///
    /// A component is not what the shapes need.
    pub async fn open(calc: Vec<u8>, sensor: Vec<u8>, kitchen: Vec<u8>) -> Result<Bench, JsError> {
        let guests = Guests {
            calc: calc.as_slice(),
            sensor: sensor.as_slice(),
            kitchen: kitchen.as_slice(),
        };
        let mut shapes = Shapes::new(guests).await.map_err(refusal)?;
        let (store, add) = &mut shapes.add;
        let bare = BareCall::new(add, store).map_err(refusal)?;
        Ok(Bench { shapes, bare })
    }

    /// Does a shape so many times.
    ///
    /// # Errors
    ///
    /// There is no such shape, or it does not do what it should.
    pub fn run(&mut self, shape: &str, times: u32) -> Result<(), JsError> {
        self.shapes.run(shape, times).map_err(refusal)
    }

    /// Does a shape that loads a component so many times.
    ///
    /// # Errors
    ///
    /// There is no such shape, or it does not do what it should.
    pub async fn load(&mut self, shape: String, times: u32) -> Result<(), JsError> {
        self.shapes.load(&shape, times).await.map_err(refusal)
    }

    /// The bare crossing into `add`, so many times.
    ///
    /// # Errors
    ///
    /// It traps, or does not add.
    pub fn bare(&mut self, times: u32) -> Result<(), JsError> {
        self.add_bare(times).map_err(refusal)
    }

    /// The core modules of `demo:calc`, `demo:sensor` or `demo:kitchen`. The last eight bytes of each mean nothing.
    ///
    /// # Errors
    ///
    /// There is no such component.
    #[wasm_bindgen(js_name = coreModules)]
    pub fn core_modules(&self, guest: &str) -> Result<Array, JsError> {
        let salted: &Salted = match guest {
            "calc" => &self.shapes.bytes.calc,
            "sensor" => &self.shapes.bytes.sensor,
            "kitchen" => &self.shapes.bytes.kitchen,
            _ => return Err(JsError::new(&format!("there is no component `{guest}`"))),
        };
        Ok(salted.modules().map(Uint8Array::from).collect())
    }

    fn add_bare(&mut self, times: u32) -> Result<()> {
        let mut arguments = [ValRaw::i32(0), ValRaw::i32(0)];
        for number in 0..times {
            arguments[1] = ValRaw::i32(std::hint::black_box(number as i32));
            // SAFETY: `add` takes two numbers and returns one, and `self` owns its store.
            if !unsafe { self.bare.call(&mut arguments) } {
                bail!("`add` trapped");
            }
        }
        let (sum, expected) = (arguments[0].get_i32(), crate::shapes::sum_below(times));
        if sum != expected {
            bail!("expected {expected}, found {sum}");
        }
        Ok(())
    }
}

/// The module of the floors' loops: see [`floor::loops`].
#[wasm_bindgen]
pub fn loops() -> Vec<u8> {
    floor::loops()
}

/// The text of the short echo.
#[wasm_bindgen(js_name = shortText)]
pub fn short_text() -> String {
    TEXT_16.to_owned()
}

/// How long the text of the long echo is.
#[wasm_bindgen(js_name = longLength)]
pub fn long_length() -> usize {
    TEXT_2K
}

fn refusal(error: amphi::Error) -> JsError {
    JsError::new(&format!("{error:#}"))
}
