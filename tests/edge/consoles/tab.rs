//! A page in a browser, and what is looked for in it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use amphi_harness::{Browser, Session, selected};
use serde_json::{Value, json};

/// How long the page may take until it shows what is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// One browser at a time is enough for a small machine.
static TURN: Mutex<()> = Mutex::new(());

/// Functions for what is run in a page.
const WORDS: &str = "
    const $ = (selector) => document.querySelector(selector);
    const all = (selector) => [...document.querySelectorAll(selector)];
    const text = (selector) => $(selector)?.textContent.trim() ?? '';
    const press = (selector, name) => {
        const button = all(selector).find((one) => one.textContent.startsWith(name) && one.checkVisibility());
        button?.click();
        return Boolean(button);
    };
    const fill = (selector, value) => {
        $(selector).value = value;
        $(selector).dispatchEvent(new Event('input', { bubbles: true }));
    };";

/// An open page.
pub struct Tab {
    session: Session,
}

/// In each browser in turn.
pub fn in_each(test: impl Fn(&'static Browser)) {
    let _turn: MutexGuard<'_, ()> = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    for browser in selected().expect("the browsers are known") {
        test(browser);
    }
}

impl Tab {
    pub fn open(browser: &'static Browser, url: &str) -> Self {
        let session = Session::start(browser, PATIENCE).unwrap_or_else(|error| panic!("{error:?}"));
        session
            .open(url)
            .unwrap_or_else(|error| panic!("{error:?}"));
        Self { session }
    }

    /// What the body of a function returns in the page; it has `$`, `all`, `text`, `press` and
    /// `fill`, and `given`.
    #[track_caller]
    pub fn run(&self, body: &str, given: Value) -> Value {
        let script = format!("const given = arguments[0]; {WORDS} {body}");
        let found = self.session.run(&script, json!([given]));
        self.found(found, body)
    }

    /// Waits until an expression is true, and gives its value.
    #[track_caller]
    pub fn until(&self, expression: &str) -> Value {
        self.until_with(expression, json!(null))
    }

    /// The same of an expression with a value `given`.
    #[track_caller]
    pub fn until_with(&self, expression: &str, given: Value) -> Value {
        let script = format!(
            "const [given, late, done] = arguments;
            {WORDS}
            const end = performance.now() + late;
            const look = () => {{
                const found = {expression};
                if (found) done({{ found }});
                else if (performance.now() > end) done({{ instead: document.body.innerText }});
                else setTimeout(look, 50);
            }};
            look();"
        );
        let late = u64::try_from(PATIENCE.as_millis()).expect("it is short") - 5_000;
        let found = self.session.run_async(&script, json!([given, late]));
        let mut found = self.found(found, expression);
        if let Some(instead) = found["instead"].as_str() {
            panic!(
                "in {}: expected `{expression}` ({given}), found a page that says:\n{instead}",
                self.session.browser.name
            );
        }
        found["found"].take()
    }

    /// Presses a button among what `selector` finds, by how its name begins.
    #[track_caller]
    pub fn press(&self, selector: &str, name: &str) {
        let pressed = self.run("return press(...given)", json!([selector, name]));
        assert_eq!(pressed, true, "there is a button `{name}` in `{selector}`");
    }

    #[track_caller]
    fn found<E: std::fmt::Debug>(&self, found: Result<Value, E>, script: &str) -> Value {
        let name = self.session.browser.name;
        found.unwrap_or_else(|error| panic!("in {name}: {script}: {error:?}"))
    }

    /// What its console has but the lines that have one of `expected`.
    pub fn complaints(&self, expected: &[&str]) -> Vec<String> {
        let lines = self.session.console().expect("it hands them out");
        let told = |line: &String| !expected.iter().any(|part| line.contains(part));
        lines.into_iter().filter(told).collect()
    }
}
