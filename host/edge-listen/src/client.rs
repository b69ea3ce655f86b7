//! Which client sent a request, for limits and statistics per client.

use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv6Addr};

use http::Extensions;

use super::RequestContext;

/// A sender of requests, as far as the host can distinguish them: an IPv4 address, or the /64 of an
/// IPv6 address, since that much belongs to one site (RFC 6177). All requests without an address
/// are those of one client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Client(Option<IpAddr>);

impl Client {
    /// The client of requests without an address.
    pub const UNKNOWN: Self = Self(None);

    /// The client at `address`.
    #[must_use]
    pub fn at(address: IpAddr) -> Self {
        Self(Some(match address.to_canonical() {
            IpAddr::V6(address) => {
                let site = address.to_bits() & !u128::from(u64::MAX);
                Ipv6Addr::from_bits(site).into()
            }
            address @ IpAddr::V4(_) => address,
        }))
    }

    /// 16 bytes that identify it, zero for [`UNKNOWN`](Self::UNKNOWN).
    #[must_use]
    pub fn octets(self) -> [u8; 16] {
        match self.0 {
            None => [0; 16],
            Some(IpAddr::V4(address)) => address.to_ipv6_mapped().octets(),
            Some(IpAddr::V6(address)) => address.octets(),
        }
    }

    /// Whether it can be distinguished from others.
    #[must_use]
    pub fn is_known(self) -> bool {
        self != Self::UNKNOWN
    }

    /// The client that sent the request with these extensions, which the listener has set.
    #[must_use]
    pub fn of(extensions: &Extensions) -> Self {
        let context: Option<&RequestContext> = extensions.get();
        let peer = || context.map(|context| Self::at(context.peer().client));
        extensions.get().copied().or_else(peer).unwrap_or_default()
    }
}

/// Hashes one number, which is faster than the parts of an address.
impl Hash for Client {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u128(u128::from_be_bytes(self.octets()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_site_are_one_client() {
        let client = |text: &str| Client::at(text.parse().expect("an address"));
        assert_eq!(client("2001:db8::1"), client("2001:db8::ffff:1"));
        assert_ne!(client("2001:db8::1"), client("2001:db8:0:1::1"));
        assert_eq!(client("192.0.2.1"), client("::ffff:192.0.2.1"));
        assert_ne!(client("192.0.2.1"), client("192.0.2.2"));
        assert_ne!(client("192.0.2.1"), Client::UNKNOWN);
    }
}
