//! What is demanded of first answers, and what came of it.

use super::contender::{COMPONENTS, Component, JCO, PACKAGE, RUNTIME};
use super::figure::{Cold, Figure, Page, Run, Visit};
use super::line::{LINES, UNTHROTTLED};

/// One demand.
#[derive(Debug)]
pub struct Demand {
    /// What is demanded.
    pub title: &'static str,
    /// The most that it may be.
    pub limit: f64,
    /// Of what.
    pub unit: Unit,
    /// Everything that it holds for.
    found: fn(&Scene<'_>) -> Vec<Found>,
}

/// What a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Bytes.
    Bytes,
    /// How many times another figure.
    Times,
}

/// What was measured in one browser, and what it is compared with.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The browser.
    pub browser: &'a str,
    /// What was measured in it.
    pub run: &'a Run,
    /// All that is known.
    pub cold: &'a Cold,
}

/// One measured value.
#[derive(Debug)]
pub struct Found {
    /// Of what.
    pub of: String,
    /// How much.
    pub value: f64,
}

/// Every demand.
pub static DEMANDS: &[Demand] = &[
    Demand {
        title: "without WASI: all but the component's own core modules ≤ 40 kB by gzip",
        limit: 40_000.0,
        unit: Unit::Bytes,
        found: |scene| scene.besides(RUNTIME, false),
    },
    Demand {
        title: "without WASI: bytes on the wire ≤ 1.1 × jco's",
        limit: 1.1,
        unit: Unit::Times,
        found: |scene| scene.against_jco(false, |_| true, bytes),
    },
    Demand {
        title: "without WASI: first answer ≤ 1.1 × jco's",
        limit: 1.1,
        unit: Unit::Times,
        found: |scene| scene.against_jco(false, |_| true, median),
    },
    Demand {
        title: "with WASI: all but the component's own core modules ≤ 250 kB by gzip",
        limit: 250_000.0,
        unit: Unit::Bytes,
        found: |scene| scene.besides(RUNTIME, true),
    },
    Demand {
        title: "with WASI: first answer, unthrottled, ≤ 1.2 × jco's",
        limit: 1.2,
        unit: Unit::Times,
        found: |scene| scene.against_jco(true, |line| line == UNTHROTTLED, median),
    },
    Demand {
        title: "with the translator: first visit ≥ 1.6 × faster than before",
        limit: 1.0 / 1.6,
        unit: Unit::Times,
        found: |scene| scene.against_before(),
    },
    Demand {
        title: "with the translator: second visit ≤ 1.5 × precompiled",
        limit: 1.5,
        unit: Unit::Times,
        found: |scene| scene.kept(),
    },
];

impl Demand {
    /// What is the furthest from being met; nothing if it was not measured.
    pub fn worst(&self, scene: &Scene<'_>) -> Option<Found> {
        let found = (self.found)(scene).into_iter();
        found.max_by(|one, other| one.value.total_cmp(&other.value))
    }

    /// Whether that meets it.
    pub fn is_met(&self, found: &Found) -> bool {
        found.value <= self.limit
    }
}

fn bytes(figure: &Figure) -> Option<f64> {
    Some(figure.bytes as f64)
}

fn median(figure: &Figure) -> Option<f64> {
    Some(figure.spread()?.median)
}

impl Scene<'_> {
    /// The bytes of a contender's first visits by gzip that are not of the core modules.
    fn besides(&self, contender: &str, wasi: bool) -> Vec<Found> {
        let besides = |component: &Component| {
            let page = Page::new(contender, component.name, UNTHROTTLED, Visit::First);
            let wire = page.figure(&self.run.figures)?.bytes;
            let cores = self.cold.sizes.get(component.name)?.cores.gzip;
            Some(Found {
                of: component.name.to_owned(),
                value: wire as f64 - cores as f64,
            })
        };
        of(wasi).filter_map(besides).collect()
    }

    /// First visits of what is precompiled against jco's.
    fn against_jco(
        &self,
        wasi: bool,
        line: fn(&str) -> bool,
        by: fn(&Figure) -> Option<f64>,
    ) -> Vec<Found> {
        let figures = &self.run.figures;
        let ratio = |component: &str, line: &str| {
            let figure = |contender| {
                by(Page::new(contender, component, line, Visit::First).figure(figures)?)
            };
            Some(figure(RUNTIME)? / figure(JCO)?)
        };
        ratios(of(wasi), line, ratio)
    }

    /// First visits of the package against what they took before.
    fn against_before(&self) -> Vec<Found> {
        let ratio = |component: &str, line: &str| {
            let page = Page::new(PACKAGE, component, line, Visit::First);
            let before = page.figure(self.cold.before.get(self.browser)?)?;
            Some(median(page.figure(&self.run.figures)?)? / median(before)?)
        };
        ratios(COMPONENTS.iter(), |_| true, ratio)
    }

    /// Second visits of the package, which has kept what it translated, against what is
    /// precompiled.
    fn kept(&self) -> Vec<Found> {
        let figures = &self.run.figures;
        let ratio = |component: &str, line: &str| {
            let second = |contender| {
                median(Page::new(contender, component, line, Visit::Second).figure(figures)?)
            };
            Some(second(PACKAGE)? / second(RUNTIME)?)
        };
        ratios(COMPONENTS.iter(), |_| true, ratio)
    }
}

/// The components that import WASI, or those that do not.
fn of(wasi: bool) -> impl Iterator<Item = &'static Component> {
    COMPONENTS
        .iter()
        .filter(move |component| component.wasi == wasi)
}

/// A ratio for each of `components` over each line, where there is one.
fn ratios(
    components: impl Iterator<Item = &'static Component>,
    is_asked: fn(&str) -> bool,
    ratio: impl Fn(&str, &str) -> Option<f64>,
) -> Vec<Found> {
    let mut found = Vec::new();
    for component in components {
        for line in LINES.iter().filter(|line| is_asked(line.name)) {
            if let Some(value) = ratio(component.name, line.name) {
                let of = format!("{}, {}", component.name, line.name);
                found.push(Found { of, value });
            }
        }
    }
    found
}
