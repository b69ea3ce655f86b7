//! Sends values through the guests of one component, and looks at what the host's function gets and
//! what comes back.

use std::hash::{DefaultHasher, Hasher};

use amphi::component::{Func, Linker, Val};
use amphi::{Engine, Result, Store, format_err};
use fastrand::Rng;

use super::bits;
use super::draw;
use super::ty::Signature;
use super::wat::{Encoding, component};
use crate::report::Line;

/// Values that go through one component.
pub struct Batch<'a> {
    /// Where their types and they themselves come from.
    pub rng: Rng,
    /// What the lines begin with.
    pub name: String,
    /// How often each function is called.
    pub calls: usize,
    /// The place of the line that shows its values.
    pub shown: Option<&'a str>,
}

impl Batch<'_> {
    /// The record of a function's values, none yet.
    pub fn record(&self, index: usize, function: &Signature, path: &[Encoding]) -> Record {
        let encodings: Vec<_> = path.iter().map(|encoding| encoding.name()).collect();
        let place = format!(
            "{}: {}: {index} {function}",
            self.name,
            encodings.join(" > ")
        );
        Record {
            shown: (self.shown == Some(&place)).then(Vec::new),
            place,
            digest: DefaultHasher::new(),
            failure: None,
        }
    }
}

/// What the host's functions got, as text.
type State = Vec<String>;

/// Makes a component for `functions` whose values go along `path`, and calls each function.
pub async fn echo(
    mut batch: Batch<'_>,
    functions: &[Signature],
    path: &[Encoding],
) -> Result<Vec<Line>> {
    let engine = engine()?;
    let component = compile(&engine, functions, path).await?;
    let mut linker = Linker::<State>::new(&engine);
    for index in 0..functions.len() {
        let name = format!("echo{index}");
        linker
            .root()
            .func_new(&name, |mut store, _ty, params, results| {
                store.data_mut().push(tuple(params));
                results[0] = match params {
                    [one] => one.clone(),
                    many => Val::Tuple(many.to_vec()),
                };
                Ok(())
            })?;
    }
    let mut store = Store::new(&engine, State::new());
    let instance = linker.instantiate(&mut store, &component)?;
    let mut lines = Vec::new();
    for (index, function) in functions.iter().enumerate() {
        let func = instance
            .get_func(&mut store, format!("echo{index}").as_str())
            .ok_or_else(|| format_err!("the component has no function `echo{index}`"))?;
        let mut record = batch.record(index, function, path);
        for _ in 0..batch.calls {
            let rng = &mut batch.rng;
            let params: Vec<Val> = function.0.iter().map(|ty| draw::value(rng, ty)).collect();
            let returned = call(&mut store, &func, &params);
            record.add(&tuple(&params), store.data_mut(), returned);
        }
        lines.push(record.line());
    }
    Ok(lines)
}

/// An engine that takes every type of values.
pub fn engine() -> Result<Engine> {
    let mut config = amphi::shared_config();
    config
        .wasm_component_model_map(true)
        .wasm_component_model_fixed_length_lists(true);
    Engine::new(&config)
}

/// The component of some functions, compiled.
pub async fn compile(
    engine: &Engine,
    functions: &[Signature],
    path: &[Encoding],
) -> Result<amphi::component::Component> {
    let text = component(functions, path);
    let bytes =
        wat::parse_str(&text).map_err(|error| format_err!("a component that echoes: {error}"))?;
    amphi::compile(engine, &bytes).await
}

fn call(store: &mut Store<State>, func: &Func, params: &[Val]) -> Result<String> {
    let mut results = [Val::Bool(false)];
    func.call(store, params, &mut results)?;
    Ok(match &results {
        [Val::Tuple(values)] if params.len() > 1 => tuple(values),
        [one] => tuple(std::slice::from_ref(one)),
    })
}

fn tuple(values: &[Val]) -> String {
    let texts: Vec<_> = values.iter().map(bits::text).collect();
    texts.join(", ")
}

/// What became of the values of one function.
pub struct Record {
    place: String,
    digest: DefaultHasher,
    /// The values themselves, if they are to be shown.
    shown: Option<Vec<String>>,
    failure: Option<String>,
}

impl Record {
    /// Adds a call: what was given, what the host's function got, and what came back.
    pub fn add(&mut self, given: &str, got: &mut Vec<String>, returned: Result<String>) {
        let got = std::mem::take(got);
        let returned = returned.unwrap_or_else(|error| format!("error: {error:#}"));
        if self.failure.is_none() && (got.iter().ne([given]) || returned != given) {
            let got = got.join(" and ");
            self.failure = Some(format!(
                "expected the same everywhere\n    given    {given}\n    got      {got}\n    returned {returned}"
            ));
        }
        for text in got.iter().chain([&returned]) {
            self.digest.write(text.as_bytes());
            self.digest.write(b"\n");
        }
        if let Some(shown) = &mut self.shown {
            shown.push(returned);
        }
    }

    /// Adds a text, and what is wrong with it.
    pub fn add_text(&mut self, text: &str, outcome: Result<(), String>) {
        self.failure = self.failure.take().or(outcome.err());
        self.digest.write(text.as_bytes());
        self.digest.write(b"\n");
        if let Some(shown) = &mut self.shown {
            shown.push(text.to_owned());
        }
    }

    /// The line.
    pub fn line(self) -> Line {
        let digest = format!("{:016x}", self.digest.finish());
        Line {
            place: self.place,
            outcome: match self.shown {
                Some(values) => format!("{digest}\n{}", values.join("\n")),
                None => digest,
            },
            failure: self.failure,
        }
    }
}
