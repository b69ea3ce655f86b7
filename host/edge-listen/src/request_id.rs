//! What a request is called, from the client to the log, to the guest, and to whom the guest asks.

use std::future::Future;

use http::header::{HeaderMap, HeaderName, HeaderValue};

/// The header field that has it, in requests and in answers.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The most letters of an identifier that is kept.
const LONGEST: usize = 128;

/// What a request is called: what its `x-request-id` says, where that has 1 to 128 letters, digits
/// and `-_.:=+/~`, or 32 hexadecimal digits that were drawn.
///
/// It is kept whoever says it, for it only tells requests from each other: who says what another
/// one has said finds their own lines beside the other's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(HeaderValue);

tokio::task_local! {
    static CURRENT: RequestId;
}

impl RequestId {
    /// That of the request whose answer the running task is busy with, if it is one's.
    #[must_use]
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Self::clone).ok()
    }

    /// Does `work` for the request that is called so: it is [`current`](Self::current) there, also
    /// where `work` is a task of its own.
    pub async fn within<F: Future>(this: Option<Self>, work: F) -> F::Output {
        match this {
            Some(this) => CURRENT.scope(this, work).await,
            None => work.await,
        }
    }

    /// Has a request that is sent say it, unless it says what it is called itself.
    pub fn tell(&self, headers: &mut HeaderMap) {
        headers.entry(REQUEST_ID).or_insert_with(|| self.0.clone());
    }

    /// That of a request with these fields.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let mut said = headers.get_all(REQUEST_ID).iter();
        if let (Some(said), None) = (said.next(), said.next())
            && is_identifier(said.as_bytes())
        {
            return Self(said.clone());
        }
        Self(drawn())
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

/// 32 hexadecimal digits.
fn drawn() -> HeaderValue {
    let mut digits = [0; 32];
    let bytes = fastrand::u128(..).to_be_bytes();
    for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
        let digit = |half: u8| b"0123456789abcdef"[usize::from(half)];
        pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
    }
    HeaderValue::from_bytes(&digits).expect("digits are a value")
}

fn is_identifier(text: &[u8]) -> bool {
    let is_letter = |letter: &u8| letter.is_ascii_alphanumeric() || b"-_.:=+/~".contains(letter);
    (1..=LONGEST).contains(&text.len()) && text.iter().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id_of(said: &[&[u8]]) -> RequestId {
        let mut headers = HeaderMap::new();
        for value in said {
            headers.append(REQUEST_ID, HeaderValue::from_bytes(value).expect("a value"));
        }
        RequestId::of(&headers)
    }

    #[test]
    fn a_good_one_is_kept() {
        for said in [
            "1",
            "Root=1-67891233-abcdef",
            "7f0c:a/b~c+d_e.f",
            &"x".repeat(128),
        ] {
            assert_eq!(id_of(&[said.as_bytes()]).as_str(), said);
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
            let id = id_of(said);
            assert_eq!(id.as_str().len(), 32, "{id:?}");
            assert!(
                id.as_str().bytes().all(|digit| digit.is_ascii_hexdigit()),
                "{id:?}"
            );
        }
    }
}
