//! The list of components: what is done with each, and what has to come of it.

use std::collections::BTreeMap;

use amphi::{Result, format_err};
use serde::Deserialize;
use serde::de::IgnoredAny;

/// The contents of `list.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// The components.
    #[serde(rename = "component")]
    pub components: Vec<Wild>,
}

/// A component that others have published.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wild {
    /// What the list calls it.
    pub name: String,
    /// Where it comes from, which `cargo xtask wild` reads.
    #[serde(rename = "package")]
    _package: IgnoredAny,
    /// What the host answers: by the interface, which is empty for the world itself, and the
    /// function, a value in WAVE, or nothing for one without a result. WASI 0.2 is there besides,
    /// and grants nothing.
    #[serde(default)]
    pub imports: BTreeMap<String, BTreeMap<String, String>>,
    /// Calls of functions, one after the other in one instance.
    #[serde(default, rename = "call")]
    pub calls: Vec<Call>,
    /// Requests, each to an instance of its own.
    #[serde(default, rename = "request")]
    pub requests: Vec<Request>,
    /// Runs as a command, each of an instance of its own.
    #[serde(default, rename = "program")]
    pub programs: Vec<Program>,
}

/// A call of a function, which has to give a value that is no error.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// The function, with its interface or without.
    pub function: String,
    /// The arguments: values in WAVE, or `$name` for what was kept, or `$readings` for the readings
    /// of the demo page as an array.
    #[serde(default)]
    pub with: Vec<String>,
    /// What the result is kept as, without its `ok`.
    pub keep: Option<String>,
    /// The result in WAVE, to the letter.
    pub result: Option<String>,
    /// A part of the result in WAVE.
    pub has: Option<String>,
    /// What the result has to equal, as an argument is written.
    pub same: Option<String>,
    /// How far numbers of the result may be from those in `same`.
    #[serde(default)]
    pub within: f64,
}

/// A request to a component that answers them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The path, with its query.
    pub path: String,
    /// The body.
    #[serde(default)]
    pub body: String,
    /// The status of the answer.
    pub status: u16,
    /// The body of the answer.
    pub text: String,
}

/// A run as a command, in a directory that it finds at `/work`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// Its arguments, the first of which is by custom its name.
    pub args: Vec<String>,
    /// The files that it finds, by their paths in the directory.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// The files that it leaves, and the SHA-256 of each in hexadecimal.
    #[serde(default)]
    pub leaves: BTreeMap<String, String>,
}

impl List {
    /// Reads a list.
    ///
    /// # Errors
    ///
    /// It is not of the form.
    pub fn read(text: &str) -> Result<List> {
        toml::from_str(text).map_err(|error| format_err!("the list of components: {error}"))
    }

    /// The component that it calls `name`.
    ///
    /// # Errors
    ///
    /// There is none.
    pub fn component(&self, name: &str) -> Result<&Wild> {
        let mut components = self.components.iter();
        components
            .find(|component| component.name == name)
            .ok_or_else(|| format_err!("expected a component of the list, found `{name}`"))
    }
}
