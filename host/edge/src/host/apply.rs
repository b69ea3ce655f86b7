//! Serving what a configuration says, all of it or nothing.

use std::fmt;
use std::io;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::available_parallelism;

use futures_util::stream;
use futures_util::{FutureExt, StreamExt};
use tokio::sync::MutexGuard;

use super::{Host, Settings, Snapshot};
use crate::blocking::DEPLOYING;
use crate::causes::with_causes;
use crate::deploy::artifact::{Cache, Compiling, Isolation};
use crate::deploy::granted::stores_of;
use crate::deploy::{Candidate, DeployError};
use crate::function::audit::{AuditError, AuditSettings};
use crate::function::{Function, Replacement, Spec};
use crate::runtime::engine::PoolSettings;
use crate::runtime::plugin::{ComponentPlugin, Provider, Providers};
use amphi_edge_blocking::file;
use amphi_edge_capabilities::keyvalue::{KeyValueStores, StoreProblem};
use amphi_edge_config::{self as config, Config};

/// Why a configuration is not served.
#[derive(Debug)]
pub struct ApplyError {
    /// All reasons, by the path in the configuration.
    pub problems: Vec<(String, ApplyProblem)>,
}

/// One reason why a configuration is not served.
#[derive(Debug)]
#[non_exhaustive]
pub enum ApplyProblem {
    /// A component's file cannot be read.
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// A key-value store cannot be opened.
    Store(StoreProblem),
    /// A function cannot be served.
    Deploy(DeployError),
    /// What becomes of trials cannot be written to the audit log.
    Audit(AuditError),
}

impl fmt::Display for ApplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, (place, problem)) in self.problems.iter().enumerate() {
            if number > 0 {
                writeln!(f)?;
            }
            write!(f, "`{place}`: {}", with_causes(problem))?;
        }
        Ok(())
    }
}

impl std::error::Error for ApplyError {}

impl fmt::Display for ApplyProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { path, .. } => {
                write!(f, "the component `{}` cannot be read", path.display())
            }
            Self::Store(_) => f.write_str("the store cannot be opened"),
            Self::Deploy(_) => f.write_str("it cannot be served"),
            Self::Audit(_) => f.write_str("the outcome of trials cannot be written"),
        }
    }
}

impl std::error::Error for ApplyProblem {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Read { error, .. } => Some(error),
            Self::Store(problem) => Some(problem),
            Self::Deploy(error) => Some(error),
            Self::Audit(error) => Some(error),
        }
    }
}

/// What a configuration has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Functions that are new or have changed.
    pub deployed: Vec<String>,
    /// Functions that are no longer served.
    pub removed: Vec<String>,
    /// Warnings, by the path in the configuration.
    pub warnings: Vec<(String, String)>,
}

impl Applied {
    fn warn(&mut self, function: &Function) {
        let lanes = function.lanes();
        for warning in lanes.versions().flat_map(|version| &version.warnings) {
            let path = format!("functions.{}", function.name);
            self.warnings.push((path, warning.clone()));
        }
    }
}

/// A function of a configuration.
enum Made {
    /// It is served already.
    AsBefore(Arc<Function>),
    /// It is not served yet.
    Anew(Arc<Function>),
}

/// All that a configuration asks for, made and not served yet. Nothing else changes meanwhile.
pub(crate) struct PreparedChange<'a> {
    snapshot: Snapshot,
    plugins: Providers,
    stores: KeyValueStores,
    applied: Applied,
    _changing: MutexGuard<'a, ()>,
}

impl Settings {
    /// The settings that a configuration has for a host. Components are compiled by `program` as a
    /// child process, if there is one.
    ///
    /// # Errors
    ///
    /// The folder of compiled components cannot be used.
    pub fn of(server: &config::Server, program: Option<PathBuf>) -> io::Result<Self> {
        Ok(Self {
            cache: server.cache.as_ref().map(Cache::open).transpose()?,
            audit: server.audit.clone().map(AuditSettings::new),
            ..Self::looking(server, program)
        })
    }

    /// The same for a host that writes nothing: no code and no decision is kept.
    pub(crate) fn looking(server: &config::Server, program: Option<PathBuf>) -> Self {
        Self {
            pool: PoolSettings {
                instances: server.pool.instances,
                pagemap_scan: server.pool.pagemap_scan,
                ..PoolSettings::default()
            },
            compiling: Compiling {
                isolation: program.map_or(Isolation::InProcess, Isolation::ChildProcess),
                time: server.compile.time.duration(),
                memory: server.compile.memory,
            },
            cache: None,
            on_cache_failure: server.on_cache_failure,
            buffers: server.buffers.clone(),
            audit: None,
        }
    }
}

impl Host {
    /// Makes the host match `config`: functions are added, replaced if they or their components
    /// have changed, and removed. Plugins that were added in Rust stay.
    ///
    /// # Errors
    ///
    /// All reasons why it cannot. Nothing has changed then.
    pub async fn apply(&self, config: &Config) -> Result<Applied, ApplyError> {
        self.apply_telling(config, &|_| ()).await
    }

    /// The same; `told` is called with the name of each function when it is deployed, or cannot be.
    pub(crate) async fn apply_telling(
        &self,
        config: &Config,
        told: &(dyn Fn(&str) + Sync),
    ) -> Result<Applied, ApplyError> {
        let ready = self.prepare(config, told).await?;
        self.take_over(ready).await
    }

    /// Makes all that `config` asks for, and changes nothing yet: who gives it up has changed
    /// nothing.
    pub(crate) async fn prepare(
        &self,
        config: &Config,
        told: &(dyn Fn(&str) + Sync),
    ) -> Result<PreparedChange<'_>, ApplyError> {
        let changing = self.changing.lock().await;
        let mut problems = Vec::new();
        let stores = self.opened(stores_of(config)).await;
        let stores = stores.unwrap_or_else(|(name, problem)| {
            problems.push((name, ApplyProblem::Store(problem)));
            KeyValueStores::default()
        });
        let pool = config.functions.values().map(|function| function.pool);
        if let Err(error) = self.has_places_for(pool) {
            problems.push(("functions".to_owned(), ApplyProblem::Deploy(error)));
        }
        let (plugins, changed) = self.providers(config, &mut problems).await;
        let mut snapshot = Snapshot::default();
        let mut applied = Applied::default();
        let (mut names, mut making) = (Vec::new(), Vec::new());
        for (name, function) in &config.functions {
            let is_broken =
                |plugin| config.plugins.contains_key(plugin) && !plugins.contains_key(plugin);
            if function.plugins.iter().any(is_broken) {
                // What is wrong with the plugin was told.
                continue;
            }
            names.push(name);
            let anew = function.plugins.iter().any(|name| changed.contains(name));
            let made = self.made(name, function, anew, &plugins, &stores);
            making.push(made.inspect(|_| told(name)));
        }
        let made = stream::iter(making).buffered(self.at_once());
        let made: Vec<Result<Made, ApplyProblem>> = made.collect().await;
        for (name, made) in names.into_iter().zip(made) {
            let function = match made {
                Ok(Made::AsBefore(function)) => function,
                Ok(Made::Anew(function)) => {
                    applied.deployed.push(name.clone());
                    function
                }
                Err(problem) => {
                    problems.push((format!("functions.{name}"), problem));
                    continue;
                }
            };
            snapshot.functions.insert(name.clone(), function);
        }
        if !problems.is_empty() {
            return Err(ApplyError { problems });
        }
        applied.removed = self
            .functions()
            .iter()
            .map(|function| function.name.clone())
            .filter(|name| !config.functions.contains_key(name))
            .collect();
        Ok(PreparedChange {
            snapshot,
            plugins,
            stores,
            applied,
            _changing: changing,
        })
    }

    /// Serves what is ready: not to be given up in the middle.
    pub(crate) async fn take_over(&self, ready: PreparedChange<'_>) -> Result<Applied, ApplyError> {
        let PreparedChange {
            snapshot,
            plugins,
            stores,
            mut applied,
            _changing,
        } = ready;
        let changed = applied.deployed.iter().chain(&applied.removed);
        let pairs =
            changed.map(|name| (self.function(name), snapshot.functions.get(name).cloned()));
        let pairs = pairs.collect();
        let replaced = self.replace(pairs).await.map_err(|error| ApplyError {
            problems: vec![("server.audit".to_owned(), ApplyProblem::Audit(error))],
        })?;
        replaced.iter().for_each(Replacement::finish);
        for name in applied.deployed.clone() {
            if let Some(function) = snapshot.functions.get(&name) {
                applied.warn(function);
            }
        }
        self.plugins.store(Arc::new(plugins));
        self.stores.store(Arc::new(stores));
        self.show(snapshot);
        Ok(applied)
    }

    /// How many functions are made at once: while nobody is served, as many as there are
    /// processors; later, calls come first.
    fn at_once(&self) -> usize {
        match self.starts() {
            true => available_parallelism().map_or(1, NonZero::get),
            false => 1,
        }
    }

    /// A function as it is to be: the one that is served if it is as it was, unless it has to be
    /// made `anew`.
    async fn made(
        &self,
        name: &str,
        function: &config::Function,
        anew: bool,
        plugins: &Providers,
        stores: &KeyValueStores,
    ) -> Result<Made, ApplyProblem> {
        let spec = specify(name, function).await?;
        if let Some(before) = self.function(name)
            && !anew
            && before.spec.config == *function
            && before.spec.has_components_of(&spec)
        {
            return Ok(Made::AsBefore(before));
        }
        let made = self.make(Arc::new(spec), plugins, stores).await;
        made.map(Made::Anew).map_err(ApplyProblem::Deploy)
    }

    /// The plugins that there will be, and the names of those that are others than before.
    async fn providers(
        &self,
        config: &Config,
        problems: &mut Vec<(String, ApplyProblem)>,
    ) -> (Providers, Vec<String>) {
        let before = self.plugins.load();
        let native = before
            .iter()
            .filter(|(_, provider)| matches!(provider, Provider::Native(_)));
        let mut plugins: Providers = native
            .map(|(name, provider)| (name.clone(), provider.clone()))
            .collect();
        let mut changed = Vec::new();
        for (name, plugin) in &config.plugins {
            match provided(name, plugin).await {
                Ok(plugin) => {
                    if !matches!(before.get(name), Some(Provider::Component(same)) if **same == plugin)
                    {
                        changed.push(name.clone());
                    }
                    plugins.insert(name.clone(), Provider::Component(Arc::new(plugin)));
                }
                Err(problem) => problems.push((format!("plugins.{name}"), problem)),
            }
        }
        (plugins, changed)
    }
}

/// A plugin of a configuration, which has to be a component also while nobody asks for it.
async fn provided(name: &str, plugin: &config::Plugin) -> Result<ComponentPlugin, ApplyProblem> {
    let provided = ComponentPlugin {
        grants: plugin.grants.clone(),
        ..ComponentPlugin::new(name, read(&plugin.component).await?)
    };
    let read = Candidate::read(Arc::clone(&provided.component)).await;
    read.map(|_| provided).map_err(ApplyProblem::Deploy)
}

async fn specify(name: &str, function: &config::Function) -> Result<Spec, ApplyProblem> {
    let mut spec = Spec::new(name, read(&function.component).await?);
    if let Some(canary) = &function.canary {
        spec.canary = Some(read(&canary.component).await?);
    }
    for path in &function.side_by_side {
        spec.side_by_side.push(read(path).await?);
    }
    spec.config = function.clone();
    Ok(spec)
}

async fn read(path: &Path) -> Result<Vec<u8>, ApplyProblem> {
    let path = path.to_owned();
    let file = path.clone();
    let read = DEPLOYING.run(move || file::read(&file)).await;
    read.map_err(|error| ApplyProblem::Read { path, error })
}
