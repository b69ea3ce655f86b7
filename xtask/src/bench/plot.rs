//! The figures as pictures: one row each on a logarithmic axis, a dot at the median and a line from the least to the most.

use super::figure::{BARS, Figure, Spread, page_median};
use super::report::duration;
use std::fmt::Write as _;

const WIDTH: f64 = 960.0;
/// Where the axis begins and ends; titles are left of it.
const AXIS: (f64, f64) = (280.0, 880.0);
const HEAD: f64 = 56.0;
const ROW: f64 = 26.0;
const FOOT: f64 = 34.0;

const FLOOR: &str = "#7a8794";
const PAGE: &str = "#0b62c4";
const NATIVE: &str = "#c2571a";
const LIMIT: &str = "#b3261e";

/// The pictures: their file names and their SVG.
pub fn pictures(figures: &[Figure]) -> Vec<(&'static str, String)> {
    let of = |is_load| {
        figures
            .iter()
            .filter(|figure| figure.is_load == is_load)
            .collect::<Vec<_>>()
    };
    vec![
        ("calls.svg", picture("What calls take", &of(false), figures)),
        (
            "loading.svg",
            picture("What loading takes", &of(true), figures),
        ),
    ]
}

/// A logarithmic axis from one power of ten to another.
struct Scale {
    decades: (f64, f64),
}

impl Scale {
    /// The powers of ten around `figures`.
    fn around(figures: &[&Figure]) -> Self {
        let spreads = || {
            figures
                .iter()
                .flat_map(|figure| [figure.page, figure.native])
                .flatten()
        };
        let least = spreads()
            .map(|spread| spread.min)
            .fold(f64::INFINITY, f64::min);
        let most = spreads().map(|spread| spread.max).fold(1.0, f64::max);
        let first = least.min(most).log10().floor();
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

fn picture(title: &str, rows: &[&Figure], all: &[Figure]) -> String {
    let height = HEAD + ROW * rows.len() as f64 + FOOT;
    let scale = Scale::around(rows);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" \
         font-family=\"system-ui, sans-serif\" font-size=\"13\" role=\"img\" aria-label=\"{title}\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    svg.push_str(&text(16.0, 26.0, "start", "#1c2733", title).replacen(
        "<text",
        "<text font-size=\"17\" font-weight=\"600\"",
        1,
    ));
    svg.push_str(&legend());
    grid(&mut svg, &scale, height);
    for (position, figure) in rows.iter().enumerate() {
        let y = HEAD + ROW * (position as f64 + 0.5);
        row(&mut svg, figure, all, &scale, y);
    }
    svg.push_str("</svg>\n");
    svg
}

fn legend() -> String {
    let entries = [
        (circle(400.0, 21.0, FLOOR), 410.0, "floor in the page"),
        (circle(548.0, 21.0, PAGE), 558.0, "page"),
        (diamond(614.0, 21.0), 624.0, "native"),
        (limit(690.0, 21.0), 700.0, "demanded at most"),
    ];
    entries
        .map(|(mark, x, name)| mark + &text(x, 26.0, "start", "#1c2733", name))
        .concat()
}

fn grid(svg: &mut String, scale: &Scale, height: f64) {
    for tick in scale.ticks() {
        let x = scale.x(tick);
        let end = height - FOOT;
        let _ = writeln!(svg, "<path d=\"M{x:.1} {HEAD}V{end}\" stroke=\"#e3e8ee\"/>");
        let label = duration(tick).replace(".00", "").replace(".0", "");
        svg.push_str(&text(x, end + 20.0, "middle", "#5b6b7b", &label));
    }
}

fn row(svg: &mut String, figure: &Figure, all: &[Figure], scale: &Scale, y: f64) {
    let color = if figure.is_floor { FLOOR } else { PAGE };
    let name = if figure.is_floor {
        "#5b6b7b"
    } else {
        "#1c2733"
    };
    svg.push_str(&text(AXIS.0 - 12.0, y + 4.5, "end", name, &figure.title));
    let mut right = AXIS.0;
    if let Some(native) = figure.native {
        svg.push_str(&whisker(native, scale, y, NATIVE));
        svg.push_str(&diamond(scale.x(native.median), y));
        right = right.max(scale.x(native.max));
    }
    for bar in BARS.iter().filter(|bar| bar.id == figure.id) {
        if let Some(against) = page_median(all, bar.against) {
            let x = scale.x(against * bar.limit);
            svg.push_str(&limit(x, y));
            right = right.max(x);
        }
    }
    if let Some(page) = figure.page {
        svg.push_str(&whisker(page, scale, y, color));
        svg.push_str(&circle(scale.x(page.median), y, color));
        right = right.max(scale.x(page.max));
        svg.push_str(&text(
            right + 10.0,
            y + 4.5,
            "start",
            color,
            &duration(page.median),
        ));
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

fn diamond(x: f64, y: f64) -> String {
    format!(
        "<path d=\"M{x:.1} {}l5.5 5.5l-5.5 5.5l-5.5 -5.5z\" fill=\"#fff\" stroke=\"{NATIVE}\" stroke-width=\"1.8\"/>\n",
        y - 5.5
    )
}

fn limit(x: f64, y: f64) -> String {
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
