//! The files that a server relies on, looked at before it does.

use std::error::Error;
use std::fmt;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::de::IgnoredAny;

use super::StartError;
use crate::function::audit::{AuditError, entries};
use crate::host::{ApplyError, ApplyProblem};
use amphi_edge_blocking::trusted;
use amphi_edge_capabilities::keyvalue::StoreProblem;
use amphi_edge_config::{Config, Grants, Store};

/// What the file of a key-value store begins with.
const STORE: &[u8] = b"redb";

/// A file that others could put something else into.
#[derive(Debug)]
pub struct FileError {
    /// What it is.
    pub what: &'static str,
    /// Where it is.
    pub path: PathBuf,
    /// Who could.
    pub source: io::Error,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`", self.what, self.path.display())
    }
}

impl Error for FileError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}

/// Sees who can change what is relied on, and who can read what is secret. A secret that somebody
/// else could have put there is none, and is refused. That somebody else can read one, or change
/// what is only written here, or the configuration, is a warning: in a container, where there is
/// nobody else, such modes are usual.
pub fn look(config: &Config, file: Option<&Path>) -> Result<Vec<String>, StartError> {
    let server = &config.server;
    let admin = server.admin.as_ref();
    let token = admin.and_then(|admin| admin.token_file.as_deref());
    let of_admin = admin.and_then(|admin| admin.tls.as_ref());
    let keys = server.tls.iter().chain(of_admin).map(|tls| &*tls.key);
    let keys = keys.map(|key| ("the key of a certificate", key));
    let token = token.map(|path| ("the token of the admin API", path));
    let mut warnings = Vec::new();
    for (what, path) in token.into_iter().chain(keys) {
        match trusted::is_readable(path) {
            Ok(false) => {}
            Ok(true) => warnings.push(format!(
                "others can read {what} `{0}` (`chmod 600 {0}`)",
                path.display()
            )),
            // Whoever reads it says more of that.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => {
                let path = path.to_owned();
                return Err(StartError::File(FileError { what, path, source }));
            }
        }
    }
    let stores = grants(config).flat_map(|grants| grants.keyvalue.values());
    let stores = stores.filter_map(|store| match store {
        Store::File(path) => Some(("a key-value store", &**path)),
        Store::Memory => None,
    });
    let audit = server.audit.as_deref().map(|path| ("the audit log", path));
    let configuration = file.map(|path| ("the configuration", path));
    for (what, path) in configuration.into_iter().chain(audit).chain(stores) {
        if let Err(error) = trusted::is_readable(path)
            && error.kind() == io::ErrorKind::PermissionDenied
        {
            warnings.push(format!("others can change {what}: {error}"));
        }
    }
    Ok(warnings)
}

fn grants(config: &Config) -> impl Iterator<Item = &Grants> {
    let functions = config.functions.values();
    let functions = functions.map(|function| &function.grants);
    functions.chain(config.plugins.values().map(|plugin| &plugin.grants))
}

/// Reads an audit log that another process may write to, and sees whether this user may.
pub fn look_at_audit(path: &Path) -> Result<(), AuditError> {
    entries::<IgnoredAny>(path)?;
    trusted::can_be_written(path).map_err(|cause| AuditError::File {
        path: path.to_owned(),
        cause,
    })
}

/// Takes the stores in files out of a configuration, where another process may have them open: what
/// was theirs is held in memory, and no smoke call finds it empty. What is not checked so. The
/// files are looked at.
pub fn without_stores(config: &mut Config) -> Result<Vec<String>, ApplyError> {
    let mut unchecked = Vec::new();
    let mut problems = Vec::new();
    let mut taken = Vec::new();
    let functions = config.functions.iter_mut();
    let functions = functions.map(|(name, function)| ("functions", name, &mut function.grants));
    let plugins = config.plugins.iter_mut();
    let plugins = plugins.map(|(name, plugin)| ("plugins", name, &mut plugin.grants));
    for (kind, owner, grants) in functions.chain(plugins) {
        for (name, store) in &mut grants.keyvalue {
            let Store::File(path) = store else { continue };
            if let Err(problem) = look_at_store(path) {
                let place = format!("{kind}.{owner}.grants.keyvalue.{name}");
                problems.push((place, ApplyProblem::Store(problem)));
            }
            unchecked.push(format!(
                "the key-value store `{name}` of `{owner}`: `{}` was not opened",
                path.display()
            ));
            *store = Store::Memory;
            taken.push((kind, owner.clone()));
        }
    }
    for (name, function) in &mut config.functions {
        let is_of = |(kind, owner): &(&str, String)| match *kind {
            "functions" => owner == name,
            _ => function.plugins.contains(owner),
        };
        if taken.iter().any(is_of) && function.smoke.take().is_some() {
            unchecked.push(format!(
                "the smoke call of `{name}`: its key-value stores were not opened"
            ));
        }
    }
    match problems.is_empty() {
        true => Ok(unchecked),
        false => Err(ApplyError { problems }),
    }
}

fn look_at_store(path: &Path) -> Result<(), StoreProblem> {
    trusted::can_be_written(path)?;
    let mut begin = Vec::new();
    match std::fs::File::open(path) {
        Ok(file) => file.take(STORE.len() as u64).read_to_end(&mut begin),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error),
    }?;
    match begin.is_empty() || begin == STORE {
        true => Ok(()),
        false => Err(io::Error::other("the file is not a key-value store").into()),
    }
}
