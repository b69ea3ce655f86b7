//! Which function a path belongs to.

/// Where calls by JSON begin.
const CALLS: &str = "/v1/fn/";

/// Where a function that a component exports is called: `/v1/fn/shop/demo:shop/cart@1.0.0/total`.
pub(crate) fn call(name: &str, interface: Option<&str>, function: &str) -> String {
    match interface {
        Some(interface) => format!("{CALLS}{name}/{interface}/{function}"),
        None => format!("{CALLS}{name}/{function}"),
    }
}

/// Where the OpenAPI document is.
const DOCUMENT: &str = "/openapi.json";

/// Where the files of the page are.
pub(crate) const PAGE: &str = "/docs/";

/// What a path asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Route<'a> {
    /// A function of a function's component, by JSON: `/v1/fn/<function>/<path>`.
    Call {
        /// The function.
        function: &'a str,
        /// What of its component.
        path: &'a str,
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
            return Self::Call { function, path };
        }
        match path.strip_prefix(PAGE) {
            Some(file) => Self::Page { file },
            None if path == DOCUMENT => Self::Document,
            None if PAGE.strip_suffix('/') == Some(path) => Self::PageWithoutSlash,
            None => Self::Prefix,
        }
    }
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
                function: "calc",
                path: "demo:calc/ops@1.0.0/add"
            }
        );
        assert_eq!(
            Route::of("/v1/fn/calc"),
            Route::Call {
                function: "calc",
                path: ""
            }
        );
        assert_eq!(Route::of("/v1/other"), Route::Prefix);
        assert_eq!(Route::of("/openapi.json"), Route::Document);
        assert_eq!(Route::of("/docs/"), Route::Page { file: "" });
        assert_eq!(Route::of("/docs"), Route::PageWithoutSlash);
        assert_eq!(Route::of("/docsy"), Route::Prefix);
    }

    #[test]
    fn routes_end_at_segments() {
        assert!(is_below("/a/b", "/a"));
        assert!(is_below("/a", "/a/"));
        assert!(is_below("/anything", "/"));
        assert!(!is_below("/ab", "/a"));
    }
}
