//! Which client sent a request that came through a proxy.
//!
//! A trusted proxy appends the address of its client to `x-forwarded-for`, so the client is the
//! last address there that is not itself a trusted proxy: a client may have written what is before
//! it. `x-forwarded-proto` is the client's scheme. `forwarded` (RFC 7239) says the same; no proxy
//! writes both, and one that only writes the first passes on what clients write into the second, so
//! only the first, which proxies do write, is read. These fields are removed from requests of
//! anybody else: they contain what a trusted proxy reported, or are absent.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use http::header::{FORWARDED, HeaderMap, HeaderName};
use ipnet::IpNet;

use super::connection::Line;
use super::{Peer, is_trusted};

const FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");

/// The peer that sent a request with these fields over a connection. Untrusted fields are removed.
pub fn peer(line: &Line, proxies: &[IpNet], headers: &mut HeaderMap) -> Peer {
    let mut peer = Peer {
        address: line.address,
        client: line.address.ip().to_canonical(),
        encrypted: line.encrypted,
    };
    if !is_trusted(proxies, peer.client) {
        take_off(headers);
        return peer;
    }
    for hop in last_first(headers, &FOR) {
        // Who cannot be told from others is counted as the proxy that says so.
        let Some(address) = address(hop) else { break };
        peer.client = address;
        if !is_trusted(proxies, address) {
            break;
        }
    }
    match last_first(headers, &PROTO).next() {
        Some(scheme) if scheme.eq_ignore_ascii_case("https") => peer.encrypted = true,
        Some(scheme) if scheme.eq_ignore_ascii_case("http") => peer.encrypted = false,
        _ => {}
    }
    peer
}

fn take_off(headers: &mut HeaderMap) {
    let said = |name: &&HeaderName| {
        **name == FORWARDED || **name == REAL_IP || name.as_str().starts_with("x-forwarded-")
    };
    while let Some(name) = headers.keys().find(said).cloned() {
        headers.remove(name);
    }
}

/// The parts of a list, from its end. One that is no text is empty.
fn last_first<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).iter().rev();
    let texts = values.map(|value| value.to_str().unwrap_or_default());
    texts.flat_map(|text| text.rsplit(',').map(str::trim))
}

/// An address, which may have a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let address = text.parse().ok();
    let address = address.or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()));
    let address = address.or_else(|| Some(bare?.parse::<Ipv6Addr>().ok()?.into()));
    address.map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(from: &str, fields: &[(&'static str, &'static str)], expected: (&str, bool)) {
        let proxies = ["10.0.0.0/8", "2001:db8:1::/48"].map(|text| text.parse().expect("one"));
        let line = Line {
            address: SocketAddr::new(from.parse().expect("an address"), 1),
            local: None,
            encrypted: false,
            probes: false,
        };
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(*name, value.parse().expect("a value"));
        }
        let before = headers.len();
        let peer = peer(&line, &proxies, &mut headers);
        let found = (peer.client, peer.encrypted);
        assert_eq!(
            found,
            (expected.0.parse().expect("one"), expected.1),
            "{fields:?}"
        );
        let kept = if is_trusted(&proxies, line.address.ip()) {
            before
        } else {
            0
        };
        assert_eq!(headers.len(), kept, "{fields:?}");
    }

    #[test]
    fn what_anybody_says_is_not_believed() {
        let all = [
            ("x-forwarded-for", "192.0.2.1"),
            ("x-forwarded-for", "192.0.2.2"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "a.example"),
            ("x-real-ip", "192.0.2.1"),
            ("forwarded", "for=192.0.2.1;proto=https"),
        ];
        check("198.51.100.7", &all, ("198.51.100.7", false));
        check("198.51.100.7", &[], ("198.51.100.7", false));
    }

    #[test]
    fn a_client_is_the_last_address_that_is_no_proxy() {
        for (value, expected) in [
            ("192.0.2.1", "192.0.2.1"),
            ("203.0.113.9, 192.0.2.1", "192.0.2.1"),
            ("203.0.113.9,192.0.2.1 , 10.9.9.9", "192.0.2.1"),
            ("192.0.2.1:4711", "192.0.2.1"),
            ("[2001:db8::7]:4711, 2001:db8:1::1", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("10.0.0.3, 10.0.0.2", "10.0.0.3"),
            ("192.0.2.1, unknown", "10.0.0.1"),
            ("192.0.2.1, unknown, 10.0.0.2", "10.0.0.2"),
            ("", "10.0.0.1"),
        ] {
            for proxy in ["10.0.0.1", "::ffff:10.0.0.1"] {
                check(proxy, &[("x-forwarded-for", value)], (expected, false));
            }
        }
    }

    #[test]
    fn lists_go_on_in_the_next_field() {
        let fields = [
            ("x-forwarded-for", "192.0.2.1"),
            ("x-forwarded-for", "192.0.2.2, 10.0.0.2"),
        ];
        check("10.0.0.1", &fields, ("192.0.2.2", false));
    }

    #[test]
    fn a_proxy_says_whether_it_was_asked_encrypted() {
        for (value, encrypted) in [
            ("https", true),
            ("HTTPS", true),
            ("http", false),
            ("https, http", false),
            ("http, https", true),
            ("ftp", false),
        ] {
            let fields = [("x-forwarded-proto", value)];
            check("10.0.0.1", &fields, ("10.0.0.1", encrypted));
        }
    }
}
