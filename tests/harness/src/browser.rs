//! The browsers, as data: what is installed under which name, and how its driver is asked for a window that nobody sees.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::env;
use std::path::{Path, PathBuf};

/// A browser that tests run in.
#[derive(Debug)]
pub struct Browser {
    /// What `AMPHI_BROWSERS` and reports call it.
    pub name: &'static str,
    /// The names its program goes by, the likeliest first.
    pub programs: &'static [&'static str],
    /// The names its WebDriver goes by, the likeliest first.
    pub drivers: &'static [&'static str],
    /// The Debian packages that hold both.
    pub packages: &'static [&'static str],
    /// Makes the capabilities, from the browser's program and a fresh profile folder.
    pub capabilities: fn(program: &Path, profile: &Path) -> Value,
    /// Whether the driver hands out the page's console (`/se/log`).
    pub console: bool,
}

/// Every browser that the tests know.
pub static BROWSERS: &[Browser] = &[Browser {
    name: "chromium",
    programs: &["chromium", "chromium-browser", "google-chrome"],
    drivers: &["chromedriver"],
    packages: &["chromium", "chromium-driver"],
    capabilities: chromium,
    console: true,
}];

/// The browsers to test in: those that `AMPHI_BROWSERS` names (separated by commas), or all.
///
/// A browser that is selected and not installed is a failure where it is started, never a test that passes unrun.
pub fn selected() -> Result<Vec<&'static Browser>> {
    match env::var("AMPHI_BROWSERS") {
        Ok(names) => named(&names),
        Err(_) => Ok(BROWSERS.iter().collect()),
    }
}

/// The first of `names` that is a file in a folder of `PATH`.
pub fn find_program(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    names.iter().find_map(|name| {
        folders
            .iter()
            .map(|folder| folder.join(name))
            .find(|file| file.is_file())
    })
}

impl Browser {
    /// Where the browser's program is.
    pub fn program(&self) -> Result<PathBuf> {
        self.installed(self.programs)
    }

    /// Where the browser's WebDriver is.
    pub fn driver(&self) -> Result<PathBuf> {
        self.installed(self.drivers)
    }

    fn installed(&self, names: &[&str]) -> Result<PathBuf> {
        find_program(names).with_context(|| {
            format!(
                "`{}` is not on PATH: install {} (Debian: `apt-get install {}`), or name other browsers in AMPHI_BROWSERS",
                names.join("` or `"),
                self.name,
                self.packages.join(" "),
            )
        })
    }
}

fn named(names: &str) -> Result<Vec<&'static Browser>> {
    let find = |name: &str| {
        BROWSERS
            .iter()
            .find(|browser| browser.name == name)
            .with_context(|| {
                let known: Vec<_> = BROWSERS.iter().map(|browser| browser.name).collect();
                format!(
                    "AMPHI_BROWSERS: expected names out of `{}`, found `{name}`",
                    known.join(",")
                )
            })
    };
    let browsers = names
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(find)
        .collect::<Result<Vec<_>>>()?;
    if browsers.is_empty() {
        bail!("AMPHI_BROWSERS: expected at least one name, found none");
    }
    Ok(browsers)
}

fn chromium(program: &Path, profile: &Path) -> Value {
    let args = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1280,1400",
    ];
    let mut args: Vec<String> = args.map(String::from).to_vec();
    args.push(format!("--user-data-dir={}", profile.display()));
    json!({
        "browserName": "chrome",
        "goog:chromeOptions": { "binary": program, "args": args },
        "goog:loggingPrefs": { "browser": "ALL" },
    })
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn browsers_are_selected_by_name() {
        let found =
            |names| named(names).map(|list| list.iter().map(|b| b.name).collect::<Vec<_>>());
        assert_eq!(found("chromium").expect("it is known"), ["chromium"]);
        assert_eq!(found(" chromium, ").expect("it is known"), ["chromium"]);
        assert!(
            found("netscape")
                .expect_err("it is not")
                .to_string()
                .contains("`netscape`")
        );
        assert!(
            found("").is_err(),
            "no browser at all would be a test that cannot fail"
        );
    }
}
