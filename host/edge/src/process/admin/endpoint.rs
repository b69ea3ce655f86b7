//! What a request to the admin API is for.

use http::Method;

use crate::problem::{Kind, Problem};

/// What a request is for; names are functions'.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdminEndpoint<'a> {
    Metrics,
    Description,
    Functions,
    Decisions,
    Reloads,
    Reload,
    Promote(&'a str),
    RollBack(&'a str),
    Weight(&'a str),
}

impl<'a> AdminEndpoint<'a> {
    /// What `method` at `path` is for, or what is wrong with that.
    pub fn of(method: &Method, path: &'a str) -> Result<Self, Problem> {
        let mut parts = path.trim_start_matches('/').split('/');
        let parts = [
            parts.next(),
            parts.next(),
            parts.next(),
            parts.next(),
            parts.next(),
        ];
        let (get, post) = match parts {
            [Some("metrics"), None, ..] => (Some(Self::Metrics), None),
            [Some("admin"), Some("openapi.json"), None, ..] => (Some(Self::Description), None),
            [Some("admin"), Some("functions"), None, ..] => (Some(Self::Functions), None),
            [Some("admin"), Some("decisions"), None, ..] => (Some(Self::Decisions), None),
            [Some("admin"), Some("reload"), None, ..] => (Some(Self::Reloads), Some(Self::Reload)),
            [
                Some("admin"),
                Some("functions"),
                Some(name),
                Some(verb),
                None,
            ] => match verb {
                "promote" => (None, Some(Self::Promote(name))),
                "rollback" => (None, Some(Self::RollBack(name))),
                "weight" => (None, Some(Self::Weight(name))),
                _ => (None, None),
            },
            _ => (None, None),
        };
        let allowed = match (get, post) {
            (None, None) => return Err(nothing_here(path)),
            (Some(_), None) => "GET",
            (None, Some(_)) => "POST",
            (Some(_), Some(_)) => "GET, POST",
        };
        let route = match *method {
            Method::GET | Method::HEAD => get,
            Method::POST => post,
            _ => None,
        };
        route.ok_or_else(|| {
            let detail = format!("expected {allowed}, found {method}");
            Problem::new(Kind::Method, detail).allow(allowed)
        })
    }
}

pub fn nothing_here(path: &str) -> Problem {
    let detail = format!("the admin API has no `{path}`");
    Problem::new(Kind::NoRoute, detail)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn what_is_described_is_what_there_is() {
        let document: Value = serde_json::from_str(super::super::OPENAPI).expect("JSON");
        let paths = document["paths"].as_object().expect("paths");
        for (path, methods) in paths {
            let path = path.replace("{name}", "calc");
            for method in [Method::GET, Method::POST] {
                let described = !methods[method.as_str().to_lowercase()].is_null();
                assert_eq!(
                    AdminEndpoint::of(&method, &path).is_ok(),
                    described,
                    "{method} {path}"
                );
            }
        }
        assert_eq!(paths.len(), 8);
    }

    #[test]
    fn nothing_else_is_there() {
        let status = |method: Method, path: &str| {
            let problem = AdminEndpoint::of(&method, path).expect_err("it is not there");
            problem.status().as_u16()
        };
        assert_eq!(status(Method::GET, "/"), 404);
        assert_eq!(status(Method::GET, "/admin"), 404);
        assert_eq!(status(Method::POST, "/admin/functions/f/explode"), 404);
        assert_eq!(status(Method::POST, "/admin/functions/f/promote/now"), 404);
        assert_eq!(status(Method::GET, "/admin/functions/f/promote"), 405);
        assert_eq!(status(Method::POST, "/metrics"), 405);
        assert_eq!(status(Method::DELETE, "/admin/reload"), 405);
    }
}
