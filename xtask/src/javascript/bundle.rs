//! Scripts as they are published: each is one file with all modules that it imports, minified by
//! rolldown, the bundler of Vite. It comes from npm.

use crate::web::Profile;
use crate::workspace::Workspace;
use crate::{npm, shell};
use anyhow::Result;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The bundler.
const PACKAGE: &str = "rolldown@1.3.3";

/// The bundler, installed.
#[derive(Debug)]
pub struct Bundler {
    program: PathBuf,
}

impl Bundler {
    /// Installs it under `target/`, unless it is there.
    pub fn install(workspace: &Workspace) -> Result<Self> {
        let home = workspace.target("rolldown");
        npm::install(&home, &[PACKAGE])?;
        Ok(Self {
            program: home.join("node_modules/rolldown/bin/cli.mjs"),
        })
    }

    /// The bundler for pages of `profile`: what users download is bundled. Tests do without where
    /// it cannot be had, and that is said: modules do the same as a bundle of them.
    pub fn for_profile(workspace: &Workspace, profile: Profile) -> Result<Option<Self>> {
        match Self::install(workspace) {
            Ok(bundler) => Ok(Some(bundler)),
            Err(error) if profile == Profile::Web => Err(error),
            Err(error) => {
                shell::left_out("bundles of scripts", &error)?;
                Ok(None)
            }
        }
    }

    /// Replaces each of `scripts` by one that has in it what it imports.
    pub fn replace(&self, scripts: &[PathBuf]) -> Result<()> {
        scripts
            .iter()
            .try_for_each(|script| shell::quiet(self.of(script).arg("--file").arg(script)))
    }

    /// A command that bundles `script` for browsers; where to is to be said.
    pub fn of(&self, script: &Path) -> Command {
        let mut command = Command::new("node");
        command.arg(&self.program).arg("--input").arg(script);
        command.args([
            "--format",
            "esm",
            "--platform",
            "browser",
            "--minify",
            "--no-comments.annotation",
            "--logLevel",
            "warn",
        ]);
        command
    }
}

#[cfg(test)]
mod tests {
    use super::Bundler;
    use crate::web::Profile;
    use crate::workspace::Workspace;
    use std::fs;

    #[test]
    fn a_script_becomes_one_with_what_it_imports_and_keeps_what_it_exports() {
        let workspace = Workspace::read().expect("cargo answers");
        // It comes from npm, which not every machine has.
        let Ok(Some(bundler)) = Bundler::for_profile(&workspace, Profile::WebDev) else {
            return;
        };
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            let file = folder.path().join(name);
            fs::write(&file, text).expect("it can be written");
            file
        };
        write("one.js", "// One.\nexport const one = () => 1;\n");
        let entry = write(
            "entry.js",
            "import { one as first } from './one.js';\nexport const wasm = new URL('./a.wasm', import.meta.url);\nexport class Two { #hidden = first(); get seen() { return this.#hidden; } }\n",
        );
        bundler
            .replace(std::slice::from_ref(&entry))
            .expect("it is bundled");
        let text = fs::read_to_string(entry).expect("it is there");
        assert!(
            !text.contains("one.js") && !text.contains("hidden"),
            "{text}"
        );
        assert!(
            text.contains("new URL(`./a.wasm`,import.meta.url)"),
            "{text}"
        );
        assert!(
            text.contains("as Two") && text.contains("as wasm"),
            "{text}"
        );
    }
}
