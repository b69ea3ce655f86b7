//! What is served, and how: the configuration as plain data.
//!
//! A file in YAML or TOML becomes a [`Config`] by [`read`]; [`of_component`](Config::of_component)
//! makes one without a file. Both formats have one [`schema`]. Every field has a default but a
//! function's component, so that a file says only what is different. Durations are texts (`250ms`,
//! `1m30s`), sizes are texts (`64MiB`, `16kB`) or plain numbers of bytes; an unknown key is an
//! error.
//!
//! What is wrong by itself is no value of its type ([`Percent`], [`RoutePath`] and the like), so
//! that a configuration made in Rust has none of it either; what is wrong together with something
//! else, or on this machine, is found by [`check()`].
//!
//! What is known here is the file alone: whether a component has the interface that is pinned, or a
//! plugin what is imported, is found when a function is deployed.

mod check;
mod cors;
mod deserialize;
mod function;
mod grants;
mod issue;
pub mod paths;
mod reach;
mod read;
mod schema;
mod server;
mod smoke;
mod text;
mod tree;
mod values;
mod versions;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use check::check;
pub use cors::{Cors, Origin};
pub use function::{Abi, Breaker, Function, Int64, Json, Limits, Reuse, Share, Wit};
pub use grants::{Directory, Grants, OutgoingHttp, Store};
pub use issue::{ConfigError, Issue, Place, Problem};
pub use read::{Format, parse, read, unchecked};
pub use schema::schema;
pub use server::{
    Admin, Buffers, Compile, Log, LogFormat, LogLevel, OnCacheFailure, Page, PagePlace, Pages,
    Pool, Server, Timeouts, Tls,
};
pub use smoke::{Arguments, Smoke};
pub use values::{Percent, RequestPath, RouteError, RoutePath, Status, WholeSeconds};
pub use versions::{Canary, CanaryStep, CanarySteps};

/// The configuration of one process.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "Configuration of `amphi serve`", extend("required" = ["functions"]))]
pub struct Config {
    /// The server's addresses, and what all functions share.
    pub server: Server,
    /// The functions, by name. A name consists of letters, digits, `-` and `_`, and appears in
    /// paths and metrics.
    pub functions: BTreeMap<String, Function>,
    /// Components whose exports other components import, by the name that functions refer to.
    pub plugins: BTreeMap<String, Plugin>,
}

/// A component that others import.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Plugin {
    /// The component's file. A relative path is relative to the configuration's folder.
    pub component: PathBuf,
    /// The capabilities of the plugin itself. Default: none that reach outside of it.
    #[serde(default)]
    pub grants: Grants,
}

impl Config {
    /// A configuration of one function with all defaults, named after the component's file.
    ///
    /// ```
    /// use std::path::Path;
    ///
    /// let config = amphi_edge_config::Config::of_component(Path::new("calc-1.1.wasm"));
    /// assert!(config.functions.contains_key("calc-1-1"));
    /// ```
    #[must_use]
    pub fn of_component(component: &Path) -> Self {
        let stem = component.file_stem().unwrap_or_default().to_string_lossy();
        let plain = |letter: char| match letter.is_ascii_alphanumeric() || letter == '_' {
            true => letter,
            false => '-',
        };
        let name: String = stem.chars().map(plain).collect();
        let name = match name.trim_matches('-') {
            "" => "function".to_owned(),
            name => name.to_owned(),
        };
        Self {
            functions: BTreeMap::from([(name, Function::new(component))]),
            ..Self::default()
        }
    }
}

/// The folder of compiled components where a configuration names none: `amphi` in `$XDG_CACHE_HOME`
/// or in `~/.cache`.
#[must_use]
pub fn default_cache() -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.filter(|folder| folder.is_absolute());
    let cache = cache.or_else(|| Some(std::env::home_dir()?.join(".cache")));
    cache.map(|folder| folder.join("amphi"))
}
