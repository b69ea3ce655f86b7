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
    /// The component's file. A relative path begins at the folder of the configuration.
    pub component: PathBuf,
    /// The beginning of the paths that a component which speaks HTTP answers, in whole segments; the longest that fits a path wins.
    /// Others are called at `/v1/fn/<name>/<interface>/<function>`. Default: `/fn/<name>`.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub route: Option<RoutePath>,
    /// The interface that the component must export, and so must one on trial, `package:name/interface@version`; without it the component is refused. Default: any.
    #[serde(default)]
    pub interface: Option<String>,
    /// What a new version may change. Default: `compatible`.
    #[serde(default)]
    pub abi: Abi,
    /// A call that a new version has to answer before it serves. Default: none; only an instance is made.
    #[serde(default)]
    pub smoke: Option<Smoke>,
    /// A version on trial. Default: none.
    #[serde(default)]
    pub canary: Option<Canary>,
    /// The files of versions that are only there for calls that ask for them, by `amphi-version`. Default: none.
    #[serde(default)]
    pub beside: Vec<PathBuf>,
    /// Instances that serve more than one call, one after the other. Default: every call has a fresh one.
    #[serde(default)]
    pub reuse: Option<Reuse>,
    /// How many instances are made before calls ask for them. At most the pool's. Default: 0.
    #[serde(default)]
    pub prewarm: u32,
    /// What one call, and all calls together, may take.
    #[serde(default)]
    pub limits: Limits,
    /// How many places of the pool its instances have.
    #[serde(default)]
    pub pool: Share,
    /// When calls are refused for a while, because they trap: those of one client, or of all where many clients got nothing else.
    #[serde(default)]
    pub breaker: Breaker,
    /// The HTTP status of a call that returns `err`, by the name of the error's case; for all other cases it is 422. Default: none.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, u16>")]
    pub status: BTreeMap<String, Status<200>>,
    /// How answers to calls by JSON look, where the request's `accept` does not say it.
    #[serde(default)]
    pub json: Json,
    /// Which pages may call it by JSON from a browser, besides those of its own address. Default: none.
    #[serde(default)]
    pub cors: Cors,
    /// What the component may use. Nothing that reaches out of it by default.
    #[serde(default)]
    pub grants: Grants,
    /// The plugins whose functions it may import, by name. Default: none.
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
            beside: Vec::new(),
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

/// How values look in JSON, where there is a choice. In requests, all forms are understood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Json {
    /// Whole numbers of 64 bits. Default: `number`.
    pub int64: Int64,
    /// Cases of variants and results. Default: `plain`.
    pub wit: Wit,
}

/// How whole numbers of 64 bits look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Int64 {
    /// As numbers up to 2^53 - 1, as strings beyond.
    #[default]
    Number,
    /// As strings.
    String,
}

/// How cases look.
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
    /// What callers use must be there unchanged; more may be.
    #[default]
    Compatible,
    /// Nothing.
    Exact,
    /// Everything.
    Any,
}

/// Instances that serve more than one call, one after the other: what a call leaves in memory, the next one finds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Reuse {
    /// How many calls an instance serves, from 1. Default: 100.
    pub calls: u32,
    /// How long an instance waits for its next call. Default: `30s`.
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

/// What one call, and all calls of a function together, may take.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Limits {
    /// The time from when a call has a place to its end, the making of its instance and waiting included, but not what its guest waits for its client; then 504. Default: `5s`.
    #[serde(with = "Period")]
    pub wall: Duration,
    /// The time that is computed for a call, by its guest and by the host at its bidding, waiting not included; then 504. Default: `1s`.
    #[serde(with = "Period")]
    pub cpu: Duration,
    /// Wasmtime's fuel, about one unit for an instruction; then the guest traps. Code that counts fuel is slower. Default: not counted.
    pub fuel: Option<u64>,
    /// Bytes of all memories of an instance together, from 64 KiB to 4 GiB; more are refused to the guest. Default: `64MiB`.
    #[serde(with = "Size")]
    pub memory: u64,
    /// Elements of all tables of an instance together. Default: 10,000.
    pub tables: u32,
    /// Core instances in a component, from 1. Default: 100.
    pub instances: u32,
    /// Bytes that the guest may make the host allocate in one of its calls to the host; then 500. Default: `16MiB`.
    #[serde(with = "Size")]
    pub hostcall: u64,
    /// Handles that a call may have at once, to the host's resources and to the guest's own, from 1; then 500. Default: 1,000.
    pub resources: u32,
    /// Bytes of a request's body; then 413. Default: `1MiB`.
    #[serde(with = "Size")]
    pub request: u64,
    /// Bytes of an answer's body; then 500, or it is cut off where it has begun. Default: `16MiB`.
    #[serde(with = "Size")]
    pub response: u64,
    /// Bytes of a request's headers, at most the server's; then 431. The guest may make as many, counted as they are in memory; then 500. Default: `64KiB`.
    #[serde(with = "Size")]
    pub headers: u64,
    /// Bytes of the guest's output that are logged in a second; what is more is dropped, and counted. Default: `64KiB`.
    #[serde(with = "Size")]
    pub log: u64,
    /// Calls that run at once, from 1 to 100,000. Default: 64.
    #[serde(with = "concurrency")]
    #[schemars(with = "u32")]
    pub concurrency: NonZeroU32,
    /// Calls that wait to run, at most 1,000,000; then 429. Default: 128.
    pub queue: u32,
    /// How long a call waits to run; then 503. Default: `1s`.
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

/// How many places of the pool the instances of a function have: those of its calls and those that are kept. An instance takes one, and one more for each component that
/// serves it as a plugin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Share {
    /// How many are nobody else's; those of all functions together are at most the pool's. Default: 0.
    pub least: u32,
    /// How many it has at most, from `least` and enough for one instance. Default: as many as there are.
    pub most: Option<u32>,
}

/// When calls are refused for a while, because they trap: those of one client, or of all where many clients got nothing else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Breaker {
    /// How many traps of a client refuse that client, from 1. As many refuse all, two at least, if no more than half of them are one client's, and half of the clients or more got a trap last. Default: 5.
    #[serde(with = "from_one")]
    #[schemars(with = "u32")]
    pub traps: NonZeroU32,
    /// The time in which they must happen. Default: `10s`.
    #[serde(with = "Period")]
    pub within: Duration,
    /// How long calls are refused, with 503, before some are tried: one of a client that is refused alone; of three clients, one each, where all are. Default: `5s`.
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
