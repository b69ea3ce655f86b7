//! The figures as pictures: one row each on a logarithmic axis, a mark at the median and a line
//! from the least to the most.

use super::bar::BARS;
use super::figure::{Figure, Kind, Run, Spread};
use super::report::{WAYS, duration};
use std::fmt::Write as _;

const WIDTH: f64 = 960.0;
/// Where the axis begins and ends; titles are left of it.
const AXIS: (f64, f64) = (280.0, 880.0);
const HEAD: f64 = 56.0;
const ROW: f64 = 26.0;
const FOOT: f64 = 34.0;

const DARK: &str = "#1c2733";
const PALE: &str = "#5b6b7b";
const LIMIT: &str = "#b3261e";

/// What a mark stands for: its color, and what the legend says.
pub type Ink = (&'static str, &'static str);

const FLOOR: Ink = ("#7a8794", "floor in the page");
const PAGE: Ink = ("#0b62c4", "page");
const NATIVE: Ink = ("#c2571a", "native");
/// The colors of the other ways, in their order.
pub const OTHERS: [&str; 5] = ["#00798c", "#2f7d32", "#a0722a", "#8e2a86", "#4b5bb5"];

/// The pictures of a run: their file names and their SVG.
pub fn pictures(run: &Run) -> Vec<(String, String)> {
    let name = |what: &str| format!("{}-{what}.svg", run.browser);
    let hosts = [FLOOR, PAGE, NATIVE];
    let ways: Vec<Ink> = [PAGE].into_iter().chain(ways()).collect();
    vec![
        (
            name("calls"),
            picture("What calls take", &hosts, &own(run, false)),
        ),
        (
            name("loading"),
            picture("What loading takes", &hosts, &own(run, true)),
        ),
        (name("ways"), picture("By other ways", &ways, &others(run))),
    ]
}

/// One row of a picture.
#[derive(Debug)]
pub struct Row<'a> {
    /// What is written at its beginning.
    pub title: &'a str,
    /// Whether it is paler than others.
    pub is_floor: bool,
    /// Its marks, each in a color.
    pub marks: Vec<(Spread, &'static str)>,
    /// What is demanded at most.
    pub limit: Option<f64>,
    /// What is written at its end.
    pub label: Option<f64>,
}

/// A logarithmic axis from one power of ten to another.
struct Scale {
    decades: (f64, f64),
}

impl Scale {
    /// The powers of ten around `rows`.
    fn around(rows: &[Row<'_>]) -> Self {
        let spreads = || rows.iter().flat_map(|row| &row.marks);
        let least = spreads().map(|(spread, _)| spread.min);
        let most = spreads().map(|(spread, _)| spread.max).fold(1.0, f64::max);
        let first = least.fold(f64::INFINITY, f64::min).min(most);
        let first = first.log10().floor();
        Self {
            decades: (first, most.log10().ceil().max(first + 1.0)),
        }
    }

    fn x(&self, nanoseconds: f64) -> f64 {
        let (first, last) = self.decades;
        AXIS.0 + (AXIS.1 - AXIS.0) * (nanoseconds.log10() - first) / (last - first)
    }

    fn ticks(&self) -> impl Iterator<Item = f64> {
        (self.decades.0 as i32..=self.decades.1 as i32).map(|power| 10f64.powi(power))
    }
}

fn ways() -> impl Iterator<Item = Ink> {
    let names = WAYS.iter().map(|(_, name)| *name);
    OTHERS.into_iter().zip(names)
}

/// A row for each floor and shape.
fn own(run: &Run, is_load: bool) -> Vec<Row<'_>> {
    let shown =
        |figure: &&Figure| figure.is_load == is_load && !matches!(figure.kind, Kind::Other { .. });
    let figures = run.figures.iter().filter(shown);
    let row = |figure: &'_ Figure| {
        let is_floor = figure.kind == Kind::Floor;
        let page = figure
            .page
            .map(|page| (page, if is_floor { FLOOR.0 } else { PAGE.0 }));
        let native = figure.native.map(|native| (native, NATIVE.0));
        (is_floor, native.into_iter().chain(page).collect())
    };
    figures
        .map(|figure| {
            let (is_floor, marks) = row(figure);
            Row {
                title: &figure.title,
                is_floor,
                marks,
                limit: limit(run, &figure.id),
                label: figure.page.map(|page| page.median),
            }
        })
        .collect()
}

/// A row for each shape that there are other ways to.
fn others(run: &Run) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    for figure in &run.figures {
        let others = WAYS.iter().zip(OTHERS);
        let mut marks: Vec<_> = others
            .filter_map(|((way, _), color)| Some((run.other(&figure.id, way)?, color)))
            .collect();
        if marks.is_empty() {
            continue;
        }
        marks.extend(figure.page.map(|page| (page, PAGE.0)));
        rows.push(Row {
            title: &figure.title,
            is_floor: false,
            marks,
            limit: None,
            label: None,
        });
    }
    rows
}

/// The least that any bar demands of a figure against another of the page.
fn limit(run: &Run, id: &str) -> Option<f64> {
    let limits = BARS.iter().filter(|bar| bar.id == id);
    limits
        .filter_map(|bar| Some(run.page(bar.against)?.median * bar.limit))
        .reduce(f64::min)
}

/// A picture with a legend of `inks`.
pub fn picture(title: &str, inks: &[Ink], rows: &[Row<'_>]) -> String {
    let height = HEAD + ROW * rows.len() as f64 + FOOT;
    let scale = Scale::around(rows);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" \
         font-family=\"system-ui, sans-serif\" font-size=\"13\" role=\"img\" aria-label=\"{title}\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    svg.push_str(&text(16.0, 26.0, "start", DARK, title).replacen(
        "<text",
        "<text font-size=\"17\" font-weight=\"600\"",
        1,
    ));
    let has_limits = rows.iter().any(|row| row.limit.is_some());
    svg.push_str(&legend(inks, has_limits));
    grid(&mut svg, &scale, height);
    for (position, row) in rows.iter().enumerate() {
        let y = HEAD + ROW * (position as f64 + 0.5);
        draw(&mut svg, row, &scale, y);
    }
    svg.push_str("</svg>\n");
    svg
}

fn legend(inks: &[Ink], has_limits: bool) -> String {
    let mut x = 280.0;
    let mut svg = String::new();
    let mut entry = |mark: &dyn Fn(f64) -> String, name: &str| {
        svg.push_str(&mark(x));
        svg.push_str(&text(x + 10.0, 26.0, "start", DARK, name));
        // About the width of a letter in this size.
        x += 30.0 + 7.0 * name.chars().count() as f64;
    };
    for (color, name) in inks {
        entry(&|x| circle(x, 21.0, color), name);
    }
    if has_limits {
        entry(&|x| limit_mark(x, 21.0), "demanded at most");
    }
    svg
}

fn grid(svg: &mut String, scale: &Scale, height: f64) {
    for tick in scale.ticks() {
        let x = scale.x(tick);
        let end = height - FOOT;
        let _ = writeln!(svg, "<path d=\"M{x:.1} {HEAD}V{end}\" stroke=\"#e3e8ee\"/>");
        let label = duration(tick).replace(".00", "").replace(".0", "");
        svg.push_str(&text(x, end + 20.0, "middle", PALE, &label));
    }
}

fn draw(svg: &mut String, row: &Row<'_>, scale: &Scale, y: f64) {
    let color = if row.is_floor { PALE } else { DARK };
    svg.push_str(&text(AXIS.0 - 12.0, y + 4.5, "end", color, row.title));
    let mut right = AXIS.0;
    if let Some(limit) = row.limit {
        let x = scale.x(limit).clamp(AXIS.0, AXIS.1);
        svg.push_str(&limit_mark(x, y));
        right = x;
    }
    for (spread, color) in &row.marks {
        svg.push_str(&whisker(*spread, scale, y, color));
        svg.push_str(&circle(scale.x(spread.median), y, color));
        right = right.max(scale.x(spread.max));
    }
    if let Some(label) = row.label {
        let label = duration(label);
        svg.push_str(&text(right + 10.0, y + 4.5, "start", color, &label));
    }
}

fn whisker(spread: Spread, scale: &Scale, y: f64, color: &str) -> String {
    let (from, to) = (scale.x(spread.min), scale.x(spread.max));
    format!(
        "<path d=\"M{from:.1} {y}H{to:.1}\" stroke=\"{color}\" stroke-width=\"2\" stroke-opacity=\"0.45\"/>\n"
    )
}

fn circle(x: f64, y: f64, color: &str) -> String {
    format!("<circle cx=\"{x:.1}\" cy=\"{y}\" r=\"5\" fill=\"{color}\"/>\n")
}

fn limit_mark(x: f64, y: f64) -> String {
    format!(
        "<path d=\"M{x:.1} {}v16\" stroke=\"{LIMIT}\" stroke-width=\"2.5\"/>\n",
        y - 8.0
    )
}

fn text(x: f64, y: f64, anchor: &str, color: &str, content: &str) -> String {
    let content = content.replace('&', "&amp;").replace('<', "&lt;");
    format!(
        "<text x=\"{x:.1}\" y=\"{y}\" text-anchor=\"{anchor}\" fill=\"{color}\">{content}</text>\n"
    )
}
