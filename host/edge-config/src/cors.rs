//! Which pages may call a function from a browser.

use std::borrow::Cow;

use http::Uri;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};

use super::text::Text;

/// Which web pages may call a function with JSON, besides those of the server's own origin. A
/// component that exports `wasi:http` decides for itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Cors {
    /// Their origins: `https://app.example`, with `:port` if it is not the scheme's default, or `*`
    /// for any. Default: none.
    pub origins: Vec<Origin>,
}

/// Where a page is from: a scheme, a host, and a port that is not the scheme's own; or anywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Origin(String);

impl Origin {
    /// Reads one as browsers write it.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let is_origin = || {
            let uri: Uri = text.parse().ok()?;
            let host = uri.authority()?.as_str().to_ascii_lowercase();
            let exact = format!("{}://{host}", uri.scheme_str()?) == text && !host.contains('@');
            Some(exact)
        };
        let good = text == "*" || is_origin().unwrap_or(false);
        good.then(|| Self(text.to_owned()))
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it stands for all.
    #[must_use]
    pub fn is_any(&self) -> bool {
        self.0 == "*"
    }
}

impl<'de> Deserialize<'de> for Origin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text {
            expected: "`*` or an origin such as `https://app.example` or `http://localhost:3000`",
            read: Self::read,
            number: None,
        })
    }
}

impl JsonSchema for Origin {
    fn schema_name() -> Cow<'static, str> {
        "Origin".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "examples": ["https://app.example", "http://localhost:3000", "*"] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_written_as_browsers_write_them() {
        for good in [
            "*",
            "https://app.example",
            "http://localhost:3000",
            "http://[::1]:80",
        ] {
            assert!(Origin::read(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "null",
            "app.example",
            "https://",
            "https://a/",
            "https://a/b",
            "https://A.example",
            "https://u@a",
            "*.a",
        ] {
            assert!(Origin::read(bad).is_none(), "{bad}");
        }
    }
}
