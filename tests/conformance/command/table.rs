//! The table: for each script how many directives passed where; then, by name, what did not.

use crate::outcome::{ASYNCHRONOUS, Found, Results, Tested};
use crate::verdict;
use amphi_conformance::Outcome;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// How much of an outcome a report shows.
const SHOWN: usize = 240;

/// How many directives of each script passed on each host, for a terminal.
pub fn counts(tested: &Tested) -> String {
    let width = tested
        .scripts
        .iter()
        .map(|script| script.name.len())
        .max()
        .unwrap_or_default();
    let mut text = format!("\n{:<width$} {:>10}", "script", "directives");
    for host in &tested.hosts {
        text += &format!(" {host:>12}");
    }
    for script in &tested.scripts {
        text += &format!("\n{:<width$} {:>10}", script.name, script.places.len());
        for host in 0..tested.hosts.len() {
            text += &format!(" {:>12}", script.passed(host));
        }
    }
    text + "\n"
}

/// All of it, as Markdown. `source` says how to get the scripts.
pub fn report(tested: &Tested, source: &Option<String>) -> String {
    let mut text = String::from("# Conformance\n\n");
    text += "How many directives of component scripts pass, natively on Wasmtime and in the page's engine. \
        `cargo xtask conformance` writes this file; do not edit it.\n\n";
    text += &reproduce(tested, source);
    text += &table(tested);
    if tested.most() > 0 {
        text += &format!(
            "\nAsynchronous components run natively, but not in the page, which refuses them with an error that names the feature. So they are \
             disabled in the columns that are compared (`amphi::shared_config`); `{ASYNCHRONOUS}` enables them.\n"
        );
    }
    for (number, host) in tested.hosts.iter().enumerate().skip(1) {
        let lines = listed(tested.compared(number), |found| {
            verdict::difference(found, found_alone)
        });
        text += &section(&format!("Where {host} differs"), &lines, "Nowhere.");
    }
    let failing = listed(tested.on(tested.most()), |found| match found.outcome {
        Outcome::Failed(text) => Some(found_alone(text)),
        Outcome::Passed | Outcome::LeftOut(_) => None,
    });
    text += &section("Failures natively", &failing, "Nothing.");
    let left_out = listed(tested.on(0), |found| match found.outcome {
        Outcome::LeftOut(what) => Some(what.clone()),
        Outcome::Passed | Outcome::Failed(_) => None,
    });
    text + &section("Left out", &left_out, "Nothing.")
}

fn reproduce(tested: &Tested, source: &Option<String>) -> String {
    let Some(source) = source else {
        return String::new();
    };
    let browsers = tested
        .hosts
        .iter()
        .skip(1)
        .fold(String::new(), |text, host| match *host {
            ASYNCHRONOUS => text + " --async",
            browser => text + " --browser " + browser,
        });
    let folders: BTreeMap<&str, ()> = tested
        .scripts
        .iter()
        .map(|script| (folder(script), ()))
        .collect();
    let folders: Vec<_> = folders.keys().copied().collect();
    format!(
        "```sh\n{source}\ncargo xtask conformance{browsers} component-model/test/{{{}}}\n```\n\n",
        folders.join(",")
    )
}

fn table(tested: &Tested) -> String {
    let mut text = format!(
        "| script | directives | {} |\n|---|--:|",
        tested.hosts.join(" | ")
    );
    text += &"--:|".repeat(tested.hosts.len());
    let mut row = |name: &str, scripts: &[&Results]| {
        let all: usize = scripts.iter().map(|script| script.places.len()).sum();
        text += &format!("\n| {name} | {all} |");
        for host in 0..tested.hosts.len() {
            let passed: usize = scripts.iter().map(|script| script.passed(host)).sum();
            text += &format!(" {passed} |");
        }
    };
    for script in &tested.scripts {
        row(&format!("`{}`", script.name), &[script]);
    }
    row("**all**", &tested.scripts.iter().collect::<Vec<_>>());
    text + "\n"
}

/// The directives of which `say` says something, those with the same words together.
fn listed<'a>(
    directives: impl Iterator<Item = Found<'a>>,
    say: impl Fn(&Found<'_>) -> Option<String>,
) -> Vec<String> {
    let mut together: BTreeMap<(&str, String), Vec<usize>> = BTreeMap::new();
    for found in directives {
        if let Some(words) = say(&found) {
            together
                .entry((found.script, plain(&words)))
                .or_default()
                .push(found.place.line);
        }
    }
    let mut lines: Vec<_> = together
        .into_iter()
        .map(|((script, words), lines)| (script, lines, words))
        .collect();
    lines.sort();
    let show = |(script, lines, words): (&str, Vec<usize>, String)| {
        let lines: Vec<_> = lines.iter().map(usize::to_string).collect();
        format!("- `{script}`, line {}: {words}", lines.join(", "))
    };
    lines.into_iter().map(show).collect()
}

fn section(title: &str, lines: &[String], none: &str) -> String {
    let mut text = format!("\n## {title}\n\n");
    match lines {
        [] => text += &format!("{none}\n"),
        lines => lines.iter().for_each(|line| text += &format!("{line}\n")),
    }
    text
}

/// What was found, without what was expected: the script says that, and none of its text belongs
/// here.
fn found_alone(text: &str) -> String {
    let found = text
        .strip_prefix("expected an error with `")
        .and_then(|rest| rest.split_once("`, found "));
    found.map_or_else(|| text.to_owned(), |(_, found)| format!("found {found}"))
}

/// One line that Markdown shows as it is, and not too much of it.
fn plain(words: &str) -> String {
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut text = String::new();
    for (count, character) in line.chars().enumerate() {
        if count == SHOWN {
            text += " ...";
            break;
        }
        if "<*_[\\".contains(character) {
            text.push('\\');
        }
        write!(text, "{character}").expect("a string takes text");
    }
    text
}

/// The folder that a script's name begins with.
fn folder(script: &Results) -> &str {
    script.name.split('/').next().unwrap_or_default()
}
