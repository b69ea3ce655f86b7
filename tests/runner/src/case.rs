//! A case file: calls of a component, and what has to become of each.

use serde::Deserialize;

use crate::hostile::Hostile;

/// The contents of a case file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseFile {
    /// The components that all cases are run with, one after the other.
    pub components: Vec<String>,
    /// Whether all cases of a component run in one instance, so that each finds what the one before
    /// has left.
    #[serde(default)]
    pub shared: bool,
    /// The cases.
    #[serde(rename = "case")]
    pub cases: Vec<Case>,
}

/// One call. Without `result`, `trap` and `error` it has to end well and return nothing.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The call, in WAVE; with `json` the name of the function alone.
    pub call: String,
    /// The arguments, where they are in JSON.
    pub json: Option<String>,
    /// The result, in WAVE or in JSON as the arguments are, to the letter.
    pub result: Option<String>,
    /// A part of the trap's message.
    pub trap: Option<String>,
    /// A part of the message of any other error.
    pub error: Option<String>,
    /// The calls of the host that the guest has to make, to the letter.
    pub host: Option<Vec<String>>,
    /// A part of what the guest has to write to its standard output.
    pub stdout: Option<String>,
    /// A part of what the guest has to write to its standard error.
    pub stderr: Option<String>,
}

/// The contents of a file of broken inputs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BadFile {
    /// The inputs.
    #[serde(rename = "input")]
    pub inputs: Vec<Input>,
}

/// Something that cannot be run as a component.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// What it is.
    pub name: String,
    /// Its bytes.
    #[serde(flatten)]
    pub source: Source,
    /// A part of the error.
    pub error: String,
}

/// Where the bytes of a broken input come from.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The text of a module or component.
    Wat(String),
    /// Bytes in hexadecimal; white space is ignored.
    Hex(String),
    /// The start of a good component.
    Truncated(Truncated),
    /// A component that nobody should read.
    Hostile(Hostile),
}

/// A good component of which only the start is there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Truncated {
    /// The component.
    pub component: String,
    /// How many of every thousand bytes are kept.
    pub keep_permille: usize,
}
