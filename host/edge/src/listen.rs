//! Sockets: what `amphi-edge-listen` does, by a configuration; and what it answers by itself, as problems.

use std::sync::Arc;

use amphi_edge_config::{Server, Tls};

pub use amphi_edge_listen::{
    Attach, Certificates, Drained, Follower, Handler, ListenError, ListenErrorKind, NoPlace, Peer,
    Readiness, RequestBody, RequestBodyError, RequestContext, Settings, Terminate, Timeouts,
    TlsError, authority_of, raise_limit_of_files, serve, terminate,
};

use crate::exchange::OfConnection;
use crate::problem::{Kind, Problem};

/// How connections are served as a configuration says, without encryption.
#[must_use]
pub fn settings(server: &Server, readiness: Arc<Readiness>) -> Settings {
    let timeouts = Timeouts {
        header: server.timeouts.header,
        body: server.timeouts.body,
        idle: server.timeouts.idle,
        drain: server.timeouts.drain,
        drain_delay: server.timeouts.drain_delay,
    };
    let (buffer, part) = (server.buffers.connection, timeouts.body);
    Settings {
        timeouts,
        connections: server.connections,
        connections_per_client: server.connections_per_client,
        trusted_proxies: server.trusted_proxies.clone(),
        headers: usize::try_from(server.headers).unwrap_or(usize::MAX),
        attach: Some(Attach::new(move || OfConnection::new(buffer, part))),
        ..Settings::new(readiness)
    }
}

/// The certificate and the key that a configuration names. Blocks.
///
/// # Errors
///
/// As [`Certificates::read`].
pub fn certificates(files: &Tls) -> Result<Certificates, TlsError> {
    Certificates::read(files.certificate.clone(), files.key.clone())
}

/// What kind of problem it is that a request's body ended before its end.
pub(crate) fn kind_of(error: &RequestBodyError) -> Kind {
    match error {
        RequestBodyError::Late => Kind::BodyLate,
        _ => Kind::BodyIncomplete,
    }
}

impl From<ListenErrorKind> for Kind {
    fn from(kind: ListenErrorKind) -> Self {
        match kind {
            ListenErrorKind::Authority => Self::Authority,
            ListenErrorKind::Target => Self::Target,
            ListenErrorKind::TransferEncoding => Self::TransferEncoding,
            ListenErrorKind::TransferCoding => Self::TransferCoding,
            ListenErrorKind::Connect => Self::Connect,
            ListenErrorKind::Expectation => Self::Expectation,
            ListenErrorKind::TooManyConnections => Self::TooManyConnections,
            ListenErrorKind::BodyLate => Self::BodyLate,
            _ => Self::HostFailed,
        }
    }
}

impl From<&ListenError> for Problem {
    fn from(error: &ListenError) -> Self {
        let problem = Self::new(error.kind().into(), error);
        match error.retry_after() {
            Some(time) => problem.retry_after(time),
            None => problem,
        }
    }
}

impl From<ListenError> for Problem {
    fn from(error: ListenError) -> Self {
        Self::from(&error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The listener has its statuses itself, since it knows no problems; they are those of the problems that it is answered with.
    #[test]
    fn what_the_listener_answers_is_a_problem_of_the_same_status() {
        let mut kinds = Vec::new();
        for &error in ListenErrorKind::ALL {
            let kind = Kind::from(error);
            assert_eq!(kind.status(), error.status(), "{error:?}");
            assert!(!kinds.contains(&kind), "{error:?}");
            assert!(kind != Kind::HostFailed || error == ListenErrorKind::HandlerFailed);
            kinds.push(kind);
        }
    }
}
