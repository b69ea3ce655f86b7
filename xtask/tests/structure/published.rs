//! What is published: that it says what it is, depends on nothing that stays here, and has within
//! it all that it is built of.
//!
//! Cargo says which packages these are: all but those with `publish = false`. A new one is among
//! them.

use super::{assert_none, files, metadata, read, root, show};
use serde_json::Value;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// What crates.io takes of keywords.
const KEYWORDS: usize = 5;
const KEYWORD: usize = 20;

/// The words before a file's name in what reads files while it is compiled, relative to the source
/// file.
const INCLUDES: &[&str] = &["include_str!(", "include_bytes!(", "include!(", "#[path = "];

#[test]
fn they_say_what_they_are() {
    let metadata = metadata();
    let repository = address();
    let mut wrong = Vec::new();
    for package in published(&metadata) {
        let name = text(&package["name"]);
        let manifest = manifest(package);
        let mut expect = |holds: bool, what: &str| {
            if !holds {
                wrong.push(format!("`{name}`: expected {what}"));
            }
        };
        let is_text = |field: &str| package[field].as_str().is_some_and(|text| !text.is_empty());
        for field in ["description", "license", "rust_version"] {
            expect(is_text(field), &format!("`{field}`"));
        }
        expect(
            package["repository"] == repository.as_str(),
            "`repository.workspace = true`",
        );
        let keywords = list(&package["keywords"]);
        expect(
            (1..=KEYWORDS).contains(&keywords.len())
                && keywords.iter().all(|word| text(word).len() <= KEYWORD),
            "one to five keywords of at most 20 bytes",
        );
        expect(!list(&package["categories"]).is_empty(), "`categories`");
        let folder = folder(package);
        expect(
            package["readme"]
                .as_str()
                .is_some_and(|readme| folder.join(readme).is_file()),
            "`readme`, and the file",
        );
        expect(
            !list(&package["metadata"]["docs"]["rs"]["targets"]).is_empty(),
            "`package.metadata.docs.rs.targets`",
        );
        expect(
            manifest["package"].get("include").is_some(),
            "`include`, without tests",
        );
        for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
            let copy = fs::read_to_string(folder.join(licence)).unwrap_or_default();
            expect(
                copy == read(&root().join(licence)),
                &format!("a copy of `{licence}`"),
            );
        }
    }
    assert_none(&wrong);
}

#[test]
fn they_depend_on_what_is_published_by_its_version() {
    let metadata = metadata();
    let published = published(&metadata);
    let mut wrong = Vec::new();
    for package in &published {
        for used in list(&package["dependencies"])
            .iter()
            .filter(|used| used["path"].is_string())
        {
            let (name, used_name) = (text(&package["name"]), text(&used["name"]));
            let other = published.iter().find(|other| other["name"] == used["name"]);
            let expected = match other {
                Some(other) => format!("^{}", text(&other["version"])),
                // Cargo leaves it out of the package.
                None if used["kind"] == "dev" => "*".to_owned(),
                None => {
                    wrong.push(format!(
                        "`{name}` uses `{used_name}`: expected what is published"
                    ));
                    continue;
                }
            };
            let found = text(&used["req"]);
            if found != expected {
                wrong.push(format!(
                    "`{name}` uses `{used_name}`: expected the version `{expected}`, found `{found}`"
                ));
            }
        }
    }
    assert_none(&wrong);
}

#[test]
fn they_are_built_of_what_is_in_them() {
    let metadata = metadata();
    let mut wrong = Vec::new();
    let mut looked_at = 0;
    for package in published(&metadata) {
        let folder = folder(package);
        for file in sources(package) {
            let code = without_comments(&read(&file));
            looked_at += 1;
            let beside = file.parent().expect("a file is in a folder");
            let read = included(&code).map(|path| beside.join(path));
            for path in read.chain(bound(&code).map(|path| folder.join(path))) {
                let path = normal(&path);
                if !path.starts_with(&folder) {
                    wrong.push(format!(
                        "`{}` reads `{}`: expected what is in its package, `{}`",
                        show(&file),
                        show(&path),
                        show(&folder)
                    ));
                }
            }
        }
    }
    assert!(looked_at > 100, "the sources were found");
    assert_none(&wrong);
}

#[test]
fn what_leads_out_of_a_package_is_found() {
    let code = without_comments(
        "// include_str!(\"../x\")\nmod a { bindgen!({ path: [\"../../wit/io\", \"wit/cli\"], world: \"a:b/c\" }); }\n\
         const B: &str = include_str!(\n    \"../b.txt\",\n);\n#[path = \"c.rs\"]\nmod c;\nconst D: &str = \"../d\";",
    );
    assert_eq!(
        bound(&code).collect::<Vec<_>>(),
        ["../../wit/io", "wit/cli"]
    );
    assert_eq!(included(&code).collect::<Vec<_>>(), ["../b.txt", "c.rs"]);
    assert_eq!(normal(Path::new("/a/b/../../c")), Path::new("/c"));
}

#[test]
fn their_wit_is_that_of_the_project() {
    let metadata = metadata();
    let mut wrong = Vec::new();
    let mut copies = 0;
    for package in published(&metadata) {
        let folder = folder(package).join("wit");
        if !folder.is_dir() || folder == root().join("wit") {
            continue;
        }
        for copy in files(&[&show(&folder)], "") {
            let inside = copy.strip_prefix(&folder).expect("it was found there");
            let original = root().join("wit/deps").join(inside);
            copies += 1;
            if fs::read(&original).ok() != fs::read(&copy).ok() {
                wrong.push(format!(
                    "`{}`: expected a copy of `{}`",
                    show(&copy),
                    show(&original)
                ));
            }
        }
    }
    assert!(copies > 0, "packages have WIT");
    assert_none(&wrong);
}

#[test]
fn the_address_of_the_project_is_in_one_place() {
    let address = address();
    let ending = |file: &PathBuf| {
        let known = ["toml", "rs", "md", "json", "js", "html", "lock"];
        file.extension()
            .and_then(|extension| extension.to_str())
            .is_some_and(|extension| known.contains(&extension))
    };
    let found: Vec<String> = files(&["."], "")
        .into_iter()
        .filter(ending)
        .filter(|file| fs::read_to_string(file).is_ok_and(|text| text.contains(&address)))
        .map(|file| show(&file))
        .collect();
    assert_eq!(found, ["Cargo.toml"]);
}

/// The address of the project, as the workspace has it.
fn address() -> String {
    let manifest: toml::Table = read(&root().join("Cargo.toml"))
        .parse()
        .expect("cargo has read it");
    manifest["workspace"]["package"]["repository"]
        .as_str()
        .expect("the workspace has an address")
        .to_owned()
}

fn published(metadata: &Value) -> Vec<&Value> {
    let packages = metadata["packages"]
        .as_array()
        .expect("cargo lists packages");
    let published: Vec<_> = packages
        .iter()
        .filter(|package| package["publish"] != Value::Array(Vec::new()))
        .collect();
    assert!(published.len() > 5, "there are packages to publish");
    published
}

fn folder(package: &Value) -> PathBuf {
    let manifest = Path::new(text(&package["manifest_path"]));
    manifest
        .parent()
        .expect("a manifest is in a folder")
        .to_owned()
}

fn manifest(package: &Value) -> toml::Table {
    let path = Path::new(text(&package["manifest_path"]));
    read(path).parse().expect("cargo has read it")
}

/// The Rust files beside the roots of what others build of a package, and below.
fn sources(package: &Value) -> Vec<PathBuf> {
    let built = |target: &&Value| {
        let kinds = list(&target["kind"]);
        kinds.contains(&"lib".into()) || kinds.contains(&"bin".into())
    };
    list(&package["targets"])
        .iter()
        .filter(built)
        .flat_map(|target| {
            let folder = Path::new(text(&target["src_path"])).parent();
            files(&[&show(folder.expect("a file is in a folder"))], ".rs")
        })
        .filter(|file| {
            let of_tests = ["tests.rs", "tests"];
            // The checkout may be in a folder of such a name.
            let inside = file.strip_prefix(root()).unwrap_or(file);
            !inside
                .iter()
                .any(|name| of_tests.iter().any(|test| name == *test))
        })
        .collect()
}

fn without_comments(code: &str) -> String {
    code.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| [line, "\n"])
        .collect()
}

/// What a source reads as text, bytes or code.
fn included(code: &str) -> impl Iterator<Item = &str> {
    INCLUDES.iter().flat_map(move |word| {
        code.split(word)
            .skip(1)
            .filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next())
    })
}

/// The WIT that a source has bindings made of: after `path:`, one or a list.
fn bound(code: &str) -> impl Iterator<Item = &str> {
    let paths = code
        .split("bindgen!(")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once(" path:")?.1.trim_start()));
    paths.flat_map(|rest| {
        let end = if rest.starts_with('[') { ']' } else { ',' };
        let list = rest.split(end).next().unwrap_or_default();
        list.split('"').skip(1).step_by(2)
    })
}

/// A path without the steps that lead back.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            part => normal.push(part),
        }
    }
    normal
}

fn text(value: &Value) -> &str {
    value.as_str().expect("cargo writes strings")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}
