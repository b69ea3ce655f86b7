//! The resources of `wasi:sockets`: a page has no sockets, and the types say so.

/// The host's side of the resource `network`: a token that grants nothing.
pub struct Network;

/// The host's side of the resource `resolve-address-stream`. There is none.
pub enum ResolveAddressStream {}

/// The host's side of the resource `tcp-socket`. There is none.
pub enum TcpSocket {}

/// The host's side of the resource `udp-socket`. There is none.
pub enum UdpSocket {}

/// The host's side of the resource `incoming-datagram-stream`. There is none.
pub enum IncomingDatagramStream {}

/// The host's side of the resource `outgoing-datagram-stream`. There is none.
pub enum OutgoingDatagramStream {}
