//! Whether a browser sends a request for a page from elsewhere.
//!
//! What listens at an address of this machine is reached by every page that a browser on this machine shows: a page's requests say where the page is from, in `origin`
//! and in `sec-fetch-site`, and a page whose name leads to this machine has that name in `host`.

use std::net::IpAddr;

use http::header::{HOST, ORIGIN};
use http::uri::Authority;
use http::{HeaderMap, HeaderName, Request};

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a page from elsewhere is behind a request.
pub fn is_from_elsewhere<B>(request: &Request<B>) -> bool {
    let headers = request.headers();
    let asked = request.uri().authority().map(Authority::as_str);
    let Some(asked) = asked.or_else(|| text(headers, &HOST)) else {
        return false;
    };
    if !is_of_this_machine(asked) {
        return true;
    }
    let same = |origin: &str| origin.split_once("://").is_some_and(|(_, of)| of == asked);
    let site = text(headers, &SITE).is_none_or(|site| matches!(site, "same-origin" | "none"));
    let origin = headers.get(ORIGIN);
    let origin = origin.is_none_or(|origin| origin.to_str().is_ok_and(same));
    !(site && origin)
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Whether it is an address or the name of this machine, which nobody else can give to an address of theirs.
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
        assert_eq!(is_from_elsewhere(&request), expected, "{fields:?}");
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
