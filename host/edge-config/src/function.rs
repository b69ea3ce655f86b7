//! One function: its component, its limits, and what becomes of its errors.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cors::Cors;
use super::grants::Grants;
use super::smoke::Smoke;
use super::text::{Period, Size};
use super::values::{RoutePath, Status, concurrency, from_one};
use super::versions::Canary;

const CONCURRENCY: NonZeroU32 = NonZeroU32::new(64).expect("more than none");
const TRAPS: NonZeroU32 = NonZeroU32::new(5).expect("more than none");

/// A component that is served.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Function {
    /// The component's file. A relative path is relative to the configuration's folder.
    pub component: PathBuf,
    /// The path prefix of a component that exports `wasi:http`, in whole segments; the longest
    /// matching prefix wins. Other components are called at `/v1/fn/<name>/<interface>/<function>`.
    /// Default: `/fn/<name>`.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub route: Option<RoutePath>,
    /// The interface that the component and its canary must export,
    /// `package:name/interface@version`; otherwise the component is rejected. Default: any.
    #[serde(default)]
    pub interface: Option<String>,
    /// What a new version may change. Default: `compatible`.
    #[serde(default)]
    pub abi: Abi,
    /// The smoke call that a new version has to answer before it is deployed. Default: none; it is
    /// only instantiated.
    #[serde(default)]
    pub smoke: Option<Smoke>,
    /// The canary. Default: none.
    #[serde(default)]
    pub canary: Option<Canary>,
    /// The files of side-by-side versions, which only get calls that ask for them by
    /// `amphi-version`. Default: none.
    #[serde(default)]
    pub side_by_side: Vec<PathBuf>,
    /// Reuse of instances for several calls, one after the other. Default: a new instance for each
    /// call.
    #[serde(default)]
    pub reuse: Option<Reuse>,
    /// How many instances are created ahead of calls, at most the size of the pool. Default: 0.
    #[serde(default)]
    pub prewarm: u32,
    /// The limits of one call, and of all calls together.
    #[serde(default)]
    pub limits: Limits,
    /// The function's share of the instance pool.
    #[serde(default)]
    pub pool: Share,
    /// The circuit breaker: when calls are rejected for a while after traps, for one client or for
    /// all.
    #[serde(default)]
    pub breaker: Breaker,
    /// The HTTP status of a call that returns `err`, by the name of the error's case; 422 for all
    /// others. Default: none.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, u16>")]
    pub status: BTreeMap<String, Status<200>>,
    /// The format of JSON responses, if the request's `accept` does not choose one.
    #[serde(default)]
    pub json: Json,
    /// Which web pages may call it with JSON, besides those of the server's own origin. Default:
    /// none.
    #[serde(default)]
    pub cors: Cors,
    /// The capabilities of the component. Default: none that reach outside of it.
    #[serde(default)]
    pub grants: Grants,
    /// The names of the plugins that it may import functions from. Default: none.
    #[serde(default)]
    pub plugins: Vec<String>,
}

impl Function {
    /// `component` with all defaults.
    pub fn new(component: impl AsRef<Path>) -> Self {
        Self {
            component: component.as_ref().to_owned(),
            route: None,
            interface: None,
            abi: Abi::default(),
            smoke: None,
            canary: None,
            side_by_side: Vec::new(),
            reuse: None,
            prewarm: 0,
            limits: Limits::default(),
            pool: Share::default(),
            breaker: Breaker::default(),
            status: BTreeMap::new(),
            json: Json::default(),
            cors: Cors::default(),
            grants: Grants::default(),
            plugins: Vec::new(),
        }
    }

    /// The beginning of the paths that the function `name` answers if it speaks HTTP.
    #[must_use]
    pub fn route(&self, name: &str) -> String {
        let route = self.route.as_ref();
        route.map_or_else(|| format!("/fn/{name}"), ToString::to_string)
    }
}

/// The JSON format of values, where there is a choice. Requests may use any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Json {
    /// 64-bit integers. Default: `number`.
    pub int64: Int64,
    /// Cases of variants and results. Default: `plain`.
    pub wit: Wit,
}

/// The format of 64-bit integers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Int64 {
    /// Numbers up to 2^53 - 1, strings beyond.
    #[default]
    Number,
    /// Strings.
    String,
}

/// The format of cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Wit {
    /// As `"case"`, or `{"case": payload}`.
    #[default]
    Plain,
    /// As `{"tag": "case", "val": payload}`.
    Tagged,
}

/// What a new version may change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Abi {
    /// Everything that callers use must be unchanged; additions are allowed.
    #[default]
    Compatible,
    /// Nothing.
    Exact,
    /// Everything.
    Any,
}

/// Reuse of instances for several calls, one after the other: each call sees the memory that the
/// one before has left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Reuse {
    /// How many calls an instance serves, from 1. Default: 100.
    pub calls: u32,
    /// How long an idle instance is kept. Default: `30s`.
    #[serde(with = "Period")]
    pub idle: Duration,
}

impl Default for Reuse {
    fn default() -> Self {
        Self {
            calls: 100,
            idle: Duration::from_secs(30),
        }
    }
}

/// The limits of one call, and of all calls of a function together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Limits {
    /// Wall-clock time of a call from when it starts to run, including instantiation and waiting,
    /// but not waiting for its client; then 504. Default: `5s`.
    #[serde(with = "Period")]
    pub wall: Duration,
    /// Processor time of a call, of its guest and of host functions that it calls, without waiting;
    /// then 504. Default: `1s`.
    #[serde(with = "Period")]
    pub cpu: Duration,
    /// Wasmtime's fuel, about one unit per instruction; then the guest traps. Counting fuel makes
    /// code slower. Default: not counted.
    pub fuel: Option<u64>,
    /// Bytes of all memories of an instance together, from 64 KiB to 4 GiB; growing beyond fails.
    /// Default: `64MiB`.
    #[serde(with = "Size")]
    pub memory: u64,
    /// Elements of all tables of an instance together. Default: 10,000.
    pub tables: u32,
    /// Core instances in a component, from 1. Default: 100.
    pub instances: u32,
    /// Bytes that the guest may pass to the host in one call; then 500. Default: `16MiB`.
    #[serde(with = "Size")]
    pub hostcall: u64,
    /// Resource handles that a call may hold at once, from 1; then 500. Default: 1,000.
    pub resources: u32,
    /// Bytes of a request's body; then 413. Default: `1MiB`.
    #[serde(with = "Size")]
    pub request: u64,
    /// Bytes of a response body; then 500, or the response is cut off if it has begun. Default:
    /// `16MiB`.
    #[serde(with = "Size")]
    pub response: u64,
    /// Bytes of a request's header fields, at most the server's limit; then 431. The same limit
    /// applies to the guest's own fields, by their size in memory; then 500. Default: `64KiB`.
    #[serde(with = "Size")]
    pub headers: u64,
    /// Bytes of the guest's output that are logged per second; more is dropped and counted.
    /// Default: `64KiB`.
    #[serde(with = "Size")]
    pub log: u64,
    /// Concurrently running calls, from 1 to 100,000. Default: 64.
    #[serde(with = "concurrency")]
    #[schemars(with = "u32")]
    pub concurrency: NonZeroU32,
    /// Queued calls, at most 1,000,000; then 429. Default: 128.
    pub queue: u32,
    /// How long a call may be queued; then 503. Default: `1s`.
    #[serde(with = "Period")]
    pub queue_wait: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            wall: Duration::from_secs(5),
            cpu: Duration::from_secs(1),
            fuel: None,
            memory: 64 << 20,
            tables: 10_000,
            instances: 100,
            hostcall: 16 << 20,
            resources: 1_000,
            request: 1 << 20,
            response: 16 << 20,
            headers: 64 << 10,
            log: 64 << 10,
            concurrency: CONCURRENCY,
            queue: 128,
            queue_wait: Duration::from_secs(1),
        }
    }
}

/// A function's share of the pool, for running and idle instances. An instance takes one slot, plus
/// one for each plugin that is a component.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Share {
    /// How many slots are reserved for the function; all reservations together are at most the
    /// pool's size. Default: 0.
    pub least: u32,
    /// How many slots it may occupy, from `least` and enough for one instance. Default: all.
    pub most: Option<u32>,
}

/// The circuit breaker: when calls are rejected for a while after traps, for one client or for all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Breaker {
    /// How many traps of one client open the breaker for it, from 1. The same number, at least two,
    /// opens it for all clients if at most half of the traps are one client's and the latest call
    /// of at least half of the clients trapped. Default: 5.
    #[serde(with = "from_one")]
    #[schemars(with = "u32")]
    pub traps: NonZeroU32,
    /// The period in which the traps must occur. Default: `10s`.
    #[serde(with = "Period")]
    pub within: Duration,
    /// How long the breaker stays open (503) before calls are tried: one of the client that it is
    /// open for, or one each of three clients if it is open for all. Default: `5s`.
    #[serde(with = "Period")]
    pub open: Duration,
}

impl Default for Breaker {
    fn default() -> Self {
        Self {
            traps: TRAPS,
            within: Duration::from_secs(10),
            open: Duration::from_secs(5),
        }
    }
}
