//! The page on which one reads what is deployed and tries it: four files that read `/openapi.json` and need nothing from elsewhere.
//!
//! The files go under one folder, `/docs`. They work under [`POLICY`]: no script or style is inside the HTML, and nothing is loaded from
//! another host.

use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use http::{HeaderValue, Response};

use crate::body::{Body, full};

/// A file of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name in the folder.
    pub name: &'static str,
    /// Its media type.
    pub media_type: &'static str,
    /// What is in it.
    pub text: &'static str,
}

/// The content-security policy that the page works under.
pub const POLICY: &str = "default-src 'self'";

/// The files; the first is what the folder itself answers with.
pub const FILES: [File; 4] = [
    File {
        name: "index.html",
        media_type: "text/html; charset=utf-8",
        text: include_str!("page/index.html"),
    },
    File {
        name: "page.css",
        media_type: "text/css; charset=utf-8",
        text: include_str!("page/page.css"),
    },
    File {
        name: "page.js",
        media_type: "text/javascript; charset=utf-8",
        text: include_str!("page/page.js"),
    },
    File {
        name: "icon.svg",
        media_type: "image/svg+xml",
        text: include_str!("page/icon.svg"),
    },
];

impl File {
    /// The file of this name; of no name the first.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        match name {
            "" => FILES.first(),
            name => FILES.iter().find(|file| file.name == name),
        }
    }

    /// The response that has it.
    #[must_use]
    pub fn response(&self) -> Response<Body> {
        let mut response = Response::new(full(self.text));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::FILES;

    #[test]
    fn the_page_brings_everything_along() {
        let html = FILES[0].text;
        for file in &FILES[1..] {
            assert!(
                html.contains(&format!("\"{}\"", file.name)),
                "`{}` is of the page",
                file.name
            );
        }
        for file in &FILES[..3] {
            assert!(
                !file.text.contains("://"),
                "`{}` names another host",
                file.name
            );
        }
        // What the policy refuses.
        assert!(
            !html.contains("<style") && !html.contains(" style="),
            "no style is inside"
        );
        assert_eq!(
            html.matches("<script").count(),
            html.matches("<script type=\"module\" src=").count()
        );
        assert!(
            !FILES[2].text.contains("innerHTML"),
            "what a WIT says is text, not HTML"
        );
    }
}
