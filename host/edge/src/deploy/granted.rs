//! From the words of a configuration to grants.

use std::collections::BTreeMap;

use amphi_edge_capabilities::keyvalue::{Access, KeyValueGrant, StoreBounds, StorePlace};
use amphi_edge_capabilities::outgoing::{Networks, Outgoing, OutgoingLimits, Trust};
use amphi_edge_capabilities::{DirectoryGrant, GrantError, Grants};
use amphi_edge_config::{self as config, Config};

/// What the name of a store begins with whose owner is a function, or a plugin. Neither name has a
/// slash.
const FUNCTION: &str = "function";
const PLUGIN: &str = "plugin";

/// The stores that a configuration asks for, to be opened. Those of one file are one.
#[must_use]
pub fn stores_of(config: &Config) -> BTreeMap<String, (StorePlace, StoreBounds)> {
    let functions = config.functions.iter();
    let functions = functions.map(|(name, function)| (FUNCTION, name, &function.grants));
    let plugins = config.plugins.iter();
    let plugins = plugins.map(|(name, plugin)| (PLUGIN, name, &plugin.grants));
    let mut wanted = BTreeMap::new();
    for (kind, owner, grants) in functions.chain(plugins) {
        for (identifier, store) in &grants.keyvalue {
            let place = match store {
                config::Store::Memory => StorePlace::Memory,
                config::Store::File(path) => StorePlace::Disk(path.clone()),
            };
            let name = store_name(kind, owner, identifier);
            wanted.insert(name, (place, StoreBounds::default()));
        }
    }
    wanted
}

fn store_name(kind: &str, owner: &str, identifier: &str) -> String {
    format!("{kind}/{owner}/{identifier}")
}

/// What the configuration grants to the function `name`. Blocks, if it names a file of authorities.
///
/// # Errors
///
/// When the file of authorities is wrong.
pub fn grants_of_function(name: &str, granted: &config::Grants) -> Result<Grants, GrantError> {
    configured(FUNCTION, name, granted)
}

/// What the configuration grants to the plugin `name`. Blocks, if it names a file of authorities.
///
/// # Errors
///
/// When the file of authorities is wrong.
pub fn grants_of_plugin(name: &str, granted: &config::Grants) -> Result<Grants, GrantError> {
    configured(PLUGIN, name, granted)
}

fn configured(kind: &str, owner: &str, granted: &config::Grants) -> Result<Grants, GrantError> {
    let store = |identifier: &String| KeyValueGrant {
        store: store_name(kind, owner, identifier),
        access: Access::Write,
    };
    let identifiers = granted.keyvalue.keys();
    Ok(Grants {
        env: granted.env.clone(),
        args: vec![owner.to_owned()],
        directories: granted.directories.iter().map(directory).collect(),
        config: granted.config.clone(),
        keyvalue: identifiers
            .map(|identifier| (identifier.clone(), store(identifier)))
            .collect(),
        outgoing: granted.http.as_ref().map(outgoing).transpose()?,
        logging: granted.logging,
        clocks: granted.clocks,
        random: granted.random,
    })
}

fn directory(granted: &config::Directory) -> DirectoryGrant {
    DirectoryGrant {
        host: granted.host.clone(),
        guest: granted.guest.clone(),
        access: match granted.write {
            true => Access::Write,
            false => Access::Read,
        },
    }
}

fn outgoing(granted: &config::OutgoingHttp) -> Result<Outgoing, GrantError> {
    let mut networks = match granted.allow_private {
        true => Networks::all(),
        false => Networks::default(),
    };
    networks.blocked.extend(&granted.block);
    let trust = match &granted.authorities {
        Some(path) => Trust::of_file(path).map_err(GrantError::Trust)?,
        None => Trust::of_browsers(),
    };
    let limits = OutgoingLimits::default();
    Ok(Outgoing::new(
        granted.hosts.clone(),
        networks,
        limits,
        trust,
    ))
}
