//! Which browsers the tests run in.

use crate::browser::Browser;
use crate::catalogue::BROWSERS;
use anyhow::{Context, Result, bail};
use std::env;
use std::io::{self, Write as _};

/// The browsers to test in, and those that are left out because this machine lacks them.
#[derive(Debug)]
pub struct Selection {
    /// The browsers to test in.
    pub browsers: Vec<&'static Browser>,
    /// The browsers that are left out, with what is missing.
    pub skipped: Vec<(&'static Browser, String)>,
}

impl Selection {
    /// The browsers that the variable `AMPHI_BROWSERS` names, separated by commas, or all that are
    /// installed.
    ///
    /// # Errors
    ///
    /// A name is not known, or a browser that is named is not installed, or none is installed: no
    /// test passes unrun.
    pub fn read() -> Result<Selection> {
        if let Ok(names) = env::var("AMPHI_BROWSERS") {
            let browsers = named(&names)?;
            for browser in &browsers {
                browser.check()?;
            }
            return Ok(Selection {
                browsers,
                skipped: Vec::new(),
            });
        }
        let mut selection = Selection {
            browsers: Vec::new(),
            skipped: Vec::new(),
        };
        for browser in BROWSERS {
            match browser.check() {
                Ok(()) => selection.browsers.push(browser),
                Err(missing) => selection.skipped.push((browser, missing.to_string())),
            }
        }
        if selection.browsers.is_empty() {
            bail!("no browser is installed:\n{}", selection.skipped_lines());
        }
        Ok(selection)
    }

    /// One line for each browser that is left out.
    pub fn skipped_lines(&self) -> String {
        let line = |(browser, missing): &(&Browser, String)| {
            format!("skipped in {}: {missing}\n", browser.name)
        };
        self.skipped.iter().map(line).collect()
    }
}

/// The browsers to test in, as [`Selection::read`] finds them; those that are left out are named on
/// the standard error stream.
pub fn selected() -> Result<Vec<&'static Browser>> {
    let selection = Selection::read()?;
    // Not by a macro, whose output a passing test would keep to itself.
    io::stderr().write_all(selection.skipped_lines().as_bytes())?;
    Ok(selection.browsers)
}

/// The browsers with these names, which are separated by commas.
pub fn named(names: &str) -> Result<Vec<&'static Browser>> {
    let find = |name: &str| {
        BROWSERS
            .iter()
            .find(|browser| browser.name == name)
            .with_context(|| {
                let known: Vec<_> = BROWSERS.iter().map(|browser| browser.name).collect();
                format!(
                    "browsers: expected names out of `{}`, found `{name}`",
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
        bail!("browsers: expected at least one name, found none");
    }
    Ok(browsers)
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn browsers_are_selected_by_name() {
        let found =
            |names| named(names).map(|list| list.iter().map(|b| b.name).collect::<Vec<_>>());
        assert_eq!(found("chromium").expect("it is known"), ["chromium"]);
        assert_eq!(
            found(" webkit, firefox,").expect("they are known"),
            ["webkit", "firefox"]
        );
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
