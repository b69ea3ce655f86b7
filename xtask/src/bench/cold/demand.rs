//! What is demanded of first answers, and what came of it.

use super::contender::{BEFORE, JCO, PACKAGE, RUNTIME};
use super::figure::{Cold, Figure, Place, Run, Visit};
use super::line::UNTHROTTLED;

/// One demand.
#[derive(Debug)]
pub struct Demand {
    /// What is demanded.
    pub title: &'static str,
    /// The most that it may be.
    pub limit: f64,
    /// What is counted.
    pub by: By,
    /// Of whom.
    of: &'static str,
    /// In which visit.
    visit: Visit,
    /// Where it holds.
    holds: fn(Place) -> bool,
}

/// What a limit counts.
#[derive(Clone, Copy, Debug)]
pub enum By {
    /// Bytes on the wire that are not of the component's core modules, by gzip.
    Besides,
    /// Bytes on the wire, as a multiple of another contender's.
    Bytes(&'static str),
    /// Time, as a multiple of another contender's.
    Time(&'static str),
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
pub static DEMANDS: [Demand; 7] = [
    Demand {
        title: "without WASI: all but the component's own core modules ≤ 40 kB by gzip",
        limit: 40_000.0,
        by: By::Besides,
        of: RUNTIME,
        visit: Visit::First,
        holds: |place| !place.component.wasi && place.line.name == UNTHROTTLED,
    },
    Demand {
        title: "without WASI: bytes on the wire ≤ 1.1 × jco's",
        limit: 1.1,
        by: By::Bytes(JCO),
        of: RUNTIME,
        visit: Visit::First,
        holds: |place| !place.component.wasi,
    },
    Demand {
        title: "without WASI: first answer ≤ 1.1 × jco's",
        limit: 1.1,
        by: By::Time(JCO),
        of: RUNTIME,
        visit: Visit::First,
        holds: |place| !place.component.wasi,
    },
    Demand {
        title: "with WASI: all but the component's own core modules ≤ 250 kB by gzip",
        limit: 250_000.0,
        by: By::Besides,
        of: RUNTIME,
        visit: Visit::First,
        holds: |place| place.component.wasi && place.line.name == UNTHROTTLED,
    },
    Demand {
        title: "with WASI: first answer, unthrottled, ≤ 1.2 × jco's",
        limit: 1.2,
        by: By::Time(JCO),
        of: RUNTIME,
        visit: Visit::First,
        holds: |place| place.component.wasi && place.line.name == UNTHROTTLED,
    },
    Demand {
        title: "with the translator: first visit ≥ 1.6 × faster than before",
        limit: 1.0 / 1.6,
        by: By::Time(BEFORE),
        of: PACKAGE,
        visit: Visit::First,
        holds: |_| true,
    },
    Demand {
        title: "with the translator: second visit ≤ 1.5 × precompiled",
        limit: 1.5,
        by: By::Time(RUNTIME),
        of: PACKAGE,
        visit: Visit::Second,
        holds: |_| true,
    },
];

impl Demand {
    /// What is the furthest from being met; nothing if it was not measured.
    pub fn worst(&self, run: &Run, cold: &Cold) -> Option<Found> {
        let found = Place::all().filter(|place| (self.holds)(*place));
        let found = found.filter_map(|place| {
            Some(Found {
                of: place.title(),
                value: self.value(run, cold, place)?,
            })
        });
        found.max_by(|one, other| one.value.total_cmp(&other.value))
    }

    /// Whether that meets it.
    pub fn is_met(&self, found: &Found) -> bool {
        found.value <= self.limit
    }

    fn value(&self, run: &Run, cold: &Cold, place: Place) -> Option<f64> {
        let figure = |contender| run.figure(contender, place, self.visit);
        let own = figure(self.of)?;
        let bytes = |figure: &Figure| figure.bytes as f64;
        let median = |figure: &Figure| Some(figure.spread()?.median);
        match self.by {
            By::Besides => {
                let cores = cold.sizes.get(place.component.name)?.cores.gzip;
                Some(bytes(own) - cores as f64)
            }
            By::Bytes(other) => Some(bytes(own) / bytes(figure(other)?)),
            By::Time(other) => Some(median(own)? / median(figure(other)?)?),
        }
    }
}
