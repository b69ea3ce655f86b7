//! The list of components, as far as it says where they come from.

use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::Path;
use toml::{Table, Value};

/// A component of the list.
#[derive(Debug, PartialEq, Eq)]
pub struct Wild {
    /// What the list calls it.
    pub name: String,
    /// Where it comes from.
    pub package: Package,
}

/// A file of a package.
#[derive(Debug, PartialEq, Eq)]
pub struct Package {
    /// Who has it.
    pub registry: Registry,
    /// Its name there.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The path of the file in it.
    pub file: String,
    /// The SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// Whether it is a core module, of which a component has to be made.
    pub componentize: bool,
}

/// Who has packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registry {
    /// npmjs.com, by npm.
    Npm,
    /// pypi.org, by pip.
    PyPi,
    /// crates.io, by cargo.
    Crates,
}

impl Registry {
    const ALL: [(&str, Registry); 3] = [
        ("npm", Registry::Npm),
        ("pypi", Registry::PyPi),
        ("crates.io", Registry::Crates),
    ];

    /// What the list calls it.
    pub fn name(self) -> &'static str {
        let named = Self::ALL.iter().find(|(_, registry)| *registry == self);
        named.map_or("", |(name, _)| name)
    }
}

impl fmt::Display for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Package { name, version, .. } = self;
        write!(f, "{} `{name}` {version}", self.registry.name())
    }
}

/// The components of the list in `file`.
pub fn read(file: &Path) -> Result<Vec<Wild>> {
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read `{}`", file.display()))?;
    parse(&text).with_context(|| format!("`{}`", file.display()))
}

/// The components that are named, or all.
pub fn chosen<'a>(list: &'a [Wild], names: &[String]) -> Result<Vec<&'a Wild>> {
    if names.is_empty() {
        return Ok(list.iter().collect());
    }
    let find = |name: &String| {
        list.iter()
            .find(|wild| wild.name == *name)
            .with_context(|| {
                let known: Vec<_> = list.iter().map(|wild| wild.name.as_str()).collect();
                format!(
                    "expected components out of `{}`, found `{name}`",
                    known.join("`, `")
                )
            })
    };
    names.iter().map(find).collect()
}

fn parse(text: &str) -> Result<Vec<Wild>> {
    let document: Table = text.parse()?;
    let components = document.get("component").and_then(Value::as_array);
    let components = components.context("expected `[[component]]`")?;
    let list = components.iter().map(wild).collect::<Result<Vec<_>>>()?;
    let mut names = BTreeSet::new();
    for Wild { name, .. } in &list {
        ensure!(
            names.insert(name),
            "expected each name once, found `{name}` twice"
        );
    }
    Ok(list)
}

fn wild(value: &Value) -> Result<Wild> {
    let name = text(value, "name").context("a component")?;
    let place = || format!("component `{name}`");
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    ensure!(
        !name.is_empty() && name.chars().all(plain),
        "{}: expected letters, digits and `-` in its name",
        place()
    );
    let package = value.get("package").and_then(Value::as_table);
    let package = package.context("expected `package`").and_then(package_of);
    Ok(Wild {
        package: package.with_context(place)?,
        name,
    })
}

fn package_of(table: &Table) -> Result<Package> {
    const FIELDS: [&str; 6] = [
        "registry",
        "name",
        "version",
        "file",
        "sha256",
        "componentize",
    ];
    if let Some(other) = table.keys().find(|key| !FIELDS.contains(&key.as_str())) {
        bail!(
            "package: expected `{}`, found `{other}`",
            FIELDS.join("`, `")
        );
    }
    let value = Value::Table(table.clone());
    let registry = text(&value, "registry")?;
    let known = Registry::ALL.iter().find(|(name, _)| *name == registry);
    let (_, registry) = *known.with_context(|| {
        let names = Registry::ALL.map(|(name, _)| name);
        format!(
            "registry: expected one of `{}`, found `{registry}`",
            names.join("`, `")
        )
    })?;
    let sha256 = text(&value, "sha256")?;
    let digit = |c: char| matches!(c, '0'..='9' | 'a'..='f');
    ensure!(
        sha256.len() == 64 && sha256.chars().all(digit),
        "sha256: expected 64 digits in hexadecimal, found `{sha256}`"
    );
    let file = text(&value, "file")?;
    let steps = Path::new(&file).components();
    let inside = |step| matches!(step, std::path::Component::Normal(_));
    ensure!(
        !file.is_empty() && steps.into_iter().all(inside),
        "file: expected a path in the package, found `{file}`"
    );
    Ok(Package {
        registry,
        name: text(&value, "name")?,
        version: text(&value, "version")?,
        file,
        sha256,
        componentize: match table.get("componentize") {
            None => false,
            Some(value) => value
                .as_bool()
                .with_context(|| format!("componentize: expected a bool, found `{value}`"))?,
        },
    })
}

fn text(value: &Value, field: &str) -> Result<String> {
    let text = value.get(field).and_then(Value::as_str);
    Ok(text
        .with_context(|| format!("expected `{field}`, a text"))?
        .to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "cd372fb85148700fa88095e3492d3f9f5beb43e555e5ff26d95f5a6adc36f8e6";

    fn one(package: &str) -> String {
        format!("[[component]]\nname = \"one\"\npackage = {{ {package} }}\n")
    }

    #[test]
    fn the_list_is_read() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let list = read(&root.join(crate::wild::LIST)).expect("the list is one");
        assert!(list.len() > 5, "{list:#?}");
        let registries = Registry::ALL.map(|(_, registry)| registry);
        for registry in registries {
            let of = list.iter().filter(|wild| wild.package.registry == registry);
            assert!(of.count() > 0, "{} has components", registry.name());
        }
    }

    #[test]
    fn a_component_has_a_package() {
        let text = one(&format!(
            r#"registry = "pypi", name = "a", version = "1.0", file = "b/c.wasm", sha256 = "{DIGEST}""#
        ));
        let found = parse(&(text.clone() + "calls = \"what else is of the runner\"\n"));
        let package = Package {
            registry: Registry::PyPi,
            name: "a".to_owned(),
            version: "1.0".to_owned(),
            file: "b/c.wasm".to_owned(),
            sha256: DIGEST.to_owned(),
            componentize: false,
        };
        assert_eq!(package.to_string(), "pypi `a` 1.0");
        let name = "one".to_owned();
        assert_eq!(found.expect("it is one"), [Wild { name, package }]);
        let twice = parse(&(text.clone() + &text)).expect_err("it is there twice");
        assert!(
            format!("{twice:#}").contains("found `one` twice"),
            "{twice:#}"
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        let check = |text: &str, expected: &str| {
            let error = parse(text).expect_err(text);
            let found = format!("{error:#}");
            assert!(found.contains(expected), "expected `{expected}` in {found}");
        };
        check("", "expected `[[component]]`");
        check("[[component]]\n", "expected `name`");
        check(
            "[[component]]\nname = \"../a\"\n",
            "`../a`: expected letters",
        );
        check("[[component]]\nname = \"a\"\n", "`a`: expected `package`");
        check(&one("registry = \"nmp\""), "found `nmp`");
        check(&one("registry = \"npm\", nam = \"\""), "found `nam`");
        check(
            &one(r#"registry = "npm", sha256 = "12""#),
            "expected 64 digits in hexadecimal, found `12`",
        );
        check(
            &one(&format!(
                r#"registry = "npm", sha256 = "{DIGEST}", file = "../a""#
            )),
            "expected a path in the package, found `../a`",
        );
    }

    #[test]
    fn names_choose_components() {
        let package = r#"registry = "npm", name = "a", version = "1", file = "b""#;
        let text = one(&format!(r#"{package}, sha256 = "{DIGEST}""#));
        let list = parse(&text).expect("it is one");
        assert_eq!(chosen(&list, &[]).expect("all").len(), 1);
        assert_eq!(chosen(&list, &["one".to_owned()]).expect("it").len(), 1);
        let error = chosen(&list, &["two".to_owned()]).expect_err("there is none");
        assert_eq!(
            error.to_string(),
            "expected components out of `one`, found `two`"
        );
    }
}
