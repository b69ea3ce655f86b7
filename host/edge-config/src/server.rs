//! What all functions of a process share: addresses, timeouts, the pool of instances, the
//! compiler's bounds.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::{Address, Networks, Period, Size};
use super::values::WholeSeconds;

/// The server's addresses, and what all functions share.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Server {
    /// The address to listen at, `address:port`. Port 0 selects a free port. Default:
    /// `127.0.0.1:8080`.
    #[serde(with = "Address")]
    pub listen: SocketAddr,
    /// The admin API. Default: none.
    pub admin: Option<Admin>,
    /// TLS. Default: none.
    pub tls: Option<Tls>,
    /// Timeouts.
    pub timeouts: Timeouts,
    /// How many connections may be open at once, from 1 to 1,000,000. A further one replaces the
    /// one that is idle for longest, if that is at least a second; otherwise it may only request
    /// `/healthz` and `/readyz`, and anything else gets 503. Default: 1024.
    pub connections: usize,
    /// How many connections one client (an IPv4 address, or the /64 of an IPv6 address) may have,
    /// from 1. Two further ones may request `/healthz` and `/readyz` only; more are closed at once.
    /// Default: 256.
    pub connections_per_client: usize,
    /// Networks of trusted reverse proxies, as `address/bits`: only their `x-forwarded-for` and
    /// `x-forwarded-proto` are used, and their connections are not limited. Default: none.
    #[serde(with = "Networks")]
    #[schemars(with = "Vec<String>")]
    pub trusted_proxies: Vec<IpNet>,
    /// The limit of a request's line and header fields in bytes, from 8 KiB; more are answered with
    /// 431, as are more than 100 fields over HTTP/1.1. Default: `64KiB`.
    #[serde(with = "Size")]
    pub headers: u64,
    /// How many bytes of bodies are buffered in memory.
    pub buffers: Buffers,
    /// The pool of instances for all functions.
    pub pool: Pool,
    /// The folder of compiled components; only this user and root may be able to write to it or
    /// replace it. `~/` is the home folder. Default: `amphi` in `$XDG_CACHE_HOME` or in `~/.cache`.
    pub cache: Option<PathBuf>,
    /// What happens to a new version whose compiled code cannot be cached there. Default: `refuse`.
    pub on_cache_failure: OnCacheFailure,
    /// Limits of the compiler for one component.
    pub compile: Compile,
    /// The file of the audit log, which records every decision about canaries and every reload.
    /// Default: none.
    pub audit: Option<PathBuf>,
    /// The log, written to standard error.
    pub log: Log,
    /// Where `/docs/`, `/openapi.json` and `/metrics` are served.
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
            on_cache_failure: OnCacheFailure::default(),
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

/// Where the host serves its own pages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Pages {
    /// `/docs/`, the functions' documentation; at the server's address it can also call them. It
    /// reads `/openapi.json` at the same address. Default: `here`.
    pub docs: PagePlace,
    /// `/openapi.json`, the description of the functions. Default: `here`.
    pub openapi: PagePlace,
    /// `/metrics`. Default: `admin` if there is an admin address, else `here`.
    pub metrics: Option<PagePlace>,
}

/// Where a page is served.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PagePlace {
    /// At the server's address.
    #[default]
    Here,
    /// At the admin address, for users of the admin API.
    Admin,
    /// Nowhere.
    Nowhere,
}

/// What happens to a new version whose compiled code cannot be cached, for example because the disk
/// is full. When a process starts, it is always served.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnCacheFailure {
    /// It is rejected, and the previous version stays.
    #[default]
    Refuse,
    /// It is served, and compiled again when the next process starts.
    Serve,
}

/// The admin API: reload, promote, roll back, metrics.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Admin {
    /// The address of the API, `address:port`.
    #[serde(with = "Address")]
    pub listen: SocketAddr,
    /// The file with the token that callers must send; only this user and root may be able to
    /// change it. Default: no token, which requires a loopback address.
    #[serde(default)]
    pub token_file: Option<PathBuf>,
    /// TLS, required unless the address is a loopback address, since it protects the token.
    /// Default: the server's; none at a loopback address.
    #[serde(default)]
    pub tls: Option<Tls>,
}

/// TLS. Both files are reloaded when they change; an invalid pair leaves the old one in use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Tls {
    /// The PEM file of the certificate chain.
    pub certificate: PathBuf,
    /// The PEM file of the private key.
    pub key: PathBuf,
}

/// Timeouts of clients, of the shutdown and of reloads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Timeouts {
    /// From the start of a connection, or the first byte of a later request, to the end of the
    /// headers, including the TLS handshake; then the connection is closed. Default: `10s`.
    #[serde(with = "Period")]
    pub header: Duration,
    /// The longest wait for the next 16 KiB of a body or its end, for requests (408) and responses.
    /// Default: `30s`.
    #[serde(with = "Period")]
    pub body: Duration,
    /// How long an idle connection is kept open. Default: `60s`.
    #[serde(with = "Period")]
    pub idle: Duration,
    /// How long a graceful shutdown waits for requests in flight; the process exits at most 5 s
    /// later, whatever hangs. Default: `30s`.
    #[serde(with = "Period")]
    pub drain: Duration,
    /// How long a graceful shutdown continues to accept connections while `/readyz` answers 503, so
    /// that load balancers notice. Default: `0s`.
    #[serde(with = "Period")]
    pub drain_delay: Duration,
    /// How long a reload may take, including compilation and smoke calls; then the previous
    /// configuration stays in force. Default: `10m`.
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

/// How many bytes of JSON calls are buffered in memory: request bodies that are incomplete or
/// queued, and responses that are not read yet. A call waits if there is no room; a single one
/// always fits. Bodies for components that export `wasi:http` are not buffered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Buffers {
    /// For all clients together. Default: `256MiB`.
    #[serde(with = "Size")]
    pub all: u64,
    /// For all calls of one function. Default: `128MiB`.
    #[serde(with = "Size")]
    pub function: u64,
    /// For one client: an IPv4 address, or the /64 of an IPv6 address. Default: `64MiB`.
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

/// The pool of instances for all functions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Pool {
    /// The number of slots for component instances, from 1 to 100,000. Each reserves address space,
    /// not memory. Further calls are queued. Default: 200.
    pub instances: u32,
    /// Whether to clear only those pages of a memory that the kernel reports as written, which is
    /// faster. The kernel misses pages that are swapped out or being migrated: the next call of the
    /// function may find their old contents. Needs Linux 6.7. Default: false.
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

/// Limits of the compiler, a child process, for one component.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Compile {
    /// Processor time, in whole seconds from `1s`; by the clock, compiling may take ten times as
    /// long. Default: `60s`.
    #[schemars(with = "Period")]
    pub time: WholeSeconds,
    /// Address space, from 64 MiB. Default: `2GiB`.
    #[serde(with = "Size")]
    pub memory: u64,
}

impl Default for Compile {
    fn default() -> Self {
        Self {
            time: WholeSeconds::MINUTE,
            memory: 2 << 30,
        }
    }
}

/// The log, written to standard error.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Log {
    /// The format of the log. Default: `text`.
    pub format: LogFormat,
    /// The lowest level that is logged. Default: `info`.
    pub level: LogLevel,
}

/// The format of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// One line of text for each event.
    #[default]
    Text,
    /// One JSON object for each event.
    Json,
}

/// A log level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LogLevel {
    /// Failures that should not occur.
    Error,
    /// Conditions that need attention.
    Warn,
    /// Normal operation: a line for each request.
    #[default]
    Info,
    /// Details of operation.
    Debug,
    /// Everything.
    Trace,
}
