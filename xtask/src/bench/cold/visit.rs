//! Visits the pages: each sample in a browser process of its own, with a profile of its own.

use super::contender::{COMPONENTS, CONTENDERS};
use super::figure::{Figure, Page, Visit};
use super::line::{LINES, Line};
use super::server::{Server, Traffic};
use super::site::Site;
use crate::shell;
use amphi_harness::{Browser, Session};
use anyhow::{Context, Result};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// How long a page may take.
const DEADLINE: Duration = Duration::from_secs(60);
/// How long a browser is left alone before a visit: a visitor's is running already, and has
/// written down what it keeps.
const SETTLE: Duration = Duration::from_secs(1);

/// How often each page is visited.
pub fn rounds(quick: bool) -> usize {
    if quick { 1 } else { 5 }
}

/// Visits every page over every line that `browser` takes, in turn, `rounds` times; says too which
/// compressions the browser takes.
pub fn measure(
    site: &Arc<Site>,
    browser: &'static Browser,
    rounds: usize,
) -> Result<(Vec<Figure>, String)> {
    let mut figures = Vec::new();
    // Known from the first visit on.
    let mut accepts: Option<String> = None;
    let pages = pages();
    let all = (0..rounds).flat_map(|_| &pages);
    for (number, (line, component, contender)) in all.enumerate() {
        if accepts
            .as_ref()
            .is_some_and(|accepts| !line.coding.is_taken(accepts))
        {
            continue;
        }
        let echo = shell::long(&format!(
            "{}, {} of {}: {contender}, {component}, {}",
            browser.name,
            number + 1,
            pages.len() * rounds,
            line.name
        ));
        let path = format!("{contender}/{component}/");
        let sample = sample(site, browser, line, &path)
            .with_context(|| format!("`{path}` over the line `{}`", line.name))?;
        for (visit, (milliseconds, traffic)) in Visit::BOTH.into_iter().zip(sample) {
            accepts.get_or_insert_with(|| traffic.accepts.clone());
            let page = Page::new(contender, component, line.name, visit);
            add(&mut figures, page, milliseconds, &traffic);
        }
        echo.done();
    }
    Ok((figures, accepts.unwrap_or_default()))
}

/// What there is to visit.
fn pages() -> Vec<(&'static Line, &'static str, &'static str)> {
    let mut pages = Vec::new();
    for line in &LINES {
        for component in &COMPONENTS {
            for contender in &CONTENDERS {
                pages.push((line, component.name, contender.name));
            }
        }
    }
    pages
}

/// The first visit and the second.
fn sample(
    site: &Arc<Site>,
    browser: &'static Browser,
    line: &Line,
    path: &str,
) -> Result<[(f64, Traffic); 2]> {
    let server = Server::start(site, line)?;
    let session = Session::start(browser, DEADLINE)?;
    let first = visit(&session, &server, path)?;
    session.reopen()?;
    Ok([first, visit(&session, &server, path)?])
}

/// From the navigation to the first answer: the milliseconds, and what was sent.
fn visit(session: &Session, server: &Server, path: &str) -> Result<(f64, Traffic)> {
    thread::sleep(SETTLE);
    session.open(&server.begin(path))?;
    let outcome = session.outcome()?;
    let milliseconds = outcome
        .as_f64()
        .with_context(|| format!("expected milliseconds from the page, found `{outcome}`"))?;
    Ok((milliseconds, server.end()?))
}

fn add(figures: &mut Vec<Figure>, page: Page, milliseconds: f64, traffic: &Traffic) {
    let Traffic {
        bytes, requests, ..
    } = *traffic;
    match figures.iter_mut().find(|figure| figure.page == page) {
        Some(figure) => {
            figure.milliseconds.push(milliseconds);
            (figure.bytes, figure.requests) = (bytes, requests);
        }
        None => figures.push(Figure {
            page,
            milliseconds: vec![milliseconds],
            bytes,
            requests,
        }),
    }
}
