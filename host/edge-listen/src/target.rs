//! What a request is for, in one form whichever way it was said; and what is wrong with it before
//! anybody asks what it means.
//!
//! RFC 9112 (3.2, 6.1, 7), RFC 9113 (8.3.1) and RFC 9110 (10.1.1).

use std::net::{Ipv6Addr, SocketAddr};

use http::header::{EXPECT, HOST, HeaderMap, HeaderValue, TRANSFER_ENCODING};
use http::uri::{Authority, PathAndQuery, Scheme, Uri};
use http::{Method, Request, Version};

use super::error::{ListenError, ListenErrorKind as Kind};
use super::memo::Memo;

/// Has a request say its scheme and its authority in its target, and the authority in `host` as
/// well.
///
/// The scheme is `https` exactly where `encrypted` is; the authority is that of the target, or else
/// that of `host`, or, where HTTP/1.0 has none, the address that the connection has come to,
/// `local`. `last` has the authority that was asked for last over it.
///
/// # Errors
///
/// What is wrong with the request.
pub fn settle<B>(
    request: &mut Request<B>,
    local: Option<SocketAddr>,
    encrypted: bool,
    last: &Memo<Authority>,
) -> Result<(), ListenError> {
    check_coding(request.headers())?;
    check_expectation(request.version(), request.headers())?;
    let authority = authority(request, local, last)?;
    if request
        .headers()
        .get(HOST)
        .is_none_or(|host| host != authority.as_str())
    {
        let value = HeaderValue::try_from(authority.as_str()).map_err(|_| no_authority())?;
        request.headers_mut().insert(HOST, value);
    }
    if *request.method() == Method::CONNECT {
        let detail = "CONNECT is not supported";
        return Err(ListenError::new(Kind::Connect, detail));
    }
    if request.uri().path() == "*" {
        // It is of the server as a whole, and has no other form.
        return match *request.method() {
            Method::OPTIONS => Ok(()),
            _ => Err(ListenError::new(
                Kind::Target,
                "`*` is only valid with OPTIONS",
            )),
        };
    }
    let mut parts = std::mem::take(request.uri_mut()).into_parts();
    let scheme = parts.scheme.take();
    if scheme.is_some_and(|scheme| scheme != Scheme::HTTP && scheme != Scheme::HTTPS) {
        return Err(ListenError::new(
            Kind::Target,
            "expected the scheme `http` or `https`",
        ));
    }
    parts.scheme = Some(if encrypted {
        Scheme::HTTPS
    } else {
        Scheme::HTTP
    });
    parts.authority = Some(authority);
    let path = parts.path_and_query.take();
    parts.path_and_query = path.or(Some(PathAndQuery::from_static("/")));
    *request.uri_mut() =
        Uri::from_parts(parts).map_err(|error| ListenError::new(Kind::Target, error))?;
    Ok(())
}

/// The authority that a request is for, where all that it says of it is right and the same.
fn authority<B>(
    request: &Request<B>,
    local: Option<SocketAddr>,
    last: &Memo<Authority>,
) -> Result<Authority, ListenError> {
    let version = request.version();
    let mut hosts = request.headers().get_all(HOST).iter();
    let host = hosts.next();
    if hosts.next().is_some() {
        return Err(ListenError::new(
            Kind::Authority,
            "expected one `host`, found more",
        ));
    }
    let found = |text: &[u8]| {
        last.or_find(
            |last| last.as_str().as_bytes() == text,
            || authority_of(text),
        )
    };
    let of_host = host.map(|host| found(host.as_bytes())).transpose()?;
    let of_target = request.uri().authority();
    let of_target = of_target.map(|target| found(target.as_str().as_bytes()));
    let of_target = of_target.transpose()?;
    if version == Version::HTTP_11 && host.is_none() {
        return Err(ListenError::new(
            Kind::Authority,
            "expected `host`, found none",
        ));
    }
    if version == Version::HTTP_2
        && let (Some(target), Some(host)) = (&of_target, &of_host)
        && target != host
    {
        let detail = format!("`:authority` is `{target}`, `host` is `{host}`");
        return Err(ListenError::new(Kind::Authority, detail));
    }
    let old = || {
        let local = local.filter(|_| version < Version::HTTP_11)?;
        authority_of(local.to_string().as_bytes()).ok()
    };
    let found = of_target.or(of_host).or_else(old);
    found.ok_or_else(|| {
        ListenError::new(
            Kind::Authority,
            "expected `:authority` or `host`, found neither",
        )
    })
}

/// A host, and a port if there is one; nobody's name and password.
///
/// # Errors
///
/// It is something else.
pub fn authority_of(text: &[u8]) -> Result<Authority, ListenError> {
    let authority = Authority::try_from(text).ok();
    let authority = authority.filter(|authority| is_host_and_port(authority.as_str()));
    authority.ok_or_else(no_authority)
}

fn is_host_and_port(text: &str) -> bool {
    let (good, rest) = match text.strip_prefix('[') {
        Some(rest) => {
            let (address, rest) = rest.split_once(']').unwrap_or((rest, "]"));
            (address.parse::<Ipv6Addr>().is_ok(), rest)
        }
        None => {
            let (name, rest) = text.split_at(text.find(':').unwrap_or(text.len()));
            (is_name(name), rest)
        }
    };
    good && match rest.strip_prefix(':') {
        // A port may be left out after its colon.
        Some(port) => port.is_empty() || is_port(port),
        None => rest.is_empty(),
    }
}

/// A name or an address of IPv4: `reg-name` of RFC 3986.
fn is_name(text: &str) -> bool {
    let is_letter =
        |letter: u8| letter.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=%".contains(&letter);
    !text.is_empty() && text.bytes().all(is_letter)
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|digit| digit.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

/// hyper takes care that the last coding is `chunked`. Others are not understood, and that one
/// makes sense once.
fn check_coding(headers: &HeaderMap) -> Result<(), ListenError> {
    let values = headers.get_all(TRANSFER_ENCODING).iter();
    let codings = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    let codings: Vec<_> = codings.map(<[u8]>::trim_ascii).collect();
    let is_chunked = |coding: &&&[u8]| coding.eq_ignore_ascii_case(b"chunked");
    let (count, chunked) = (codings.len(), codings.iter().filter(is_chunked).count());
    if count <= 1 {
        return Ok(());
    }
    let kind = match chunked {
        0 | 1 => Kind::TransferCoding,
        _ => Kind::TransferEncoding,
    };
    let detail = "expected `transfer-encoding: chunked`, found more";
    Err(ListenError::new(kind, detail))
}

fn check_expectation(version: Version, headers: &HeaderMap) -> Result<(), ListenError> {
    let mut values = headers.get_all(EXPECT).iter();
    let known = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"100-continue");
    // HTTP/1.0 has no expectations.
    if version < Version::HTTP_11 || values.all(known) {
        return Ok(());
    }
    let detail = "expected `expect: 100-continue` or none";
    Err(ListenError::new(Kind::Expectation, detail))
}

/// What was found is not said: it may be somebody's password.
fn no_authority() -> ListenError {
    let detail = "expected a host, maybe a port, and nothing else";
    ListenError::new(Kind::Authority, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What becomes of a request with this target and these fields: its target, or the status of
    /// what is wrong.
    fn check(version: Version, target: &str, fields: &[(&str, &str)], expected: Result<&str, u16>) {
        let mut request = Request::get(target).version(version);
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        let mut request = request.body(()).expect("a request");
        let local = ([127, 0, 0, 1], 8080).into();
        let found = settle(&mut request, Some(local), false, &Memo::default());
        let found = found.map(|()| request.uri().to_string());
        let found = found.map_err(|error| error.kind().status().as_u16());
        assert_eq!(
            found.as_deref(),
            expected.as_ref().map(|text| &**text),
            "{target} {fields:?}"
        );
        if found.is_ok() {
            let authority = request.uri().authority().map(Authority::as_str);
            assert_eq!(request.headers()[HOST].to_str().ok(), authority);
            assert_eq!(request.headers().get_all(HOST).iter().count(), 1);
        }
    }

    #[test]
    fn the_authority_is_the_one_that_is_said() {
        let one = Version::HTTP_11;
        check(
            one,
            "/a?b",
            &[("host", "h.example:81")],
            Ok("http://h.example:81/a?b"),
        );
        check(
            one,
            "/",
            &[("host", "[::1]:8080")],
            Ok("http://[::1]:8080/"),
        );
        check(
            one,
            "/",
            &[("host", "h.example:")],
            Ok("http://h.example:/"),
        );
        check(
            one,
            "https://other.example",
            &[("host", "h.example")],
            Ok("http://other.example/"),
        );
        check(
            Version::HTTP_10,
            "/",
            &[("host", "h.example")],
            Ok("http://h.example/"),
        );
        check(Version::HTTP_10, "/a", &[], Ok("http://127.0.0.1:8080/a"));
        let two = Version::HTTP_2;
        check(two, "https://h.example/a", &[], Ok("http://h.example/a"));
        check(
            two,
            "https://h.example/a",
            &[("host", "H.Example")],
            Ok("http://h.example/a"),
        );
        check(
            two,
            "/a",
            &[("host", "h.example")],
            Ok("http://h.example/a"),
        );
    }

    #[test]
    fn what_is_wrong_with_it_is_told() {
        let one = Version::HTTP_11;
        check(one, "/", &[], Err(400));
        check(one, "http://h.example/", &[], Err(400));
        for host in [
            "",
            "a b",
            "a/b",
            "a:b",
            "a:65536",
            "[::1",
            "[a]",
            "::1",
            "user:secret@a",
            "user@a",
            "a,b c",
            "[::1]x",
        ] {
            check(one, "/", &[("host", host)], Err(400));
            check(Version::HTTP_10, "/", &[("host", host)], Err(400));
            check(Version::HTTP_2, "/", &[("host", host)], Err(400));
        }
        let two_hosts = [("host", "a"), ("host", "a")];
        for version in [Version::HTTP_10, one, Version::HTTP_2] {
            check(version, "/", &two_hosts, Err(400));
            check(version, "http://user:secret@a/", &[("host", "a")], Err(400));
            check(version, "ftp://a/", &[("host", "a")], Err(400));
        }
        check(Version::HTTP_2, "http://a/", &[("host", "b")], Err(400));
        check(Version::HTTP_2, "/", &[], Err(400));
        check(one, "*", &[("host", "a")], Err(400));
    }

    #[test]
    fn one_coding_and_one_expectation_are_understood() {
        let host = ("host", "a");
        for (name, value, expected) in [
            ("transfer-encoding", "Chunked", Ok("http://a/")),
            ("transfer-encoding", "gzip, chunked", Err(501)),
            ("transfer-encoding", "chunked, chunked", Err(400)),
            ("expect", "100-Continue", Ok("http://a/")),
            ("expect", "tea", Err(417)),
        ] {
            check(Version::HTTP_11, "/", &[host, (name, value)], expected);
        }
        let chunked = ("transfer-encoding", "chunked");
        let twice = [host, chunked, chunked];
        check(Version::HTTP_11, "/", &twice, Err(400));
        let old = [host, ("expect", "tea")];
        check(Version::HTTP_10, "/", &old, Ok("http://a/"));
    }
}
