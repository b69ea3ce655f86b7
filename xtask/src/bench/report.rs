//! The report that people read.

use super::bar::{BARS, Bar, Ratio};
use super::figure::{BARE, Figure, Kind, Run, Spread};
use super::machine;
use serde_json::Value;

/// The other ways to a shape: what the page calls them, and what people do.
pub const WAYS: [(&str, &str); 5] = [
    ("package", "the package, from JavaScript"),
    ("glue", "JavaScript by hand"),
    ("naive", "Rust through JavaScript"),
    ("jco", "jco"),
    ("runtime", "precompiled, from JavaScript"),
];

const HEAD: &str = "# What things take

Written by `cargo xtask bench`. [report.json](report.json) has the figures themselves; [SIZE.md](SIZE.md) says what a page downloads.
";

const METHOD: &str = "
## How it is measured

The same loops (`benches/web/src`, over the facade `amphi` with Wasmtime's generated bindings) run on both hosts, and
check their results. Natively criterion times them. In the page, code is built as for users (`--profile web`, then wasm-opt); each
operation is warmed up, then run in batches long enough for the clock, and one batch of each is taken in turn, so that noise meets all
alike. Figures are the median with the least and the most of the samples. A demand is judged by the medians; the shortest samples stand
beside them, since other programs on the machine disturb those least.

A **floor** is what the browser itself takes, measured in the same run. `array-call through the guard` is the crossing that each
call makes (a generated trampoline behind one `try/catch`), with nothing lifted or lowered, into the very function that `add` calls.
`encodeInto` is one bare `TextEncoder.encodeInto` of the same text from JavaScript into wasm memory: it copies once, one way, where
an echo allocates in the guest, copies in, calls, copies out and allocates a `String`. Loading is measured with bytes that the
browser has not seen: it would hand out what it compiled before; its floor compiles the component's core modules and nothing else.

The **other ways** run the same shapes on the same guest. *The package, from JavaScript* is `amphi-web`, whose wasm is built as for users. *Precompiled, from
JavaScript* is `amphi-web/runtime` with the same guest built for no system, which JavaScript runs alone. *JavaScript by hand* is glue written for this guest alone (`page/glue.js`):
typed arrays, `TextEncoder` and `TextDecoder` around the core functions, called from JavaScript; it checks nothing. *Rust through
JavaScript* (`src/naive.rs`) calls the core functions from Rust with `js_sys`, a `JsValue` for each value. *jco* transpiles the component in
the page, with the options of its own command, and is called from JavaScript. Its load is transpiling, importing, instantiating and
the first answer; compiling the transpiler itself comes before and is not counted.

`suspend and resume` is a loop of wasm whose import is a `WebAssembly.Suspending` function that gives a promise at once; a host function in
JavaScript that is waited for is the same with a guest, its import's values and the engine around it.
";

/// The whole report.
pub fn text(document: &Value, runs: &[Run]) -> String {
    let mut parts = vec![HEAD.to_string(), conditions(document)];
    if !runs.is_empty() {
        parts.push(format!("\n## What is demanded\n\n{}\n", bars(runs)));
    }
    for run in runs {
        parts.push(section(run));
    }
    parts.push(METHOD.to_string());
    parts.concat()
}

/// What came of each bar, one line each.
pub fn verdicts(run: &Run) -> Vec<String> {
    let line = |bar: &Bar| {
        let ratio = bar.ratio(run)?;
        let verdict = verdict(bar, ratio);
        Some(format!("{}: {} ({verdict})", bar.title, measured(ratio)))
    };
    BARS.iter().filter_map(line).collect()
}

fn conditions(document: &Value) -> String {
    let half = |name: &str, half: &Value| {
        let machine = &half["machine"];
        machine.is_object().then(|| {
            let about = |field: &str| half[field].as_str().map(|text| format!("{text}, "));
            let about: String = ["browser", "jco"].into_iter().filter_map(about).collect();
            let quick = match half["quick"] == Value::Bool(true) {
                true => " Measured quickly.",
                false => "",
            };
            format!("\n- {name}: {about}{}.{quick}", machine::line(machine))
        })
    };
    let browsers = document["browsers"].as_object();
    let browsers = browsers.into_iter().flatten();
    let halves = browsers.map(|(name, value)| half(name, value));
    let lines = halves.chain([half("native", &document["native"])]);
    format!("{}\n", lines.flatten().collect::<String>())
}

fn bars(runs: &[Run]) -> String {
    let heads: Vec<_> = runs
        .iter()
        .map(|run| format!(" {} | met |", run.browser))
        .collect();
    let mut rows = vec![
        format!("| asked |{}", heads.concat()),
        format!("|---|{}", "--:|---|".repeat(runs.len())),
    ];
    for bar in BARS {
        let cell = |run: &Run| match bar.ratio(run) {
            Some(ratio) => format!(" {} | {} |", measured(ratio), verdict(bar, ratio)),
            None => " | not measured |".to_string(),
        };
        let cells: String = runs.iter().map(cell).collect();
        rows.push(format!("| {} |{cells}", bar.title));
    }
    format!(
        "{}\n\nMeasured: by the medians (by the shortest samples).",
        rows.join("\n")
    )
}

fn measured(ratio: Ratio) -> String {
    // Of two that are far apart, the larger by the smaller reads better.
    let words = |ratio: f64| match ratio < 0.2 {
        true => format!("1/{}", three_digits(1.0 / ratio)),
        false => times(ratio),
    };
    format!("{} ({})", words(ratio.median), words(ratio.min))
}

fn verdict(bar: &Bar, ratio: Ratio) -> &'static str {
    if bar.is_met(ratio) { "yes" } else { "**no**" }
}

fn section(run: &Run) -> String {
    let browser = &run.browser;
    let picture = |title: &str, what: &str, table: String| {
        format!(
            "\n### {title} in {browser}\n\n![{title}, as a plot of the figures below]({browser}-{what}.svg)\n\n{table}"
        )
    };
    let mut parts = vec![format!("\n## {}\n", capital(browser))];
    parts.push(picture("Calls", "calls", table(run, false)));
    parts.push(picture("Loading", "loading", table(run, true)));
    parts.push(picture("Other ways", "ways", ways(run)));
    parts.concat()
}

/// A name with a capital letter.
pub fn capital(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

fn table(run: &Run, is_load: bool) -> String {
    // A single call says nothing about loading.
    let bare = run.page(BARE).filter(|_| !is_load);
    let heads = ["operation", "page", "least … most", "÷ its floor"]
        .into_iter()
        .chain(bare.map(|_| "÷ bare call"))
        .chain(["native", "page ÷ native"]);
    let heads: Vec<&str> = heads.collect();
    let mut rows = vec![
        format!("| {} |", heads.join(" | ")),
        format!("|---|{}", "--:|".repeat(heads.len() - 1)),
    ];
    for figure in &run.figures {
        let is_own = !matches!(figure.kind, Kind::Other { .. });
        if is_own && figure.is_load == is_load {
            rows.push(row(figure, run, bare));
        }
    }
    format!("{}\n", rows.join("\n"))
}

fn row(figure: &Figure, run: &Run, bare: Option<Spread>) -> String {
    let page = figure.page.map(|spread| spread.median);
    let native = figure.native.map(|spread| spread.median);
    let over = |other: Option<f64>| page.zip(other).map(|(page, other)| times(page / other));
    let floor = figure.floor.as_deref().and_then(|id| {
        let floor = run.figure(id)?;
        let ratio = over(floor.page.map(|page| page.median))?;
        Some(format!("{ratio} ({})", floor.title))
    });
    let title = match figure.kind {
        Kind::Floor => format!("*floor: {}*", figure.title),
        _ => figure.title.clone(),
    };
    let spread = |Spread { min, max, .. }| format!("{} … {}", duration(min), duration(max));
    let mut cells = vec![
        Some(title),
        page.map(duration),
        figure.page.map(spread),
        floor,
    ];
    cells.extend(bare.map(|bare| over(Some(bare.median))));
    cells.extend([native.map(duration), over(native)]);
    let cells: Vec<String> = cells.into_iter().map(Option::unwrap_or_default).collect();
    format!("| {} |", cells.join(" | "))
}

/// Each shape by every way there is.
fn ways(run: &Run) -> String {
    let heads = WAYS.map(|(_, name)| format!(" {name} | ÷ page |"));
    let mut rows = vec![
        format!("| operation | page |{}", heads.concat()),
        format!("|---|--:|{}", "--:|--:|".repeat(WAYS.len())),
    ];
    for figure in &run.figures {
        let others = WAYS.map(|(way, _)| run.other(&figure.id, way));
        let Some(page) = figure.page.filter(|_| others.iter().any(Option::is_some)) else {
            continue;
        };
        let cells = others.map(|other| match other {
            Some(other) => format!(
                " {} | {} |",
                duration(other.median),
                times(other.median / page.median)
            ),
            None => " | |".to_string(),
        });
        let page = duration(page.median);
        rows.push(format!("| {} | {page} |{}", figure.title, cells.concat()));
    }
    format!("{}\n", rows.join("\n"))
}

/// Nanoseconds in the unit that suits them, to three digits.
pub fn duration(nanoseconds: f64) -> String {
    let (value, unit) = match nanoseconds {
        less if less < 1e3 => (less, "ns"),
        less if less < 1e6 => (less / 1e3, "µs"),
        less if less < 1e9 => (less / 1e6, "ms"),
        more => (more / 1e9, "s"),
    };
    format!("{} {unit}", three_digits(value))
}

fn times(ratio: f64) -> String {
    format!("{} ×", three_digits(ratio))
}

/// A number to three digits.
pub fn three_digits(value: f64) -> String {
    match value {
        less if less < 10.0 => format!("{less:.2}"),
        less if less < 100.0 => format!("{less:.1}"),
        more => format!("{more:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_have_three_digits_and_a_unit() {
        let check = |nanoseconds, expected| assert_eq!(duration(nanoseconds), expected);
        check(3.4, "3.40 ns");
        check(26.04, "26.0 ns");
        check(604.4, "604 ns");
        check(1_234.0, "1.23 µs");
        check(5_600_000.0, "5.60 ms");
        check(2e9, "2.00 s");
    }
}
