//! One script of an entry of the package and all modules that it imports.
//!
//! Each module becomes a function that is called once, in the order in which they need each other,
//! so that no two names meet. What the package's modules import and export by is one form of each,
//! which is all that is read; anything else is an error that names the line.

use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Replaces the script at `entry` by one that has in it what it imports.
pub fn bundle(entry: &Path) -> Result<()> {
    let text = bundled(entry)?;
    fs::write(entry, text).with_context(|| format!("cannot write `{}`", entry.display()))
}

fn bundled(entry: &Path) -> Result<String> {
    let mut modules = Modules::default();
    let number = modules.add(entry)?;
    let names: Vec<&str> = modules.exports.iter().map(String::as_str).collect();
    let names = names.join(", ");
    let exported = format!("const {{ {names} }} = m{number};\nexport {{ {names} }};\n");
    Ok(modules.text + &exported)
}

/// The modules so far, each behind those that it imports.
#[derive(Default)]
struct Modules {
    numbers: BTreeMap<PathBuf, Option<usize>>,
    /// The names that the last one exports.
    exports: Vec<String>,
    count: usize,
    text: String,
}

/// One module on its way to becoming a function.
#[derive(Default)]
struct Module {
    body: String,
    /// What the function returns: the members of an object.
    given: Vec<String>,
    /// The names of these.
    names: Vec<String>,
}

impl Modules {
    /// The number of the module at `path`.
    fn add(&mut self, path: &Path) -> Result<usize> {
        let path = plain(path);
        match self.numbers.get(&path) {
            Some(Some(number)) => return Ok(*number),
            Some(None) => bail!("`{}` imports itself", path.display()),
            None => self.numbers.insert(path.clone(), None),
        };
        let text = fs::read_to_string(&path)
            .with_context(|| format!("cannot read `{}`", path.display()))?;
        let mut module = Module::default();
        // No text goes over several lines.
        for line in text.lines().map(str::trim_start) {
            if line.starts_with("//") {
                continue;
            }
            self.line(&path, line, &mut module)
                .with_context(|| format!("`{}`: `{line}`", path.display()))?;
        }
        let number = self.count;
        self.count += 1;
        let Module { body, given, names } = module;
        let given = given.join(", ");
        self.text += &format!("const m{number} = (() => {{\n{body}return {{ {given} }};\n}})();\n");
        self.exports = names;
        self.numbers.insert(path, Some(number));
        Ok(number)
    }

    /// Adds one line to `module`, which is at `path`.
    fn line(&mut self, path: &Path, line: &str, module: &mut Module) -> Result<()> {
        let Module {
            body,
            given,
            names: exports,
        } = module;
        if let Some(rest) = line.strip_prefix("import ") {
            let (names, number) = self.source(path, rest)?;
            match names.trim().strip_prefix("* as ") {
                Some(all) => body.push_str(&format!("const {all} = m{number};\n")),
                None => {
                    let names = names.replace(" as ", ": ");
                    body.push_str(&format!("const {{{names}}} = m{number};\n"));
                }
            }
        } else if let Some(names) = own(line) {
            for name in names.split(',').map(str::trim) {
                let (from, to) = name.split_once(" as ").unwrap_or((name, name));
                given.push(format!("{to}: {from}"));
                exports.push(to.to_owned());
            }
        } else if line.starts_with("export {") {
            let (names, number) = self.source(path, &line["export ".len()..])?;
            for name in names.split(',').map(str::trim) {
                given.push(format!("{name}: m{number}.{name}"));
                exports.push(name.to_owned());
            }
        } else if let Some(rest) = line.strip_prefix("export ") {
            let declared = ["async function ", "function ", "class ", "const "];
            let name = declared.iter().find_map(|kind| rest.strip_prefix(kind));
            let name = name.context("expected a function, a class, a constant or names")?;
            let end = name.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '$');
            let name = &name[..end.unwrap_or(name.len())];
            given.push(name.to_owned());
            exports.push(name.to_owned());
            body.extend([rest, "\n"]);
        } else {
            body.extend([line, "\n"]);
        }
        Ok(())
    }

    /// The names and the module in `{ names } from './module.js';`, or in `* as name from
    /// "./module.js"`, which is how wasm-bindgen writes it.
    fn source<'t>(&mut self, path: &Path, text: &'t str) -> Result<(&'t str, usize)> {
        let named = || {
            let (names, from) = text.strip_prefix('{')?.split_once("} from '")?;
            Some((names, from.strip_suffix("';")?))
        };
        let whole = || {
            let (name, from) = text.split_once(" from \"")?;
            let is_whole = name.starts_with("* as ");
            is_whole.then_some((name, from.strip_suffix('"')?))
        };
        let parts = named().or_else(whole);
        let (names, from) = parts.context("expected `{ names } from './module.js';`")?;
        let folder = path.parent().context("a module is in a folder")?;
        Ok((names, self.add(&folder.join(from))?))
    }
}

/// The names in `export { names };`, of what is the module's own.
fn own(line: &str) -> Option<&str> {
    line.strip_prefix("export {")?.strip_suffix("};")
}

/// A path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(plain.pop()),
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::bundled;
    use std::fs;
    use tempfile::tempdir;

    #[test]
    fn modules_become_one_in_the_order_of_their_imports() {
        let folder = tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            fs::create_dir_all(folder.path().join("src")).expect("a folder can be made");
            fs::write(folder.path().join(name), text).expect("it can be written");
        };
        write(
            "src/one.js",
            "// One.\nconst hidden = 1;\nexport const one = () => hidden;\n",
        );
        write(
            "src/two.js",
            "import { one as first } from './one.js';\nimport * as all from \"./one.js\"\nclass Other {}\nexport class Two {\nsum = first() + all.one();\n}\nexport { Other as Third };\n",
        );
        write(
            "entry.js",
            "import { Two } from './src/two.js';\n\nexport { one } from './src/one.js';\nexport function make() {\n  return new Two();\n}\n",
        );
        let text = bundled(&folder.path().join("entry.js")).expect("it is bundled");
        let expected = "const m0 = (() => {\nconst hidden = 1;\nconst one = () => hidden;\nreturn { one };\n})();\n\
            const m1 = (() => {\nconst { one: first } = m0;\nconst all = m0;\nclass Other {}\nclass Two {\nsum = first() + all.one();\n}\nreturn { Two, Third: Other };\n})();\n\
            const m2 = (() => {\nconst { Two } = m1;\n\nfunction make() {\nreturn new Two();\n}\nreturn { one: m0.one, make };\n})();\n\
            const { one, make } = m2;\nexport { one, make };\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn what_is_no_import_of_names_is_refused() {
        let folder = tempdir().expect("a folder");
        for (text, expected) in [
            ("import init from './x.js';\n", "expected `{ names } from"),
            ("export default 1;\n", "expected a function"),
            ("import { a } from './entry.js';\n", "imports itself"),
            ("import { a } from './nothing.js';\n", "nothing.js`"),
        ] {
            let entry = folder.path().join("entry.js");
            fs::write(&entry, text).expect("it can be written");
            let error = bundled(&entry).expect_err("it is refused");
            assert!(format!("{error:#}").contains(expected), "{error:#}");
        }
    }
}
