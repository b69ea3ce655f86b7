//! What the project has set itself: how one figure must compare with another of the same run.

use super::figure::{Run, Spread};

/// One demand.
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

/// How a figure compares with another, by the medians and by the shortest samples.
#[derive(Clone, Copy, Debug)]
pub struct Ratio {
    /// Of the medians.
    pub median: f64,
    /// Of the shortest samples, which other programs on the machine disturb least.
    pub min: f64,
}

/// A twentieth: what is at least twenty times faster takes no more.
const TWENTY_TIMES_FASTER: f64 = 0.05;

const fn bar(title: &'static str, id: &'static str, against: &'static str, limit: f64) -> Bar {
    Bar {
        title,
        id,
        against,
        limit,
    }
}

/// A tenth and a half, alike.
const TEN_TIMES_FASTER: f64 = 0.1;
const TWICE_AS_FAST: f64 = 0.5;
/// No slower, but for the noise of two loops of the same run.
const AS_FAST: f64 = 1.1;

/// Every bar.
#[rustfmt::skip]
pub static BARS: &[Bar] = &[
    bar("typed `add` ≤ 1.6 × a bare array-call behind the same guard", "add-typed", "guarded-call", 1.6),
    bar("guest → Rust host import ≤ 6 × a bare table call", "import-scalar", "table-call", 6.0),
    bar("guest → guest `add` in a composition ≤ 5 × a bare wasm → wasm call", "compose-add", "wasm-call", 5.0),
    bar("string echo of 16 B ≤ ½ of hand-written JavaScript glue", "echo-16", "glue-echo-16", 0.5),
    bar("string echo of 16 B < one bare `encodeInto` of the same string", "echo-16", "encode-16", 1.0),
    bar("`list<u8>` echo of 64 kB ≤ 2 × two memory copies", "echo-bytes", "copies-64k", 2.0),
    bar("load of 50 kB to its first answer ≤ ¼ of jco's in-page transpile-and-import", "first-answer-shapes", "jco-first-answer-shapes", 0.25),
    bar("typed `add` ≥ 20 × faster than jco", "add-typed", "jco-add-typed", TWENTY_TIMES_FASTER),
    bar("string echo of 16 B ≥ 20 × faster than jco", "echo-16", "jco-echo-16", TWENTY_TIMES_FASTER),
    bar("method of a resource ≥ 20 × faster than jco", "resource-method", "jco-resource-method", TWENTY_TIMES_FASTER),
    bar("guest → host, a number, ≥ 20 × faster than jco", "import-scalar", "jco-import-scalar", TWENTY_TIMES_FASTER),
    bar("guest → host, 16 B of text, ≥ 20 × faster than jco", "import-text", "jco-import-text", TWENTY_TIMES_FASTER),
    bar("guest → guest, `add`, ≥ 20 × faster than jco", "compose-add", "jco-compose-add", TWENTY_TIMES_FASTER),
    bar("guest → guest, echo of 16 B, ≥ 20 × faster than jco", "compose-text", "jco-compose-text", TWENTY_TIMES_FASTER),
    bar("from JavaScript: `add` ≤ 5 × a bare call from JavaScript", "package-add-typed", "script-call", 5.0),
    bar("from JavaScript: string echo of 16 B ≤ 1.5 × hand-written glue", "package-echo-16", "glue-echo-16", 1.5),
    bar("from JavaScript: string echo of 2 kB ≤ 1.5 × hand-written glue", "package-echo-2k", "glue-echo-2k", 1.5),
    bar("from JavaScript: `list<u8>` echo of 64 kB ≤ 1.5 × hand-written glue", "package-echo-bytes", "glue-echo-bytes", 1.5),
    bar("from JavaScript: `list<u32>` of 1000 in ≤ 1.5 × hand-written glue", "package-sum-numbers", "glue-sum-numbers", 1.5),
    bar("from JavaScript: 100 records in ≤ 1.5 × hand-written glue", "package-count-notes", "glue-count-notes", 1.5),
    bar("from JavaScript: `add` ≥ 10 × faster than jco", "package-add-typed", "jco-add-typed", TEN_TIMES_FASTER),
    bar("from JavaScript: string echo of 16 B ≥ 10 × faster than jco", "package-echo-16", "jco-echo-16", TEN_TIMES_FASTER),
    bar("from JavaScript: 100 records in ≥ 2 × faster than jco", "package-count-notes", "jco-count-notes", TWICE_AS_FAST),
    bar("precompiled, from JavaScript: `add` ≤ 1.1 × with the translator", "runtime-add-typed", "package-add-typed", AS_FAST),
    bar("precompiled, from JavaScript: string echo of 16 B ≤ 1.1 × with the translator", "runtime-echo-16", "package-echo-16", AS_FAST),
    bar("precompiled, from JavaScript: `list<u8>` echo of 64 kB ≤ 1.1 × with the translator", "runtime-echo-bytes", "package-echo-bytes", AS_FAST),
    bar("precompiled, from JavaScript: 100 records in ≤ 1.1 × with the translator", "runtime-count-notes", "package-count-notes", AS_FAST),
    bar("precompiled, from JavaScript: method of a resource ≤ 1.1 × with the translator", "runtime-resource-method", "package-resource-method", AS_FAST),
    bar("precompiled, from JavaScript: guest → host, a number, ≤ 1.1 × with the translator", "runtime-import-scalar", "package-import-scalar", AS_FAST),
    bar("precompiled, from JavaScript: guest → host, 16 B of text, ≤ 1.1 × with the translator", "runtime-import-text", "package-import-text", AS_FAST),
];

impl Bar {
    /// What a run says of it.
    pub fn ratio(&self, run: &Run) -> Option<Ratio> {
        let (found, against): (Spread, Spread) = (run.page(self.id)?, run.page(self.against)?);
        Some(Ratio {
            median: found.median / against.median,
            min: found.min / against.min,
        })
    }

    /// Whether a ratio meets it.
    pub fn is_met(&self, ratio: Ratio) -> bool {
        ratio.median <= self.limit
    }
}
