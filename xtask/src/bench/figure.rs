//! The figures of a run, and those of the native host beside them.

use anyhow::{Context, Result};
use serde_json::Value;

/// The least time a call can take: what every other figure is compared with.
pub const BARE: &str = "wasm-call";

/// The figures of one browser, in the page's order, each with the native one of the same name.
#[derive(Debug)]
pub struct Run {
    /// What the harness calls the browser.
    pub browser: String,
    /// Every figure.
    pub figures: Vec<Figure>,
}

/// One operation and what it takes.
#[derive(Debug)]
pub struct Figure {
    /// What programs call it.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// What it is.
    pub kind: Kind,
    /// Whether it loads or instantiates; a call otherwise.
    pub is_load: bool,
    /// The floor it stands on.
    pub floor: Option<String>,
    /// Nanoseconds in the page.
    pub page: Option<Spread>,
    /// Nanoseconds natively.
    pub native: Option<Spread>,
}

/// What a figure is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A bare operation that others are measured against.
    Floor,
    /// A shape, by the facade.
    Shape,
    /// A shape by another way.
    Other {
        /// Which way.
        way: String,
        /// Which shape.
        of: String,
    },
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

/// Reads the runs of a report.
pub fn read(document: &Value) -> Result<Vec<Run>> {
    let browsers = document["browsers"].as_object();
    let mut runs = Vec::new();
    for (browser, half) in browsers.into_iter().flatten() {
        let list = half["figures"].as_array();
        let list = list.map(Vec::as_slice).unwrap_or_default();
        let figures = list.iter().map(|value| figure(value, document));
        runs.push(Run {
            browser: browser.clone(),
            figures: figures.collect::<Result<_>>()?,
        });
    }
    Ok(runs)
}

impl Run {
    /// The figure called `id`.
    pub fn figure(&self, id: &str) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.id == id)
    }

    /// What `id` takes in the page.
    pub fn page(&self, id: &str) -> Option<Spread> {
        self.figure(id)?.page
    }

    /// What the shape `of` takes by another way.
    pub fn other(&self, of: &str, way: &str) -> Option<Spread> {
        self.page(&format!("{way}-{of}"))
    }
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
        kind: match text("kind")?.as_str() {
            "floor" => Kind::Floor,
            "shape" => Kind::Shape,
            way => Kind::Other {
                way: way.to_string(),
                of: text("of")?,
            },
        },
        is_load: text("group")? == "load",
        floor: value["floor"].as_str().map(str::to_string),
        page: spread(value),
        id,
    })
}

fn spread(value: &Value) -> Option<Spread> {
    let number = |name: &str| value[name].as_f64();
    Some(Spread {
        median: number("median")?,
        min: number("min")?,
        max: number("max")?,
    })
}
