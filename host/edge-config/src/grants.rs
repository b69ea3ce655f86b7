//! What a component may use of the world outside of it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use amphi_edge_pattern::HostPattern;
use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::Networks;
use super::values::hosts;

/// What a component may use. By default it can tell the time, have random numbers, and write to the log; nothing else reaches out of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Grants {
    /// Its environment variables. Default: none; those of the process are never passed on.
    pub env: BTreeMap<String, String>,
    /// The values of `wasi:config`. Default: none.
    pub config: BTreeMap<String, String>,
    /// Folders. Default: none.
    pub directories: Vec<Directory>,
    /// Requests to other hosts. Default: none.
    pub http: Option<OutgoingHttp>,
    /// The stores of `wasi:keyvalue`, by the name that the component opens them by. Default: none.
    pub keyvalue: BTreeMap<String, Store>,
    /// Whether it can read clocks and wait for them. Without it, a call that does traps. Default: true.
    pub clocks: bool,
    /// Whether it has random numbers. Without it, a call that asks for one traps. Default: true.
    pub random: bool,
    /// Whether `wasi:logging` writes to the log. Default: true.
    pub logging: bool,
    /// Whether standard output and error are written to the log. Default: true.
    pub stdio: bool,
}

impl Default for Grants {
    fn default() -> Self {
        Self {
            env: BTreeMap::new(),
            config: BTreeMap::new(),
            directories: Vec::new(),
            http: None,
            keyvalue: BTreeMap::new(),
            clocks: true,
            random: true,
            logging: true,
            stdio: true,
        }
    }
}

/// A folder of this machine that a component sees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Directory {
    /// The folder. A relative path begins at the folder of the configuration.
    pub host: PathBuf,
    /// The path that the component sees it at, absolute.
    pub guest: String,
    /// Whether the component may change what is in it. Default: false.
    #[serde(default)]
    pub write: bool,
}

/// Which requests a component may send.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct OutgoingHttp {
    /// Names of hosts, `*.` before one stands for all below it, `*` for all; with `http://` or `https://` before it, that scheme alone; with `:port`, that port
    /// instead of the scheme's own, with `:*` any. Default: none.
    #[serde(with = "hosts")]
    #[schemars(with = "Vec<String>")]
    pub hosts: Vec<HostPattern>,
    /// Networks that are refused, whatever the name, as `address/bits`. Default: none besides the private ones.
    #[serde(with = "Networks")]
    #[schemars(with = "Vec<String>")]
    pub block: Vec<IpNet>,
    /// Whether addresses of this machine and of private networks may be reached. Default: false.
    pub allow_private: bool,
    /// A file of certificates in PEM: the authorities that are trusted instead of those that browsers trust. A relative path begins at the folder of the
    /// configuration. Default: none.
    pub authorities: Option<PathBuf>,
}

/// Where the values of a key-value store are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Store {
    /// In memory: gone when the process ends.
    Memory,
    /// In a file, which is made where there is none. A relative path begins at the folder of the configuration.
    File(PathBuf),
}
