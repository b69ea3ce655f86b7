//! The command that hands out the page's console. It is no part of the standard, so that the
//! library does not know it.

use fantoccini::wd::WebDriverCompatibleCommand;
use http::Method;
use serde_json::{Value, json};
use url::{ParseError, Url};

/// Asks for the lines that the console has got since this was last asked.
#[derive(Debug)]
pub(crate) struct ReadConsole;

impl WebDriverCompatibleCommand for ReadConsole {
    fn endpoint(&self, driver: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        driver.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({ "type": "browser" }).to_string()))
    }
}

/// The lines in the driver's answer, each with its level.
pub(crate) fn lines(answer: &Value) -> Vec<String> {
    let line = |entry: &Value| {
        let field = |name: &str| entry[name].as_str().unwrap_or_default().to_string();
        format!("{}: {}", field("level").to_lowercase(), field("message"))
    };
    let entries = answer.as_array();
    entries.map_or(Vec::new(), |list| list.iter().map(line).collect())
}
