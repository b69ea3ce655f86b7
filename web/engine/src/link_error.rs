//! The error of a component whose imports are not all supplied: one text, on both hosts, for all of them.

use wasmtime_environ::error::{Error, format_err};

/// An import that cannot be satisfied.
#[derive(Debug)]
pub struct Unsatisfied {
    /// What kind of thing is imported, in Wasmtime's words.
    pub kind: String,
    /// The import's name.
    pub name: String,
    /// What is wrong with what the linker has for it, if it has anything.
    pub error: Error,
}

/// How many imports an error names.
pub const TOLD: usize = 100;

/// One error for every import that is missing or wrong, or for the first of very many; `None` if there are none.
pub fn link_error(mut wrong: Vec<Unsatisfied>) -> Option<Error> {
    if wrong.len() < 2 {
        let one = wrong.pop()?;
        let missing = missing(&one);
        return Some(one.error.context(missing));
    }
    let count = match wrong.len() > TOLD {
        true => format!("more than {TOLD}"),
        false => wrong.len().to_string(),
    };
    let told = wrong.iter().take(TOLD);
    let list: Vec<String> = told
        .map(|one| format!("{}: {:#}", missing(one), one.error))
        .collect();
    Some(format_err!(
        "{count} imports cannot be satisfied:\n{}",
        list.join("\n")
    ))
}

/// Wasmtime's own words.
fn missing(one: &Unsatisfied) -> String {
    format!(
        "component imports {} `{}`, but a matching implementation was not found in the linker",
        one.kind, one.name
    )
}
