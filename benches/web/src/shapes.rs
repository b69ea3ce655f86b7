//! The loops: each shape so many times in a row, with its results checked.

use amphi::component::{Func, InstancePre, Linker, ResourceAny, Val};
use amphi::{Engine, Result, Store, bail, ensure, format_err};
use std::fmt::Debug;
use std::hint::black_box;

use crate::Salted;
use crate::bindings::calc::Calc;
use crate::bindings::kitchen::Kitchen;
use crate::bindings::kitchen::exports::demo::kitchen::types::Point;
use crate::bindings::sensor::Sensor;
use crate::bindings::sensor::exports::demo::sensor::filter::FilterError;
use crate::state::{State, linker};

/// The text of the short echo, 16 bytes.
pub const TEXT_16: &str = "sixteen letters!";
/// How long the text of the long echo is.
pub const TEXT_2K: usize = 2048;
/// How many records the list has.
pub const RECORDS: usize = 100;

/// The shapes that [`Shapes::run`] knows.
pub const SHAPES: &[&str] = &[
    "add-typed",
    "add-val",
    "echo-16",
    "echo-2k",
    "echo-records",
    "import-scalar",
    "resource-borrow",
    "resource-method",
    "instantiate-calc",
    "instantiate-sensor",
    "instantiate-kitchen",
];

/// The shapes that [`Shapes::load`] knows.
pub const LOADS: &[&str] = &[
    "load-calc",
    "load-sensor",
    "load-kitchen",
    "reload-sensor",
    "first-answer-calc",
    "first-answer-sensor",
];

/// The components that are measured, or what stands for each of them.
#[derive(Clone, Debug)]
pub struct Guests<T> {
    /// `demo:calc@1.0.0`.
    pub calc: T,
    /// `demo:sensor`.
    pub sensor: T,
    /// `demo:kitchen`.
    pub kitchen: T,
}

/// Everything that the loops use, made beforehand.
pub struct Shapes {
    /// The components' bytes.
    pub bytes: Guests<Salted>,
    /// An instance of `demo:calc`: its store and its function `add`.
    pub add: (Store<State>, Func),
    engine: Engine,
    linker: Linker<State>,
    ready: Guests<InstancePre<State>>,
    calc: Calc,
    kitchen: (Store<State>, Kitchen),
    basket: ResourceAny,
    text: String,
    points: Vec<Point>,
}

impl Shapes {
    /// Loads the components and makes an instance of each.
    ///
    /// # Errors
    ///
    /// A component is not what the shapes need.
    pub async fn new(guests: Guests<&[u8]>) -> Result<Self> {
        let engine = Engine::default();
        let linker = linker(&engine)?;
        let bytes = Guests {
            calc: Salted::new(guests.calc)?,
            sensor: Salted::new(guests.sensor)?,
            kitchen: Salted::new(guests.kitchen)?,
        };
        let ready = Guests {
            calc: linker.instantiate_pre(&amphi::compile(&engine, guests.calc).await?)?,
            sensor: linker.instantiate_pre(&amphi::compile(&engine, guests.sensor).await?)?,
            kitchen: linker.instantiate_pre(&amphi::compile(&engine, guests.kitchen).await?)?,
        };
        let (add, calc) = calc(&engine, &ready.calc)?;
        let (kitchen, basket) = kitchen(&engine, &ready.kitchen)?;
        Ok(Self {
            bytes,
            add,
            engine,
            linker,
            ready,
            calc,
            kitchen,
            basket,
            text: "two thousand and forty-eight "
                .chars()
                .cycle()
                .take(TEXT_2K)
                .collect(),
            points: (0..RECORDS).map(point).collect(),
        })
    }

    /// Does `shape` `times` times.
    ///
    /// # Errors
    ///
    /// There is no such shape, or it does not do what it should.
    pub fn run(&mut self, shape: &str, times: u32) -> Result<()> {
        match shape {
            "add-typed" => self.add_typed(times),
            "add-val" => self.add_val(times),
            "echo-16" => self.echo_text(TEXT_16, times),
            "echo-2k" => {
                let text = self.text.clone();
                self.echo_text(&text, times)
            }
            "echo-records" => self.echo_records(times),
            "import-scalar" => self.import_scalar(times),
            "resource-borrow" => self.resource_borrow(times),
            "resource-method" => self.resource_method(times),
            "instantiate-calc" => instantiate(&self.engine, &self.ready.calc, times),
            "instantiate-sensor" => instantiate(&self.engine, &self.ready.sensor, times),
            "instantiate-kitchen" => instantiate(&self.engine, &self.ready.kitchen, times),
            _ => bail!("expected a shape out of {SHAPES:?}, found `{shape}`"),
        }
    }

    /// Does `shape`, which loads a component, `times` times.
    ///
    /// # Errors
    ///
    /// There is no such shape, or it does not do what it should.
    pub async fn load(&mut self, shape: &str, times: u32) -> Result<()> {
        match shape {
            "load-calc" => load(&self.engine, &mut self.bytes.calc, times).await,
            "load-sensor" => load(&self.engine, &mut self.bytes.sensor, times).await,
            "load-kitchen" => load(&self.engine, &mut self.bytes.kitchen, times).await,
            "reload-sensor" => reload(&self.engine, &self.bytes.sensor, times).await,
            "first-answer-calc" => self.first_answer_calc(times).await,
            "first-answer-sensor" => self.first_answer_sensor(times).await,
            _ => bail!("expected a shape out of {LOADS:?}, found `{shape}`"),
        }
    }

    fn add_typed(&mut self, times: u32) -> Result<()> {
        let (operations, store) = (self.calc.demo_calc_ops(), &mut self.add.0);
        let mut sum = 0;
        for number in 0..times {
            sum = operations.call_add(&mut *store, sum, black_box(number as i32))?;
        }
        check(&sum, &sum_below(times))
    }

    fn add_val(&mut self, times: u32) -> Result<()> {
        let (store, add) = &mut self.add;
        let mut results = [Val::S32(0)];
        for number in 0..times {
            let arguments = [results[0].clone(), Val::S32(black_box(number as i32))];
            add.call(&mut *store, &arguments, &mut results)?;
        }
        check(&results, &[Val::S32(sum_below(times))])
    }

    fn echo_text(&mut self, text: &str, times: u32) -> Result<()> {
        let (store, kitchen) = &mut self.kitchen;
        let echo = kitchen.demo_kitchen_echo();
        let (mut back, mut length) = (String::new(), 0);
        for _ in 0..times {
            back = echo.call_echo_string(&mut *store, black_box(text))?;
            length += back.len() as u64;
        }
        check(&length, &(u64::from(times) * text.len() as u64))?;
        check(&back.as_str(), &text)
    }

    fn echo_records(&mut self, times: u32) -> Result<()> {
        let (store, kitchen) = &mut self.kitchen;
        let echo = kitchen.demo_kitchen_echo();
        let (mut back, mut length) = (Vec::new(), 0);
        for _ in 0..times {
            back = echo.call_echo_points(&mut *store, black_box(&self.points))?;
            length += back.len() as u64;
        }
        check(&length, &(u64::from(times) * RECORDS as u64))?;
        let (Some(last), Some(sent)) = (back.last(), self.points.last()) else {
            bail!("expected records, found none");
        };
        check(&(last.y, &last.label), &(sent.y, &sent.label))
    }

    /// One call of the guest, which calls the host so many times.
    fn import_scalar(&mut self, times: u32) -> Result<()> {
        let (store, kitchen) = &mut self.kitchen;
        let calls = kitchen.demo_kitchen_calls();
        check(&calls.call_add_many(store, 0, times)?, &times)
    }

    fn resource_borrow(&mut self, times: u32) -> Result<()> {
        let (store, kitchen) = &mut self.kitchen;
        let shop = kitchen.demo_kitchen_store();
        let mut items = 0;
        for _ in 0..times {
            items += u64::from(shop.call_count(&mut *store, self.basket)?);
        }
        check(&items, &u64::from(times))
    }

    fn resource_method(&mut self, times: u32) -> Result<()> {
        let (store, kitchen) = &mut self.kitchen;
        let basket = kitchen.demo_kitchen_store().basket();
        let mut length = 0;
        for _ in 0..times {
            length += basket.call_name(&mut *store, self.basket)?.len() as u64;
        }
        check(&length, &(u64::from(times) * TEXT_16.len() as u64))
    }

    async fn first_answer_calc(&mut self, times: u32) -> Result<()> {
        for _ in 0..times {
            let component = amphi::compile(&self.engine, self.bytes.calc.renew()).await?;
            let mut store = Store::new(&self.engine, State::new());
            let calc = Calc::instantiate(&mut store, &component, &self.linker)?;
            check(&calc.demo_calc_ops().call_add(&mut store, 1, 2)?, &3)?;
        }
        Ok(())
    }

    async fn first_answer_sensor(&mut self, times: u32) -> Result<()> {
        for _ in 0..times {
            let component = amphi::compile(&self.engine, self.bytes.sensor.renew()).await?;
            let mut store = Store::new(&self.engine, State::new());
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

fn calc(engine: &Engine, ready: &InstancePre<State>) -> Result<((Store<State>, Func), Calc)> {
    let mut store = Store::new(engine, State::new());
    let instance = ready.instantiate(&mut store)?;
    let interface = "demo:calc/ops@1.0.0";
    let add = instance
        .get_export_index(&mut store, None, interface)
        .and_then(|ops| instance.get_export_index(&mut store, Some(&ops), "add"))
        .and_then(|add| instance.get_func(&mut store, add))
        .ok_or_else(|| format_err!("expected an export `{interface}#add`, found none"))?;
    let calc = Calc::new(&mut store, &instance)?;
    Ok(((store, add), calc))
}

type Furnished = ((Store<State>, Kitchen), ResourceAny);

/// An instance of `demo:kitchen`, and a basket in it that has one item.
fn kitchen(engine: &Engine, ready: &InstancePre<State>) -> Result<Furnished> {
    let mut store = Store::new(engine, State::new());
    let instance = ready.instantiate(&mut store)?;
    let kitchen = Kitchen::new(&mut store, &instance)?;
    let basket = kitchen.demo_kitchen_store().basket();
    let handle = basket.call_constructor(&mut store, TEXT_16)?;
    basket.call_put(&mut store, handle, "apple")?;
    Ok(((store, kitchen), handle))
}

fn instantiate(engine: &Engine, ready: &InstancePre<State>, times: u32) -> Result<()> {
    for _ in 0..times {
        let mut store = Store::new(engine, State::new());
        black_box(ready.instantiate(&mut store)?);
    }
    Ok(())
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

fn point(number: usize) -> Point {
    Point {
        x: number as i32,
        y: -(number as i64),
        label: format!("point {number:02}"),
        weight: number as f32 / 4.0,
        visible: number.is_multiple_of(2),
    }
}

/// 0 + 1 + ... + (`times` - 1), wrapping around.
pub fn sum_below(times: u32) -> i32 {
    let times = u64::from(times);
    (times * times.saturating_sub(1) / 2) as i32
}

fn check<T: PartialEq + Debug>(found: &T, expected: &T) -> Result<()> {
    ensure!(found == expected, "expected {expected:?}, found {found:?}");
    Ok(())
}
