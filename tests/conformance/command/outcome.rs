//! What scripts came to on every host, directive by directive.

use crate::files::Script;
use amphi_conformance::{Line, Outcome, Place};

/// What one script came to on one host: the lines up to where the run ended, and why it ended
/// before the script did.
#[derive(Debug)]
pub struct Run {
    /// The directives that ended, from the first on.
    pub lines: Vec<Line>,
    /// Why there are no more.
    pub trouble: Option<String>,
}

/// What the native host is called where it has what is asynchronous in the component model; the
/// other hosts have not.
pub const ASYNCHRONOUS: &str = "native+async";

/// All scripts on all hosts.
#[derive(Debug)]
pub struct Tested {
    /// The hosts' names, the native one first.
    pub hosts: Vec<&'static str>,
    /// The scripts, in order.
    pub scripts: Vec<Results>,
}

/// One script on all hosts.
#[derive(Debug)]
pub struct Results {
    /// The script's name.
    pub name: String,
    /// Its directives.
    pub places: Vec<Place>,
    /// An outcome for each directive, for each host.
    pub outcomes: Vec<Vec<Outcome>>,
}

/// A directive and what it came to on one host.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// The script's name.
    pub script: &'a str,
    /// Which directive.
    pub place: &'a Place,
    /// What it came to natively.
    pub native: &'a Outcome,
    /// What it came to on the host.
    pub outcome: &'a Outcome,
}

impl Tested {
    /// Scripts that have run nowhere yet.
    pub fn new(scripts: &[Script], hosts: Vec<&'static str>) -> Self {
        let result = |script: &Script| Results {
            name: script.name.clone(),
            places: script.places.clone(),
            outcomes: Vec::new(),
        };
        Self {
            hosts,
            scripts: scripts.iter().map(result).collect(),
        }
    }

    /// Adds the runs of all scripts on the next host.
    pub fn add(&mut self, runs: Vec<Run>) {
        for (script, run) in self.scripts.iter_mut().zip(runs) {
            let outcomes = aligned(&script.places, run);
            script.outcomes.push(outcomes);
        }
    }

    /// Every directive of every script on the host with this number.
    pub fn on(&self, host: usize) -> impl Iterator<Item = Found<'_>> {
        self.scripts.iter().flat_map(move |script| {
            let outcomes = script.outcomes[0].iter().zip(&script.outcomes[host]);
            script
                .places
                .iter()
                .zip(outcomes)
                .map(|(place, (native, outcome))| Found {
                    script: &script.name,
                    place,
                    native,
                    outcome,
                })
        })
    }
}

impl Tested {
    /// Every directive whose outcome on the host with this number is to be as on the native host.
    /// What one host alone passes because it alone has what is asynchronous is none of these.
    pub fn compared(&self, host: usize) -> impl Iterator<Item = Found<'_>> {
        let more = self.hosts[host] == ASYNCHRONOUS;
        self.on(host)
            .filter(move |found| !(more && *found.outcome == Outcome::Passed))
    }

    /// The native host with the most features.
    pub fn most(&self) -> usize {
        let found = self.hosts.iter().position(|host| *host == ASYNCHRONOUS);
        found.unwrap_or_default()
    }
}

impl Results {
    /// How many directives passed on the host with this number.
    pub fn passed(&self, host: usize) -> usize {
        self.outcomes[host]
            .iter()
            .filter(|outcome| **outcome == Outcome::Passed)
            .count()
    }
}

/// An outcome for each place: what has no line was not reached, or is what the run ended in.
fn aligned(places: &[Place], run: Run) -> Vec<Outcome> {
    let trouble = run
        .trouble
        .unwrap_or_else(|| "the run ended early".to_owned());
    let ended = run.lines.len();
    let missing = (ended..places.len()).map(|index| {
        Outcome::Failed(match index == ended {
            true => trouble.clone(),
            false => format!("not reached: {trouble}"),
        })
    });
    run.lines
        .into_iter()
        .map(|line| line.outcome)
        .chain(missing)
        .take(places.len())
        .collect()
}
