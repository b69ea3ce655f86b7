//! Host patterns, such as `*.example.com:443`: where requests may be sent to.

use http::uri::Scheme;
use std::fmt;
use std::str::FromStr;

/// Some hosts, as text: `[SCHEME://]HOST[:PORT]`.
///
/// `HOST` is a name (`api.example.com`), an address (`10.1.2.3`, `[2001:db8::1]`), every name below
/// one (`*.example.com`, which is not `example.com`) or every host (`*`). Without `SCHEME`, which
/// is `http` or `https`, both are meant; without `PORT`, the port that the request's scheme has by
/// itself; `*` is any port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPattern {
    scheme: Option<Scheme>,
    host: Hosts,
    port: Ports,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Hosts {
    Any,
    /// Those that end in this, which begins with a dot.
    Below(String),
    One(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ports {
    OfScheme,
    Any,
    One(u16),
}

/// Why a text is no pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PatternError {
    /// The scheme is neither `http` nor `https`.
    Scheme(String),
    /// The host is no name, no address, and no name below `*.`.
    Host(String),
    /// The port is neither a number from 1 to 65535 nor `*`.
    Port(String),
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PatternError::Scheme(found) => {
                write!(f, "scheme: expected `http` or `https`, found `{found}`")
            }
            PatternError::Host(found) => write!(
                f,
                "host: expected a name like `api.example.com`, `*.example.com`, an address or `*`, found `{found}`"
            ),
            PatternError::Port(found) => {
                write!(f, "port: expected 1 to 65535 or `*`, found `{found}`")
            }
        }
    }
}

impl std::error::Error for PatternError {}

impl FromStr for HostPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<HostPattern, PatternError> {
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (Some(scheme_of(scheme)?), rest),
            None => (None, text),
        };
        // A colon within brackets is the address's own.
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, Some(port)),
            _ => (rest, None),
        };
        let port = port.map_or(Ok(Ports::OfScheme), ports)?;
        let host = hosts(host)?;
        Ok(HostPattern { scheme, host, port })
    }
}

/// The text that it is read from, in one spelling.
impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(scheme) = &self.scheme {
            write!(f, "{scheme}://")?;
        }
        match &self.host {
            Hosts::Any => f.write_str("*")?,
            Hosts::Below(name) => write!(f, "*{name}")?,
            Hosts::One(host) => f.write_str(host)?,
        }
        match self.port {
            Ports::OfScheme => Ok(()),
            Ports::Any => f.write_str(":*"),
            Ports::One(port) => write!(f, ":{port}"),
        }
    }
}

fn scheme_of(text: &str) -> Result<Scheme, PatternError> {
    match text {
        "http" => Ok(Scheme::HTTP),
        "https" => Ok(Scheme::HTTPS),
        _ => Err(PatternError::Scheme(text.to_owned())),
    }
}

fn ports(text: &str) -> Result<Ports, PatternError> {
    if text == "*" {
        return Ok(Ports::Any);
    }
    match text.parse() {
        Ok(port) if port > 0 => Ok(Ports::One(port)),
        _ => Err(PatternError::Port(text.to_owned())),
    }
}

fn hosts(text: &str) -> Result<Hosts, PatternError> {
    let wrong = || PatternError::Host(text.to_owned());
    if text == "*" {
        return Ok(Hosts::Any);
    }
    if let Some(name) = text.strip_prefix("*.") {
        return match is_name(name) {
            true => Ok(Hosts::Below(format!(".{}", plain(name)))),
            false => Err(wrong()),
        };
    }
    let address = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    let fine = match address {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => is_name(text),
    };
    fine.then(|| Hosts::One(plain(text))).ok_or_else(wrong)
}

/// Whether `text` is made of labels as names (and IPv4 addresses) are.
fn is_name(text: &str) -> bool {
    let text = text.strip_suffix('.').unwrap_or(text);
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let label = |label: &str| !label.is_empty() && label.bytes().all(letter);
    text.len() <= 253 && text.split('.').all(label)
}

/// One spelling for all that name the same host: lower case, no dot at the end, addresses as they
/// are usually written.
fn plain(host: &str) -> String {
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    let address = host.trim_matches(['[', ']']).parse::<std::net::Ipv6Addr>();
    address.map_or(host, |address| format!("[{address}]"))
}

impl HostPattern {
    /// Whether a request with this scheme may go to this host and port. An IPv6 address has its
    /// brackets.
    ///
    /// ```
    /// use amphi_edge_pattern::HostPattern;
    /// use http::uri::Scheme;
    ///
    /// let pattern: HostPattern = "https://*.example.com".parse()?;
    /// assert!(pattern.matches(&Scheme::HTTPS, "api.example.com", 443));
    /// assert!(!pattern.matches(&Scheme::HTTP, "api.example.com", 80));
    /// assert!(!pattern.matches(&Scheme::HTTPS, "example.com", 443));
    /// # Ok::<(), amphi_edge_pattern::PatternError>(())
    /// ```
    #[must_use]
    pub fn matches(&self, scheme: &Scheme, host: &str, port: u16) -> bool {
        let host = plain(host);
        let right_host = match &self.host {
            Hosts::Any => true,
            Hosts::Below(end) => host.len() > end.len() && host.ends_with(end.as_str()),
            Hosts::One(one) => host == *one,
        };
        let right_port = match self.port {
            Ports::Any => true,
            Ports::One(one) => port == one,
            Ports::OfScheme => port == port_of(scheme),
        };
        right_host && right_port && self.scheme.as_ref().is_none_or(|one| one == scheme)
    }
}

/// The port of a scheme, if a request names none.
#[must_use]
pub fn port_of(scheme: &Scheme) -> u16 {
    match *scheme == Scheme::HTTPS {
        true => 443,
        false => 80,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, url: &str, expected: bool) {
        let pattern: HostPattern = pattern.parse().expect("it is a pattern");
        let url: http::Uri = url.parse().expect("it is a URL");
        let scheme = url.scheme().expect("it has a scheme");
        let host = url.host().expect("it has a host");
        let port = url.port_u16().unwrap_or(port_of(scheme));
        let found = pattern.matches(scheme, host, port);
        assert_eq!(found, expected, "{pattern:?} {url}");
    }

    #[test]
    fn a_name_is_itself_at_the_ports_of_both_schemes() {
        check("api.example.com", "https://api.example.com/x", true);
        check("api.example.com", "http://api.example.com", true);
        check("api.example.com", "http://API.Example.com.:80", true);
        check("API.example.com.", "http://api.example.com", true);
        check("api.example.com", "http://api.example.com:443", false);
        check("api.example.com", "http://api.example.com:8080", false);
        check("api.example.com", "http://an.api.example.com", false);
        check("api.example.com", "http://api.example.com.evil.org", false);
        check("api.example.com", "http://user@api.example.com", true);
        check("api.example.com", "http://api.example.com@evil.org", false);
    }

    #[test]
    fn a_star_is_every_name_below_and_not_the_name_itself() {
        check("*.example.com", "http://a.example.com", true);
        check("*.example.com", "http://a.b.EXAMPLE.com", true);
        check("*.example.com", "http://example.com", false);
        check("*.example.com", "http://badexample.com", false);
        check("*.example.com", "http://a.example.com.evil.org", false);
        check("*", "http://10.0.0.1", true);
        check("*", "http://10.0.0.1:81", false);
        check("*:*", "https://[::1]:81", true);
    }

    #[test]
    fn scheme_and_port_narrow_it() {
        check("https://example.com", "https://example.com", true);
        check("https://example.com", "http://example.com:443", false);
        check("example.com:8080", "http://example.com:8080", true);
        check("example.com:8080", "http://example.com", false);
        check("http://*.example.com:*", "http://a.example.com:9", true);
        check("http://*.example.com:*", "https://a.example.com:9", false);
    }

    #[test]
    fn addresses_have_one_spelling() {
        check("[2001:db8:0::1]:80", "http://[2001:DB8::0:1]", true);
        check("[::1]", "http://[::2]", false);
        check("127.0.0.1:5000", "http://127.0.0.1:5000", true);
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        let check = |text: &str, expected: fn(String) -> PatternError, part: &str| {
            assert_eq!(HostPattern::from_str(text), Err(expected(part.to_owned())));
        };
        check("ftp://example.com", PatternError::Scheme, "ftp");
        check("", PatternError::Host, "");
        check("exa mple.com", PatternError::Host, "exa mple.com");
        check("example.com/path", PatternError::Host, "example.com/path");
        check("*example.com", PatternError::Host, "*example.com");
        check("a.*.com", PatternError::Host, "a.*.com");
        check("*.*", PatternError::Host, "*.*");
        check("a..com", PatternError::Host, "a..com");
        check("[::g]", PatternError::Host, "[::g]");
        check("example.com:0", PatternError::Port, "0");
        check("example.com:65536", PatternError::Port, "65536");
        check("example.com:", PatternError::Port, "");
    }

    #[test]
    fn a_pattern_is_written_as_it_is_read() {
        for text in [
            "*",
            "*:*",
            "api.example.com",
            "https://*.example.com:443",
            "http://10.1.2.3:8080",
            "[2001:db8::1]:*",
        ] {
            let pattern: HostPattern = text.parse().expect("a pattern");
            assert_eq!(pattern.to_string(), text);
            assert_eq!(pattern.to_string().parse(), Ok(pattern));
        }
        let pattern: HostPattern = "API.Example.com.".parse().expect("a pattern");
        assert_eq!(pattern.to_string(), "api.example.com");
    }
}
