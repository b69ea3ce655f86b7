//! Which function a path belongs to.

use std::borrow::Cow;

use amphi_edge_config::paths::{CALLS, DOCS, DOCUMENT};

/// Where a function that a component exports is called: `/v1/fn/shop/demo:shop/cart@1.0.0/total`.
pub(crate) fn call(name: &str, interface: Option<&str>, function: &str) -> String {
    match interface {
        Some(interface) => format!("{CALLS}{name}/{interface}/{function}"),
        None => format!("{CALLS}{name}/{function}"),
    }
}

/// What a path asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Route<'a> {
    /// A function of a function's component, by JSON: `/v1/fn/<function>/<path>`.
    Call {
        /// The function.
        function: Cow<'a, str>,
        /// What of its component.
        path: Cow<'a, str>,
    },
    /// The OpenAPI document.
    Document,
    /// A file of the page on which functions are read about and tried: `/docs/<file>`.
    Page {
        /// The file.
        file: &'a str,
    },
    /// The page, by an address that its files are not below.
    PageWithoutSlash,
    /// Anything else: whoever has the longest route that the path begins with.
    Prefix,
}

impl<'a> Route<'a> {
    /// Reads a path.
    pub(crate) fn of(path: &'a str) -> Self {
        if let Some(rest) = path.strip_prefix(CALLS) {
            let (function, path) = rest.split_once('/').unwrap_or((rest, ""));
            return Self::Call {
                function: decoded(function),
                path: decoded(path),
            };
        }
        match path.strip_prefix(DOCS) {
            Some(file) => Self::Page { file },
            None if path == DOCUMENT => Self::Document,
            None if DOCS.strip_suffix('/') == Some(path) => Self::PageWithoutSlash,
            None => Self::Prefix,
        }
    }
}

/// A name whose letters a client may have written as `%3A`. What is no text then stays as it is,
/// and is the name of nothing.
fn decoded(name: &str) -> Cow<'_, str> {
    if !name.contains('%') {
        return Cow::Borrowed(name);
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let mut parts = name.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let [high, low, rest @ ..] = part.as_bytes() else {
            return Cow::Borrowed(name);
        };
        let (Some(high), Some(low)) = (digit(*high), digit(*low)) else {
            return Cow::Borrowed(name);
        };
        bytes.extend(u8::try_from(high << 4 | low));
        bytes.extend_from_slice(rest);
    }
    String::from_utf8(bytes).map_or(Cow::Borrowed(name), Cow::Owned)
}

/// Whether `path` is `route` or below it, segment by segment. `/` is above everything.
pub(crate) fn is_below(path: &str, route: &str) -> bool {
    let route = route.trim_end_matches('/');
    path.strip_prefix(route)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_name_a_function_and_a_path() {
        assert_eq!(
            Route::of("/v1/fn/calc/demo:calc/ops@1.0.0/add"),
            Route::Call {
                function: "calc".into(),
                path: "demo:calc/ops@1.0.0/add".into()
            }
        );
        assert_eq!(
            Route::of("/v1/fn/calc"),
            Route::Call {
                function: "calc".into(),
                path: "".into()
            }
        );
        assert_eq!(Route::of("/v1/other"), Route::Prefix);
        assert_eq!(Route::of("/openapi.json"), Route::Document);
        assert_eq!(Route::of("/docs/"), Route::Page { file: "" });
        assert_eq!(Route::of("/docs"), Route::PageWithoutSlash);
        assert_eq!(Route::of("/docsy"), Route::Prefix);
    }

    #[test]
    fn letters_of_names_may_be_encoded() {
        for (encoded, name) in [
            ("demo%3Acalc/ops%401.0.0/add", "demo:calc/ops@1.0.0/add"),
            ("demo%3acalc%2Fops%2fadd", "demo:calc/ops/add"),
            ("%C3%A4", "ä"),
            ("%ff", "%ff"),
            ("a%", "a%"),
            ("a%4", "a%4"),
            ("%zz%41", "%zz%41"),
            ("%+1", "%+1"),
            ("%ä", "%ä"),
        ] {
            assert_eq!(decoded(encoded), name);
        }
    }

    #[test]
    fn routes_end_at_segments() {
        assert!(is_below("/a/b", "/a"));
        assert!(is_below("/a", "/a/"));
        assert!(is_below("/anything", "/"));
        assert!(!is_below("/ab", "/a"));
    }
}
