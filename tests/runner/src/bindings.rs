//! Wasmtime's generated bindings, and what the components' imports do. The same state serves the
//! dynamic cases.

use amphi::Result;
use amphi::component::Resource;

use crate::host::{Counter, Refusal, State};

/// The bindings of `demo:kitchen`.
pub mod kitchen {
    amphi::component::bindgen!({
        path: "../../wit/kitchen",
        world: "kitchen",
        imports: { default: trappable },
        with: { "demo:kitchen/host.counter": crate::host::Counter },
    });
}

/// The bindings of `demo:sensor`.
pub mod sensor {
    amphi::component::bindgen!({
        path: "../../wit/sensor",
        world: "sensor",
        imports: { default: trappable },
    });
}

pub use kitchen::demo::kitchen::host::{Host, HostCounter};
pub use sensor::demo::sensor::log;

impl Host for State {
    fn add_one(&mut self, x: u32) -> Result<u32> {
        self.calls.push(format!("add-one {x}"));
        Ok(x.wrapping_add(1))
    }

    fn ask(&mut self, question: String) -> Result<Result<String, String>> {
        self.calls.push(format!("ask {question:?}"));
        Ok(match question.strip_suffix('?') {
            Some(topic) => Ok(format!("{topic}!")),
            None => Err(format!("`{question}` is no question")),
        })
    }

    fn fail(&mut self, reason: String) -> Result<()> {
        self.calls.push(format!("fail {reason:?}"));
        Err(Refusal(reason).into())
    }
}

impl HostCounter for State {
    fn new(&mut self, start: u32) -> Result<Resource<Counter>> {
        self.calls.push(format!("counter {start}"));
        Ok(self.table.push(Counter(start))?)
    }

    fn increment(&mut self, counter: Resource<Counter>, by: u32) -> Result<u32> {
        let counter = self.table.get_mut(&counter)?;
        counter.0 = counter.0.wrapping_add(by);
        Ok(counter.0)
    }

    fn value(&mut self, counter: Resource<Counter>) -> Result<u32> {
        Ok(self.table.get(&counter)?.0)
    }

    fn merge(&mut self, a: Resource<Counter>, b: Resource<Counter>) -> Result<Resource<Counter>> {
        let b = self.table.get(&b)?.0;
        let a = self.table.delete(a)?.0;
        self.calls.push(format!("merge {a} {b}"));
        Ok(self.table.push(Counter(a.wrapping_add(b)))?)
    }

    fn drop(&mut self, counter: Resource<Counter>) -> Result<()> {
        let Counter(value) = self.table.delete(counter)?;
        self.calls.push(format!("drop {value}"));
        Ok(())
    }
}

impl log::Host for State {
    fn record_message(&mut self, level: log::Level, message: String) -> Result<()> {
        let level = match level {
            log::Level::Debug => "debug",
            log::Level::Info => "info",
            log::Level::Warn => "warn",
            log::Level::Error => "error",
        };
        self.calls.push(format!("log {level} {message:?}"));
        Ok(())
    }
}
