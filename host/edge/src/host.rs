//! The host: functions by name, replaced as a whole.
//!
//! A request reads one snapshot of what is served and keeps the function that it found to its end;
//! a change makes another snapshot. So nothing waits for a change, and a change waits for nothing.

mod apply;
mod make;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use arc_swap::ArcSwap;
use bytes::Bytes;
use futures_util::FutureExt;
use http::request::Parts;
use http::{Method, Request, Response, StatusCode};

use crate::api::openapi;
use crate::api::page;
use crate::api::request::{answer_by_handler, answer_typed};
use crate::api::route::{Route, is_below};
use crate::blocking::DEPLOYING;
use crate::deploy::DeployError;
use crate::deploy::artifact::{Cache, Compiler, Compiling};
use crate::function::admission::Admission;
use crate::function::audit::{AuditError, AuditSettings};
use crate::function::exchange::{Exchange, Received};
use crate::function::lanes::Chosen;
use crate::function::records::Records;
use crate::function::site;
use crate::function::{Function, Replacement, Spec};
use crate::json::json;
use crate::problem::{Kind, Problem};
use crate::runtime::engine::{Bounds, Engines, PoolSettings};
use crate::runtime::plugin::{ComponentPlugin, Plugin, Provider, Providers};
use crate::telemetry::log;
use crate::telemetry::metrics::{self, Metrics};
use amphi_edge_blocking::Stopped;
use amphi_edge_capabilities::keyvalue::{KeyValueStores, StoreBounds, StorePlace, StoreProblem};
use amphi_edge_config::paths::DOCS;
use amphi_edge_config::{self as config, OnCacheFailure};
use amphi_edge_listen::{Body, BodyError};
use amphi_edge_listen::{Handler, ListenError, NoPlace, RequestBody};

use crate::function::buffers::Buffers;

pub(crate) use apply::PreparedChange;
pub use apply::{Applied, ApplyError, ApplyProblem};

/// What a host is made with.
#[derive(Default)]
pub struct Settings {
    /// How much is set aside for instances.
    pub pool: PoolSettings,
    /// How components are compiled.
    pub compiling: Compiling,
    /// Where compiled components are kept.
    pub cache: Option<Cache>,
    /// What becomes of a version whose compiled code cannot be kept there. The first functions of a
    /// host are served in any case.
    pub on_cache_failure: OnCacheFailure,
    /// How many bytes of bodies are buffered in memory.
    pub buffers: config::Buffers,
    /// The audit log, in which every decision about a version on trial is kept.
    pub audit: Option<AuditSettings>,
}

/// Functions that are served.
pub struct Host {
    engines: Engines,
    compiler: Compiler,
    on_cache_failure: OnCacheFailure,
    snapshot: ArcSwap<Snapshot>,
    plugins: ArcSwap<Providers>,
    stores: ArcSwap<KeyValueStores>,
    records: Arc<Records>,
    buffers: Buffers,
    document: openapi::Kept,
    /// The ways in of functions that are served no more, or have another one now, as long as calls
    /// have a place there.
    former: Mutex<Vec<Weak<Admission>>>,
    /// Held while something is changed: one change at a time.
    changing: tokio::sync::Mutex<()>,
}

/// What is served at one moment.
#[derive(Clone, Default)]
struct Snapshot {
    functions: BTreeMap<String, Arc<Function>>,
    /// Functions with a handler, the longest route first.
    routes: Vec<Arc<Function>>,
}

/// The function that is served, if there is one.
type Former = Option<Arc<Function>>;
/// The function that takes its place, if one does.
type Next = Option<Arc<Function>>;

impl Host {
    /// A host that serves nothing yet.
    ///
    /// # Errors
    ///
    /// The audit log cannot be opened.
    pub fn new(settings: Settings) -> Result<Self, AuditError> {
        let records = Records::new(settings.audit.as_ref())?;
        Ok(Self::with(settings, records))
    }

    /// A host whose decisions are told there.
    pub(crate) fn with(settings: Settings, records: Arc<Records>) -> Self {
        let places = settings.pool.instances;
        Self {
            engines: Engines::new(settings.pool),
            compiler: Compiler::new(settings.compiling, settings.cache),
            on_cache_failure: settings.on_cache_failure,
            snapshot: ArcSwap::default(),
            plugins: ArcSwap::default(),
            stores: ArcSwap::default(),
            records,
            buffers: Buffers::new(settings.buffers, places),
            document: openapi::Kept::default(),
            former: Mutex::default(),
            changing: tokio::sync::Mutex::default(),
        }
    }

    /// Serves a function, in the place of the one of its name. Calls that run go on as they began;
    /// a trial that the old one has of the same components goes on too, or stays as it has ended,
    /// unless `config.canary` is another.
    ///
    /// # Errors
    ///
    /// See [`DeployError`]. What was served is served on.
    pub async fn deploy(&self, spec: Spec) -> Result<Arc<Function>, DeployError> {
        let _changing = self.changing.lock().await;
        let others = self.functions();
        let others = others.iter().filter(|other| other.name != spec.name);
        let pool = others.map(|other| other.spec.config.pool);
        self.has_places_for(pool.chain([spec.config.pool]))?;
        let function = self
            .make(Arc::new(spec), &self.plugins.load(), &self.stores.load())
            .await?;
        self.serve(vec![Arc::clone(&function)]).await?;
        Ok(function)
    }

    /// Writes what becomes of the trials of functions that take each other's places. Whoever has
    /// this finishes it right before the functions are served.
    async fn replace(
        &self,
        functions: Vec<(Former, Next)>,
    ) -> Result<Vec<Replacement>, AuditError> {
        let mut replacements = Vec::new();
        for (before, after) in functions {
            replacements.push(Replacement::of(before, after).await);
        }
        let records = replacements.iter().flat_map(Replacement::records);
        let records = records.collect();
        self.records.write(records).await?;
        Ok(replacements)
    }

    async fn serve(&self, functions: Vec<Arc<Function>>) -> Result<(), DeployError> {
        let pairs = functions
            .iter()
            .map(|after| (self.function(&after.name), Some(Arc::clone(after))));
        let replacements = self.replace(pairs.collect()).await;
        let replacements = replacements.map_err(DeployError::Unwritten)?;
        replacements.iter().for_each(Replacement::finish);
        let mut snapshot = Snapshot::clone(&self.snapshot.load());
        for function in functions {
            snapshot.functions.insert(function.name.clone(), function);
        }
        self.show(snapshot);
        Ok(())
    }

    /// Serves other functions, which have of the pool what they should from now on.
    fn show(&self, snapshot: Snapshot) {
        let functions = snapshot.functions.values();
        let bounds = functions.map(|function| {
            let config::Share { least, most } = function.spec.config.pool;
            let most = most.unwrap_or(u32::MAX);
            (function.name.clone(), Bounds { least, most })
        });
        self.engines.bound(&bounds.collect());
        let snapshot = snapshot.with_routes();
        let before = self.snapshot.load();
        let mut former = self.former();
        former.retain(|admission| admission.strong_count() > 0);
        for (name, function) in &before.functions {
            let after = snapshot.functions.get(name);
            let same = |after: &Arc<Function>| Arc::ptr_eq(&after.admission, &function.admission);
            if !after.is_some_and(same) {
                former.push(Arc::downgrade(&function.admission));
            }
        }
        // Whoever finds the new functions finds the former ways in too.
        self.snapshot.store(Arc::new(snapshot));
    }

    /// How many calls have a place, among those of functions that were served before too.
    pub(crate) fn running(&self) -> usize {
        let served = self.functions().into_iter();
        let served = served.map(|function| Arc::clone(&function.admission));
        let former: Vec<_> = self.former().iter().filter_map(Weak::upgrade).collect();
        let all = served.chain(former);
        all.map(|admission| admission.running()).sum()
    }

    fn former(&self) -> MutexGuard<'_, Vec<Weak<Admission>>> {
        self.former.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there are places for what functions have for themselves.
    fn has_places_for(
        &self,
        functions: impl Iterator<Item = config::Share>,
    ) -> Result<(), DeployError> {
        let places = self.engines.settings().instances;
        let least = functions.map(|share| u64::from(share.least)).sum();
        match least > u64::from(places) {
            true => Err(DeployError::Pool { places, least }),
            false => Ok(()),
        }
    }

    /// Serves the function of this name no more, if there is one. Calls that run go on to their
    /// end.
    ///
    /// # Errors
    ///
    /// It has a version on trial, and the end of that cannot be written to the audit log. It is
    /// served on.
    pub async fn remove(&self, name: &str) -> Result<Option<Arc<Function>>, AuditError> {
        let _changing = self.changing.lock().await;
        let mut snapshot = Snapshot::clone(&self.snapshot.load());
        let Some(gone) = snapshot.functions.remove(name) else {
            return Ok(None);
        };
        let replacements = self.replace(vec![(Some(Arc::clone(&gone)), None)]).await?;
        replacements.iter().for_each(Replacement::finish);
        self.show(snapshot);
        Ok(Some(gone))
    }

    /// Whether nothing is served yet.
    fn starts(&self) -> bool {
        self.snapshot.load().functions.is_empty()
    }

    /// The function of this name.
    #[must_use]
    pub fn function(&self, name: &str) -> Option<Arc<Function>> {
        self.snapshot.load().functions.get(name).cloned()
    }

    /// All functions, by name.
    #[must_use]
    pub fn functions(&self) -> Vec<Arc<Function>> {
        self.snapshot.load().functions.values().cloned().collect()
    }

    /// The engines, for what is measured on them.
    #[must_use]
    pub fn engines(&self) -> &Engines {
        &self.engines
    }

    /// Where what happens is written down.
    pub(crate) fn records(&self) -> &Arc<Records> {
        &self.records
    }

    /// The file of the audit log, if one is kept.
    #[must_use]
    pub fn audit_log(&self) -> Option<&Path> {
        self.records.path.as_deref()
    }

    /// What is measured, the pools as they are now.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        for pool in self.engines.made() {
            if let Some(metrics) = pool.engine.pooling_allocator_metrics() {
                self.records.metrics.pool(pool.kind.name(), &metrics);
            }
        }
        self.records.metrics.held(self.buffers.held());
        &self.records.metrics
    }

    /// Opens key-value stores that functions which are deployed from now on may be granted. One
    /// that is open already stays so.
    ///
    /// # Errors
    ///
    /// The name of the store that cannot be opened, and why. The stores are as before then.
    pub async fn open_stores(
        &self,
        wanted: &BTreeMap<String, (StorePlace, StoreBounds)>,
    ) -> Result<(), (String, StoreProblem)> {
        let _changing = self.changing.lock().await;
        let stores = self.opened(wanted.clone()).await?;
        self.stores.store(Arc::new(stores));
        Ok(())
    }

    /// Stores as they are wanted, the ones that are open already among them.
    async fn opened(
        &self,
        wanted: BTreeMap<String, (StorePlace, StoreBounds)>,
    ) -> Result<KeyValueStores, (String, StoreProblem)> {
        let before = self.stores.load_full();
        let opened =
            DEPLOYING.run(move || Ok::<_, Stopped>(KeyValueStores::open(&wanted, &before)));
        let stopped = |stopped| ("stores".to_owned(), StoreProblem::from(stopped));
        opened.await.map_err(stopped)?
    }

    /// Lets functions ask for host functions of the embedder's, in the place of the plugin of the
    /// same name: functions that have that one get the new one.
    ///
    /// # Errors
    ///
    /// A function that has the plugin cannot be made with the new one. Everything stays as it was
    /// then.
    pub async fn add_plugin(&self, plugin: Arc<dyn Plugin>) -> Result<(), DeployError> {
        self.provide(Provider::Native(plugin)).await
    }

    /// Lets functions ask for what a component exports, in the place of the plugin of the same
    /// name: functions that have that one get the new one.
    ///
    /// # Errors
    ///
    /// As [`add_plugin`](Self::add_plugin).
    pub async fn add_component_plugin(&self, plugin: ComponentPlugin) -> Result<(), DeployError> {
        self.provide(Provider::Component(Arc::new(plugin))).await
    }

    async fn provide(&self, provider: Provider) -> Result<(), DeployError> {
        let _changing = self.changing.lock().await;
        let name = provider.name().to_owned();
        let mut plugins = Providers::clone(&self.plugins.load());
        plugins.insert(name.clone(), provider);
        let mut anew = Vec::new();
        for function in self.users(&name) {
            anew.push(
                self.make(Arc::clone(&function.spec), &plugins, &self.stores.load())
                    .await?,
            );
        }
        self.serve(anew).await?;
        self.plugins.store(Arc::new(plugins));
        Ok(())
    }

    /// Takes a plugin away.
    ///
    /// # Errors
    ///
    /// Functions have it: their names.
    pub async fn remove_plugin(&self, name: &str) -> Result<(), Vec<String>> {
        let _changing = self.changing.lock().await;
        let users = self.users(name);
        if !users.is_empty() {
            return Err(users.iter().map(|user| user.name.clone()).collect());
        }
        let mut plugins = Providers::clone(&self.plugins.load());
        plugins.remove(name);
        self.plugins.store(Arc::new(plugins));
        Ok(())
    }

    fn users(&self, plugin: &str) -> Vec<Arc<Function>> {
        let mut functions = self.functions();
        functions.retain(|function| {
            function
                .spec
                .config
                .plugins
                .iter()
                .any(|name| name == plugin)
        });
        functions
    }

    /// Answers a request: by JSON under `/v1/fn/`, by a component's own handler under its route.
    /// There is always a response; problems are [problem documents](Problem).
    pub async fn handle<B>(&self, request: Request<B>) -> Response<Body>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BodyError>,
    {
        let exchange = Exchange::begin(&self.records, &request);
        let request = request.map(|body| exchange.receives(body));
        let answered = self.answer(&exchange, request).await;
        exchange.answers(answered.unwrap_or_else(Problem::into_response))
    }

    /// Takes down a request that somebody else has answered.
    pub(crate) fn tell<B>(&self, request: &Request<B>, answered: Response<Body>) -> Response<Body> {
        Exchange::begin(&self.records, request).answers(answered)
    }

    async fn answer<B>(
        &self,
        exchange: &Exchange,
        request: Request<Received<B>>,
    ) -> Result<Response<Body>, Problem>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BodyError>,
    {
        let path = exchange.path();
        let (function, path) = match Route::of(path) {
            Route::Document | Route::Page { .. } | Route::PageWithoutSlash
                if !matches!(*request.method(), Method::GET | Method::HEAD) =>
            {
                return Err(not_allowed(request.method(), "GET, HEAD"));
            }
            Route::Document => return Ok(json(self.document.text(&self.functions()))),
            Route::PageWithoutSlash => return Ok(page::moved(DOCS)),
            Route::Page { file } => {
                let file = page::DOCS.file(file).ok_or_else(|| nothing_here(path))?;
                return Ok(file.response());
            }
            Route::Call { function, path } => {
                exchange.is_typed();
                let found = self.function(&function);
                (found.ok_or_else(|| no_function(&function))?, Some(path))
            }
            Route::Prefix => {
                let found = self.snapshot.load().by_route(path);
                (found.ok_or_else(|| nothing_here(path))?, None)
            }
        };
        let answer = async |request| {
            self.call(&function, exchange, path.as_deref(), request)
                .await
        };
        match function.cors.as_ref().filter(|_| path.is_some()) {
            None => answer(request).await,
            Some(cors) => {
                let answer = |request| {
                    answer(request).map(|answered| answered.unwrap_or_else(Problem::into_response))
                };
                // It is large, and so is what it holds.
                Ok(Box::pin(cors.around(request, answer)).await)
            }
        }
    }

    /// Has a function answer by the version that the request gets: by JSON what `path` names in its
    /// component, or else by its handler.
    async fn call<B>(
        &self,
        function: &Arc<Function>,
        exchange: &Exchange,
        path: Option<&str>,
        request: Request<Received<B>>,
    ) -> Result<Response<Body>, Problem>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BodyError>,
    {
        let lanes = function.lanes();
        let chosen = lanes.choose(request.headers(), exchange.client(), fastrand::u64(..))?;
        exchange.asks(function, &chosen);
        let answered = match path {
            Some(path) => {
                site::check(&request, function.cors.as_ref())?;
                let account = self.buffers.account(&function.held, exchange);
                // It is larger than all else that there is of a request, so it has a place of its
                // own.
                let answer = answer_typed(function, &chosen, exchange, &account, path, request);
                Box::pin(answer).await
            }
            None => answer_by_handler(function, &chosen, exchange, request).await,
        };
        told(&chosen, answered)
    }
}

impl Handler for Host {
    async fn handle(&self, request: Request<RequestBody>) -> Response<Body> {
        Self::handle(self, request).await
    }

    fn answer_to(&self, error: &ListenError) -> Response<Body> {
        Problem::from(error).into_response()
    }

    fn refused(&self, request: &Parts, error: &ListenError) {
        Exchange::refused(&self.records, request, &Problem::from(error));
    }

    fn without_place(&self, why: NoPlace) {
        metrics::without_place(why.word());
    }

    fn unread(&self, address: SocketAddr, status: StatusCode) {
        let outcome = Kind::NoRequest.word();
        self.records.metrics.answered(outcome);
        log::unread(address.ip(), status.as_u16(), outcome);
    }
}

impl Snapshot {
    fn with_routes(mut self) -> Self {
        self.routes = self
            .functions
            .values()
            .filter(|function| function.lanes().stable.handler.is_some())
            .cloned()
            .collect();
        self.routes
            .sort_by_key(|function| std::cmp::Reverse(function.route.len()));
        self
    }

    fn by_route(&self, path: &str) -> Option<Arc<Function>> {
        self.routes
            .iter()
            .find(|function| is_below(path, &function.route))
            .cloned()
    }
}

/// Says in a response, and in a problem document, which version it is of.
fn told(
    chosen: &Chosen,
    answered: Result<Response<Body>, Problem>,
) -> Result<Response<Body>, Problem> {
    match answered {
        Ok(mut response) => {
            chosen.tell(response.headers_mut());
            Ok(response)
        }
        Err(problem) => Err(problem.with_headers(|headers| chosen.tell(headers))),
    }
}

/// A method that is not for what a path is.
pub(crate) fn not_allowed(found: &Method, allowed: &'static str) -> Problem {
    let detail = format!("expected {allowed}, found {found}");
    Problem::new(Kind::Method, detail).allow(allowed)
}

fn no_function(name: &str) -> Problem {
    Problem::new(
        Kind::NoSuchFunction,
        format!("no function is named `{name}`"),
    )
}

pub(crate) fn nothing_here(path: &str) -> Problem {
    Problem::new(Kind::NoRoute, format!("no function is routed at `{path}`"))
}
