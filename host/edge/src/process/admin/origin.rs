//! Whether a browser sends a request to this machine for a page of another origin: see [`site`]. A
//! page whose name leads to this machine is from here as far as its browser knows, and has that
//! name in `host`.

use std::net::IpAddr;

use http::Request;
use http::uri::Authority;

use crate::function::site;

/// Whether a page of another origin sent a request, or one whose host name resolves to this
/// machine.
pub fn is_cross_origin<B>(request: &Request<B>) -> bool {
    let here = site::asked(request).is_none_or(is_of_this_machine);
    !here || site::is_cross_origin(request)
}

/// Whether it is an address or the name of this machine, which nobody else can give to an address
/// of theirs.
fn is_of_this_machine(authority: &str) -> bool {
    let Ok(authority) = authority.parse::<Authority>() else {
        return false;
    };
    let host = authority.host();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(fields: &[(&str, &str)], expected: bool) {
        let mut request = Request::post("/admin/reload");
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        let request = request.body(()).expect("a request");
        assert_eq!(is_cross_origin(&request), expected, "{fields:?}");
    }

    #[test]
    fn programs_and_own_pages_are_from_here() {
        check(&[("host", "127.0.0.1:9090")], false);
        check(&[("host", "[::1]:9090")], false);
        check(&[("host", "localhost:9090")], false);
        let own = [
            ("host", "127.0.0.1:9090"),
            ("origin", "http://127.0.0.1:9090"),
            ("sec-fetch-site", "same-origin"),
        ];
        check(&own, false);
    }

    #[test]
    fn other_pages_are_not() {
        let here = ("host", "127.0.0.1:9090");
        check(&[here, ("origin", "https://evil.example")], true);
        check(&[here, ("origin", "null")], true);
        check(&[here, ("origin", "http://127.0.0.1:8080")], true);
        check(&[here, ("sec-fetch-site", "cross-site")], true);
        // A name that was made to lead here.
        check(&[("host", "evil.example:9090")], true);
        check(&[("host", "127.0.0.1.evil.example")], true);
    }
}
