//! What is known of a request beside what it says.

use std::fmt;
use std::sync::{Arc, OnceLock, Weak};

use http::HeaderMap;

use super::Peer;
use super::attach::Attached;
use super::request_id::RequestId;

/// Who follows a request until its client has taken all of the answer: what is told here is known
/// when the connection has let go of it.
pub trait Follower: Send + Sync {
    /// A part of the answer was handed over, and is given up before the client has taken all of it.
    fn is_untaken(&self);
}

/// Where a request comes from, and what it is called: among its extensions, one for all that would
/// each be looked for there. Copies are of the same one.
#[derive(Clone, Debug)]
pub struct RequestContext(Arc<Known>);

struct Known {
    peer: Peer,
    id: RequestId,
    attached: Option<Attached>,
    follower: OnceLock<Weak<dyn Follower>>,
}

impl RequestContext {
    /// That of a request of `peer` with these fields, for who has it from elsewhere.
    #[must_use]
    pub fn new(peer: Peer, headers: &HeaderMap) -> Self {
        Self::of(peer, headers, None)
    }

    /// That of a request which has come over a connection.
    pub(super) fn over(attached: Option<Attached>, peer: Peer, headers: &HeaderMap) -> Self {
        Self::of(peer, headers, attached)
    }

    fn of(peer: Peer, headers: &HeaderMap, attached: Option<Attached>) -> Self {
        Self(Arc::new(Known {
            peer,
            id: RequestId::of(headers),
            attached,
            follower: OnceLock::new(),
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

    /// What was [attached](super::Attach) to the connection that it has come over, if that is of
    /// this type.
    #[must_use]
    pub fn attached<T: 'static>(&self) -> Option<&T> {
        self.0.attached.as_deref()?.downcast_ref()
    }

    /// This one follows it, until its client has taken all of the answer. It is kept from when the
    /// answer is handed over. The first that says so does.
    pub fn is_followed(&self, by: Weak<dyn Follower>) {
        let _ = self.0.follower.set(by);
    }

    /// Who follows it.
    pub(super) fn follower(&self) -> Option<Arc<dyn Follower>> {
        self.0.follower.get()?.upgrade()
    }
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Known")
            .field("peer", &self.peer)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
