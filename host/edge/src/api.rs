//! What requests may ask for, and what they are answered: routes, calls by JSON and by HTTP, the
//! document of all that, and pages.

pub mod openapi;
pub mod page;
pub(crate) mod request;
pub(crate) mod route;
