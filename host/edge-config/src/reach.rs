//! Folders that must not be granted, since more would be reached through them than files: what the
//! host serves, trusts and runs, and what only it may know.

use std::fmt;
use std::path::{Path, PathBuf};

use super::{Config, Directory, Grants, Store, Tls, default_cache};
use amphi_edge_blocking::trusted;

/// What a guest must not reach.
#[derive(Debug)]
pub struct Guarded {
    what: String,
    path: PathBuf,
    /// Whether it must not even be read.
    secret: bool,
    /// Whether all that is in it is guarded too.
    within: bool,
    /// The places on the way to it: whoever may change one of them may put something else there.
    places: Vec<PathBuf>,
}

/// A folder through which a guest would reach what it must not.
#[derive(Debug)]
pub struct Reached<'a> {
    guarded: &'a Guarded,
    write: bool,
}

impl fmt::Display for Reached<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Guarded { what, path, .. } = self.guarded;
        let verb = if self.write { "change" } else { "read" };
        write!(
            f,
            "the component could {verb} {what} (`{}`): grant a folder that does not lead there",
            path.display()
        )
    }
}

impl Guarded {
    fn new(what: impl Into<String>, path: &Path) -> Self {
        // What cannot be looked at is told by whoever needs it.
        let (places, _) = trusted::places(path).unwrap_or_default();
        Self {
            what: what.into(),
            path: path.to_owned(),
            secret: false,
            within: false,
            places: places.into_iter().map(|place| place.path).collect(),
        }
    }

    fn secret(what: impl Into<String>, path: &Path) -> Self {
        Self {
            secret: true,
            ..Self::new(what, path)
        }
    }

    fn is_reached(&self, folder: &Path) -> bool {
        let inside = self.within
            && self
                .places
                .last()
                .is_some_and(|end| folder.starts_with(end));
        inside || self.places.iter().any(|place| place.starts_with(folder))
    }
}

/// What guests must not reach of `config`, which was read from the file `file` or from a text whose
/// paths begin at that folder. Nothing is looked at if no folder is granted.
pub fn guarded(config: &Config, file: Option<&Path>) -> Vec<Guarded> {
    let grants = || all_grants(config);
    if grants().all(|(_, grants)| grants.directories.is_empty()) {
        return Vec::new();
    }
    let mut guarded: Vec<Guarded> = Vec::new();
    guarded.extend(file.map(|file| Guarded::new("the configuration", file)));
    for (name, function) in &config.functions {
        let canary = function.canary.as_ref().map(|canary| &canary.component);
        let components = [&function.component].into_iter().chain(canary);
        let components = components.chain(&function.side_by_side);
        guarded
            .extend(components.map(|path| Guarded::new(format!("a component of `{name}`"), path)));
    }
    for (name, plugin) in &config.plugins {
        let what = format!("the component of `{name}`");
        guarded.push(Guarded::new(what, &plugin.component));
    }
    for (owner, grants) in grants() {
        for (name, store) in &grants.keyvalue {
            if let Store::File(path) = store {
                let what = format!("the key-value store `{name}` of `{owner}`");
                guarded.push(Guarded::new(what, path));
            }
        }
        let http = grants.http.as_ref();
        let authorities = http.and_then(|http| http.authorities.as_deref());
        let what = format!("the authorities that `{owner}` trusts");
        guarded.extend(authorities.map(|path| Guarded::new(what, path)));
    }
    let server = &config.server;
    let audit = server.audit.as_deref();
    guarded.extend(audit.map(|path| Guarded::new("the audit log", path)));
    let admin = server.admin.as_ref();
    let token = admin.and_then(|admin| admin.token_file.as_deref());
    guarded.extend(token.map(|path| Guarded::secret("the token of the admin API", path)));
    let of_admin = admin.and_then(|admin| admin.tls.as_ref());
    for Tls { certificate, key } in server.tls.iter().chain(of_admin) {
        guarded.push(Guarded::new("a certificate", certificate));
        guarded.push(Guarded::secret("the key of a certificate", key));
    }
    let cache = server.cache.clone().or_else(default_cache);
    guarded.extend(cache.map(|path| Guarded {
        within: true,
        ..Guarded::new("the compiled components", &path)
    }));
    guarded.push(Guarded {
        within: true,
        ..Guarded::secret("the memory of processes", Path::new("/proc"))
    });
    guarded
}

fn all_grants(config: &Config) -> impl Iterator<Item = (&String, &Grants)> {
    let functions = config.functions.iter();
    let functions = functions.map(|(name, function)| (name, &function.grants));
    let plugins = config.plugins.iter();
    functions.chain(plugins.map(|(name, plugin)| (name, &plugin.grants)))
}

/// What of `guarded` a guest would reach through a folder.
pub fn reached<'a>(directory: &Directory, guarded: &'a [Guarded]) -> Option<Reached<'a>> {
    let folder = directory.host.canonicalize().ok()?;
    let write = directory.write;
    let mut guarded = guarded.iter();
    let found = guarded.find(|guarded| (write || guarded.secret) && guarded.is_reached(&folder));
    found.map(|guarded| Reached { guarded, write })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::super::{Admin, Function, Plugin};
    use super::*;

    /// A folder with everything in it, each in a folder of its own.
    fn everything() -> (tempfile::TempDir, PathBuf, Config) {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("it is there");
        for name in [
            "config",
            "web",
            "plugin",
            "cache/code",
            "audit",
            "token",
            "tls",
            "kv",
            "ca",
            "data",
        ] {
            fs::create_dir_all(root.join(name)).expect("a folder");
        }
        for file in [
            "config/amphi.yaml",
            "web/f.wasm",
            "plugin/p.wasm",
            "token/token",
            "tls/key",
            "tls/cert",
            "ca/ca",
        ] {
            fs::write(root.join(file), "").expect("a file");
        }
        let mut function = Function::new(root.join("web/f.wasm"));
        let store = Store::File(root.join("kv/store.redb"));
        function.grants.keyvalue.insert("kept".to_owned(), store);
        function.grants.http = Some(super::super::OutgoingHttp {
            authorities: Some(root.join("ca/ca")),
            ..Default::default()
        });
        let directory = Directory {
            host: root.join("data"),
            guest: "/data".to_owned(),
            write: true,
        };
        function.grants.directories.push(directory);
        let plugin = Plugin {
            component: root.join("plugin/p.wasm"),
            grants: Grants::default(),
        };
        let mut config = Config::default();
        config.functions.insert("f".to_owned(), function);
        config.plugins.insert("p".to_owned(), plugin);
        config.server.cache = Some(root.join("cache"));
        config.server.audit = Some(root.join("audit/audit.jsonl"));
        config.server.admin = Some(Admin {
            listen: ([127, 0, 0, 1], 0).into(),
            token_file: Some(root.join("token/token")),
            tls: Some(Tls {
                certificate: root.join("tls/cert"),
                key: root.join("tls/key"),
            }),
        });
        (folder, root, config)
    }

    #[test]
    fn what_the_host_lives_on_is_not_granted() {
        let (_folder, root, config) = everything();
        let guarded = guarded(&config, Some(&root.join("config/amphi.yaml")));
        let check = |host: &Path, write: bool, expected: Option<&str>| {
            let directory = Directory {
                host: host.to_owned(),
                guest: "/".to_owned(),
                write,
            };
            let found = reached(&directory, &guarded).map(|reached| reached.to_string());
            let text = found.clone().unwrap_or_default();
            assert_eq!(found.is_some(), expected.is_some(), "{host:?}: {text}");
            let expected = expected.unwrap_or_default();
            assert!(text.contains(expected), "{host:?}: {text}");
        };
        for (folder, what) in [
            ("config", "change the configuration"),
            ("web", "change a component of `f`"),
            ("plugin", "change the component of `p`"),
            ("cache", "change the compiled components"),
            ("cache/code", "change the compiled components"),
            ("audit", "change the audit log"),
            ("token", "change the token of the admin API"),
            ("tls", "change a certificate"),
            ("kv", "change the key-value store `kept` of `f`"),
            ("ca", "change the authorities that `f` trusts"),
            ("", "change"),
        ] {
            check(&root.join(folder), true, Some(what));
        }
        check(Path::new("/"), true, Some("change the configuration"));
        check(&root.join("data"), true, None);
        for secret in ["token", "tls", ""] {
            check(&root.join(secret), false, Some("read the "));
        }
        for open in [
            "config", "web", "plugin", "cache", "audit", "kv", "ca", "data",
        ] {
            check(&root.join(open), false, None);
        }
        for proc in ["/proc", "/proc/self", "/"] {
            check(Path::new(proc), false, Some("read the "));
        }
    }

    #[test]
    fn links_lead_there_too() {
        let (_folder, root, mut config) = everything();
        fs::create_dir(root.join("links")).expect("a folder");
        let link = root.join("links/f.wasm");
        symlink("../web/f.wasm", &link).expect("a link");
        symlink("..", root.join("data/up")).expect("a link");
        if let Some(function) = config.functions.get_mut("f") {
            function.component = link;
        }
        let guarded = guarded(&config, None);
        let refused = |host: &str| {
            let directory = Directory {
                host: root.join(host),
                guest: "/".to_owned(),
                write: true,
            };
            reached(&directory, &guarded).is_some()
        };
        assert!(refused("links"), "the link could be another one");
        assert!(refused("web"), "and so could what it leads to");
        assert!(refused("data/up"), "it is the folder of all");
        assert!(!refused("data"));
    }

    #[test]
    fn without_folders_nothing_is_looked_at() {
        let (_folder, _, mut config) = everything();
        for function in config.functions.values_mut() {
            function.grants.directories.clear();
        }
        assert!(guarded(&config, None).is_empty());
    }
}
