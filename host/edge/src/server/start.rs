//! From a configuration to a server.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::net::TcpListener;

use super::Server;
use crate::admin::{Admin, NoToken, Token, TokenError};
use crate::config::{self, Config};
use crate::host::{ApplyError, Host, Settings};
use crate::listen::{Certificates, Readiness, TlsError};
use crate::reload::{ConfigSource, Reloader};
use crate::rollout::audit::AuditError;

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
            Self::Audit(_) => formatter.write_str("the log of decisions cannot be used"),
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
            Self::Audit(error) => Some(error),
            Self::Functions(error) => Some(error),
        }
    }
}

impl Server {
    /// Binds the sockets and deploys the functions of `config`. Components are compiled by `program`, a process whose `main` begins with
    /// [`run_if_child`](crate::run_if_child); without one in this process, where nothing limits what that takes. Reloads read the configuration again from `file`, or
    /// only its components if it is of no file.
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
        let certificates = config.server.tls.clone().map(Certificates::read);
        let certificates = certificates.transpose().map_err(StartError::Tls)?;
        let cache = &mut config.server.cache;
        *cache = cache.take().or_else(config::default_cache);
        let settings = Settings::of(&config.server, program);
        let settings = settings.map_err(|source| StartError::Cache {
            folder: config.server.cache.clone().unwrap_or_default(),
            source,
        })?;
        let host = Arc::new(Host::new(settings).map_err(StartError::Audit)?);
        host.apply(&config).await.map_err(StartError::Functions)?;
        let source = match file {
            Some(file) => ConfigSource::File(file),
            None => ConfigSource::Fixed(Box::new(config.clone())),
        };
        let limit = config.server.timeouts.reload;
        let reloader = Reloader::within(Arc::clone(&host), source, limit);
        let admin = match &config.server.admin {
            Some(admin) => Some(bind_admin(admin, &reloader).await?),
            None => None,
        };
        Ok(Self {
            host,
            reloader,
            listener,
            address,
            admin,
            certificates: certificates.map(Arc::new),
            readiness: Arc::<Readiness>::default(),
            config,
        })
    }
}

async fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let bound = TcpListener::bind(address).await;
    let bound = bound.and_then(|listener| {
        let local = listener.local_addr()?;
        Ok((listener, local))
    });
    bound.map_err(|source| StartError::Listen { address, source })
}

async fn bind_admin(
    admin: &config::Admin,
    reloader: &Arc<Reloader>,
) -> Result<(TcpListener, SocketAddr, Admin), StartError> {
    let (listener, address) = bind(admin.listen).await?;
    let token = admin.token_file.as_deref().map(Token::read).transpose();
    let token = token.map_err(StartError::Token)?;
    let host = Arc::clone(reloader.host());
    let admin = Admin::new(host, Some(Arc::clone(reloader)), token, address);
    Ok((listener, address, admin.map_err(StartError::NoToken)?))
}
