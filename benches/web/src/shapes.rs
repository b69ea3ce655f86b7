//! The loops: each shape so many times in a row, with its results checked.

use amphi::component::{Func, InstancePre, Linker, ResourceAny, TypedFunc, Val};
use amphi::{Engine, Result, Store, bail, ensure, format_err};
use std::fmt::Debug;
use std::hint::black_box;

use crate::Salted;
use crate::bindings::shapes::Shapes as Component;
use crate::bindings::shapes::exports::demo::shapes::calls::Entry;
use crate::state::{State, linker, state};
use crate::values::{self, BYTES, ENTRIES, SHORT, sum_below};

/// The shapes that [`Shapes::run`] knows.
pub const SHAPES: &[&str] = &[
    "add-typed",
    "add-val",
    "echo-16",
    "echo-256",
    "echo-2k",
    "echo-bytes",
    "sum-numbers",
    "count-notes",
    "resource-method",
    "import-scalar",
    "import-text",
    "compose-add",
    "compose-text",
    "instantiate-shapes",
    "instantiate-sensor",
];

/// The components that are measured, or what stands for each of them.
#[derive(Clone, Debug)]
pub struct Guests<T> {
    /// `demo:shapes`.
    pub shapes: T,
    /// `demo:sensor`.
    pub sensor: T,
}

/// Everything that the loops use, made beforehand.
pub struct Shapes {
    /// The components' bytes.
    pub bytes: Guests<Salted>,
    /// The function `add` of the instance that is called.
    pub add: Func,
    /// The store of the instance that is called.
    pub store: Store<State>,
    pub(crate) engine: Engine,
    pub(crate) linker: Linker<State>,
    ready: Guests<InstancePre<State>>,
    guest: Component,
    counter: ResourceAny,
    composed: Composed,
    texts: [String; 3],
    list: Vec<u8>,
    numbers: Vec<u32>,
    entries: Vec<Entry>,
}

/// The composition, and the guest's loops in it.
struct Composed {
    store: Store<State>,
    sum: TypedFunc<(u32,), (i32,)>,
    echo: TypedFunc<(u32,), (u32,)>,
}

impl Shapes {
    /// Loads the components and makes an instance of each that is called. `composed` is
    /// `guest/composed.wat`, two guests in one.
    ///
    /// # Errors
    ///
    /// A component is not what the shapes need.
    pub async fn new(guests: Guests<&[u8]>, composed: &[u8]) -> Result<Self> {
        let engine = Engine::default();
        let linker = linker(&engine)?;
        let ready = Guests {
            shapes: linker.instantiate_pre(&amphi::compile(&engine, guests.shapes).await?)?,
            sensor: linker.instantiate_pre(&amphi::compile(&engine, guests.sensor).await?)?,
        };
        let composed = linker.instantiate_pre(&amphi::compile(&engine, composed).await?)?;
        let mut store = Store::new(&engine, state());
        let (add, guest) = instance(&mut store, &ready.shapes)?;
        let counter = guest.demo_shapes_calls().counter();
        let counter = counter.call_constructor(&mut store, 0)?;
        Ok(Self {
            bytes: Guests {
                shapes: Salted::new(guests.shapes)?,
                sensor: Salted::new(guests.sensor)?,
            },
            composed: compose(&engine, &composed)?,
            add,
            store,
            engine,
            linker,
            ready,
            guest,
            counter,
            texts: [SHORT, 256, 2048].map(values::text),
            list: values::bytes(),
            numbers: values::numbers(),
            entries: values::entries(),
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
            "echo-16" => self.echo_text(0, times),
            "echo-256" => self.echo_text(1, times),
            "echo-2k" => self.echo_text(2, times),
            "echo-bytes" => self.echo_bytes(times),
            "sum-numbers" => self.sum_numbers(times),
            "count-notes" => self.count_notes(times),
            "resource-method" => self.resource_method(times),
            "import-scalar" => self.import_scalar(times),
            "import-text" => self.import_text(times),
            "compose-add" => self.compose_add(times),
            "compose-text" => self.compose_text(times),
            "instantiate-shapes" => instantiate(&self.engine, &self.ready.shapes, times),
            "instantiate-sensor" => instantiate(&self.engine, &self.ready.sensor, times),
            _ => bail!("expected a shape out of {SHAPES:?}, found `{shape}`"),
        }
    }

    fn add_typed(&mut self, times: u32) -> Result<()> {
        let (calls, store) = (self.guest.demo_shapes_calls(), &mut self.store);
        let mut sum = 0;
        for number in 0..times {
            sum = calls.call_add(&mut *store, sum, black_box(number as i32))?;
        }
        check(&sum, &sum_below(times))
    }

    fn add_val(&mut self, times: u32) -> Result<()> {
        let mut results = [Val::S32(0)];
        for number in 0..times {
            let arguments = [results[0].clone(), Val::S32(black_box(number as i32))];
            self.add.call(&mut self.store, &arguments, &mut results)?;
        }
        check(&results, &[Val::S32(sum_below(times))])
    }

    fn echo_text(&mut self, which: usize, times: u32) -> Result<()> {
        let (calls, store) = (self.guest.demo_shapes_calls(), &mut self.store);
        let text = &self.texts[which];
        let (mut back, mut length) = (String::new(), 0);
        for _ in 0..times {
            back = calls.call_echo_text(&mut *store, black_box(text))?;
            length += back.len() as u64;
        }
        check(&length, &(u64::from(times) * text.len() as u64))?;
        check(&back, text)
    }

    fn echo_bytes(&mut self, times: u32) -> Result<()> {
        let (calls, store) = (self.guest.demo_shapes_calls(), &mut self.store);
        let (mut back, mut length) = (Vec::new(), 0);
        for _ in 0..times {
            back = calls.call_echo_bytes(&mut *store, black_box(&self.list))?;
            length += back.len() as u64;
        }
        check(&length, &(u64::from(times) * BYTES as u64))?;
        ensure!(back == self.list, "expected the same bytes, found others");
        Ok(())
    }

    fn sum_numbers(&mut self, times: u32) -> Result<()> {
        let (calls, store) = (self.guest.demo_shapes_calls(), &mut self.store);
        let mut total = 0_u64;
        for _ in 0..times {
            total += u64::from(calls.call_sum(&mut *store, black_box(&self.numbers))?);
        }
        let each: u32 = self.numbers.iter().sum();
        check(&total, &(u64::from(times) * u64::from(each)))
    }

    fn count_notes(&mut self, times: u32) -> Result<()> {
        let (calls, store) = (self.guest.demo_shapes_calls(), &mut self.store);
        let mut notes = 0_u64;
        for _ in 0..times {
            notes += u64::from(calls.call_count_notes(&mut *store, black_box(&self.entries))?);
        }
        check(&notes, &(u64::from(times) * u64::from(ENTRIES / 2)))
    }

    fn resource_method(&mut self, times: u32) -> Result<()> {
        let (counter, store) = (self.guest.demo_shapes_calls().counter(), &mut self.store);
        let first = counter.call_increment(&mut *store, self.counter, 0)?;
        let mut last = first;
        for _ in 0..times {
            last = counter.call_increment(&mut *store, self.counter, black_box(1))?;
        }
        check(&last, &first.wrapping_add(times))
    }

    /// One call of the guest, which calls the host so many times.
    fn import_scalar(&mut self, times: u32) -> Result<()> {
        let (calls, store) = (self.guest.demo_shapes_calls(), &mut self.store);
        check(&calls.call_add_by_host(store, 0, times)?, &times)
    }

    /// As [`import_scalar`](Self::import_scalar), with a text each time.
    fn import_text(&mut self, times: u32) -> Result<()> {
        let (calls, store) = (self.guest.demo_shapes_calls(), &mut self.store);
        let bytes = calls.call_measure_by_host(store, &self.texts[0], times)?;
        check(&bytes, &times.wrapping_mul(SHORT as u32))
    }

    /// One call of a guest, which calls another so many times.
    fn compose_add(&mut self, times: u32) -> Result<()> {
        let Composed { store, sum, .. } = &mut self.composed;
        check(&sum.call(store, (times,))?.0, &sum_below(times))
    }

    /// As [`compose_add`](Self::compose_add), with a text there and back each time.
    fn compose_text(&mut self, times: u32) -> Result<()> {
        let Composed { store, echo, .. } = &mut self.composed;
        let bytes = echo.call(store, (times,))?.0;
        check(&bytes, &times.wrapping_mul(SHORT as u32))
    }
}

fn instance(store: &mut Store<State>, ready: &InstancePre<State>) -> Result<(Func, Component)> {
    let instance = ready.instantiate(&mut *store)?;
    let interface = "demo:shapes/calls@1.0.0";
    let add = instance
        .get_export_index(&mut *store, None, interface)
        .and_then(|calls| instance.get_export_index(&mut *store, Some(&calls), "add"))
        .and_then(|add| instance.get_func(&mut *store, add))
        .ok_or_else(|| format_err!("expected an export `{interface}#add`, found none"))?;
    Ok((add, Component::new(store, &instance)?))
}

fn compose(engine: &Engine, ready: &InstancePre<State>) -> Result<Composed> {
    let mut store = Store::new(engine, state());
    let instance = ready.instantiate(&mut store)?;
    Ok(Composed {
        sum: instance.get_typed_func(&mut store, "sum")?,
        echo: instance.get_typed_func(&mut store, "echo")?,
        store,
    })
}

fn instantiate(engine: &Engine, ready: &InstancePre<State>, times: u32) -> Result<()> {
    for _ in 0..times {
        let mut store = Store::new(engine, state());
        black_box(ready.instantiate(&mut store)?);
    }
    Ok(())
}

pub(crate) fn check<T: PartialEq + Debug>(found: &T, expected: &T) -> Result<()> {
    ensure!(found == expected, "expected {expected:?}, found {found:?}");
    Ok(())
}
