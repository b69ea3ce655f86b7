//! What all functions of a process share: addresses, timeouts, the pool of instances, the compiler's bounds.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::{Address, Networks, Period, Size};

/// Where requests come in, and what all functions share.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Server {
    /// The address that requests come in at, `address:port`. Port 0 takes a free one. Default: `127.0.0.1:8080`.
    #[serde(with = "Address")]
    pub listen: SocketAddr,
    /// The address of the admin API. Default: there is none.
    pub admin: Option<Admin>,
    /// Encrypted connections. Default: there are none.
    pub tls: Option<Tls>,
    /// How long clients may take.
    pub timeouts: Timeouts,
    /// How many connections are open at once, from 1 to 1,000,000. For one above it the one that is idle for longest is closed, if that is at least a second; else it
    /// may only ask for `/healthz` and `/readyz`, and is answered with 503. Default: 1024.
    pub connections: usize,
    /// How many connections one client has, from 1: an IPv4 address, or the /64 of an IPv6 address. Those above it may only ask for `/healthz` and `/readyz`, two at a
    /// time, or are closed at once. Default: 256.
    pub connections_per_client: usize,
    /// Networks of proxies that say for whom they ask, as `address/bits`: `x-forwarded-for` and `x-forwarded-proto` are believed from there alone, and the number of
    /// connections is not limited. Default: none.
    #[serde(with = "Networks")]
    #[schemars(with = "Vec<String>")]
    pub trusted_proxies: Vec<IpNet>,
    /// The most bytes of a request's line and headers, from 8 KiB; more are answered with 431, and over HTTP/1.1 so are more than 100 fields. Default: `64KiB`.
    #[serde(with = "Size")]
    pub headers: u64,
    /// How many bytes of bodies are held in memory for clients.
    pub buffers: Buffers,
    /// The instances of all functions.
    pub pool: Pool,
    /// The folder of compiled components, which nobody but this user and root may be able to write to or put another in the place of. `~/` is the home folder. Default: `amphi` in `$XDG_CACHE_HOME` or in `~/.cache`.
    pub cache: Option<PathBuf>,
    /// What becomes of a new version whose compiled code cannot be kept there. Default: `refuse`.
    pub unkept: Unkept,
    /// What the compiler may take for one component.
    pub compile: Compile,
    /// The file of the audit log, which keeps every decision about versions on trial and every reload. Default: none is kept.
    pub audit: Option<PathBuf>,
    /// How events are written, to standard error.
    pub log: Log,
    /// Where `/docs/`, `/openapi.json` and `/metrics` are answered.
    pub pages: Pages,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            admin: None,
            tls: None,
            timeouts: Timeouts::default(),
            connections: 1024,
            connections_per_client: 256,
            trusted_proxies: Vec::new(),
            headers: 64 << 10,
            buffers: Buffers::default(),
            pool: Pool::default(),
            cache: None,
            unkept: Unkept::default(),
            compile: Compile::default(),
            audit: None,
            log: Log::default(),
            pages: Pages::default(),
        }
    }
}

impl Server {
    /// What encrypts connections to the admin API, if something does.
    #[must_use]
    pub fn admin_tls(&self) -> Option<&Tls> {
        let admin = self.admin.as_ref()?;
        let servers = self.tls.as_ref();
        let servers = servers.filter(|_| !admin.listen.ip().is_loopback());
        admin.tls.as_ref().or(servers)
    }

    /// Where the host answers a page of its own: nowhere, if there is no such address.
    #[must_use]
    pub fn page(&self, page: Page) -> Option<PagePlace> {
        let admin = self.admin.as_ref().map(|_| PagePlace::Admin);
        let place = match page {
            Page::Docs => self.pages.docs,
            Page::Openapi => self.pages.openapi,
            Page::Metrics => self.pages.metrics.or(admin).unwrap_or_default(),
        };
        (place != PagePlace::Nowhere).then_some(place)
    }
}

/// A page that the host answers itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// `/docs/`.
    Docs,
    /// `/openapi.json`.
    Openapi,
    /// `/metrics`.
    Metrics,
}

/// Where the host answers what it tells of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Pages {
    /// `/docs/`, on which functions are read about, and tried at the server's address; it reads `/openapi.json` at its own. Default: `here`.
    pub docs: PagePlace,
    /// `/openapi.json`, the description of the functions. Default: `here`.
    pub openapi: PagePlace,
    /// `/metrics`. Default: `admin` if there is an admin address, else `here`.
    pub metrics: Option<PagePlace>,
}

/// Where a page is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PagePlace {
    /// At the server's address.
    #[default]
    Here,
    /// At the admin address, for who may use the admin API.
    Admin,
    /// Nowhere.
    Nowhere,
}

/// What becomes of a new version whose compiled code cannot be kept, since the disk is full for instance. When a process starts, it serves in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unkept {
    /// It is refused, and what served before serves on.
    #[default]
    Refuse,
    /// It serves, and is compiled again when the next process starts.
    Serve,
}

/// The admin API: reload, promote, roll back, metrics.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Admin {
    /// The address of the API, `address:port`.
    #[serde(with = "Address")]
    pub listen: SocketAddr,
    /// The file of the token that callers must show, which nobody but this user and root may be able to change. Default: callers need none, which only a loopback address allows.
    #[serde(default)]
    pub token_file: Option<PathBuf>,
    /// Encrypted connections, which an address that is no loopback address must have: nobody else is to read the token. Default: the server's, but none at a loopback
    /// address.
    #[serde(default)]
    pub tls: Option<Tls>,
}

/// Encrypted connections. Both files are read again when they change; a pair that is broken leaves the old one in use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Tls {
    /// The file of the certificate and those that vouch for it, in PEM.
    pub certificate: PathBuf,
    /// The file of the private key, in PEM.
    pub key: PathBuf,
}

/// How long clients may take, the process to end, and a reload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Timeouts {
    /// From the begin of a connection, or the first byte of a later request, to the end of the headers, TLS included; then the connection is closed. Default: `10s`.
    #[serde(with = "Period")]
    pub header: Duration,
    /// The longest wait for the next 16 KiB of a body, or its end, in (408) and out. Default: `30s`.
    #[serde(with = "Period")]
    pub body: Duration,
    /// How long a connection stays open without a request. Default: `60s`.
    #[serde(with = "Period")]
    pub idle: Duration,
    /// How long requests in flight have when the process is told to end, which it has done 5 s later, whatever hangs. Default: `30s`.
    #[serde(with = "Period")]
    pub drain: Duration,
    /// How long the process goes on accepting connections, while `/readyz` answers 503 already, so that load balancers notice. Default: `0s`.
    #[serde(with = "Period")]
    pub drain_delay: Duration,
    /// How long a reload may take, all that is compiled and tried for it included; then what was served is served on. Default: `10m`.
    #[serde(with = "Period")]
    pub reload: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            header: Duration::from_secs(10),
            body: Duration::from_secs(30),
            idle: Duration::from_secs(60),
            drain: Duration::from_secs(30),
            drain_delay: Duration::ZERO,
            reload: Duration::from_secs(600),
        }
    }
}

/// How many bytes of calls by JSON are held in memory for clients: bodies that wait for the rest of them or for a place, and answers that are not taken yet. A call waits where there is no
/// room; one always finds room where nothing else is held. Bodies of components that speak HTTP are not held.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Buffers {
    /// For all clients together. Default: `256MiB`.
    #[serde(with = "Size")]
    pub all: u64,
    /// For all calls of one function. Default: `128MiB`.
    #[serde(with = "Size")]
    pub function: u64,
    /// For one client: an address, or the first 64 bits of one of IPv6. Default: `64MiB`.
    #[serde(with = "Size")]
    pub client: u64,
    /// For one connection. Default: `16MiB`.
    #[serde(with = "Size")]
    pub connection: u64,
}

impl Default for Buffers {
    fn default() -> Self {
        Self {
            all: 256 << 20,
            function: 128 << 20,
            client: 64 << 20,
            connection: 16 << 20,
        }
    }
}

/// The instances of all functions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Pool {
    /// How many component instances there are at once, from 1 to 100,000. Each reserves address space, not memory. Calls above it wait. Default: 200.
    pub instances: u32,
    /// Whether only those pages of a memory are cleared that the kernel says a call has written, which is faster. It does not tell of pages that are swapped out or
    /// being moved: the next call of the function may find those as they were left. Needs Linux 6.7. Default: false.
    pub pagemap_scan: bool,
}

impl Default for Pool {
    fn default() -> Self {
        Self {
            instances: 200,
            pagemap_scan: false,
        }
    }
}

/// What the compiler, which is a process of its own, may take for one component.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Compile {
    /// CPU time, in whole seconds from `1s`. Default: `60s`.
    #[serde(with = "Period")]
    pub time: Duration,
    /// Address space, from 64 MiB. Default: `2GiB`.
    #[serde(with = "Size")]
    pub memory: u64,
}

impl Default for Compile {
    fn default() -> Self {
        Self {
            time: Duration::from_secs(60),
            memory: 2 << 30,
        }
    }
}

/// How events are written, to standard error.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Log {
    /// Lines for people or for machines. Default: `text`.
    pub format: LogFormat,
    /// The least important events that are written. Default: `info`.
    pub level: LogLevel,
}

/// Lines for people or for machines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// One line of text for each event.
    #[default]
    Text,
    /// One JSON object for each event.
    Json,
}

/// How important an event is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LogLevel {
    /// Something has failed that should not.
    Error,
    /// Something that somebody should look at.
    Warn,
    /// What happens: a line for each request.
    #[default]
    Info,
    /// How it happens.
    Debug,
    /// Everything.
    Trace,
}
