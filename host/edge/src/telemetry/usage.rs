//! What a call has used.

use std::time::Duration;

/// What a call has used.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    /// How long it waited to be let in.
    pub queued: Duration,
    /// How long was computed for it: by its guest and by plugins, and by the host at their bidding.
    /// An instance that was made for the call counts.
    pub cpu: Duration,
    /// The most bytes of linear memory at one time, those of plugins counted.
    pub memory_peak: usize,
    /// Fuel, where it is counted.
    pub fuel: Option<u64>,
}
