//! What a configuration of the right shape can still have wrong.

mod addresses;
mod share;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::path::Path;
use std::time::Duration;

use super::deserialize::like;
use super::issue::{Issue, Problem};
use super::reach::{Guarded, guarded, reached};
use super::text::{period, size};
use super::tree::{self, Step};
use super::{Breaker, Canary, Config, Function, Grants, Limits, Server, Store};
use share::{leasts, share};

/// What is wrong, with the steps that lead to it.
type Refusals = Vec<(Vec<Step>, Problem)>;

/// All that is wrong with `config`, files that are missing included; without places, for it may be
/// of no file.
#[must_use]
pub fn check(config: &Config) -> Vec<Issue> {
    let refusals = refusals(config, None).into_iter();
    let issues = refusals.map(|(steps, problem)| Issue {
        place: None,
        path: tree::join(&steps),
        problem,
    });
    issues.collect()
}

/// All that is wrong with `config`, which is of the file `place`, or of a text whose paths begin at
/// that folder.
pub fn refusals(config: &Config, place: Option<&Path>) -> Refusals {
    let mut found = Finder::default();
    let guarded = guarded(config, place);
    found.at("server", |found| server(found, &config.server));
    found.at("functions", |found| {
        for (name, function) in &config.functions {
            found.at(name, |found| {
                named(found, name);
                one(found, function, config);
                found.at("grants", |found| grants(found, &function.grants, &guarded));
            });
        }
        routes(found, &config.functions);
        leasts(found, config);
    });
    found.at("plugins", |found| {
        for (name, plugin) in &config.plugins {
            found.at(name, |found| {
                named(found, name);
                found.at("component", |found| file(found, &plugin.component));
                found.at("grants", |found| grants(found, &plugin.grants, &guarded));
            });
        }
    });
    found.refusals
}

/// Where we are, and what was found.
#[derive(Default)]
struct Finder {
    steps: Vec<Step>,
    refusals: Refusals,
}

impl Finder {
    fn at(&mut self, key: &str, look: impl FnOnce(&mut Self)) {
        self.steps.push(Step::Key(key.to_owned()));
        look(self);
        self.steps.pop();
    }

    fn each<'a, T>(&mut self, key: &str, items: &'a [T], mut look: impl FnMut(&mut Self, &'a T)) {
        self.at(key, |found| {
            for (index, item) in items.iter().enumerate() {
                found.steps.push(Step::Index(index));
                look(found, item);
                found.steps.pop();
            }
        });
    }

    fn refuse(&mut self, reason: impl Display) {
        let problem = Problem::Refused(reason.to_string());
        self.refusals.push((self.steps.clone(), problem));
    }

    fn expect(&mut self, good: bool, expected: impl Display, found: impl Display) {
        if !good {
            let problem = Problem::Unexpected {
                expected: expected.to_string(),
                found: format!("`{found}`"),
            };
            self.refusals.push((self.steps.clone(), problem));
        }
    }

    /// A number from `least` to `most`.
    fn number(&mut self, key: &str, value: u64, least: u64, most: u64) {
        let expected = match most {
            u64::MAX => format!("at least {least}"),
            most => format!("a number from {least} to {most}"),
        };
        let good = (least..=most).contains(&value);
        self.at(key, |found| found.expect(good, expected, value));
    }

    /// A size from `least` to `most`.
    fn size(&mut self, key: &str, value: u64, least: u64, most: u64) {
        let expected = match most {
            u64::MAX => format!("at least `{}`", size(least)),
            most => format!("a size from `{}` to `{}`", size(least), size(most)),
        };
        let good = (least..=most).contains(&value);
        self.at(key, |found| found.expect(good, expected, size(value)));
    }

    /// A duration that is not zero.
    fn period(&mut self, key: &str, value: Duration) {
        self.at(key, |found| {
            found.expect(!value.is_zero(), "more than `0s`", period(value));
        });
    }
}

fn server(found: &mut Finder, server: &Server) {
    found.number("connections", server.connections as u64, 1, 1_000_000);
    let of_client = server.connections_per_client as u64;
    found.number("connections-per-client", of_client, 1, u64::MAX);
    found.size("headers", server.headers, 8 << 10, 16 << 20);
    found.at("buffers", |found| {
        let buffers = &server.buffers;
        found.size("all", buffers.all, 64 << 10, u64::MAX);
        found.size("function", buffers.function, 64 << 10, u64::MAX);
        found.size("client", buffers.client, 64 << 10, u64::MAX);
        found.size("connection", buffers.connection, 64 << 10, u64::MAX);
    });
    found.at("timeouts", |found| {
        found.period("header", server.timeouts.header);
        found.period("body", server.timeouts.body);
        found.period("idle", server.timeouts.idle);
        found.period("reload", server.timeouts.reload);
    });
    found.at("pool", |found| {
        found.number("instances", server.pool.instances.into(), 1, 100_000);
    });
    found.at("compile", |found| {
        found.size("memory", server.compile.memory, 64 << 20, u64::MAX);
    });
    if let Some(folder) = &server.cache {
        let good = folder.is_dir() || !folder.exists();
        found.at("cache", |found| {
            found.expect(good, "a folder, or none yet", folder.display());
        });
    }
    if let Some(path) = &server.audit {
        found.at("audit", |found| written(found, path));
    }
    addresses::check(found, server);
}

fn one(found: &mut Finder, function: &Function, config: &Config) {
    found.at("component", |found| file(found, &function.component));
    if let Some(text) = &function.interface {
        found.at("interface", |found| {
            let example = "an interface such as `demo:calc/ops@1.0.0`";
            found.expect(is_interface(text), example, text);
        });
    }
    if let Some(trial) = &function.canary {
        found.at("canary", |found| canary(found, trial));
    }
    found.each("side-by-side", &function.side_by_side, |found, path| {
        file(found, path)
    });
    if let Some(reuse) = &function.reuse {
        found.at("reuse", |found| {
            found.number("calls", reuse.calls.into(), 1, u64::MAX);
            found.period("idle", reuse.idle);
        });
    }
    share(found, function, config);
    found.at("limits", |found| {
        limits(found, &function.limits, config.server.headers);
    });
    found.at("breaker", |found| breaker(found, &function.breaker));
    let mut seen = BTreeSet::new();
    found.each("plugins", &function.plugins, |found, name| {
        if !seen.insert(name) {
            return found.refuse(format_args!("`{name}` is listed twice"));
        }
        let known: Vec<&str> = config.plugins.keys().map(String::as_str).collect();
        if !config.plugins.is_empty() && !config.plugins.contains_key(name) {
            match like(name, &known) {
                Some(like) => found.refuse(format_args!(
                    "there is no plugin `{name}`, did you mean `{like}`?"
                )),
                None => found.refuse(format_args!("there is no plugin `{name}`")),
            }
        }
    });
}

fn canary(found: &mut Finder, canary: &Canary) {
    found.at("component", |found| file(found, &canary.component));
    found.period("timeout", canary.timeout);
}

fn limits(found: &mut Finder, limits: &Limits, server_headers: u64) {
    const PAGE: u64 = 64 << 10;
    found.period("wall", limits.wall);
    found.period("cpu", limits.cpu);
    if let Some(fuel) = limits.fuel {
        found.number("fuel", fuel, 1, u64::MAX);
    }
    found.size("memory", limits.memory, PAGE, 4 << 30);
    found.number("instances", limits.instances.into(), 1, u64::MAX);
    found.size("hostcall", limits.hostcall, 1 << 10, u64::MAX);
    found.number("resources", limits.resources.into(), 1, u64::MAX);
    found.size("headers", limits.headers, 256, server_headers);
    found.number("concurrency", limits.concurrency.get().into(), 1, 100_000);
    found.number("queue", limits.queue.into(), 0, 1_000_000);
    if limits.queue > 0 {
        found.period("queue-wait", limits.queue_wait);
    }
}

fn breaker(found: &mut Finder, breaker: &Breaker) {
    found.period("within", breaker.within);
    found.period("open", breaker.open);
}

fn grants(found: &mut Finder, grants: &Grants, guarded: &[Guarded]) {
    found.at("env", |found| {
        for (name, value) in &grants.env {
            let good = !name.is_empty() && !name.contains(['=', '\0']) && !value.contains('\0');
            found.at(name, |found| {
                found.expect(
                    good,
                    "a name without `=` or zero bytes",
                    name.escape_debug(),
                );
            });
        }
    });
    stores(found, grants);
    found.each("directories", &grants.directories, |found, directory| {
        found.at("host", |found| {
            let host = directory.host.display();
            found.expect(directory.host.is_dir(), "a folder that exists", host);
            if let Some(reached) = reached(directory, guarded) {
                found.refuse(reached);
            }
        });
        found.at("guest", |found| {
            let absolute = directory.guest.starts_with('/');
            found.expect(absolute, "a path that begins with `/`", &directory.guest);
        });
    });
    if let Some(http) = &grants.http {
        found.at("http", |found| {
            if let Some(path) = &http.authorities {
                found.at("authorities", |found| file(found, path));
            }
        });
    }
}

fn stores(found: &mut Finder, grants: &Grants) {
    found.at("keyvalue", |found| {
        for (name, store) in &grants.keyvalue {
            if let Store::File(path) = store {
                found.at(name, |found| found.at("file", |found| written(found, path)));
            }
        }
    });
}

fn named(found: &mut Finder, name: &str) {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    let good = !name.is_empty() && name.len() <= 64 && name.chars().all(plain);
    let expected = "a name of at most 64 letters, digits, `-` and `_`";
    found.expect(good, expected, name);
}

fn file(found: &mut Finder, path: &Path) {
    match path.metadata() {
        Ok(data) if data.is_file() => {}
        Ok(_) => found.expect(false, "a file", path.display()),
        Err(error) => found.refuse(format_args!("cannot find `{}`: {error}", path.display())),
    }
}

/// A file to write, which may not be there yet.
fn written(found: &mut Finder, path: &Path) {
    let folder = path.parent().filter(|path| !path.as_os_str().is_empty());
    let good = path.is_file() || (!path.exists() && folder.is_none_or(Path::is_dir));
    let expected = "a file, or the name of one in a folder that exists";
    found.expect(good, expected, path.display());
}

/// Refuses the second of two functions with one route.
fn routes(found: &mut Finder, functions: &BTreeMap<String, Function>) {
    let mut taken: BTreeMap<String, &str> = BTreeMap::new();
    for (name, function) in functions {
        let route = function.route(name);
        if let Some(other) = taken.get(&route) {
            let reason = format!("`{route}` is the route of `{other}` already");
            found.at(name, |found| {
                found.at("route", |found| found.refuse(reason))
            });
        } else {
            taken.insert(route, name);
        }
    }
}

/// Whether `text` is `package:name/interface`, with a version or without.
fn is_interface(text: &str) -> bool {
    let (name, version) = match text.split_once('@') {
        Some((name, version)) => (name, Some(version)),
        None => (text, None),
    };
    let kebab = |part: &str| {
        let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
        part.starts_with(|first: char| first.is_ascii_alphabetic()) && part.chars().all(plain)
    };
    let parts = name.split_once(':').and_then(|(package, rest)| {
        let (name, interface) = rest.split_once('/')?;
        Some([package, name, interface])
    });
    let version = version.is_none_or(|version| semver::Version::parse(version).is_ok());
    version && parts.is_some_and(|parts| parts.into_iter().all(kebab))
}
