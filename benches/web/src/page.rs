//! What the page's script gets: the shapes, the floors' modules and the bare crossing.

use crate::floor;
use crate::salt::Salted;
use crate::shapes::{Guests, Shapes};
use crate::values;
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
    pub async fn open(
        shapes: Vec<u8>,
        sensor: Vec<u8>,
        composed: Vec<u8>,
    ) -> Result<Bench, JsError> {
        let guests = Guests {
            shapes: shapes.as_slice(),
            sensor: sensor.as_slice(),
        };
        let mut shapes = Shapes::new(guests, &composed).await.map_err(refusal)?;
        let bare = BareCall::new(&shapes.add, &mut shapes.store).map_err(refusal)?;
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

    /// The core modules of `demo:shapes` or `demo:sensor`. The last eight bytes of each mean
    /// nothing.
    ///
    /// # Errors
    ///
    /// There is no such component.
    #[wasm_bindgen(js_name = coreModules)]
    pub fn core_modules(&mut self, guest: &str) -> Result<Array, JsError> {
        let modules = self.salted(guest)?.modules();
        Ok(modules.map(Uint8Array::from).collect())
    }

    /// `demo:shapes` or `demo:sensor`, in bytes that never were before.
    ///
    /// # Errors
    ///
    /// There is no such component.
    pub fn renewed(&mut self, guest: &str) -> Result<Uint8Array, JsError> {
        Ok(Uint8Array::from(self.salted(guest)?.renew()))
    }

    fn salted(&mut self, guest: &str) -> Result<&mut Salted, JsError> {
        match guest {
            "shapes" => Ok(&mut self.shapes.bytes.shapes),
            "sensor" => Ok(&mut self.shapes.bytes.sensor),
            _ => Err(JsError::new(&format!("there is no component `{guest}`"))),
        }
    }

    #[expect(
        unsafe_code,
        reason = "a bare call has no types, which is why it is measured"
    )]
    fn add_bare(&mut self, times: u32) -> Result<()> {
        let mut arguments = [ValRaw::i32(0), ValRaw::i32(0)];
        for number in 0..times {
            arguments[1] = ValRaw::i32(std::hint::black_box(number as i32));
            // SAFETY: `add` takes two numbers and returns one, and `self` owns its store.
            if !unsafe { self.bare.call(&mut arguments) } {
                bail!("`add` trapped");
            }
        }
        let (sum, expected) = (arguments[0].get_i32(), values::sum_below(times));
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

/// The text of an echo, of so many bytes.
#[wasm_bindgen]
pub fn text(length: usize) -> String {
    values::text(length)
}

fn refusal(error: amphi::Error) -> JsError {
    JsError::new(&format!("{error:#}"))
}
