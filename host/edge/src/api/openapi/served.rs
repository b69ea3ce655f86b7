//! The document of what a host serves.

use std::sync::{Arc, Mutex, PoisonError};

use amphi::json::Form;
use bytes::Bytes;
use serde_json::Value;

use super::{Deployed, Endpoint, document};
use crate::api::request::form_of;
use crate::digest::Digest;
use crate::function::Function;
use crate::version::Version;

/// The document of functions that are served, by the version of each that serves.
#[must_use]
pub fn of(functions: &[Arc<Function>]) -> Value {
    let served: Vec<DocumentedFunction> = functions
        .iter()
        .map(|function| DocumentedFunction::of(function))
        .collect();
    let endpoints: Vec<Vec<Endpoint<'_>>> =
        served.iter().map(|one| endpoints(&one.version)).collect();
    let deployed: Vec<Deployed<'_>> = served
        .iter()
        .zip(&endpoints)
        .map(|(one, endpoints)| Deployed {
            name: &one.name,
            endpoints,
            statuses: &one.statuses,
            form: one.form,
            contract: Some(&one.version.contract),
        })
        .collect();
    document("Functions", env!("CARGO_PKG_VERSION"), &deployed)
}

/// What the document has of a function.
struct DocumentedFunction {
    name: String,
    statuses: Vec<u16>,
    form: Form,
    version: Arc<Version>,
}

impl DocumentedFunction {
    fn of(function: &Function) -> Self {
        DocumentedFunction {
            name: function.name.clone(),
            statuses: function
                .status
                .values()
                .map(|status| status.as_u16())
                .collect(),
            form: form_of(function.spec.config.json),
            version: Arc::clone(&function.lanes().stable),
        }
    }
}

fn endpoints(version: &Version) -> Vec<Endpoint<'_>> {
    let targets = version.targets.callable.iter();
    targets
        .map(|target| Endpoint {
            interface: target.function.interface.as_deref(),
            function: &target.function.function,
            json: &target.json,
        })
        .collect()
}

/// The text of the document, kept until something else is served.
#[derive(Default)]
pub(crate) struct Kept(Mutex<Option<(Vec<Key>, Bytes)>>);

/// What makes two documents the same.
type Key = (String, Vec<u16>, Form, Digest);

impl Kept {
    /// The document of these functions.
    pub(crate) fn text(&self, functions: &[Arc<Function>]) -> Bytes {
        let key = |function: &Arc<Function>| {
            let served = DocumentedFunction::of(function);
            (
                served.name,
                served.statuses,
                served.form,
                served.version.digest,
            )
        };
        let keys: Vec<Key> = functions.iter().map(key).collect();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*kept {
            Some((known, text)) if *known == keys => text.clone(),
            _ => {
                let text = Bytes::from(of(functions).to_string());
                *kept = Some((keys, text.clone()));
                text
            }
        }
    }
}
