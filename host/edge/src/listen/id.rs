//! What a request is called, from the client to the log, to the guest, and to whom the guest asks.

use http::header::{HeaderMap, HeaderName, HeaderValue};

/// The header field that has it, in requests and in answers.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The most letters of an identifier that is kept.
const LONGEST: usize = 128;

/// What a request is called: what its `x-request-id` says, where that has 1 to 128 letters, digits and `-_.:=+/~`, or 32 hexadecimal digits that were drawn.
///
/// It is kept whoever says it, for it only tells requests from each other: who says what another one has said finds their own lines beside the other's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// That of a request with these fields, in which it is then too.
    pub(crate) fn of(headers: &mut HeaderMap) -> Self {
        let mut said = headers.get_all(REQUEST_ID).iter();
        if let (Some(said), None) = (said.next(), said.next())
            && is_identifier(said.as_bytes())
        {
            return Self(said.clone());
        }
        let drawn = format!("{:032x}", fastrand::u128(..));
        let drawn = HeaderValue::try_from(drawn).expect("digits are a value");
        headers.insert(REQUEST_ID, drawn.clone());
        Self(drawn)
    }

    /// Itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    /// As the value of a header field.
    #[must_use]
    pub fn value(&self) -> &HeaderValue {
        &self.0
    }
}

fn is_identifier(text: &[u8]) -> bool {
    let is_letter = |letter: &u8| letter.is_ascii_alphanumeric() || b"-_.:=+/~".contains(letter);
    (1..=LONGEST).contains(&text.len()) && text.iter().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id_of(said: &[&[u8]]) -> (RequestId, HeaderMap) {
        let mut headers = HeaderMap::new();
        for value in said {
            headers.append(REQUEST_ID, HeaderValue::from_bytes(value).expect("a value"));
        }
        let id = RequestId::of(&mut headers);
        (id, headers)
    }

    #[test]
    fn a_good_one_is_kept() {
        for said in [
            "1",
            "Root=1-67891233-abcdef",
            "7f0c:a/b~c+d_e.f",
            &"x".repeat(128),
        ] {
            let (id, headers) = id_of(&[said.as_bytes()]);
            assert_eq!(id.as_str(), said);
            assert_eq!(headers[REQUEST_ID], said);
        }
    }

    #[test]
    fn any_other_is_replaced() {
        let long = "x".repeat(129);
        let wrong: [&[&[u8]]; 7] = [
            &[],
            &[b""],
            &[b"a b"],
            &[b"a\"b"],
            &[b"\xff"],
            &[b"a", b"b"],
            &[long.as_bytes()],
        ];
        for said in wrong {
            let (id, headers) = id_of(said);
            assert_eq!(id.as_str().len(), 32, "{id:?}");
            assert!(
                id.as_str().bytes().all(|digit| digit.is_ascii_hexdigit()),
                "{id:?}"
            );
            let all: Vec<_> = headers.get_all(REQUEST_ID).iter().collect();
            assert_eq!(all, [id.value()]);
        }
    }
}
