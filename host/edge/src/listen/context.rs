//! What is known of a request beside what it says.

use std::sync::{Arc, OnceLock};

use http::HeaderMap;

use super::Peer;
use crate::exchange::{Answering, Exchange, OfConnection};
use crate::request_id::RequestId;

/// Where a request comes from, and what it is called: among its extensions, one for all that would each be looked for there. Copies are of the same one.
#[derive(Clone, Debug)]
pub struct RequestContext(Arc<Known>);

#[derive(Debug)]
struct Known {
    peer: Peer,
    id: RequestId,
    connection: Option<OfConnection>,
    answered: OnceLock<Answering>,
}

impl RequestContext {
    /// That of a request of `peer` with these fields, for who has it from elsewhere.
    #[must_use]
    pub fn new(peer: Peer, headers: &HeaderMap) -> Self {
        Self::of(peer, headers, None)
    }

    /// That of a request which has come over a connection.
    pub(super) fn over(connection: OfConnection, peer: Peer, headers: &HeaderMap) -> Self {
        Self::of(peer, headers, Some(connection))
    }

    fn of(peer: Peer, headers: &HeaderMap, connection: Option<OfConnection>) -> Self {
        Self(Arc::new(Known {
            peer,
            id: RequestId::of(headers),
            connection,
            answered: OnceLock::new(),
        }))
    }

    /// Who sends it, and how.
    #[must_use]
    pub fn peer(&self) -> &Peer {
        &self.0.peer
    }

    /// What it is called.
    #[must_use]
    pub fn id(&self) -> &RequestId {
        &self.0.id
    }

    /// What all requests that come over its connection have in common.
    pub(crate) fn connection(&self) -> Option<&OfConnection> {
        self.0.connection.as_ref()
    }

    /// The response to it is this exchange's.
    pub(crate) fn is_answered(&self, answering: Answering) {
        // The first is the one that counts what it receives.
        let _ = self.0.answered.set(answering);
    }

    /// The exchange whose response it gets, if that is not over.
    pub(super) fn exchange(&self) -> Option<Exchange> {
        self.0.answered.get()?.exchange()
    }
}
