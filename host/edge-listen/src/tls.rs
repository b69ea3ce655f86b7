//! Encryption, with certificates that are replaced while connections go on.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use rustls::ServerConfig;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use amphi_edge_blocking::Stopped;
use amphi_edge_blocking::file;

/// Where a certificate and its key are.
#[derive(Debug)]
struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

/// A certificate and its key, of two files.
pub struct Certificates {
    files: Files,
    /// What the files had in them when they were last read, good or bad.
    seen: Mutex<(Vec<u8>, Vec<u8>)>,
    config: ArcSwap<ServerConfig>,
}

impl Certificates {
    /// Reads the certificate and the key, of files in PEM. Blocks.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, has no certificate or key in it, or one does not belong to the
    /// other.
    pub fn read(certificate: PathBuf, key: PathBuf) -> Result<Self, TlsError> {
        let files = Files { certificate, key };
        let (certificate, key) = contents(&files)?;
        let config = config(&files, &certificate, &key)?;
        Ok(Self {
            files,
            seen: Mutex::new((certificate, key)),
            config: ArcSwap::from_pointee(config),
        })
    }

    /// Reads both again if they have changed, for connections from now on. Whether they have.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read). What was in use stays in use, and the same contents are not tried
    /// again.
    pub fn reload(&self) -> Result<bool, TlsError> {
        let contents = contents(&self.files)?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen == contents {
            return Ok(false);
        }
        *seen = contents;
        let config = config(&self.files, &seen.0, &seen.1)?;
        self.config.store(Arc::new(config));
        Ok(true)
    }

    /// What encrypts the next connection.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.config.load_full())
    }
}

impl fmt::Debug for Certificates {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files = &self.files;
        formatter
            .debug_struct("Certificates")
            .field("files", files)
            .finish_non_exhaustive()
    }
}

fn contents(files: &Files) -> Result<(Vec<u8>, Vec<u8>), TlsError> {
    let read = |path: &PathBuf| {
        file::read(path).map_err(|source| TlsError::Unreadable {
            file: path.clone(),
            source,
        })
    };
    Ok((read(&files.certificate)?, read(&files.key)?))
}

fn config(files: &Files, certificate: &[u8], key: &[u8]) -> Result<ServerConfig, TlsError> {
    let broken = |file: &PathBuf| {
        let file = file.clone();
        move |source| TlsError::Broken { file, source }
    };
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificate).collect();
    let chain = chain.map_err(broken(&files.certificate))?;
    if chain.is_empty() {
        return Err(broken(&files.certificate)(pem::Error::NoItemsFound));
    }
    let key = PrivateKeyDer::from_pem_slice(key).map_err(broken(&files.key))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(TlsError::Refused)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// Why a certificate cannot be used.
#[derive(Debug)]
#[non_exhaustive]
pub enum TlsError {
    /// A file cannot be read.
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file is not what it should be.
    Broken {
        /// The file.
        file: PathBuf,
        /// Why.
        source: pem::Error,
    },
    /// Certificate and key cannot be used together.
    Refused(rustls::Error),
    /// The files were not read to their ends.
    Stopped(String),
}

impl fmt::Display for TlsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { file, .. } => write!(formatter, "cannot read `{}`", file.display()),
            Self::Broken { file, .. } => {
                write!(formatter, "`{}` contains no usable PEM", file.display())
            }
            Self::Refused(_) => formatter.write_str("the certificate cannot be used with the key"),
            Self::Stopped(why) => write!(formatter, "the files could not be checked: {why}"),
        }
    }
}

impl From<Stopped> for TlsError {
    fn from(Stopped(why): Stopped) -> Self {
        Self::Stopped(why)
    }
}

impl Error for TlsError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unreadable { source, .. } => Some(source),
            Self::Broken { source, .. } => Some(source),
            Self::Refused(error) => Some(error),
            Self::Stopped(_) => None,
        }
    }
}
