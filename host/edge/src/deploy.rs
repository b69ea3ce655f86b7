//! From a component's bytes to a version that can be called.
//!
//! Nothing is served before every step has succeeded. What costs little comes first: a
//! [`Candidate`] is validated and its contract decoded, and whoever makes versions judges it by
//! that. Then [`Making::version`] compiles it, links it, finds what can be called, and makes one
//! instance.

pub(crate) mod artifact;
mod candidate;
mod error;
pub(crate) mod gate;
pub(crate) mod granted;
mod smoke;

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Weak};

use amphi::component::{InstancePre, Linker};
use http::HeaderValue;

use crate::blocking::DEPLOYING;
use crate::deploy::artifact::{CacheError, Compiled, Compiler};
use crate::deploy::granted::{grants_of_function, grants_of_plugin};
use crate::function::Spec;
use crate::runtime::call::{CallState, Exceeded, Failure, Files};
use crate::runtime::engine::{EngineKind, Engines, Pool};
use crate::runtime::instance::{FRESH, Idle};
use crate::runtime::linker::linker;
use crate::runtime::plugin::{ComponentPlugin, Configured, Provider, Providers};
use crate::runtime::plugin_pre::PluginPre;
use crate::runtime::template::Template;
use crate::telemetry::log::GuestLog;
use crate::telemetry::metrics::{FunctionMetrics, Metrics};
use crate::version::targets::Targets;
use crate::version::{Handler, Version, handler};
use amphi_edge_capabilities::keyvalue::KeyValueStores;
use amphi_edge_capabilities::{GrantError, Grants, Prepared};
use amphi_edge_config::{self as config, Limits, OnCacheFailure, Smoke};
use amphi_edge_listen::BodyError;

pub(crate) use candidate::Candidate;
pub use candidate::examine;
pub use error::DeployError;
pub use smoke::SmokeError;

/// What versions are made with.
pub(crate) struct Making<'a> {
    pub(crate) engines: &'a Engines,
    pub(crate) compiler: &'a Compiler,
    pub(crate) on_cache_failure: OnCacheFailure,
    /// Whether nothing is served yet. Then a version whose instances cannot be made in time is no
    /// reason to serve no other function either.
    pub(crate) starts: bool,
    pub(crate) plugins: &'a Providers,
    pub(crate) stores: &'a KeyValueStores,
    pub(crate) metrics: &'a Metrics,
}

/// All that a function may import.
struct Imports {
    linker: Linker<CallState>,
    plugins: Configured,
    /// How many places of the pool an instance takes: its own, and one for each component that
    /// serves it.
    places: u32,
    /// Whether one of those is granted folders.
    files: bool,
    warnings: Vec<String>,
}

/// A component that can be instantiated.
struct Linked {
    pre: InstancePre<CallState>,
    /// What is not right but in nobody's way.
    warning: Option<String>,
}

impl Making<'_> {
    /// Makes a version of a component that was let in, which has to answer a smoke call if there is
    /// one.
    pub(crate) async fn version(
        &self,
        spec: &Spec,
        candidate: Candidate,
        smoke: Option<&Smoke>,
    ) -> Result<Arc<Version>, DeployError> {
        let config = &spec.config;
        let pool = self.pool(&candidate, &config.limits)?;
        let granted = self.granted(grants_of_function, &spec.name, &config.grants);
        let granted = granted.await?;
        let imports = self.imports(&pool, spec).await?;
        let linked = self.link(&pool, &candidate, imports.linker, &granted);
        let Linked { pre, warning } = linked.await?;
        let (handler, targets) = callable(&pre)?;
        let (log, metrics) = self.told(&spec.name, &candidate.name, &config.limits);
        let files = (imports.files || granted.has_directories()).then(Files::new);
        let no_files = |error| DeployError::Grants(GrantError::Files(error));
        let share = pool.places.share(&spec.name);
        let version = Arc::new(Version {
            digest: candidate.digest,
            title: HeaderValue::try_from(candidate.title()).expect("its letters are a value"),
            name: candidate.name,
            interface: candidate.interface,
            contract: candidate.contract,
            limits: config.limits.clone(),
            reuse: config.reuse.clone().unwrap_or(FRESH),
            pool,
            pre,
            handler,
            targets,
            idle: Idle::default(),
            prewarm: config.prewarm,
            refilling: AtomicBool::new(false),
            template: Template::new(granted, log, config.grants.stdio, imports.plugins),
            metrics,
            files: files.transpose().map_err(no_files)?,
            warnings: imports.warnings.into_iter().chain(warning).collect(),
            places: imports.places,
            share,
        });
        if let Err(error) = tried(&version, smoke).await {
            match &error {
                DeployError::Instance(Failure::Exceeded(
                    late @ (Exceeded::Wall { .. } | Exceeded::Cpu { .. }),
                )) if self.starts => tracing::error!(
                    function = spec.name,
                    version = version.name,
                    reason = %late,
                    "it cannot be instantiated in time: each of its calls will get the status 504"
                ),
                _ => return Err(error),
            }
        }
        let tenant: Weak<Version> = Arc::downgrade(&version);
        version.pool.admit(tenant);
        Ok(version)
    }

    /// The places that a component's instances are in.
    fn pool(&self, candidate: &Candidate, limits: &Limits) -> Result<Arc<Pool>, DeployError> {
        let kind = EngineKind {
            concurrent: candidate.concurrent,
            fuel: limits.fuel.is_some(),
        };
        self.engines.pool(kind).map_err(DeployError::Engine)
    }

    /// Grants of the configuration, looked at.
    async fn granted(
        &self,
        of: fn(&str, &config::Grants) -> Result<Grants, GrantError>,
        name: &str,
        grants: &config::Grants,
    ) -> Result<Prepared, DeployError> {
        let (name, grants, stores) = (name.to_owned(), grants.clone(), self.stores.clone());
        let prepared = DEPLOYING.run(move || {
            let grants = of(&name, &grants).map_err(DeployError::Grants)?;
            Prepared::new(grants, &stores).map_err(DeployError::Grants)
        });
        prepared.await
    }

    /// What a function may import: WASI, and what its plugins export.
    async fn imports(&self, pool: &Pool, spec: &Spec) -> Result<Imports, DeployError> {
        let mut linker = linker(pool).map_err(DeployError::Engine)?;
        let mut plugins = Configured::default();
        let mut places = 1;
        let mut files = false;
        let mut warnings = Vec::new();
        for name in &spec.config.plugins {
            match self.plugin(name)? {
                Provider::Native(plugin) => {
                    plugins
                        .add(plugin, &spec.name)
                        .map_err(|error| refused(name, error))?;
                    plugin
                        .link(&mut linker)
                        .map_err(|error| refused(name, error.into()))?;
                }
                Provider::Component(plugin) => {
                    places += 1;
                    let ready = self.ready(pool, plugin, &spec.config.limits).await;
                    let (ready, warning) = ready.map_err(|error| refused(name, error.into()))?;
                    files |= ready.has_files();
                    ready
                        .link(&mut linker)
                        .map_err(|error| refused(name, DeployError::Link(error).into()))?;
                    warnings.extend(warning.map(|why| format!("the plugin `{name}`: {why}")));
                }
            }
        }
        Ok(Imports {
            linker,
            plugins,
            places,
            files,
            warnings,
        })
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
    ) -> Result<(Arc<PluginPre>, Option<String>), DeployError> {
        let candidate = Candidate::read(Arc::clone(&plugin.component)).await?;
        if candidate.concurrent && !pool.kind.concurrent {
            return Err(DeployError::Invalid(
                "a plugin with asynchronous functions serves asynchronous components only"
                    .to_owned(),
            ));
        }
        let granted = self.granted(grants_of_plugin, &plugin.name, &plugin.grants);
        let granted = granted.await?;
        let linker = linker(pool).map_err(DeployError::Engine)?;
        let linked = self.link(pool, &candidate, linker, &granted).await?;
        let (log, metrics) = self.told(&plugin.name, &candidate.name, limits);
        let stdio = plugin.grants.stdio;
        let template = Template::new(granted, log, stdio, Configured::default());
        let (name, limits) = (plugin.name.clone(), limits.clone());
        let ready = PluginPre::new(name, linked.pre, template, limits, metrics);
        Ok((ready, linked.warning))
    }

    /// Compiles a component and links it with what is in `linker`, as far as that is granted.
    async fn link(
        &self,
        pool: &Pool,
        candidate: &Candidate,
        mut linker: Linker<CallState>,
        granted: &Prepared,
    ) -> Result<Linked, DeployError> {
        let compiled = self
            .compiler
            .compile(pool, candidate.digest, &candidate.bytes)
            .await;
        let Compiled {
            component,
            cache_failure,
        } = compiled.map_err(DeployError::Compile)?;
        let warning = cache_failure.map(|failure| self.not_cached(candidate, failure));
        let warning = warning.transpose()?;
        granted
            .refuse(&mut linker, &component)
            .map_err(DeployError::Engine)?;
        let pre = amphi::link(&linker, &component).map_err(DeployError::Link)?;
        Ok(Linked { pre, warning })
    }

    /// What is said of a version whose code is not kept, if it may serve.
    fn not_cached(
        &self,
        candidate: &Candidate,
        failure: CacheError,
    ) -> Result<String, DeployError> {
        self.metrics.cache_failed();
        if self.on_cache_failure == OnCacheFailure::Refuse {
            return Err(DeployError::NotCached(failure));
        }
        let warning = format!(
            "{failure}, so it will be compiled again by the next start: {}",
            failure.error
        );
        tracing::warn!(version = candidate.name, "{warning}");
        Ok(warning)
    }

    /// Where a version's guests print, and where its calls are counted.
    fn told(
        &self,
        name: &str,
        version: &str,
        limits: &Limits,
    ) -> (Arc<GuestLog>, Arc<FunctionMetrics>) {
        let metrics = self.metrics.function(name, version);
        let log = GuestLog::new(name, version, limits.log, Arc::clone(&metrics));
        (log, metrics)
    }
}

/// Has a version answer its smoke call, if there is one, and makes the instances that it should
/// begin with.
async fn tried(version: &Arc<Version>, smoke: Option<&Smoke>) -> Result<(), DeployError> {
    if let Some(smoke) = smoke {
        proven(version, smoke).await?;
    }
    // The instance serves the first call.
    version.prove().await.map_err(DeployError::Instance)?;
    let ready = version.prewarm(version.prewarm as usize).await;
    ready.map_err(DeployError::Instance)
}

/// Has a version answer its smoke call. What that leaves in an instance, no other call finds.
async fn proven(version: &Arc<Version>, smoke: &Smoke) -> Result<(), DeployError> {
    version.prove().await.map_err(DeployError::Instance)?;
    let answered = smoke::call(version, smoke).await;
    version.idle.clear(None);
    answered.map_err(|error| DeployError::Smoke {
        call: smoke::name(smoke),
        error,
    })
}

/// What requests can reach of a component; at least something.
fn callable(pre: &InstancePre<CallState>) -> Result<(Option<Handler>, Targets), DeployError> {
    let handler = handler(pre);
    let targets = Targets::of(pre.component());
    if handler.is_none() && targets.callable.is_empty() {
        return Err(DeployError::NothingToCall {
            refused: targets.refusals(),
        });
    }
    Ok((handler, targets))
}

fn refused(plugin: &str, error: BodyError) -> DeployError {
    DeployError::Plugin {
        plugin: plugin.to_owned(),
        error,
    }
}
