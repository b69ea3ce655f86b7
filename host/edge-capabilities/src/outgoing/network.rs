//! Which addresses requests may go to, whatever name they were found under.

use ipnet::IpNet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Networks that no request of a guest goes to unless it is allowed, and what they are: those that
/// mean something only here, among them every host's own, the private ones, and where clouds have
/// what a machine may know of itself. From the registries of special-purpose addresses (RFC 6890),
/// but for those that say otherwise.
const SPECIAL: &[(&str, &str)] = &[
    ("0.0.0.0/8", "this host"),
    ("10.0.0.0/8", "private"),
    // With 100.100.100.200, the metadata service of Alibaba.
    ("100.64.0.0/10", "carrier-grade NAT"),
    ("127.0.0.0/8", "loopback"),
    (
        "168.63.129.16/32",
        "the host agent of Azure, by Microsoft's documentation",
    ),
    // With 169.254.169.254, the metadata service of AWS, Azure, Google and most others.
    ("169.254.0.0/16", "link-local"),
    ("172.16.0.0/12", "private"),
    // With 192.0.0.192, the metadata service of Oracle's classic cloud.
    ("192.0.0.0/24", "protocol assignments"),
    ("192.0.2.0/24", "documentation"),
    ("192.88.99.0/24", "6to4 relays (deprecated)"),
    ("192.168.0.0/16", "private"),
    ("198.18.0.0/15", "benchmarking"),
    ("198.51.100.0/24", "documentation"),
    ("203.0.113.0/24", "documentation"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved"),
    // With the loopback, the unspecified and IPv4-compatible addresses.
    ("::/96", "loopback and others"),
    ("64:ff9b:1::/48", "local NAT64 translators"),
    ("100::/64", "discard-only"),
    ("2001::/32", "Teredo"),
    ("2001:2::/48", "benchmarking"),
    ("2001:10::/28", "ORCHID (deprecated)"),
    ("2001:20::/28", "ORCHIDv2"),
    ("2001:db8::/32", "documentation"),
    ("3fff::/20", "documentation"),
    ("5f00::/16", "segment routing"),
    // With fd00:ec2::254, fd20:ce::254 and fd00:c1::a9fe:a9fe, the metadata services of AWS, Google
    // and Oracle.
    ("fc00::/7", "private"),
    ("fe80::/10", "link-local"),
    ("fec0::/10", "site-local (deprecated)"),
    ("ff00::/8", "multicast"),
];

/// The addresses that requests may go to: all but the blocked, and of those the allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Networks {
    /// Where no request goes, ...
    pub blocked: Vec<IpNet>,
    /// ... nor to the addresses that this machine's interfaces have, if they are public ones as
    /// well, ...
    pub own_blocked: bool,
    /// ... unless it is here.
    pub allowed: Vec<IpNet>,
}

impl Default for Networks {
    /// All special networks and the machine's own addresses are blocked, and none is allowed.
    fn default() -> Networks {
        let network = |(text, _): &(&str, &str)| text.parse().expect("the list has networks only");
        Networks {
            blocked: SPECIAL.iter().map(network).collect(),
            own_blocked: true,
            allowed: Vec::new(),
        }
    }
}

impl Networks {
    /// Nothing is blocked.
    #[must_use]
    pub fn all() -> Networks {
        Networks {
            blocked: Vec::new(),
            own_blocked: false,
            allowed: Vec::new(),
        }
    }

    /// Those of `addresses` that a request may go to. An IPv6 address that leads to an IPv4 one may
    /// do what both may. What the machine's own addresses are is asked of the system each time,
    /// since they come and go; if it does not tell, nothing is permitted.
    #[must_use]
    pub fn permitted(&self, addresses: impl IntoIterator<Item = SocketAddr>) -> Vec<SocketAddr> {
        let own = match self.own_blocked {
            true => own(),
            false => Ok(Vec::new()),
        };
        let own = match own {
            Ok(own) => own,
            Err(error) => {
                tracing::error!(%error, "the addresses of this machine cannot be listed, so guests cannot send requests");
                return Vec::new();
            }
        };
        let addresses = addresses.into_iter();
        addresses
            .filter(|address| self.permit(address.ip(), &own))
            .collect()
    }

    /// Whether a request may go to this address, where the machine has the addresses `own`.
    fn permit(&self, address: IpAddr, own: &[IpAddr]) -> bool {
        let address = address.to_canonical();
        let within = |networks: &[IpNet], address: IpAddr| {
            networks.iter().any(|network| network.contains(&address))
        };
        if within(&self.allowed, address) {
            return true;
        }
        !within(&self.blocked, address)
            && !own.contains(&address)
            && embedded(address).is_none_or(|inner| self.permit(inner.into(), own))
    }
}

/// The addresses of this machine's interfaces.
fn own() -> io::Result<Vec<IpAddr>> {
    let interfaces = if_addrs::get_if_addrs()?.into_iter();
    Ok(interfaces
        .map(|interface| interface.ip().to_canonical())
        .collect())
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
        assert_eq!(networks.permit(parsed, &[]), expected, "{address}");
    }

    #[test]
    fn the_machines_own_addresses_are_blocked_whatever_they_are() {
        let own = ["8.8.8.8", "2606:4700:4700::1111"].map(|text| text.parse().expect("an address"));
        let networks = Networks::default();
        for (address, expected) in [
            ("8.8.8.8", false),
            ("::ffff:8.8.8.8", false),
            ("64:ff9b::8.8.8.8", false),
            ("2002:808:808::1", false),
            ("2606:4700:4700::1111", false),
            ("8.8.8.9", true),
            ("2606:4700:4700::1112", true),
        ] {
            let parsed = address.parse().expect("it is an address");
            assert_eq!(networks.permit(parsed, &own), expected, "{address}");
        }
        let allowed = Networks {
            allowed: vec!["8.8.8.8/32".parse().expect("a network")],
            ..Networks::default()
        };
        assert!(allowed.permit(own[0], &own), "it is allowed by name");
    }

    /// The loopback is the one address that every machine has.
    #[test]
    fn the_machines_own_addresses_are_known() {
        let here = [SocketAddr::from(([127, 0, 0, 1], 80))];
        let mut networks = Networks::all();
        assert_eq!(networks.permitted(here), here);
        networks.own_blocked = true;
        assert_eq!(networks.permitted(here), []);
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
            "168.63.129.16",
            "::ffff:168.63.129.16",
            "64:ff9b::a83f:8110",
            "192.0.0.192",
            "3fff::1",
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
            "168.63.129.15",
            "168.63.129.17",
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

        let open = Networks::all();
        check(&open, "127.0.0.1", true);
        let closed = Networks {
            blocked: vec![network("1.0.0.0/8")],
            ..Networks::all()
        };
        check(&closed, "1.1.1.1", false);
        check(&closed, "127.0.0.1", true);
    }
}
