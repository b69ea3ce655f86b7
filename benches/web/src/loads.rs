//! The shapes that load a component, each so many times in a row.

use amphi::{Engine, Result, Store, bail, ensure};
use std::hint::black_box;

use crate::bindings::sensor::Sensor;
use crate::bindings::sensor::exports::demo::sensor::filter::FilterError;
use crate::bindings::shapes::Shapes as Component;
use crate::shapes::check;
use crate::state::state;
use crate::{Salted, Shapes};

/// The shapes that [`Shapes::load`] knows.
pub const LOADS: &[&str] = &[
    "load-shapes",
    "load-sensor",
    "reload-shapes",
    "first-answer-shapes",
    "first-answer-sensor",
];

impl Shapes {
    /// Does `shape`, which loads a component, `times` times.
    ///
    /// # Errors
    ///
    /// There is no such shape, or it does not do what it should.
    pub async fn load(&mut self, shape: &str, times: u32) -> Result<()> {
        match shape {
            "load-shapes" => load(&self.engine, &mut self.bytes.shapes, times).await,
            "load-sensor" => load(&self.engine, &mut self.bytes.sensor, times).await,
            "reload-shapes" => reload(&self.engine, &self.bytes.shapes, times).await,
            "first-answer-shapes" => self.first_answer_shapes(times).await,
            "first-answer-sensor" => self.first_answer_sensor(times).await,
            _ => bail!("expected a shape out of {LOADS:?}, found `{shape}`"),
        }
    }

    async fn first_answer_shapes(&mut self, times: u32) -> Result<()> {
        for _ in 0..times {
            let component = amphi::compile(&self.engine, self.bytes.shapes.renew()).await?;
            let mut store = Store::new(&self.engine, state());
            let guest = Component::instantiate(&mut store, &component, &self.linker)?;
            check(&guest.demo_shapes_calls().call_add(&mut store, 1, 2)?, &3)?;
        }
        Ok(())
    }

    async fn first_answer_sensor(&mut self, times: u32) -> Result<()> {
        for _ in 0..times {
            let component = amphi::compile(&self.engine, self.bytes.sensor.renew()).await?;
            let mut store = Store::new(&self.engine, state());
            let sensor = Sensor::instantiate(&mut store, &component, &self.linker)?;
            let answer = sensor.demo_sensor_filter().call_run(&mut store, &[])?;
            ensure!(
                matches!(answer, Err(FilterError::Empty)),
                "expected the error `empty`, found {answer:?}"
            );
        }
        Ok(())
    }
}

async fn load(engine: &Engine, bytes: &mut Salted, times: u32) -> Result<()> {
    for _ in 0..times {
        black_box(amphi::compile(engine, bytes.renew()).await?);
    }
    Ok(())
}

async fn reload(engine: &Engine, bytes: &Salted, times: u32) -> Result<()> {
    for _ in 0..times {
        black_box(amphi::compile(engine, bytes.current()).await?);
    }
    Ok(())
}
