//! The clock, where the crate is compiled natively: for its unit tests.

use std::time::{Duration, SystemTime};

/// The time since 1970.
pub fn unix_time() -> Duration {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap_or_default()
}
