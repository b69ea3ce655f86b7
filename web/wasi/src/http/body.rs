//! Bodies: what a guest writes, in pieces to whoever sends them; what it reads, in pieces as they
//! come.

mod incoming;
mod outgoing;

pub use incoming::{HostFutureTrailers, HostIncomingBody};
pub use outgoing::{HostOutgoingBody, StreamContext};

use super::WasiBody;
use http_body_util::{BodyExt as _, Empty};

/// A body that a guest reads.
pub type HyperIncomingBody = WasiBody;

/// A body that a guest writes.
pub type HyperOutgoingBody = WasiBody;

/// A body with nothing in it.
pub fn empty() -> WasiBody {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}
