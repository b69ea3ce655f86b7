//! Whether what was found is what should be, and if not, what is wrong.

use crate::known::Known;
use crate::outcome::{Found, Tested};
use amphi_conformance::Outcome;

/// Prints what is wrong, and says whether nothing is.
pub fn print(tested: &Tested, known: Option<&Known>) -> bool {
    let wrong: Vec<String> = tested
        .hosts
        .iter()
        .enumerate()
        .flat_map(|(number, host)| match known {
            Some(known) => unlisted(tested, number, host, known),
            None => differences(tested, number, host),
        })
        .collect();
    for line in &wrong {
        eprintln!("{line}");
    }
    let native = tested
        .on(0)
        .filter(|found| matches!(found.outcome, Outcome::Failed(_)))
        .count();
    if known.is_none() && native > 0 {
        eprintln!("{native} directives fail natively; --report says which");
    }
    eprintln!("{} wrong", wrong.len());
    wrong.is_empty()
}

/// What differs from the native host, in words; `tell` says how a failure is told.
pub fn difference(found: &Found<'_>, tell: impl Fn(&str) -> String) -> Option<String> {
    let words = |outcome: &Outcome| match outcome {
        Outcome::Passed => "passed".to_owned(),
        Outcome::Failed(text) => tell(text),
        Outcome::LeftOut(what) => format!("left out: {what}"),
    };
    let differs = match (found.native, found.outcome) {
        // Why something fails is every host's own business.
        (Outcome::Failed(_), Outcome::Failed(_)) => false,
        (native, other) => native != other,
    };
    differs.then(|| {
        format!(
            "native: {}; here: {}",
            words(found.native),
            words(found.outcome)
        )
    })
}

fn differences(tested: &Tested, number: usize, host: &str) -> Vec<String> {
    let said = |found: Found<'_>| {
        difference(&found, str::to_owned).map(|text| format!("{}: {text}", at(host, &found)))
    };
    tested.compared(number).filter_map(said).collect()
}

fn unlisted(tested: &Tested, number: usize, host: &str, known: &Known) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut seen = Vec::new();
    for found in tested.on(number) {
        let reason = known.reason(host, found.script, found.place.line);
        if reason.is_some() {
            seen.push((found.script, found.place.line));
        }
        match (found.outcome, reason) {
            (Outcome::Passed, None) | (Outcome::Failed(_), Some(_)) => {}
            (Outcome::Passed, Some(reason)) => wrong.push(format!(
                "{}: passes, and is listed as a failure (`{reason}`): remove it from the list",
                at(host, &found)
            )),
            (Outcome::Failed(text), None) => wrong.push(format!("{}: {text}", at(host, &found))),
            (Outcome::LeftOut(what), _) => {
                wrong.push(format!(
                    "{}: expected nothing that is left out, found a {what}",
                    at(host, &found)
                ));
            }
        }
    }
    let lost = known.places(host).filter(|place| !seen.contains(place));
    wrong.extend(lost.map(|(script, line)| {
        format!("{host}: {script}:{line}: listed as a failure, and no directive")
    }));
    wrong
}

fn at(host: &str, found: &Found<'_>) -> String {
    format!(
        "{host}: {}:{}: {}",
        found.script, found.place.line, found.place.kind
    )
}
