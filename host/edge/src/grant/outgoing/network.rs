//! Which addresses requests may go to, whatever name they were found under.

use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Networks that no request of a guest goes to unless it is allowed: those that mean something only here, among them every host's own, the private ones, and
/// where clouds have what a machine may know of itself (169.254.169.254, fd00:ec2::254). From the registries of special-purpose addresses (RFC 6890).
const SPECIAL: &[&str] = &[
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    // With the loopback, and what is none and what is an IPv4 address in an old way.
    "::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/32",
    "2001:db8::/32",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
];

/// The addresses that requests may go to: all but the blocked, and of those the allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Networks {
    /// Where no request goes, ...
    pub blocked: Vec<IpNet>,
    /// ... unless it is here.
    pub allowed: Vec<IpNet>,
}

impl Default for Networks {
    /// All special networks are blocked, and none is allowed.
    fn default() -> Networks {
        let network = |text: &&str| text.parse().expect("the list has networks only");
        Networks {
            blocked: SPECIAL.iter().map(network).collect(),
            allowed: Vec::new(),
        }
    }
}

impl Networks {
    /// Whether a request may go to this address. An IPv6 address that leads to an IPv4 one may do what both may.
    #[must_use]
    pub fn permit(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let within = |networks: &[IpNet], address: IpAddr| {
            networks.iter().any(|network| network.contains(&address))
        };
        if within(&self.allowed, address) {
            return true;
        }
        !within(&self.blocked, address)
            && embedded(address).is_none_or(|inner| self.permit(inner.into()))
    }
}

/// The IPv4 address that translators make of an IPv6 one: NAT64 (RFC 6052) and 6to4 (RFC 3056).
fn embedded(address: IpAddr) -> Option<Ipv4Addr> {
    let IpAddr::V6(address) = address else {
        return None;
    };
    let pair = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match Ipv6Addr::segments(&address) {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => Some(pair(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(networks: &Networks, address: &str, expected: bool) {
        let parsed = address.parse().expect("it is an address");
        assert_eq!(networks.permit(parsed), expected, "{address}");
    }

    #[test]
    fn what_is_only_known_here_is_blocked() {
        let networks = Networks::default();
        for address in [
            "0.0.0.0",
            "127.0.0.1",
            "127.255.255.254",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.100.100.200",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            // IPv4 in disguise.
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::10.0.0.1",
            "64:ff9b::a9fe:a9fe",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::1",
            "2001:0:4136:e378::",
        ] {
            check(&networks, address, false);
        }
        for address in [
            "1.1.1.1",
            "172.15.0.1",
            "172.32.0.1",
            "169.253.0.1",
            "223.255.255.255",
            "2606:4700:4700::1111",
            "64:ff9b::1.1.1.1",
            "::ffff:8.8.8.8",
            "2002:808:808::1",
        ] {
            check(&networks, address, true);
        }
    }

    #[test]
    fn what_is_allowed_is_allowed_although_it_is_blocked() {
        let network = |text: &str| text.parse::<IpNet>().expect("it is a network");
        let networks = Networks {
            allowed: vec![network("10.1.0.0/16"), network("::1/128")],
            ..Networks::default()
        };
        check(&networks, "10.1.2.3", true);
        check(&networks, "::ffff:10.1.2.3", true);
        check(&networks, "64:ff9b::10.1.2.3", true);
        check(&networks, "10.2.2.3", false);
        check(&networks, "::1", true);
        check(&networks, "127.0.0.1", false);

        let open = Networks {
            blocked: Vec::new(),
            allowed: Vec::new(),
        };
        check(&open, "127.0.0.1", true);
        let closed = Networks {
            blocked: vec![network("1.0.0.0/8")],
            allowed: Vec::new(),
        };
        check(&closed, "1.1.1.1", false);
        check(&closed, "127.0.0.1", true);
    }
}
