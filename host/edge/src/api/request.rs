//! From a request to the function that answers it.

mod accept;
mod http_request;
mod json_call;

pub(crate) use accept::{asks_for, form_of};
pub(crate) use http_request::answer as answer_by_handler;
pub(crate) use json_call::answer as answer_typed;

use http::HeaderMap;

use crate::problem::{Kind, Problem};

/// Whether header fields are as small as they must be: names, values, and four bytes for each.
fn check_headers(headers: &HeaderMap, limit: usize) -> Result<(), Problem> {
    let size: usize = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum();
    if size <= limit {
        return Ok(());
    }
    Err(Problem::new(
        Kind::HeadersTooLarge,
        format!("expected header fields of at most {limit} bytes, found {size}"),
    ))
}

fn body_too_large(limit: u64) -> Problem {
    Problem::new(
        Kind::BodyTooLarge,
        format!("expected a body of at most {limit} bytes, found more"),
    )
}
