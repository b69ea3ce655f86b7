//! From a configuration to a server.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::net::TcpListener;

use super::Server;
use super::file_checks::{self, FileError, look_at_audit, without_stores};
use crate::deploy::artifact::Cache;
use crate::function::audit::AuditError;
use crate::host::{ApplyError, Host, Settings};
use crate::process::admin::{Admin, NoToken, Token, TokenError};
use crate::process::listen;
use crate::process::reload::{ConfigSource, Reloader};
use amphi_edge_config::{self as config, Config, Page, PagePlace};
use amphi_edge_listen::{Certificates, Readiness, TlsError};

/// Why nothing is served.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// An address cannot be listened at.
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The certificate cannot be used.
    Tls(TlsError),
    /// The admin API's token cannot be read.
    Token(TokenError),
    /// The admin API needs one.
    NoToken(NoToken),
    /// The folder of compiled components cannot be used.
    Cache {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others could put something else into a file that the server relies on.
    File(FileError),
    /// The log of decisions cannot be written.
    Audit(AuditError),
    /// The functions cannot be served.
    Functions(ApplyError),
}

impl fmt::Display for StartError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen { address, .. } => write!(formatter, "cannot listen at `{address}`"),
            Self::Tls(_) => formatter.write_str("the certificate cannot be used"),
            Self::Token(_) | Self::NoToken(_) => {
                formatter.write_str("the admin API cannot be served")
            }
            Self::Cache { folder, .. } => {
                write!(formatter, "the cache `{}` cannot be used", folder.display())
            }
            Self::File(_) => formatter.write_str("a file cannot be trusted"),
            Self::Audit(_) => formatter.write_str("the audit log cannot be used"),
            Self::Functions(_) => formatter.write_str("the functions cannot be served"),
        }
    }
}

impl Error for StartError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Listen { source, .. } | Self::Cache { source, .. } => Some(source),
            Self::Token(error) => Some(error),
            Self::NoToken(error) => Some(error),
            Self::Tls(error) => Some(error),
            Self::File(error) => Some(error),
            Self::Audit(error) => Some(error),
            Self::Functions(error) => Some(error),
        }
    }
}

/// The result of a start without sockets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Warnings, which do not prevent a start.
    pub warnings: Vec<String>,
    /// What only a real start can check, since the check would disturb a running server.
    pub unchecked: Vec<String>,
}

/// Everything that a server consists of except its sockets.
struct Prepared {
    host: Arc<Host>,
    reloader: Arc<Reloader>,
    certificates: Option<Arc<Certificates>>,
    admin_certificates: Option<Arc<Certificates>>,
    token: Option<Token>,
    warnings: Vec<String>,
}

impl Server {
    /// Binds the sockets and deploys the functions of `config`. Components are compiled by
    /// `program`, whose `main` begins with [`run_if_child`](crate::run_if_child), in a child
    /// process; without one in this process, without limits. Reloads read the configuration again
    /// from `file`, or only its components if it does not come from a file.
    ///
    /// # Errors
    ///
    /// See [`StartError`].
    pub async fn start(
        mut config: Config,
        file: Option<PathBuf>,
        program: Option<PathBuf>,
    ) -> Result<Self, StartError> {
        let (listener, address) = bind(config.server.listen).await?;
        let admin = match &config.server.admin {
            Some(admin) => Some(bind(admin.listen).await?),
            None => None,
        };
        let cache = &mut config.server.cache;
        *cache = cache.take().or_else(config::default_cache);
        let settings = Settings::of(&config.server, program);
        let settings = settings.map_err(|source| cache_error(&config, source))?;
        let prepared = prepare(&config, file, settings, &|_| ()).await?;
        for warning in &prepared.warnings {
            tracing::warn!("{warning}");
        }
        let admin = admin.map(|(listener, address)| {
            let (host, reloader) = (&prepared.host, &prepared.reloader);
            let reloader = Some(Arc::clone(reloader));
            let admin = Admin::new(Arc::clone(host), reloader, prepared.token, address);
            let pages = pages(&config.server, PagePlace::Admin);
            let admin = admin.map_err(StartError::NoToken)?.with_pages(pages);
            Ok((listener, address, admin))
        });
        Ok(Self {
            host: prepared.host,
            reloader: prepared.reloader,
            listener,
            address,
            admin: admin.transpose()?,
            certificates: prepared.certificates,
            admin_certificates: prepared.admin_certificates,
            readiness: Arc::<Readiness>::default(),
            config,
        })
    }

    /// Does all that [`start`](Self::start) does but listen, beside a process that may serve the
    /// same configuration: components are compiled, linked and instantiated, smoke calls are made,
    /// certificates, keys and the token are read. Nothing is written, but by guests in the folders
    /// that they are granted to write to; the audit log is not locked, and no key-value store is
    /// opened: in its stead functions have one in memory, and no smoke call. `told` hears the name
    /// of each function that was looked at.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start).
    pub async fn check(
        mut config: Config,
        file: Option<PathBuf>,
        program: Option<PathBuf>,
        told: impl Fn(&str) + Sync,
    ) -> Result<Checked, StartError> {
        let cache = &mut config.server.cache;
        *cache = cache.take().or_else(config::default_cache);
        let mut settings = Settings::looking(&config.server, program);
        let cache = config.server.cache.as_ref().map(Cache::look).transpose();
        settings.cache = cache.map_err(|source| cache_error(&config, source))?;
        if let Some(path) = &config.server.audit {
            look_at_audit(path).map_err(StartError::Audit)?;
        }
        let unchecked = without_stores(&mut config).map_err(StartError::Functions)?;
        let Prepared { host, warnings, .. } = prepare(&config, file, settings, &told).await?;
        let functions = host.functions();
        let of_functions = functions.iter().flat_map(|function| {
            let lanes = function.lanes();
            let warnings = lanes
                .versions()
                .flat_map(|version| version.warnings.clone());
            let told = warnings.map(|warning| format!("`{}`: {warning}", function.name));
            told.collect::<Vec<_>>()
        });
        Ok(Checked {
            warnings: warnings.into_iter().chain(of_functions).collect(),
            unchecked,
        })
    }
}

/// The host's own pages that are answered at a place.
pub(super) fn pages(server: &config::Server, place: PagePlace) -> Vec<Page> {
    let pages = [Page::Docs, Page::Openapi, Page::Metrics].into_iter();
    pages
        .filter(|page| server.page(*page) == Some(place))
        .collect()
}

async fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let bound = TcpListener::bind(address).await;
    let bound = bound.and_then(|listener| {
        let local = listener.local_addr()?;
        Ok((listener, local))
    });
    bound.map_err(|source| StartError::Listen { address, source })
}

/// Everything but what is only for a process that serves.
async fn prepare(
    config: &Config,
    file: Option<PathBuf>,
    settings: Settings,
    told: &(dyn Fn(&str) + Sync),
) -> Result<Prepared, StartError> {
    let server = &config.server;
    let mut warnings = file_checks::look(config, file.as_deref())?;
    let certificates = server.tls.as_ref().map(certificates).transpose()?;
    let admin_certificates = match server.admin_tls() {
        // They are read and replaced together.
        Some(files) if Some(files) == server.tls.as_ref() => certificates.clone(),
        files => files.map(self::certificates).transpose()?,
    };
    let token = server
        .admin
        .as_ref()
        .and_then(|admin| admin.token_file.as_deref());
    let token = token.map(Token::read).transpose();
    let token = token.map_err(StartError::Token)?;
    let host = Arc::new(Host::new(settings).map_err(StartError::Audit)?);
    let source = match file {
        Some(file) => ConfigSource::File(file),
        None => ConfigSource::Fixed(Box::new(config.clone())),
    };
    // It sees what changes from here on, also while components are compiled.
    let limit = server.timeouts.reload;
    let reloader = Reloader::within(Arc::clone(&host), source, limit);
    let applied = host.apply_telling(config, told).await;
    applied.map_err(StartError::Functions)?;
    warnings.dedup();
    Ok(Prepared {
        host,
        reloader,
        certificates,
        admin_certificates,
        token,
        warnings,
    })
}

fn certificates(files: &config::Tls) -> Result<Arc<Certificates>, StartError> {
    let certificates = listen::certificates(files);
    certificates.map(Arc::new).map_err(StartError::Tls)
}

fn cache_error(config: &Config, source: io::Error) -> StartError {
    StartError::Cache {
        folder: config.server.cache.clone().unwrap_or_default(),
        source,
    }
}
