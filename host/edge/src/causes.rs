//! Errors in one line.

use std::error::Error;

/// An error with all its causes, the nearest first: `what: because: since`.
#[must_use]
pub fn with_causes(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
