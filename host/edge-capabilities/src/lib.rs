//! What a guest may do beyond computing: nothing, unless it is granted.
//!
//! Every interface is always linked, so that a component finds its imports; what is not granted is
//! refused where it is used. [`Grants`] is what the host says; [`Prepared`] is made of it once,
//! when a function is deployed, and gives each call its own state cheaply.
//!
//! | capability | not granted |
//! |---|---|
//! | environment, arguments, directories, configuration values | there are none |
//! | key-value | `access-denied`, or `no-such-store` if the host has none of the name |
//! | outgoing HTTP | `HTTP-request-denied` |
//! | logging | lines go nowhere |
//! | clocks, random numbers | the call traps with [`NotGranted`]: the interfaces have no error |
//! | sockets | `access-denied`, always: they cannot be granted |
//!
//! Interfaces of drafts are linked by their version and without one.
//!
//! Each interface is a module with an `add_to_linker` that takes a view of the state of a call, so
//! that a host can have one and not the others.
//!
//! Standard output and error are not capabilities: they are a function's log, and go where the host
//! says.

pub mod config_values;
pub mod keyvalue;
pub mod logging;
pub mod outgoing;
mod refused;

use amphi::component::{Component, Linker};
use amphi::wasi::cli::StdoutStream;
use amphi::wasi::{FsPerms, WasiCtx, WasiCtxBuilder};
use amphi::wasi_http::refusing_hooks;
use amphi::wasi_http::{Beside, RequestOptions, Result as HttpResult, WasiBody, WasiHttpHooks};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::{fmt, io};

use self::config_values::ConfigValues;
use self::keyvalue::{Access, KeyValue, KeyValueGrant, KeyValueStores};
use self::outgoing::{Outgoing, TrustError};

pub use refused::NotGranted;

/// What a function is granted.
#[derive(Clone, Debug, Default)]
pub struct Grants {
    /// Variables of its environment.
    pub env: BTreeMap<String, String>,
    /// Its arguments, the first of which is by custom its name.
    pub args: Vec<String>,
    /// Directories of this machine.
    pub directories: Vec<DirectoryGrant>,
    /// Values of `wasi:config`.
    pub config: BTreeMap<String, String>,
    /// Stores of the host, by the identifier that the guest opens each by.
    pub keyvalue: BTreeMap<String, KeyValueGrant>,
    /// Requests to others.
    pub outgoing: Option<Outgoing>,
    /// Lines in the host's log, by `wasi:logging`.
    pub logging: bool,
    /// The time of day, and time that passes. Without it a guest can neither read a clock nor wait
    /// for one.
    pub clocks: bool,
    /// Random numbers, for secrets and for others.
    pub random: bool,
}

/// A directory that a function is granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryGrant {
    /// Where it is on this machine.
    pub host: PathBuf,
    /// The path that the guest finds it at.
    pub guest: String,
    /// Whether the guest may only read it, or also change what is in it.
    pub access: Access,
}

/// Why grants cannot be given.
#[derive(Debug)]
#[non_exhaustive]
pub enum GrantError {
    /// What should be a directory is none, or cannot be looked at.
    Directory {
        /// Where it should be.
        path: PathBuf,
        /// Why not.
        cause: io::Error,
    },
    /// The authorities that are to be trusted cannot be.
    Trust(TrustError),
    /// The host has no store of this name.
    Store {
        /// The name.
        name: String,
    },
    /// There can be no threads for files.
    Files(io::Error),
}

impl fmt::Display for GrantError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GrantError::Directory { path, .. } => {
                write!(f, "`{}`: expected a directory", path.display())
            }
            GrantError::Trust(_) => write!(f, "the authorities that are trusted"),
            GrantError::Files(_) => write!(f, "the threads for its files cannot be started"),
            GrantError::Store { name } => {
                write!(
                    f,
                    "key-value store `{name}`: expected one that the host has"
                )
            }
        }
    }
}

impl std::error::Error for GrantError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            GrantError::Directory { cause, .. } => Some(cause),
            GrantError::Trust(cause) => Some(cause),
            GrantError::Files(cause) => Some(cause),
            GrantError::Store { .. } => None,
        }
    }
}

/// Grants that were looked at: what the calls of a function have in common. Cloning it clones
/// texts; it is meant to be shared.
#[derive(Clone)]
pub struct Prepared {
    env: Vec<(String, String)>,
    args: Vec<String>,
    directories: Vec<DirectoryGrant>,
    clocks: bool,
    random: bool,
    logging: bool,
    config: ConfigValues,
    keyvalue: KeyValue,
    outgoing: Option<Outgoing>,
}

impl Prepared {
    /// Looks at the grants of a function. Blocks, if there are directories.
    ///
    /// # Errors
    ///
    /// When one of them cannot be given.
    pub fn new(grants: Grants, stores: &KeyValueStores) -> Result<Prepared, GrantError> {
        grants.directories.iter().try_for_each(exists)?;
        let keyvalue = KeyValue::new(stores, &grants.keyvalue);
        Ok(Prepared {
            env: grants.env.into_iter().collect(),
            args: grants.args,
            directories: grants.directories,
            clocks: grants.clocks,
            random: grants.random,
            logging: grants.logging,
            config: ConfigValues::new(grants.config),
            keyvalue: keyvalue.map_err(|name| GrantError::Store { name })?,
            outgoing: grants.outgoing,
        })
    }

    /// The WASI state of one call, whose output goes to these streams. Each directory is opened,
    /// which is one call of the system; nothing else leaves memory.
    ///
    /// # Errors
    ///
    /// When a directory is gone.
    pub fn wasi(
        &self,
        stdout: impl StdoutStream + 'static,
        stderr: impl StdoutStream + 'static,
    ) -> amphi::Result<WasiCtx> {
        let mut builder = self.wasi_without_directories(stdout, stderr);
        self.open_directories(&mut builder)?;
        Ok(builder.build())
    }

    /// The same as far as it cannot fail.
    #[must_use]
    pub fn wasi_without_directories(
        &self,
        stdout: impl StdoutStream + 'static,
        stderr: impl StdoutStream + 'static,
    ) -> WasiCtxBuilder {
        let mut builder = WasiCtxBuilder::new();
        builder.envs(&self.env).args(&self.args);
        builder.stdout(stdout).stderr(stderr);
        builder
    }

    /// The rest of it.
    ///
    /// # Errors
    ///
    /// When a directory is gone.
    pub fn open_directories(&self, builder: &mut WasiCtxBuilder) -> amphi::Result<()> {
        for DirectoryGrant {
            host,
            guest,
            access,
        } in &self.directories
        {
            let permissions = match access {
                Access::Read => FsPerms::ReadOnly,
                Access::Write => FsPerms::ReadWrite,
            };
            builder.preopened_dir(host, guest, permissions)?;
        }
        Ok(())
    }

    /// Whether there are directories to open.
    #[must_use]
    pub fn has_directories(&self) -> bool {
        !self.directories.is_empty()
    }

    /// Makes what is not granted and has no error of its own trap when `component` calls it. To be
    /// done after WASI is in `linker`.
    ///
    /// # Errors
    ///
    /// When the linker is at odds with itself.
    pub fn refuse<T: 'static>(
        &self,
        linker: &mut Linker<T>,
        component: &Component,
    ) -> amphi::Result<()> {
        if !self.clocks {
            refused::interfaces(linker, component, "wasi:clocks/", "clocks")?;
        }
        if !self.random {
            refused::interfaces(linker, component, "wasi:random/", "random")?;
        }
        Ok(())
    }

    /// For [`config_values`]' view.
    #[must_use]
    pub fn config(&self) -> &ConfigValues {
        &self.config
    }

    /// For [`keyvalue`]'s view.
    #[must_use]
    pub fn keyvalue(&self) -> &KeyValue {
        &self.keyvalue
    }

    /// Whether lines of `wasi:logging` go anywhere.
    #[must_use]
    pub fn logs(&self) -> bool {
        self.logging
    }

    /// For the view of `wasi:http`.
    #[must_use]
    pub fn hooks(&self) -> Hooks {
        Hooks(self.outgoing.clone())
    }
}

/// The names by which an interface of a draft is supplied. A draft is compatible with no version
/// but itself, and components of before it had one, or that leave it out, import the interface
/// without.
fn draft(interface: &str, version: &str) -> [String; 2] {
    [format!("{interface}@{version}"), interface.to_owned()]
}

fn exists(directory: &DirectoryGrant) -> Result<(), GrantError> {
    std::fs::read_dir(&directory.host)
        .map(drop)
        .map_err(|cause| GrantError::Directory {
            path: directory.host.clone(),
            cause,
        })
}

/// The hooks of `wasi:http`: requests are sent as far as they are granted.
#[derive(Clone, Debug)]
pub struct Hooks(Option<Outgoing>);

impl WasiHttpHooks for Hooks {
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        beside: Beside,
    ) -> Box<dyn Future<Output = HttpResult<(http::Response<WasiBody>, Beside)>> + Send> {
        match &mut self.0 {
            Some(outgoing) => outgoing.send_request(request, options, beside),
            None => refusing_hooks().send_request(request, options, beside),
        }
    }
}
