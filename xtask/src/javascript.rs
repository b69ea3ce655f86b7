//! The package `amphi-web` for JavaScript, ready for npm: `dist/amphi-web/`.

pub mod bundle;
mod notices;

use crate::web::{self, Page, Profile};
use crate::workspace::Workspace;
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// The package: its modules, and the wasm that they use.
pub static PACKAGE: Page = Page {
    name: "package",
    package: "amphi-js",
    default_features: true,
    folders: &[("web/js/package", "")],
    bound: "wasm",
    besides: &[
        ("amphi-runtime", "wasm"),
        ("amphi-translator", "wasm"),
        ("amphi-wit", "wasm"),
        ("amphi-compile", "wasm"),
    ],
    precompiled: &[],
};

/// What is in bundles and nowhere else: modules that the runtime, which bundlers of others take in
/// parts, does not have.
const ONLY_BUNDLED: [&str; 6] = [
    "translation",
    "runtime/http.js",
    "runtime/wasi.js",
    "worker/inside.js",
    "version.js",
    "wit.js",
];

const LICENCES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];
const NOTICES: &str = "THIRD-PARTY-NOTICES";

/// The line of the package's description that where the project is stands after.
const BEFORE_ADDRESS: &str = "  \"license\": \"MIT OR Apache-2.0\",\n";

/// Assembles the package as users download it, and prints where it is.
pub fn run(workspace: &Workspace) -> Result<()> {
    web::prepare(Profile::Web)?;
    println!("{}", build(workspace)?.display());
    Ok(())
}

/// Assembles the package, and says where it is.
pub fn build(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.root.join("dist/amphi-web");
    web::build_into(workspace, &PACKAGE, Profile::Web, &folder)?;
    remove_bundled(&folder.join("src"))?;
    // Who reads them reads the declarations, or the modules where they are written.
    scripts(&folder)?
        .iter()
        .try_for_each(|script| web::leave_out_comments(script))?;
    for name in LICENCES {
        fs::copy(workspace.root.join(name), folder.join(name))
            .with_context(|| format!("cannot copy `{name}`"))?;
    }
    write(&folder.join(NOTICES), &notices::write()?)?;
    let description = folder.join("package.json");
    let text = fs::read_to_string(&description)?;
    write(&description, &described(&text, workspace.address()?)?)?;
    Ok(folder)
}

/// Removes the modules in `folder` that are in bundles and nowhere else.
fn remove_bundled(folder: &Path) -> Result<()> {
    for name in ONLY_BUNDLED {
        let path = folder.join(name);
        let removed = if path.is_dir() {
            fs::remove_dir_all(&path)
        } else {
            fs::remove_file(&path)
        };
        removed.with_context(|| format!("cannot remove `{}`", path.display()))?;
    }
    Ok(())
}

/// The package's description, `package.json`, with the project's address, which it has not where it
/// is written. The order of what it says matters, so it stays text.
fn described(text: &str, address: &str) -> Result<String> {
    ensure!(
        text.matches(BEFORE_ADDRESS).count() == 1,
        "expected `package.json` to have `{}` once",
        BEFORE_ADDRESS.trim()
    );
    let address = Value::from(address);
    let lines = format!(
        "{BEFORE_ADDRESS}  \"homepage\": {address},\n  \"repository\": {{ \"type\": \"git\", \"url\": {address} }},\n"
    );
    Ok(text.replace(BEFORE_ADDRESS, &lines))
}

fn write(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text).with_context(|| format!("cannot write `{}`", file.display()))
}

/// The scripts of a folder, and of those in it.
fn scripts(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(scripts(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "js") {
            found.push(path);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::{LICENCES, NOTICES, described};
    use crate::workspace::Workspace;
    use serde_json::Value;
    use std::fs;

    #[test]
    fn the_description_is_whole() {
        let workspace = Workspace::read().expect("cargo answers");
        let folder = workspace.root.join("web/js/package");
        let text = fs::read_to_string(folder.join("package.json")).expect("it is there");
        let address = workspace.address().expect("the workspace has one");
        let whole: Value =
            serde_json::from_str(&described(&text, address).expect("it is as expected"))
                .expect("it is JSON");
        assert_eq!(whole["repository"]["url"], address);
        assert_eq!(whole["homepage"], address);
        let code = workspace
            .packages
            .iter()
            .find(|package| package.name == "amphi-js");
        assert_eq!(
            whole["version"],
            code.expect("it is a member").version.as_str()
        );
        assert!(whole["engines"].is_object() && whole["keywords"].is_array());
        for file in whole["sideEffects"]
            .as_array()
            .expect("some modules have effects")
        {
            assert!(
                folder.join(file.as_str().expect("a path")).is_file(),
                "{file}"
            );
        }
        // What is given out is what is here and what is made.
        let here = fs::read_dir(&folder).expect("it is a folder");
        let here = here.map(|entry| entry.expect("it can be read").file_name().into_string());
        let mut expected: Vec<String> = here.map(|name| name.expect("names are text")).collect();
        expected.retain(|name| name != "package.json");
        expected.extend(
            LICENCES
                .iter()
                .chain(&[NOTICES, "runtime.modules.js", "wasm"])
                .map(|name| (*name).to_owned()),
        );
        expected.sort();
        let files = whole["files"].as_array().expect("it lists files").iter();
        let mut files: Vec<String> = files.filter_map(Value::as_str).map(str::to_owned).collect();
        files.sort();
        assert_eq!(files, expected);
    }
}
