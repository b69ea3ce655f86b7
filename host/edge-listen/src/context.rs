//! What is known of a request beside what it says.

use std::fmt;
use std::sync::{Arc, OnceLock, Weak};

use http::HeaderMap;

use super::Peer;
use super::attach::Attached;
use super::request_id::RequestId;

/// Follows a request until its client has read all of the response: it is notified before the
/// connection drops the response.
pub trait Follower: Send + Sync {
    /// The response was aborted before the client had read a part that was passed to the
    /// connection.
    fn is_untaken(&self);
}

/// Where a request comes from, and its id: one extension of the request for all of it. Clones share
/// one context.
#[derive(Clone, Debug)]
pub struct RequestContext(Arc<Known>);

struct Known {
    peer: Peer,
    id: RequestId,
    attached: Option<Attached>,
    follower: OnceLock<Weak<dyn Follower>>,
}

impl RequestContext {
    /// The context of a request of `peer` with these fields that no listener received.
    #[must_use]
    pub fn new(peer: Peer, headers: &HeaderMap) -> Self {
        Self::of(peer, headers, None)
    }

    /// The context of a request that came over a connection.
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

    /// Which client sent it, and how.
    #[must_use]
    pub fn peer(&self) -> &Peer {
        &self.0.peer
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &RequestId {
        &self.0.id
    }

    /// The value that is [attached](super::Attach) to its connection, if it has this type.
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
