//! The report that people read.

use super::figure::{BARE, BARS, Bar, Figure, Spread, page_median, ratio};
use super::machine;
use serde_json::Value;

const HEAD: &str = "# What things take

Written by `cargo xtask bench`. [report.json](report.json) has the figures themselves.
";

const METHOD: &str = "
## How it is measured

The same loops (`benches/web/src/shapes.rs`, over the facade `amphi` with Wasmtime's generated bindings) run on both hosts, and
check their results. Natively criterion times them. In the page, code is built as for users (`--profile web`); each operation is
warmed up, then run in batches long enough for the clock, and one batch of each is taken in turn, so that noise meets all alike.
Figures are the median with the least and the most of the samples.

A **floor** is what the browser itself takes, measured in the same run. `array-call through the guard` is the crossing that each
call makes (a generated trampoline behind one `try/catch`), with nothing lifted or lowered, into the very function that `add` calls.
`encodeInto` is one bare `TextEncoder.encodeInto` of the same text from JavaScript into wasm memory: it copies once, one way, where
an echo allocates in the guest, copies in, calls, copies out and allocates a `String`. Loading is measured with bytes that the
browser has not seen: it would hand out what it compiled before; its floor compiles the component's core modules and nothing else.
";

/// The whole report.
pub fn text(document: &Value, figures: &[Figure]) -> String {
    let mut parts = vec![HEAD.to_string()];
    parts.push(conditions(document));
    if document["browser"].is_object() {
        parts.push(format!("\n## What is demanded\n\n{}\n", bars(figures)));
    }
    for (title, picture, is_load) in [
        ("Calls", "calls.svg", false),
        ("Loading", "loading.svg", true),
    ] {
        parts.push(format!(
            "\n## {title}\n\n![{title}, as a plot of the figures below]({picture})\n\n{}",
            table(figures, is_load)
        ));
    }
    parts.push(METHOD.to_string());
    parts.concat()
}

/// What came of each bar, one line each.
pub fn verdicts(figures: &[Figure]) -> Vec<String> {
    let line = |bar: &Bar| {
        let ratio = ratio(figures, bar)?;
        Some(format!(
            "{}: {} ({})",
            bar.title,
            times(ratio),
            verdict(bar, ratio)
        ))
    };
    BARS.iter().filter_map(line).collect()
}

fn conditions(document: &Value) -> String {
    let half = |name: &str, with: Option<&str>, quick: bool| {
        let machine = &document[name]["machine"];
        machine.is_object().then(|| {
            let with = with.map(|with| format!("{with}, ")).unwrap_or_default();
            let quick = if quick { " Measured quickly." } else { "" };
            format!("\n- {name}: {with}{}.{quick}", machine::line(machine))
        })
    };
    let browser = &document["browser"];
    let quick =
        [&browser["quick"], &document["native"]["quick"]].map(|value| value == &Value::Bool(true));
    let lines = [
        half("browser", browser["browser"].as_str(), quick[0]),
        half("native", None, quick[1]),
    ];
    format!("{}\n", lines.into_iter().flatten().collect::<String>())
}

fn bars(figures: &[Figure]) -> String {
    let mut rows = vec![
        "| demanded | measured | |".to_string(),
        "|---|--:|---|".to_string(),
    ];
    for bar in BARS {
        let (measured, verdict) = match ratio(figures, bar) {
            Some(ratio) => (times(ratio), verdict(bar, ratio)),
            None => ("".to_string(), "not measured"),
        };
        rows.push(format!("| {} | {measured} | {verdict} |", bar.title));
    }
    rows.join("\n")
}

fn verdict(bar: &Bar, ratio: f64) -> &'static str {
    if ratio <= bar.limit { "pass" } else { "miss" }
}

fn table(figures: &[Figure], is_load: bool) -> String {
    // A single call says nothing about loading.
    let bare = page_median(figures, BARE).filter(|_| !is_load);
    let heads = ["operation", "page", "least … most", "÷ its floor"]
        .into_iter()
        .chain(bare.map(|_| "÷ bare call"))
        .chain(["native", "page ÷ native"]);
    let heads: Vec<&str> = heads.collect();
    let mut rows = vec![
        format!("| {} |", heads.join(" | ")),
        format!("|---|{}", "--:|".repeat(heads.len() - 1)),
    ];
    for figure in figures.iter().filter(|figure| figure.is_load == is_load) {
        rows.push(row(figure, figures, bare));
    }
    format!("{}\n", rows.join("\n"))
}

fn row(figure: &Figure, figures: &[Figure], bare: Option<f64>) -> String {
    let page = figure.page.map(|spread| spread.median);
    let native = figure.native.map(|spread| spread.median);
    let over = |other: Option<f64>| page.zip(other).map(|(page, other)| times(page / other));
    let floor = figure.floor.as_deref().and_then(|id| {
        let title = &figures.iter().find(|figure| figure.id == id)?.title;
        Some(format!("{} ({title})", over(page_median(figures, id))?))
    });
    let title = match figure.is_floor {
        true => format!("*floor: {}*", figure.title),
        false => figure.title.clone(),
    };
    let mut cells = vec![
        Some(title),
        page.map(duration),
        figure
            .page
            .map(|Spread { min, max, .. }| format!("{} … {}", duration(min), duration(max))),
        floor,
    ];
    cells.extend(bare.map(|bare| over(Some(bare))));
    cells.extend([native.map(duration), over(native)]);
    let cells: Vec<String> = cells.into_iter().map(Option::unwrap_or_default).collect();
    format!("| {} |", cells.join(" | "))
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

fn three_digits(value: f64) -> String {
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
