//! The pages that the host serves: one on which functions are read about and tried, and one over
//! the admin API.
//!
//! A page is a few files of this program under one folder. They read the API beside them and need
//! nothing from elsewhere, and they work under [`POLICY`]: no script or style is inside the HTML,
//! nothing is loaded from another host, and no other page has it in a frame. What both pages have
//! is there once.

use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, Response, StatusCode};

use crate::api::route::Route;
use amphi_edge_config as config;
use amphi_edge_listen::{Body, empty, full};

/// The content-security policy that the pages work under.
pub const POLICY: &str =
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its files; the first is what the folder itself answers with.
    pub files: &'static [File],
}

/// A file of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name in the folder.
    pub name: &'static str,
    /// Its media type.
    pub media_type: &'static str,
    /// What is in it.
    pub text: &'static str,
}

/// The page of `/docs/`, which reads `/openapi.json`.
pub const DOCS: Page = Page {
    files: &[
        File::html(include_str!("page/docs/index.html")),
        File::css("docs.css", include_str!("page/docs/docs.css")),
        File::js("docs.js", include_str!("page/docs/docs.js")),
        BASE,
        ELEMENT,
        ICON,
    ],
};

/// The page of `/admin/`, which reads the admin API.
pub const ADMIN: Page = Page {
    files: &[
        File::html(include_str!("page/admin/index.html")),
        File::css("admin.css", include_str!("page/admin/admin.css")),
        File::js("admin.js", include_str!("page/admin/admin.js")),
        File::js("api.js", include_str!("page/admin/api.js")),
        File::js(
            "configuration.js",
            include_str!("page/admin/configuration.js"),
        ),
        File::js("decisions.js", include_str!("page/admin/decisions.js")),
        File::js("dialog.js", include_str!("page/admin/dialog.js")),
        File::js("functions.js", include_str!("page/admin/functions.js")),
        File::js("history.js", include_str!("page/admin/history.js")),
        File::js("problem.js", include_str!("page/admin/problem.js")),
        File::js("sparkline.js", include_str!("page/admin/sparkline.js")),
        File::js("trial.js", include_str!("page/admin/trial.js")),
        File::js("words.js", include_str!("page/admin/words.js")),
        BASE,
        ELEMENT,
        ICON,
    ],
};

const BASE: File = File::css("base.css", include_str!("page/base.css"));
const ELEMENT: File = File::js("element.js", include_str!("page/element.js"));
const ICON: File = File {
    name: "icon.svg",
    media_type: "image/svg+xml",
    text: include_str!("page/icon.svg"),
};

/// The page that a path is of.
pub(crate) fn of_path(path: &str) -> Option<config::Page> {
    match Route::of(path) {
        Route::Document => Some(config::Page::Openapi),
        Route::Page { .. } | Route::PageWithoutSlash => Some(config::Page::Docs),
        Route::Prefix if path == config::paths::METRICS => Some(config::Page::Metrics),
        Route::Prefix | Route::Call { .. } => None,
    }
}

impl Page {
    /// The file of this name; of no name the first.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<&'static File> {
        match name {
            "" => self.files.first(),
            name => self.files.iter().find(|file| file.name == name),
        }
    }
}

impl File {
    const fn html(text: &'static str) -> Self {
        Self {
            name: "index.html",
            media_type: "text/html; charset=utf-8",
            text,
        }
    }

    const fn css(name: &'static str, text: &'static str) -> Self {
        Self {
            name,
            media_type: "text/css; charset=utf-8",
            text,
        }
    }

    const fn js(name: &'static str, text: &'static str) -> Self {
        Self {
            name,
            media_type: "text/javascript; charset=utf-8",
            text,
        }
    }

    /// The response that has it.
    #[must_use]
    pub fn response(&self) -> Response<Body> {
        let mut response = Response::new(full(self.text));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        response
    }
}

/// The response that leads to a page's folder from an address that its files are not below.
pub(crate) fn moved(folder: &'static str) -> Response<Body> {
    let mut response = Response::new(empty());
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    let headers = response.headers_mut();
    headers.insert(LOCATION, HeaderValue::from_static(folder));
    response
}

#[cfg(test)]
mod tests {
    use super::{ADMIN, DOCS, Page};

    /// Not an address that is asked for: a name for what SVG is.
    const SVG: &str = "http://www.w3.org/2000/svg";

    fn check(page: &Page) {
        let html = page.files[0].text;
        for file in &page.files[1..] {
            let (quoted, imported) = (format!("\"{}\"", file.name), format!("'./{}'", file.name));
            let mut others = page.files.iter().map(|file| file.text);
            assert!(
                html.contains(&quoted) || others.any(|text| text.contains(&imported)),
                "`{}` is of the page",
                file.name
            );
            assert!(
                !file.text.replace(SVG, "").contains("://"),
                "`{}` names another host",
                file.name
            );
            // What a WIT or a problem says is text.
            for word in ["innerHTML", "outerHTML", "insertAdjacentHTML", "Storage"] {
                assert!(!file.text.contains(word), "`{}`: `{word}`", file.name);
            }
            for import in file.text.split(" from './").skip(1) {
                let name = import.split('\'').next().unwrap_or_default();
                assert!(page.file(name).is_some(), "`{}`: `{name}`", file.name);
            }
        }
        // What the policy refuses.
        assert!(!html.contains("://"), "it names another host");
        assert!(
            !html.contains("<style") && !html.contains(" style="),
            "no style is inside"
        );
        assert_eq!(
            html.matches("<script").count(),
            html.matches("<script type=\"module\" src=").count()
        );
    }

    #[test]
    fn the_pages_bring_everything_along() {
        check(&DOCS);
        check(&ADMIN);
        assert_eq!(DOCS.file(""), DOCS.files.first());
        assert_eq!(DOCS.file("admin.js"), None);
    }
}
