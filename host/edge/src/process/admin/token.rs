//! What callers of the admin API show.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use http::HeaderMap;
use http::header::AUTHORIZATION;
use subtle::ConstantTimeEq;

use crate::digest::Digest;
use amphi_edge_blocking::file;

/// The token of the admin API. Only its digest is kept, so that it is written nowhere by mistake.
#[derive(Clone, Copy)]
pub struct Token(Digest);

impl Token {
    /// A token of these bytes.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        Self(Digest::of(bytes))
    }

    /// The token in a file, without the space around it.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or there is nothing in it.
    pub fn read(path: &Path) -> Result<Self, TokenError> {
        let refused = |source| TokenError {
            file: path.to_owned(),
            source,
        };
        let bytes = file::read(path).map_err(refused)?;
        match bytes.trim_ascii() {
            [] => Err(refused(io::Error::other("the file is empty"))),
            token => Ok(Self::new(token)),
        }
    }

    /// Whether a request shows it, as `authorization: Bearer`. How long it takes to find out tells
    /// nothing of the token.
    pub(super) fn is_shown(&self, headers: &HeaderMap) -> bool {
        let Some(shown) = headers.get(AUTHORIZATION) else {
            return false;
        };
        let (scheme, shown) = match shown.as_bytes().split_at_checked(7) {
            Some(parts) => parts,
            None => return false,
        };
        let shown = Digest::of(shown.trim_ascii());
        scheme.eq_ignore_ascii_case(b"Bearer ") && shown.as_bytes().ct_eq(self.0.as_bytes()).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

/// Why there is no token.
#[derive(Debug)]
pub struct TokenError {
    /// The file.
    pub file: PathBuf,
    /// Why.
    pub source: io::Error,
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` contains no token", self.file.display())
    }
}

impl Error for TokenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use http::HeaderValue;

    use super::*;

    #[test]
    fn only_the_whole_token_is_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("token");
        fs::write(&file, "correct horse\n").expect("a file");
        let token = Token::read(&file).expect("it is there");
        let check = |shown: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            if let Some(shown) = shown {
                headers.insert(AUTHORIZATION, HeaderValue::from_static(shown));
            }
            token.is_shown(&headers)
        };
        assert!(check(Some("Bearer correct horse")));
        assert!(check(Some("bearer correct horse")));
        for wrong in [
            "",
            "Bearer",
            "Bearer ",
            "Bearer correct",
            "Bearer correct horse!",
            "Basic correct horse",
            "correct horse",
        ] {
            assert!(!check(Some(wrong)), "{wrong:?}");
        }
        assert!(!check(None));
        assert!(!format!("{token:?}").contains("horse"));
    }

    #[test]
    fn an_empty_file_is_no_token() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("token");
        assert!(Token::read(&file).is_err());
        fs::write(&file, " \n").expect("a file");
        let error = Token::read(&file).expect_err("it is empty");
        assert!(error.to_string().contains("token"), "{error}");
    }
}
