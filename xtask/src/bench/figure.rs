//! The figures of both halves, side by side.

use anyhow::{Context, Result};
use serde_json::Value;

/// The least time a call can take: what every other figure is compared with.
pub const BARE: &str = "wasm-call";

/// One operation and what it takes.
#[derive(Debug)]
pub struct Figure {
    /// What programs call it.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// Whether it is a bare operation that others are measured against.
    pub is_floor: bool,
    /// Whether it loads or instantiates; a call otherwise.
    pub is_load: bool,
    /// The floor it stands on.
    pub floor: Option<String>,
    /// Nanoseconds in the page.
    pub page: Option<Spread>,
    /// Nanoseconds natively.
    pub native: Option<Spread>,
}

/// Nanoseconds per operation, over the samples.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    /// Half of the samples took no longer.
    pub median: f64,
    /// The shortest.
    pub min: f64,
    /// The longest.
    pub max: f64,
}

/// What the project has set itself: one figure at most so many times another.
#[derive(Debug)]
pub struct Bar {
    /// What is demanded.
    pub title: &'static str,
    /// Which figure.
    pub id: &'static str,
    /// Which other one.
    pub against: &'static str,
    /// How many times the other it may be.
    pub limit: f64,
}

/// Every bar.
pub static BARS: &[Bar] = &[
    Bar {
        title: "typed `add` ≤ 2.5 × the bare array-call through the same guard",
        id: "add-typed",
        against: "guarded-call",
        limit: 2.5,
    },
    Bar {
        title: "string echo of 16 B < one bare `encodeInto` of the same string",
        id: "echo-16",
        against: "encode-16",
        limit: 1.0,
    },
];

/// Reads the figures of a report: the page's, in its order, and with each the native one of the same name.
pub fn read(document: &Value) -> Result<Vec<Figure>> {
    let in_page = document["browser"]["figures"].as_array();
    let mut figures = Vec::new();
    for value in in_page.map(Vec::as_slice).unwrap_or_default() {
        figures.push(figure(value, document)?);
    }
    let natively = document["native"]["figures"].as_object();
    for (id, value) in natively.into_iter().flatten() {
        if !figures.iter().any(|figure| &figure.id == id) {
            figures.push(alone(id, value));
        }
    }
    Ok(figures)
}

/// The page's median of `id`.
pub fn page_median(figures: &[Figure], id: &str) -> Option<f64> {
    let figure = figures.iter().find(|figure| figure.id == id)?;
    Some(figure.page?.median)
}

/// How many times its `against` the figure of a bar is.
pub fn ratio(figures: &[Figure], bar: &Bar) -> Option<f64> {
    Some(page_median(figures, bar.id)? / page_median(figures, bar.against)?)
}

fn figure(value: &Value, document: &Value) -> Result<Figure> {
    let text = |name: &str| {
        value[name]
            .as_str()
            .map(str::to_string)
            .with_context(|| format!("expected `{name}` in a figure, found `{}`", value[name]))
    };
    let id = text("id")?;
    Ok(Figure {
        native: spread(&document["native"]["figures"][&id]),
        title: text("title")?,
        is_floor: text("kind")? == "floor",
        is_load: text("group")? == "load",
        floor: value["floor"].as_str().map(str::to_string),
        page: spread(value),
        id,
    })
}

/// A figure that was measured natively alone.
fn alone(id: &str, value: &Value) -> Figure {
    Figure {
        id: id.to_string(),
        title: id.to_string(),
        is_floor: false,
        is_load: !["add", "echo", "import", "resource"]
            .iter()
            .any(|word| id.starts_with(word)),
        floor: None,
        page: None,
        native: spread(value),
    }
}

fn spread(value: &Value) -> Option<Spread> {
    let number = |name: &str| value[name].as_f64();
    Some(Spread {
        median: number("median")?,
        min: number("min")?,
        max: number("max")?,
    })
}
