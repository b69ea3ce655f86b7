//! Sockets: what `amphi-edge-listen` does, by a configuration.

use std::sync::Arc;

use amphi_edge_config::{Server, Tls};

pub use amphi_edge_listen::{
    Attach, Certificates, Drained, Follower, Handler, ListenError, ListenErrorKind, NoPlace, Peer,
    Readiness, RequestBody, RequestBodyError, RequestContext, Settings, Terminate, Timeouts,
    TlsError, authority_of, raise_limit_of_files, serve, terminate,
};

use crate::function::exchange::OfConnection;

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

#[cfg(test)]
mod tests {
    use amphi_edge_config::paths;
    use amphi_edge_listen::{HEALTH, READINESS};

    /// The listener and the configuration do not know each other; the one answers what the other
    /// keeps functions from.
    #[test]
    fn no_function_has_the_paths_of_probes() {
        assert_eq!([HEALTH, READINESS], [paths::HEALTH, paths::READINESS]);
    }
}
