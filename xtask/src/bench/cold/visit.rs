//! Visits the pages: each sample in a browser process of its own, with a profile of its own.

use super::contender::Contender;
use super::figure::{Figure, Place, Run, Visit};
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

/// Visits every page over every line that `browser` takes, in turn, `rounds` times, and adds that
/// to `run`.
pub fn measure(
    site: &Arc<Site>,
    browser: &'static Browser,
    rounds: usize,
    run: &mut Run,
) -> Result<()> {
    let pages: Vec<(Place, &Contender)> = Place::all()
        .flat_map(|place| site.contenders.iter().map(move |one| (place, *one)))
        .collect();
    let all = (0..rounds).flat_map(|_| &pages);
    for (number, &(place, contender)) in all.enumerate() {
        let Place { component, line } = place;
        // Known from the first visit on.
        if !run.figures.is_empty() && !line.coding.is_taken(&run.accepts) {
            continue;
        }
        let path = format!("{}/{}/", contender.name, component.name);
        let echo = shell::long(&format!(
            "{}, {} of {}: `{path}`, {}",
            browser.name,
            number + 1,
            pages.len() * rounds,
            line.name
        ));
        let sample = sample(site, browser, place, &path)
            .with_context(|| format!("`{path}` over the line `{}`", line.name))?;
        for (visit, (milliseconds, traffic)) in Visit::BOTH.into_iter().zip(sample) {
            run.accepts = traffic.accepts;
            run.add(Figure {
                contender: contender.name.to_owned(),
                component: component.name.to_owned(),
                line: line.name.to_owned(),
                visit,
                milliseconds: vec![milliseconds],
                bytes: traffic.bytes,
                requests: traffic.requests,
            });
        }
        echo.done();
    }
    Ok(())
}

/// The first visit and the second.
fn sample(
    site: &Arc<Site>,
    browser: &'static Browser,
    place: Place,
    path: &str,
) -> Result<[(f64, Traffic); 2]> {
    let server = Server::start(site, place.line)?;
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
