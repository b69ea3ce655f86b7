//! The error of a component whose imports are not all supplied: one text, on both hosts, for all of
//! them.

/// An import that cannot be satisfied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsatisfied {
    /// What kind of thing is imported, in Wasmtime's words.
    pub kind: String,
    /// The import's name.
    pub name: String,
    /// What is wrong with what the linker has for it, if it has anything.
    pub cause: String,
}

/// How many imports an error names.
pub const TOLD: usize = 100;

/// One error for every import that is missing or wrong, or for the first of very many.
#[must_use]
pub fn list(wrong: &[Unsatisfied]) -> String {
    let count = match wrong.len() > TOLD {
        true => format!("more than {TOLD}"),
        false => wrong.len().to_string(),
    };
    let told = wrong.iter().take(TOLD);
    let list: Vec<String> = told
        .map(|one| format!("{}: {}", missing(&one.kind, &one.name), one.cause))
        .collect();
    format!("{count} imports cannot be satisfied:\n{}", list.join("\n"))
}

/// Wasmtime's own words.
#[must_use]
pub fn missing(kind: &str, name: &str) -> String {
    format!(
        "component imports {kind} `{name}`, but a matching implementation was not found in the linker"
    )
}
