//! The figures: what visits took.

use super::super::figure::Spread;
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
    /// What the package took in each browser before it was made faster.
    #[serde(default)]
    pub before: BTreeMap<String, Vec<Figure>>,
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

/// What is visited, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// The contender.
    pub contender: String,
    /// The component.
    pub component: String,
    /// The line.
    pub line: String,
    /// Which visit.
    pub visit: Visit,
}

/// What the visits of a page took.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Figure {
    /// Which page.
    #[serde(flatten)]
    pub page: Page,
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
            Self::First => "first visit",
            Self::Second => "second visit",
        }
    }
}

impl Figure {
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

impl Page {
    /// The page of `component` by `contender`.
    pub fn new(contender: &str, component: &str, line: &str, visit: Visit) -> Self {
        Self {
            contender: contender.to_owned(),
            component: component.to_owned(),
            line: line.to_owned(),
            visit,
        }
    }

    /// Its figure among `figures`, if it was measured.
    pub fn figure<'a>(&self, figures: &'a [Figure]) -> Option<&'a Figure> {
        figures.iter().find(|figure| figure.page == *self)
    }
}

#[cfg(test)]
mod tests {
    use super::{Figure, Page, Visit};

    #[test]
    fn the_median_is_the_sample_in_the_middle() {
        let check = |milliseconds: &[f64], expected: Option<(f64, f64, f64)>| {
            let figure = Figure {
                page: Page::new("jco", "shapes", "unthrottled", Visit::First),
                milliseconds: milliseconds.to_vec(),
                bytes: 0,
                requests: 0,
            };
            let spread = figure.spread();
            let found = spread.map(|spread| (spread.min, spread.median, spread.max));
            assert_eq!(found, expected);
        };
        check(&[3.0, 1.0, 2.0], Some((1e6, 2e6, 3e6)));
        check(&[4.0, 1.0], Some((1e6, 2.5e6, 4e6)));
        check(&[], None);
    }
}
