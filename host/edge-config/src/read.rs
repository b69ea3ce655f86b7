//! From a file to a configuration: all that is wrong with it at once.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::check;
use super::deserialize::Fault;
use super::issue::{ConfigError, Issue, Problem};
use super::tree::{self, Entry, Node, Step, Value};
use super::{Config, Store};
use amphi_edge_blocking::file::read_to_string;

/// How many things that do not fit are looked for: each has all of it read once more.
const MOST: usize = 100;

/// How a configuration is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// YAML 1.2.
    Yaml,
    /// TOML 1.0.
    Toml,
}

impl Format {
    /// The format that the ending of a file's name says.
    #[must_use]
    pub fn of(file: &Path) -> Option<Self> {
        let ending = file.extension()?.to_str()?.to_ascii_lowercase();
        match ending.as_str() {
            "yaml" | "yml" => Some(Self::Yaml),
            "toml" => Some(Self::Toml),
            _ => None,
        }
    }
}

/// Reads the configuration in `file`, whose name says its format, and [`check`](super::check())s
/// it.
///
/// # Errors
///
/// If it cannot be read, or is not right: then with all that is wrong.
pub fn read(file: &Path) -> Result<Config, ConfigError> {
    let format = Format::of(file).ok_or_else(|| ConfigError::UnknownFormat(file.to_owned()))?;
    let text = read_to_string(file).map_err(|source| ConfigError::Unreadable {
        file: file.to_owned(),
        source,
    })?;
    let folder = file.parent().unwrap_or(Path::new(""));
    parsed(&text, format, folder, file).map_err(|issues| ConfigError::Wrong {
        file: file.to_owned(),
        issues,
    })
}

/// Reads `text`, in which relative paths begin at `folder`, and [`check`](super::check())s it.
///
/// ```
/// use std::path::Path;
///
/// use amphi_edge_config::{Format, parse};
///
/// let text = "functions: { calc: { component: calc.wasm, limits: { memry: 16MiB } } }";
/// let issues = parse(text, Format::Yaml, Path::new("")).expect_err("a key is misspelled");
/// let told: Vec<String> = issues.iter().map(ToString::to_string).collect();
/// assert!(told.iter().any(|issue| issue.contains("did you mean `memory`?")), "{told:?}");
/// ```
///
/// # Errors
///
/// All that is wrong, in the order of the text. What is of the wrong shape is left out, and the
/// rest looked at; where a hundred things are, the rest is not.
pub fn parse(text: &str, format: Format, folder: &Path) -> Result<Config, Vec<Issue>> {
    parsed(text, format, folder, folder)
}

/// The same for a text that is in `file`, or somewhere in that folder.
fn parsed(text: &str, format: Format, folder: &Path, file: &Path) -> Result<Config, Vec<Issue>> {
    let Shaped {
        tree,
        config,
        mut issues,
        taken,
    } = shaped(text, format, folder)?;
    issues.extend(without_functions(&tree, &taken));
    // A plugin that was taken out is none that nobody has named.
    let plugins = taken.iter().any(|path| path.starts_with("plugins"));
    let refused = check::refusals(&config, Some(file)).into_iter();
    let refused = refused.map(|(steps, problem)| Issue {
        place: Some(tree.place_of(&steps)),
        path: tree::join(&steps),
        problem,
    });
    // What a whole is refused for may be that a part of it was taken out.
    issues.extend(refused.filter(|issue| {
        let of_a_plugin = plugins && issue.path.contains(".plugins[");
        !of_a_plugin && !lacks_a_part(&issue.path, &taken)
    }));
    match sorted(issues) {
        issues if issues.is_empty() => Ok(config),
        issues => Err(issues),
    }
}

/// A file that is empty, or ends before its functions, was cut off more often than it was meant.
fn without_functions(tree: &Node, taken: &BTreeSet<String>) -> Option<Issue> {
    let entries: &[Entry] = match &tree.value {
        Value::Map(entries) => entries,
        _ => &[],
    };
    let entry = entries.iter().find(|entry| entry.key == "functions");
    let given = entry.is_some_and(|entry| !matches!(entry.node.value, Value::Nothing));
    let issue = Issue {
        place: Some(entry.map_or(tree.place, Entry::value_place)),
        path: "functions".to_owned(),
        problem: Problem::Unexpected {
            expected: "functions by name, or `{}` for none".to_owned(),
            found: "nothing".to_owned(),
        },
    };
    (!given && !taken.contains("functions")).then_some(issue)
}

/// What the configuration in `file` says, if it is one, whether that can be or not.
#[must_use]
pub fn unchecked(file: &Path) -> Option<Config> {
    let text = read_to_string(file).ok()?;
    let folder = file.parent().unwrap_or(Path::new(""));
    let shaped = shaped(&text, Format::of(file)?, folder).ok()?;
    shaped.issues.is_empty().then_some(shaped.config)
}

/// What fits of a text.
struct Shaped {
    tree: Node,
    config: Config,
    issues: Vec<Issue>,
    /// The paths of what does not, and was taken out.
    taken: BTreeSet<String>,
}

/// The text as a configuration. serde ends at the first thing that does not fit; that is taken out,
/// and the rest tried again.
fn shaped(text: &str, format: Format, folder: &Path) -> Result<Shaped, Vec<Issue>> {
    let tree = match format {
        Format::Yaml => tree::yaml(text),
        Format::Toml => tree::toml(text),
    };
    let mut tree = tree.map_err(|issue| vec![issue])?;
    let mut issues = Vec::new();
    let mut taken = BTreeSet::new();
    loop {
        let fault = match Config::deserialize(&tree) {
            Ok(mut config) => {
                settle(&mut config, folder);
                return Ok(Shaped {
                    tree,
                    config,
                    issues,
                    taken,
                });
            }
            Err(fault) => fault,
        };
        let steps: Vec<Step> = fault.reversed.iter().rev().cloned().collect();
        let path = tree::join(&steps);
        if !is_of_ours(&fault, &path, &taken) {
            issues.push(Issue {
                place: Some(fault.place.unwrap_or(tree.place)),
                path: path.clone(),
                problem: fault.problem,
            });
        }
        if !tree.remove(&steps) {
            return Err(sorted(issues));
        }
        if issues.len() == MOST {
            let mut issues = sorted(issues);
            issues.push(Issue {
                place: None,
                path: String::new(),
                problem: Problem::Refused(format!("{MOST} errors, further ones are not reported")),
            });
            return Err(issues);
        }
        taken.insert(path);
    }
}

/// Whether a key is missing, or a whole is refused, only because something was taken out.
fn is_of_ours(fault: &Fault, path: &str, taken: &BTreeSet<String>) -> bool {
    match &fault.problem {
        Problem::MissingKey(key) => taken.contains(&format!("{path}.{key}")),
        Problem::Refused(_) => lacks_a_part(path, taken),
        _ => false,
    }
}

/// Whether something that is a part of `path` was taken out.
fn lacks_a_part(path: &str, taken: &BTreeSet<String>) -> bool {
    let mut below = taken.iter().filter_map(|taken| taken.strip_prefix(path));
    below.any(|rest| rest.starts_with(['.', '[']))
}

fn sorted(mut issues: Vec<Issue>) -> Vec<Issue> {
    issues.sort_by_key(|issue| issue.place);
    issues
}

/// Makes paths begin where they are meant to.
fn settle(config: &mut Config, folder: &Path) {
    let settle = |path: &mut PathBuf| *path = folder.join(&*path);
    let admin = config.server.admin.as_mut();
    let of_admin = admin.and_then(|admin| {
        admin.token_file.iter_mut().for_each(settle);
        admin.tls.as_mut()
    });
    for tls in config.server.tls.iter_mut().chain(of_admin) {
        settle(&mut tls.certificate);
        settle(&mut tls.key);
    }
    config.server.audit.iter_mut().for_each(settle);
    if let Some(cache) = &mut config.server.cache {
        match (cache.strip_prefix("~"), std::env::home_dir()) {
            (Ok(rest), Some(home)) => *cache = home.join(rest),
            _ => settle(cache),
        }
    }
    for plugin in config.plugins.values_mut() {
        settle(&mut plugin.component);
    }
    let functions = config.functions.values_mut();
    for function in functions {
        settle(&mut function.component);
        if let Some(canary) = &mut function.canary {
            settle(&mut canary.component);
        }
        function.side_by_side.iter_mut().for_each(settle);
    }
    let functions = config
        .functions
        .values_mut()
        .map(|function| &mut function.grants);
    let plugins = config.plugins.values_mut().map(|plugin| &mut plugin.grants);
    for grants in functions.chain(plugins) {
        for directory in &mut grants.directories {
            settle(&mut directory.host);
        }
        let http = grants.http.as_mut();
        if let Some(file) = http.and_then(|http| http.authorities.as_mut()) {
            settle(file);
        }
        for store in grants.keyvalue.values_mut() {
            match store {
                Store::File(file) => settle(file),
                Store::Memory => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;

    #[test]
    fn of_what_is_wrong_everywhere_a_hundred_things_are_told() {
        let mut text = "functions:\n".to_owned();
        for number in 0..2000 {
            writeln!(text, "  f{number}: {{ component: f.wasm, nope: 1 }}").expect("a string");
        }
        let issues = parse(&text, Format::Yaml, Path::new("")).expect_err("it is wrong");
        let (last, told) = issues.split_last().expect("there are some");
        assert_eq!(told.len(), MOST);
        assert_eq!(told[99].to_string().find("`functions.f99.nope`"), Some(0));
        assert_eq!(
            last.to_string(),
            "100 errors, further ones are not reported"
        );
    }
}
