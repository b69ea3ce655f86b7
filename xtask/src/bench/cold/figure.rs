//! The figures: what visits took.

use super::super::figure::Spread;
use super::contender::{COMPONENTS, CONTENDERS, Component, Contender};
use super::line::{LINES, Line};
use super::site::Sizes;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// All that is known, as `report.json` has it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Cold {
    /// What the components are in bytes.
    pub sizes: BTreeMap<String, Sizes>,
    /// What was measured last in each browser.
    pub browsers: BTreeMap<String, Run>,
}

/// What was measured in one browser.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Run {
    /// The machine.
    pub machine: Value,
    /// Whether there are fewer samples than reports have.
    pub quick: bool,
    /// What the browser says that it is.
    pub browser: Option<String>,
    /// The compressions that it says it takes.
    pub accepts: String,
    /// Which jco it was compared with.
    pub jco: String,
    /// Every figure.
    pub figures: Vec<Figure>,
}

/// What the visits of a page took.
#[derive(Debug, Serialize, Deserialize)]
pub struct Figure {
    /// The contender.
    pub contender: String,
    /// The component.
    pub component: String,
    /// The line.
    pub line: String,
    /// Which visit.
    pub visit: Visit,
    /// From the navigation to the first answer, each time.
    pub milliseconds: Vec<f64>,
    /// What arrived in the browser until then, in the last sample.
    pub bytes: u64,
    /// What it asked for until then.
    pub requests: u64,
}

/// A visit in an empty profile, or the one after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visit {
    /// The browser has nothing of the page.
    First,
    /// The page was closed, and is opened again.
    Second,
}

impl Visit {
    /// Both, in their order.
    pub const BOTH: [Self; 2] = [Self::First, Self::Second];

    /// What reports call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::First => "First visit",
            Self::Second => "Second visit",
        }
    }
}

/// A component over a line.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The component.
    pub component: &'static Component,
    /// The line.
    pub line: &'static Line,
}

impl Place {
    /// Every component over every line.
    pub fn all() -> impl Iterator<Item = Self> {
        let over = |line| {
            let components = COMPONENTS.iter();
            components.map(move |component| Self { component, line })
        };
        LINES.iter().flat_map(over)
    }

    /// What people call it.
    pub fn title(self) -> String {
        format!("{}, {}", self.component.name, self.line.name)
    }
}

impl Run {
    /// What the visits of a contender's page took, if there were any.
    pub fn figure(&self, contender: &str, place: Place, visit: Visit) -> Option<&Figure> {
        let page = (contender, place.component.name, place.line.name, visit);
        self.figures.iter().find(|figure| figure.page() == page)
    }

    /// Adds a visit.
    pub fn add(&mut self, visited: Figure) {
        let mut figures = self.figures.iter_mut();
        match figures.find(|figure| figure.page() == visited.page()) {
            Some(figure) => {
                figure.milliseconds.extend(visited.milliseconds);
                (figure.bytes, figure.requests) = (visited.bytes, visited.requests);
            }
            None => self.figures.push(visited),
        }
    }

    /// Who was visited.
    pub fn contenders(&self) -> impl Iterator<Item = &'static Contender> {
        CONTENDERS.iter().filter(|contender| {
            let mut figures = self.figures.iter();
            figures.any(|figure| figure.contender == contender.name)
        })
    }
}

impl Figure {
    /// What was visited: the contender, the component, the line, which visit.
    fn page(&self) -> (&str, &str, &str, Visit) {
        (&self.contender, &self.component, &self.line, self.visit)
    }

    /// The median, the least and the most, in nanoseconds.
    pub fn spread(&self) -> Option<Spread> {
        let mut sorted = self.milliseconds.clone();
        sorted.sort_by(f64::total_cmp);
        let (first, last) = (sorted.first()?, sorted.last()?);
        let upper = sorted.len() / 2;
        let lower = (sorted.len() - 1) / 2;
        Some(Spread {
            median: (sorted[lower] + sorted[upper]) / 2.0 * 1e6,
            min: first * 1e6,
            max: last * 1e6,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Figure, Run, Visit};

    #[test]
    fn the_median_is_the_sample_in_the_middle() {
        let check = |milliseconds: &[f64], expected: Option<(f64, f64, f64)>| {
            let mut run = Run::default();
            for took in milliseconds {
                run.add(Figure {
                    contender: "jco".to_owned(),
                    component: "shapes".to_owned(),
                    line: "unthrottled".to_owned(),
                    visit: Visit::First,
                    milliseconds: vec![*took],
                    bytes: 0,
                    requests: 0,
                });
            }
            assert!(run.figures.len() <= 1);
            let spread = run.figures.first().and_then(Figure::spread);
            let found = spread.map(|spread| (spread.min, spread.median, spread.max));
            assert_eq!(found, expected);
        };
        check(&[3.0, 1.0, 2.0], Some((1e6, 2e6, 3e6)));
        check(&[4.0, 1.0], Some((1e6, 2.5e6, 4e6)));
        check(&[], None);
    }
}
