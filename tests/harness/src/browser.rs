//! A browser, as data: what is installed under which name, and how its driver is asked for a window
//! that nobody sees.

use anyhow::{Context, Result};
use serde_json::Value;
use std::env;
use std::path::{Path, PathBuf};

/// A browser that tests run in.
#[derive(Debug)]
pub struct Browser {
    /// What `AMPHI_BROWSERS` and reports call it.
    pub name: &'static str,
    /// The names its program goes by, the likeliest first.
    pub programs: &'static [&'static str],
    /// Folders that its program may be in, besides those of `PATH`.
    pub folders: &'static [&'static str],
    /// The names its WebDriver goes by, the likeliest first.
    pub drivers: &'static [&'static str],
    /// What the driver is told besides its port.
    pub driver_arguments: &'static [&'static str],
    /// The display server that it draws on, where it cannot do without one.
    pub display: Option<&'static str>,
    /// The Debian packages that hold all of it.
    pub packages: &'static [&'static str],
    /// A driver that Debian may lack: the crate that cargo installs it from, and its version.
    pub driver_crate: Option<(&'static str, &'static str)>,
    /// Makes the capabilities, from the browser's program and a fresh profile folder.
    pub capabilities: fn(program: &Path, profile: &Path) -> Value,
    /// Whether the driver hands out the page's console (`/se/log`).
    pub console: bool,
}

/// The first of `names` that is a file in a folder of `PATH`.
pub fn find_program(names: &[&str]) -> Option<PathBuf> {
    find(names, &[])
}

fn find(names: &[&str], besides: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&path)
        .chain(besides.iter().map(PathBuf::from))
        .collect();
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
        self.installed(self.programs, self.folders)
    }

    /// Where the browser's WebDriver is.
    pub fn driver(&self) -> Result<PathBuf> {
        self.installed(self.drivers, &[])
    }

    /// Where the display server is, if the browser needs one.
    pub fn display(&self) -> Result<Option<PathBuf>> {
        self.display
            .map(|server| self.installed(&[server], &[]))
            .transpose()
    }

    /// Whether everything that it takes is there; what is not is named by the error, with how to
    /// get it.
    pub fn check(&self) -> Result<()> {
        self.program().and(self.display()).and(self.driver())?;
        Ok(())
    }

    /// How it is installed on Debian, as commands.
    pub fn installation(&self) -> String {
        let packages = format!("apt-get install {}", self.packages.join(" "));
        match self.driver_crate {
            Some((name, version)) => {
                format!("{packages}` and `cargo install {name} --version {version}")
            }
            None => packages,
        }
    }

    fn installed(&self, names: &[&str], besides: &[&str]) -> Result<PathBuf> {
        find(names, besides).with_context(|| {
            format!(
                "`{}` is not on PATH: install {} (Debian: `{}`), or name other browsers in AMPHI_BROWSERS",
                names.join("` or `"),
                self.name,
                self.installation(),
            )
        })
    }
}
