//! What a component may use of the world outside of it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use amphi_edge_pattern::HostPattern;
use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::Networks;
use super::values::hosts;

/// The capabilities of a component. By default it has clocks, random numbers and logging, and
/// nothing else that reaches outside of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Grants {
    /// Its environment variables. Default: none; those of the process are never inherited.
    pub env: BTreeMap<String, String>,
    /// The values of `wasi:config`. Default: none.
    pub config: BTreeMap<String, String>,
    /// Directories. Default: none.
    pub directories: Vec<Directory>,
    /// Outgoing requests. Default: none.
    pub http: Option<OutgoingHttp>,
    /// The stores of `wasi:keyvalue`, by the identifier that the component opens. Default: none.
    pub keyvalue: BTreeMap<String, Store>,
    /// Whether it may read clocks and use timers. Otherwise such a call traps. Default: true.
    pub clocks: bool,
    /// Whether it may get random numbers. Otherwise such a call traps. Default: true.
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

/// A directory of this machine that a component can access.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Directory {
    /// The directory. A relative path is relative to the configuration's folder.
    pub host: PathBuf,
    /// The absolute path at which the component sees it.
    pub guest: String,
    /// Whether the component may write to it. Default: false.
    #[serde(default)]
    pub write: bool,
}

/// Which outgoing requests a component may send.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct OutgoingHttp {
    /// Host patterns: a name, `*.` and a name for its subdomains, or `*`; with a prefix `http://`
    /// or `https://`, only that scheme; with `:port`, that port instead of the scheme's default,
    /// with `:*` any. Default: none.
    #[serde(with = "hosts")]
    #[schemars(with = "Vec<String>")]
    pub hosts: Vec<HostPattern>,
    /// Networks to reject, as `address/bits`. Default: only private ones.
    #[serde(with = "Networks")]
    #[schemars(with = "Vec<String>")]
    pub block: Vec<IpNet>,
    /// Whether addresses of this machine and of private networks may be reached. Default: false.
    pub allow_private: bool,
    /// A PEM file of the certificate authorities to trust instead of Mozilla's. A relative path is
    /// relative to the configuration's folder. Default: none.
    pub authorities: Option<PathBuf>,
}

/// The storage of a key-value store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Store {
    /// In memory: lost when the process ends.
    Memory,
    /// In a file, which is created if it does not exist. A relative path is relative to the
    /// configuration's folder.
    File(PathBuf),
}
