//! A reload, as the audit log keeps it.

use std::net::IpAddr;

use serde::Serialize;

use super::Attempt;

/// The entry of a reload: how it ended, and who asked for it.
#[derive(Serialize)]
pub struct Entry {
    event: &'static str,
    /// The number of the configuration that is in use now.
    generation: u64,
    /// The address of who asked for it through the admin API.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<IpAddr>,
    #[serde(flatten)]
    attempt: Attempt,
}

impl Entry {
    /// What the entry of a reload is told by from all others: the value of `event`.
    pub const EVENT: &'static str = "reload";

    pub fn new(generation: u64, by: Option<IpAddr>, attempt: Attempt) -> Self {
        Self {
            event: Self::EVENT,
            generation,
            by,
            attempt,
        }
    }
}
