//! From a component's bytes to a version that can be called.
//!
//! Nothing is served before every step has succeeded: validate, compile, link, find what can be called, make one instance.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use amphi::component::Component;
use amphi_core::abi;
use amphi_core::contract::{self, Contract};
use serde_json::Value;
use wasmparser::{Validator, WasmFeatures};

use crate::artifact::{CompileError, Compiler};
use crate::body::BodyError;
use crate::call::Failure;
use crate::config::Limits;
use crate::digest::Digest;
use crate::engine::{Engines, Kind, Pool};
use crate::function::Spec;
use crate::gate::Refusal;
use crate::grant::keyvalue::KeyValueStores;
use crate::grant::{GrantError, Grants, Prepared};
use crate::instance::{FRESH, Idle};
use crate::link::linker;
use crate::log::GuestLog;
use crate::metrics::Metrics;
use crate::plugin::{ComponentPlugin, Configured, Provider, Providers, Ready};
use crate::rollout::steps::ScheduleError;
use crate::template::Template;
use crate::typed::Targets;
use crate::version::{Version, handler};

/// Why a component is not served.
#[derive(Debug)]
#[non_exhaustive]
pub enum DeployError {
    /// The bytes are no component, or a broken one.
    Invalid(String),
    /// There is no engine for it.
    Engine(wasmtime::Error),
    /// There is no machine code for it.
    Compile(CompileError),
    /// It needs more than a place in the pool has.
    TooLarge {
        /// Of what.
        what: &'static str,
        /// What a place has.
        most: u64,
        /// What the component needs.
        found: u64,
    },
    /// It imports what nobody supplies; the error names all of it.
    Link(wasmtime::Error),
    /// It asks for a plugin that is not there.
    NoSuchPlugin {
        /// The plugin.
        name: String,
        /// Those that are there.
        known: Vec<String>,
    },
    /// A plugin cannot serve the function.
    Plugin {
        /// The plugin.
        plugin: String,
        /// What is wrong.
        error: BodyError,
    },
    /// Something cannot be granted.
    Grants(GrantError),
    /// Nothing that it exports can be called.
    NothingToCall {
        /// Each exported function and why it cannot be called.
        refused: Vec<String>,
    },
    /// It does not export the interface that it must.
    Interface {
        /// The interface.
        expected: String,
        /// What it exports.
        found: Vec<String>,
    },
    /// It would break callers.
    Gate(Box<Refusal>),
    /// The steps of its canary are no schedule.
    Steps(ScheduleError),
    /// No instance can be made.
    Instance(Failure),
}

impl fmt::Display for DeployError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(why) => write!(f, "expected a component: {why}"),
            Self::Engine(_) => f.write_str("there is no engine for the component"),
            Self::Compile(_) => f.write_str("the component was not compiled"),
            Self::TooLarge { what, most, found } => {
                write!(
                    f,
                    "expected at most {most} {what} in a component, found {found}"
                )
            }
            Self::Link(_) => f.write_str("the component imports what is not there"),
            Self::NoSuchPlugin { name, known } => write!(
                f,
                "expected a plugin `{name}`, found {}",
                if known.is_empty() {
                    "none".to_owned()
                } else {
                    known.join(", ")
                }
            ),
            Self::Interface { expected, found } => write!(
                f,
                "expected a component that exports `{expected}`, found {}",
                if found.is_empty() {
                    "no interface".to_owned()
                } else {
                    found.join(", ")
                }
            ),
            Self::Gate(_) => f.write_str("it would break callers"),
            Self::Steps(_) => f.write_str("its canary cannot go in these steps"),
            Self::Grants(_) => f.write_str("what it is granted is not there"),
            Self::Plugin { plugin, .. } => write!(f, "the plugin `{plugin}` cannot serve it"),
            Self::NothingToCall { refused } if refused.is_empty() => f.write_str(
                "expected an exported function or a handler of `wasi:http`, found neither",
            ),
            Self::NothingToCall { refused } => write!(
                f,
                "expected a function that JSON can call, found none: {}",
                refused.join("; ")
            ),
            Self::Instance(_) => f.write_str("no instance of the component could be made"),
        }
    }
}

impl std::error::Error for DeployError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Invalid(_)
            | Self::TooLarge { .. }
            | Self::NoSuchPlugin { .. }
            | Self::Interface { .. }
            | Self::NothingToCall { .. } => None,
            Self::Gate(refusal) => Some(refusal),
            Self::Steps(error) => Some(error),
            Self::Grants(error) => Some(error),
            Self::Plugin { error, .. } => Some(&**error),
            Self::Engine(error) | Self::Link(error) => Some(error.as_ref()),
            Self::Compile(error) => Some(error),
            Self::Instance(failure) => Some(failure),
        }
    }
}

/// What versions are made with.
pub(crate) struct Making<'a> {
    pub(crate) engines: &'a Engines,
    pub(crate) compiler: &'a Compiler,
    pub(crate) plugins: &'a Providers,
    pub(crate) stores: &'a KeyValueStores,
    pub(crate) metrics: &'a Metrics,
}

impl Making<'_> {
    /// Makes a version of a component.
    pub(crate) async fn version(
        &self,
        spec: &Spec,
        bytes: &[u8],
    ) -> Result<Arc<Version>, DeployError> {
        let config = &spec.config;
        let contract =
            contract::decode(bytes).map_err(|error| DeployError::Invalid(error.to_string()))?;
        if let Some(expected) = &config.interface {
            pinned(expected, &contract)?;
        }
        let kind = Kind {
            concurrent: is_concurrent(bytes)?,
            fuel: config.limits.fuel.is_some(),
        };
        let pool = self.engines.pool(kind).map_err(DeployError::Engine)?;
        let component = self.compile(&pool, bytes).await?;
        let mut linker = linker(&pool).map_err(DeployError::Engine)?;
        let mut configured = Configured::default();
        let mut places = 1;
        for name in &config.plugins {
            match self.plugin(name)? {
                Provider::Native(plugin) => {
                    configured
                        .add(plugin, &spec.name, &Value::Null)
                        .map_err(|error| refused(name, error))?;
                    plugin
                        .link(&mut linker)
                        .map_err(|error| refused(name, error.into()))?;
                }
                Provider::Component(plugin) => {
                    places += 1;
                    let ready = self.ready(&pool, plugin, &config.limits).await;
                    ready
                        .and_then(|ready| ready.link(&mut linker).map_err(DeployError::Link))
                        .map_err(|error| refused(name, error.into()))?;
                }
            }
        }
        let granted = self.granted(Grants::of_function(&spec.name, &config.grants))?;
        granted
            .refuse(&mut linker, &component)
            .map_err(DeployError::Engine)?;
        let pre = amphi::link(&linker, &component).map_err(DeployError::Link)?;
        let handler = handler(&pre);
        let targets = Targets::of(&component);
        if handler.is_none() && targets.callable.is_empty() {
            return Err(DeployError::NothingToCall {
                refused: targets.refusals(),
            });
        }
        let digest = Digest::of(bytes);
        let metrics = self.metrics.function(&spec.name, &digest.short());
        let log = GuestLog::new(
            &spec.name,
            &digest.short(),
            config.limits.log,
            Arc::clone(&metrics),
        );
        let version = Arc::new(Version {
            digest,
            name: digest.short(),
            interface: abi::exported_version((&contract).into()).cloned(),
            contract,
            limits: config.limits.clone(),
            reuse: config.reuse.clone().unwrap_or(FRESH),
            pool,
            pre,
            handler,
            targets,
            idle: Idle::default(),
            prewarm: config.prewarm,
            refilling: AtomicBool::new(false),
            template: Template::new(granted, log, config.grants.stdio, configured),
            metrics,
            places,
        });
        // One instance shows that there can be one; it serves the first call.
        version
            .prewarm(config.prewarm.max(1) as usize)
            .await
            .map_err(DeployError::Instance)?;
        version.pool.admit(&version);
        Ok(version)
    }

    fn plugin(&self, name: &str) -> Result<&Provider, DeployError> {
        self.plugins
            .get(name)
            .ok_or_else(|| DeployError::NoSuchPlugin {
                name: name.to_owned(),
                known: self.plugins.keys().cloned().collect(),
            })
    }

    /// A component that serves others, on their engine and within their limits.
    async fn ready(
        &self,
        pool: &Pool,
        plugin: &ComponentPlugin,
        limits: &Limits,
    ) -> Result<Arc<Ready>, DeployError> {
        if is_concurrent(&plugin.component)? && !pool.kind.concurrent {
            return Err(DeployError::Invalid(
                "a plugin with asynchronous functions serves asynchronous components only"
                    .to_owned(),
            ));
        }
        let component = self.compile(pool, &plugin.component).await?;
        let mut linker = linker(pool).map_err(DeployError::Engine)?;
        let granted = self.granted(Grants::of_plugin(&plugin.name, &plugin.grants))?;
        granted
            .refuse(&mut linker, &component)
            .map_err(DeployError::Engine)?;
        let pre = amphi::link(&linker, &component).map_err(DeployError::Link)?;
        let version = plugin.digest().short();
        let metrics = self.metrics.function(&plugin.name, &version);
        let log = GuestLog::new(&plugin.name, &version, limits.log, metrics);
        let stdio = plugin.grants.stdio;
        let template = Template::new(granted, log, stdio, Configured::default());
        Ok(Ready::new(
            plugin.name.clone(),
            pre,
            template,
            limits.clone(),
        ))
    }

    /// Grants that were looked at, which may wait for the disk.
    fn granted(&self, grants: Result<Grants, GrantError>) -> Result<Prepared, DeployError> {
        let prepare = || Prepared::new(grants?, self.stores);
        prepare().map_err(DeployError::Grants)
    }

    async fn compile(&self, pool: &Pool, bytes: &[u8]) -> Result<Component, DeployError> {
        let component = self
            .compiler
            .compile(pool, bytes)
            .await
            .map_err(DeployError::Compile)?;
        fits(self.engines, &component)?;
        Ok(component)
    }
}

fn refused(plugin: &str, error: BodyError) -> DeployError {
    DeployError::Plugin {
        plugin: plugin.to_owned(),
        error,
    }
}

/// Whether a component uses asynchronous functions, streams or futures; an error if it is not valid even so.
fn is_concurrent(bytes: &[u8]) -> Result<bool, DeployError> {
    let all = WasmFeatures::default() | WasmFeatures::CM_ASYNC;
    let without = all.difference(WasmFeatures::CM_ASYNC);
    amphi_core::binary::anatomy(bytes).map_err(|error| DeployError::Invalid(error.to_string()))?;
    if Validator::new_with_features(without)
        .validate_all(bytes)
        .is_ok()
    {
        return Ok(false);
    }
    Validator::new_with_features(all)
        .validate_all(bytes)
        .map(|_| true)
        .map_err(|error| DeployError::Invalid(error.to_string()))
}

fn pinned(expected: &str, contract: &Contract) -> Result<(), DeployError> {
    let world = &contract.resolve.worlds[contract.world];
    let found: Vec<String> = world
        .exports
        .keys()
        .map(|key| contract.resolve.name_world_key(key))
        .collect();
    if found.iter().any(|name| name == expected) {
        return Ok(());
    }
    Err(DeployError::Interface {
        expected: expected.to_owned(),
        found,
    })
}

fn fits(engines: &Engines, component: &Component) -> Result<(), DeployError> {
    let settings = engines.settings();
    let Some(needed) = component.resources_required() else {
        return Ok(());
    };
    let counts = [
        ("memories", settings.memories, needed.num_memories),
        ("tables", settings.tables, needed.num_tables),
    ];
    for (what, most, found) in counts {
        if found > most {
            return Err(DeployError::TooLarge {
                what,
                most: most.into(),
                found: found.into(),
            });
        }
    }
    Ok(())
}
