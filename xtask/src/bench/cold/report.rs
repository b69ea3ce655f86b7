//! The report that people read, `docs/bench/COLD.md`, and its plots.

use super::super::figure::Spread;
use super::super::machine;
use super::super::plot::{Ink, Row, picture};
use super::super::report::{capital, duration, three_digits};
use super::contender::{COMPONENTS, CONTENDERS, Contender};
use super::demand::{DEMANDS, Demand, Found, Scene, Unit};
use super::figure::{Cold, Page, Run, Visit};
use super::line::LINES;

const HEAD: &str = "# Cold: what a visitor waits for

From the navigation to the first answer of a component, in a browser that has nothing of the page, and once more when the page was closed and is opened
again. Written by `cargo xtask bench --cold`; [report.json](report.json) has the figures themselves.
";

const METHOD: &str = "
## How it is measured

Each sample has a browser process and a profile of its own, which is left alone for a second before each visit. The **first visit** finds an empty profile; for the **second
visit** the page is closed and opened again in the same browser. The time is `performance.now()` in the page, whose zero is the beginning of the navigation, when the
first function of the component has returned and its answer was compared. Pages, lines and components are visited in turn, so that noise meets all
alike; figures are medians with the least and the most. Bytes are what had arrived in the browser by then, heads of answers included.

The server is ours and in memory: HTTP/1.1 without TLS, files compressed beforehand (`gzip -9`; `brotli -q 11` where the browser takes it on this machine's own address), kept by the browser
for good but for the document. Browsers open up to six connections. **9 Mbit/s** is a link in the server, the same for every browser:

- All connections share 9 Mbit/s towards the browser, in packets of 1,460 bytes, first come, first served, with a queue of 10 ms.
- What has left the link arrives 30 ms later; what the browser sends arrives 30 ms later too, at no rate. A request takes 60 ms that way.
- A connection is open 60 ms after it was begun, and requests leave then. A connection that the browser begins beforehand has that behind it.
- There is no loss, no slow start, no name to look up, no TLS, and headers below HTTP are not counted.

The contenders call the same function of the same component, with scripts that are as short as their readers would write them ([benches/cold](../../benches/cold)):

- **amphi-web** is the package as `cargo xtask npm` assembles it, its modules as they are, and the component as it is, translated in the page.
- **jco** is what its transpiler makes with `--minify` and without what only Node.js needs, bundled with the page's script and, where it is imported, its WASI for browsers into one minified script by
  rolldown, the bundler of Vite; core modules beside it. The component was known when the page was built.
- **by hand** is one script that calls the component's largest core module alone. It checks nothing, and what the module imports does nothing.

The components: `shapes` is a guest of ours, built for no system; `sensor` one that imports WASI; `redact` and `analyze` are `@arcjet/redact-wasm` and `@arcjet/analyze-wasm`, which their authors
publish for pages and npm brings ([tests/wild/list.toml](../../tests/wild/list.toml)); `analyze` stands for components of two and more megabytes.

What a Rust page downloads is in [SIZE.md](SIZE.md), and what calls take in [REPORT.md](REPORT.md).
";

/// The whole report.
pub fn text(cold: &Cold) -> String {
    let mut parts = vec![HEAD.to_owned(), "\n".to_owned()];
    parts.extend(cold.browsers.iter().map(|(name, run)| condition(name, run)));
    parts.push(format!("\n## What is demanded\n\n{}", demands(cold)));
    parts.push(format!("\n## The components\n\n{}", components(cold)));
    for (name, run) in &cold.browsers {
        parts.push(section(name, run));
    }
    parts.push(METHOD.to_owned());
    parts.concat()
}

/// What came of each demand in a browser, one line each.
pub fn verdicts(scene: &Scene<'_>) -> Vec<String> {
    let line = |demand: &Demand| {
        let [measured, met] = verdict(demand, scene);
        match measured.is_empty() {
            true => format!("{}: {met}", demand.title),
            false => format!("{}: {measured} ({met})", demand.title),
        }
    };
    DEMANDS.iter().map(line).collect()
}

/// The plots of a run: a file's name and its SVG for each.
pub fn pictures(browser: &str, run: &Run) -> [(String, String); 2] {
    let inks: Vec<Ink> = inks().map(|(_, ink)| ink).collect();
    [Visit::First, Visit::Second].map(|visit| {
        let titled = rows(run, visit);
        let rows: Vec<Row<'_>> = titled
            .iter()
            .map(|(title, marks)| Row {
                title,
                is_floor: false,
                marks: marks.clone(),
                limit: None,
                label: None,
            })
            .collect();
        let title = capital(visit.name());
        (file(browser, visit), picture(&title, &inks, &rows))
    })
}

fn file(browser: &str, visit: Visit) -> String {
    let name = visit.name().replace(' ', "-");
    format!("cold-{browser}-{name}.svg")
}

/// The contenders and their colors.
fn inks() -> impl Iterator<Item = (&'static str, Ink)> {
    let ink = |contender: &Contender| (contender.color, contender.title);
    CONTENDERS
        .iter()
        .map(move |contender| (contender.name, ink(contender)))
}

type Marks = Vec<(Spread, &'static str)>;

/// A row of a plot for each component over each line.
fn rows(run: &Run, visit: Visit) -> Vec<(String, Marks)> {
    let mut rows = Vec::new();
    for line in &LINES {
        for component in &COMPONENTS {
            let mark = |(contender, (color, _)): (&str, Ink)| {
                let page = Page::new(contender, component.name, line.name, visit);
                Some((page.figure(&run.figures)?.spread()?, color))
            };
            let marks: Marks = inks().filter_map(mark).collect();
            if !marks.is_empty() {
                rows.push((format!("{}, {}", component.name, line.name), marks));
            }
        }
    }
    rows
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
    let mut rows = vec![
        format!("| asked |{}", heads.collect::<String>()),
        format!("|---|{}", "--:|---|".repeat(cold.browsers.len())),
    ];
    for demand in DEMANDS {
        let cell = |(browser, run): (&String, &Run)| {
            let scene = Scene { browser, run, cold };
            let [measured, met] = verdict(demand, &scene);
            format!(" {measured} | {met} |")
        };
        let cells: String = cold.browsers.iter().map(cell).collect();
        rows.push(format!("| {} |{cells}", demand.title));
    }
    format!(
        "{}\n\nMeasured: by the medians, where it is furthest from being met.\n",
        rows.join("\n")
    )
}

fn verdict(demand: &Demand, scene: &Scene<'_>) -> [String; 2] {
    let Some(worst) = demand.worst(scene) else {
        return [String::new(), "not measured".to_owned()];
    };
    let Found { of, value } = &worst;
    let value = match demand.unit {
        Unit::Bytes => kilobytes(*value),
        Unit::Times => format!("{} ×", three_digits(*value)),
    };
    let met = if demand.is_met(&worst) {
        "yes"
    } else {
        "**no**"
    };
    [format!("{value} ({of})"), met.to_owned()]
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
    let mut parts = vec![format!("\n## {}\n", capital(browser))];
    for visit in Visit::BOTH {
        let title = capital(visit.name());
        parts.push(format!(
            "\n### {title} in {browser}\n\n![{title}, as a plot of the figures below]({})\n\n{}",
            file(browser, visit),
            times(run, visit)
        ));
    }
    parts.push(format!(
        "\n### On the wire in {browser}\n\nAt the first visit, until the answer.\n\n{}",
        wire(run)
    ));
    parts.concat()
}

fn times(run: &Run, visit: Visit) -> String {
    let cell = |component: &str, line: &str, contender: &str| {
        let page = Page::new(contender, component, line, visit);
        let Some(Spread { median, min, max }) =
            page.figure(&run.figures).and_then(|figure| figure.spread())
        else {
            return " | |".to_owned();
        };
        let [median, min, max] = [median, min, max].map(duration);
        format!(" {median} | {min} … {max} |")
    };
    table(" {} | least … most |", "--:|--:|", cell)
}

fn wire(run: &Run) -> String {
    let cell = |component: &str, line: &str, contender: &str| {
        let page = Page::new(contender, component, line, Visit::First);
        match page.figure(&run.figures) {
            Some(figure) => format!(
                " {} | {} |",
                kilobytes(figure.bytes as f64),
                figure.requests
            ),
            None => " | |".to_owned(),
        }
    };
    table(" {} | requests |", "--:|--:|", cell)
}

/// A row for each component over each line, a cell for each contender.
fn table(head: &str, rule: &str, cell: impl Fn(&str, &str, &str) -> String) -> String {
    let heads = CONTENDERS.iter();
    let heads: String = heads
        .map(|contender| head.replace("{}", contender.title))
        .collect();
    let mut text = format!(
        "| component | line |{heads}\n|---|---|{}\n",
        rule.repeat(CONTENDERS.len())
    );
    for line in &LINES {
        for component in &COMPONENTS {
            let cells = CONTENDERS.iter();
            let cells: String = cells
                .map(|contender| cell(component.name, line.name, contender.name))
                .collect();
            text += &format!("| `{}` | {} |{cells}\n", component.name, line.name);
        }
    }
    text
}

fn kilobytes(bytes: f64) -> String {
    format!("{} kB", three_digits(bytes / 1000.0))
}

#[cfg(test)]
mod tests {
    use super::super::contender::{JCO, PACKAGE, RUNTIME};
    use super::super::figure::{Cold, Figure, Page, Run, Visit};
    use super::super::line::LINES;
    use super::super::site::Sizes;
    use super::{DEMANDS, Scene, pictures, text, verdicts};
    use crate::size::weight::Weight;

    fn figure(contender: &str, line: usize, visit: Visit, took: f64, bytes: u64) -> Figure {
        Figure {
            page: Page::new(contender, "shapes", LINES[line].name, visit),
            milliseconds: vec![took, took + 1.0, took - 1.0],
            bytes,
            requests: 4,
        }
    }

    /// One component in one browser, by what there is and by jco.
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
        let before = vec![figure(PACKAGE, 0, Visit::First, 600.0, 900_000)];
        Cold {
            sizes: [("shapes".to_owned(), sizes)].into(),
            browsers: [("chromium".to_owned(), run)].into(),
            before: [("chromium".to_owned(), before)].into(),
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
        let (browser, run) = ("chromium", &cold.browsers["chromium"]);
        let lines = verdicts(&Scene { browser, run, cold });
        assert_eq!(lines.len(), DEMANDS.len());
    }

    #[test]
    fn what_was_not_measured_is_neither_met_nor_missed() {
        let none = " | not measured";
        let faster = "0.50 × (shapes, unthrottled) | yes";
        let cold = measured(Vec::new());
        check(&cold, &[none, none, none, none, none, faster, none]);
    }

    #[test]
    fn a_demand_is_judged_where_it_is_furthest_from_being_met() {
        let cold = measured(vec![
            figure(RUNTIME, 0, Visit::First, 90.0, 49_000),
            figure(RUNTIME, 1, Visit::First, 480.0, 49_000),
            figure(RUNTIME, 0, Visit::Second, 50.0, 0),
        ]);
        check(
            &cold,
            &[
                "39.0 kB (shapes) | yes",
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
        let row = "| `shapes` | unthrottled | 300 ms | 299 ms … 301 ms | 100 ms | 99.0 ms … 101 ms | | |\n";
        assert!(report.contains(row), "{report}");
        assert!(report.contains("| `shapes` | unthrottled | 800 kB | 4 | 50.0 kB | 4 | | |\n"));
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
