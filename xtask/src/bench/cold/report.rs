//! The report that people read, `docs/bench/COLD.md`, and its plots.

use super::super::machine;
use super::super::plot::{Ink, Row, picture};
use super::super::report::{capital, duration, three_digits};
use super::contender::COMPONENTS;
use super::demand::{By, DEMANDS, Demand};
use super::figure::{Cold, Figure, Place, Run, Visit};

const HEAD: &str = "# Cold: what a visitor waits for

From the navigation to the first answer of a component, in a browser that has nothing of the page, and once more when the page was closed and is opened
again. Written by `cargo xtask bench --cold`; [report.json](report.json) has the figures themselves.

";

/// How it is measured, in words.
const METHOD: &str = include_str!("../../../../benches/cold/METHOD.md");

/// The whole report.
pub fn text(cold: &Cold) -> String {
    let mut text = HEAD.to_owned();
    for (name, run) in &cold.browsers {
        text += &condition(name, run);
    }
    text += &format!("\n## What is demanded\n\n{}", demands(cold));
    text += &format!("\n## The components\n\n{}", components(cold));
    for (name, run) in &cold.browsers {
        text += &section(name, run);
    }
    text + "\n" + METHOD
}

/// What came of each demand in a browser, one line each.
pub fn verdicts(run: &Run, cold: &Cold) -> Vec<String> {
    let line = |demand: &Demand| {
        let (measured, met) = verdict(demand, run, cold);
        format!("{}: {met} {measured}", demand.title)
    };
    DEMANDS.iter().map(line).collect()
}

/// The plots of a run: a file's name and its SVG for each.
pub fn pictures(browser: &str, run: &Run) -> [(String, String); 2] {
    let inks: Vec<Ink> = run
        .contenders()
        .map(|contender| (contender.color, contender.title))
        .collect();
    Visit::BOTH.map(|visit| {
        let titles: Vec<_> = Place::all().map(|place| (place, place.title())).collect();
        let mut rows: Vec<Row<'_>> = Vec::new();
        for (place, title) in &titles {
            let marks = run.contenders().filter_map(|contender| {
                let figure = run.figure(contender.name, *place, visit)?;
                Some((figure.spread()?, contender.color))
            });
            let marks: Vec<_> = marks.collect();
            if !marks.is_empty() {
                rows.push(Row {
                    title,
                    is_floor: false,
                    marks,
                    limit: None,
                    label: None,
                });
            }
        }
        (file(browser, visit), picture(visit.name(), &inks, &rows))
    })
}

fn file(browser: &str, visit: Visit) -> String {
    let name = visit.name().to_lowercase().replace(' ', "-");
    format!("cold-{browser}-{name}.svg")
}

fn condition(name: &str, run: &Run) -> String {
    let browser = run.browser.as_deref().unwrap_or(name);
    let machine = machine::line(&run.machine);
    let quick = if run.quick { " Measured quickly." } else { "" };
    format!(
        "- {name}: {browser}, takes `{}`, {}, {machine}.{quick}\n",
        run.accepts, run.jco
    )
}

fn demands(cold: &Cold) -> String {
    let heads = cold.browsers.keys().map(|name| format!(" {name} | met |"));
    let mut text = format!(
        "| asked |{}\n|---|{}\n",
        heads.collect::<String>(),
        "--:|---|".repeat(cold.browsers.len())
    );
    for demand in &DEMANDS {
        let cells = cold.browsers.values().map(|run| {
            let (measured, met) = verdict(demand, run, cold);
            format!(" {measured} | {met} |")
        });
        text += &format!("| {} |{}\n", demand.title, cells.collect::<String>());
    }
    text + "\nMeasured: by the medians, where it is furthest from being met.\n"
}

fn verdict(demand: &Demand, run: &Run, cold: &Cold) -> (String, &'static str) {
    let Some(worst) = demand.worst(run, cold) else {
        return (String::new(), "not measured");
    };
    let value = match demand.by {
        By::Besides => kilobytes(worst.value),
        By::Bytes(_) | By::Time(_) => format!("{} ×", three_digits(worst.value)),
    };
    let met = if demand.is_met(&worst) {
        "yes"
    } else {
        "**no**"
    };
    (format!("{value} ({})", worst.of), met)
}

fn components(cold: &Cold) -> String {
    let mut text = "| component | WASI | bytes | gzip | brotli | core modules, gzip | core modules, brotli |\n|---|---|--:|--:|--:|--:|--:|\n".to_owned();
    for component in &COMPONENTS {
        if let Some(sizes) = cold.sizes.get(component.name) {
            let (whole, cores) = (sizes.whole, sizes.cores);
            let wasi = if component.wasi { "yes" } else { "no" };
            text += &format!(
                "| `{}` | {wasi} | {} | {} | {} | {} | {} |\n",
                component.name, whole.bytes, whole.gzip, whole.brotli, cores.gzip, cores.brotli
            );
        }
    }
    text
}

fn section(browser: &str, run: &Run) -> String {
    let mut text = format!("\n## {}\n", capital(browser));
    for visit in Visit::BOTH {
        let (title, file) = (visit.name(), file(browser, visit));
        text += &format!(
            "\n### {title} in {browser}\n\n![{title}, as a plot of the figures below]({file})\n\n{}",
            table(run, visit, "least … most", |figure| {
                let spread = figure.spread()?;
                let [median, min, max] = [spread.median, spread.min, spread.max].map(duration);
                Some(format!(" {median} | {min} … {max} |"))
            })
        );
    }
    text + &format!(
        "\n### On the wire in {browser}\n\nAt the first visit, until the answer.\n\n{}",
        table(run, Visit::First, "requests", |figure| {
            let bytes = kilobytes(figure.bytes as f64);
            Some(format!(" {bytes} | {} |", figure.requests))
        })
    )
}

/// A row for each component over each line, two cells for each contender.
fn table(
    run: &Run,
    visit: Visit,
    second: &str,
    cells: impl Fn(&Figure) -> Option<String>,
) -> String {
    let heads = run.contenders();
    let heads = heads.map(|contender| format!(" {} | {second} |", contender.title));
    let rule = "--:|--:|".repeat(run.contenders().count());
    let mut text = format!(
        "| component | line |{}\n|---|---|{rule}\n",
        heads.collect::<String>()
    );
    for place in Place::all() {
        let found = run.contenders().map(|contender| {
            let figure = run.figure(contender.name, place, visit);
            figure.and_then(&cells).unwrap_or_else(|| " | |".to_owned())
        });
        text += &format!(
            "| `{}` | {} |{}\n",
            place.component.name,
            place.line.name,
            found.collect::<String>()
        );
    }
    text
}

fn kilobytes(bytes: f64) -> String {
    format!("{} kB", three_digits(bytes / 1000.0))
}

#[cfg(test)]
mod tests {
    use super::super::contender::{BEFORE, JCO, PACKAGE, RUNTIME};
    use super::super::figure::{Cold, Figure, Run, Visit};
    use super::super::line::LINES;
    use super::super::site::Sizes;
    use super::{DEMANDS, pictures, text, verdicts};
    use crate::size::weight::Weight;

    fn figure(contender: &str, line: usize, visit: Visit, took: f64, bytes: u64) -> Figure {
        Figure {
            contender: contender.to_owned(),
            component: "shapes".to_owned(),
            line: LINES[line].name.to_owned(),
            visit,
            milliseconds: vec![took, took + 1.0, took - 1.0],
            bytes,
            requests: 4,
        }
    }

    /// One component in one browser, by the package and by jco.
    fn measured(more: Vec<Figure>) -> Cold {
        let mut figures = vec![
            figure(PACKAGE, 0, Visit::First, 300.0, 800_000),
            figure(PACKAGE, 0, Visit::Second, 90.0, 0),
            figure(JCO, 0, Visit::First, 100.0, 50_000),
            figure(JCO, 1, Visit::First, 400.0, 50_000),
        ];
        figures.extend(more);
        let run = Run {
            accepts: "gzip".to_owned(),
            figures,
            ..Run::default()
        };
        let cores = Weight {
            gzip: 10_000,
            ..Weight::default()
        };
        let sizes = Sizes {
            cores,
            ..Sizes::default()
        };
        Cold {
            sizes: [("shapes".to_owned(), sizes)].into(),
            browsers: [("chromium".to_owned(), run)].into(),
        }
    }

    /// What the report says of each demand.
    fn check(cold: &Cold, expected: &[&str]) {
        let report = text(cold);
        for (demand, expected) in DEMANDS.iter().zip(expected) {
            let row = format!("| {} | {expected} |\n", demand.title);
            assert!(report.contains(&row), "expected `{row}` in {report}");
        }
        assert_eq!(DEMANDS.len(), expected.len());
        let lines = verdicts(&cold.browsers["chromium"], cold);
        assert_eq!(lines.len(), DEMANDS.len());
    }

    #[test]
    fn what_was_not_measured_is_neither_met_nor_missed() {
        check(&measured(Vec::new()), &[" | not measured"; 7]);
    }

    #[test]
    fn a_demand_is_judged_where_it_is_furthest_from_being_met() {
        let cold = measured(vec![
            figure(RUNTIME, 0, Visit::First, 90.0, 49_000),
            figure(RUNTIME, 1, Visit::First, 480.0, 49_000),
            figure(RUNTIME, 0, Visit::Second, 50.0, 0),
            figure(BEFORE, 0, Visit::First, 600.0, 900_000),
        ]);
        check(
            &cold,
            &[
                "39.0 kB (shapes, unthrottled) | yes",
                "0.98 × (shapes, 9 Mbit/s) | yes",
                "1.20 × (shapes, 9 Mbit/s) | **no**",
                " | not measured",
                " | not measured",
                "0.50 × (shapes, unthrottled) | yes",
                "1.80 × (shapes, unthrottled) | **no**",
            ],
        );
    }

    #[test]
    fn tables_and_plots_have_what_was_measured() {
        let cold = measured(Vec::new());
        let report = text(&cold);
        let row =
            "| `shapes` | unthrottled | 300 ms | 299 ms … 301 ms | 100 ms | 99.0 ms … 101 ms |\n";
        assert!(report.contains(row), "{report}");
        assert!(report.contains("| `shapes` | unthrottled | 800 kB | 4 | 50.0 kB | 4 |\n"));
        for (name, picture) in pictures("chromium", &cold.browsers["chromium"]) {
            assert!(report.contains(&format!("({name})")), "{name}");
            assert!(picture.contains(">shapes, unthrottled<"), "{picture}");
            assert!(!picture.contains("sensor"), "{picture}");
        }
    }

    #[test]
    fn figures_are_read_as_they_are_written() {
        let cold = measured(Vec::new());
        let written = serde_json::to_value(&cold).expect("it is data");
        let read: Cold = serde_json::from_value(written).expect("it is what was written");
        assert_eq!(text(&read), text(&cold));
    }
}
