//! Whose certificates are trusted where requests go.

use amphi_edge_blocking::file;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::{ClientConfig, RootCertStore};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Which authorities are believed. Cloning it clones a reference.
#[derive(Clone, Debug)]
pub struct Trust(pub(super) Arc<ClientConfig>);

/// Why there are no authorities.
#[derive(Debug)]
#[non_exhaustive]
pub enum TrustError {
    /// The file cannot be read as certificates in PEM.
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        cause: pem::Error,
    },
    /// One of its certificates is no authority's.
    Certificate {
        /// The file.
        path: PathBuf,
        /// Why not.
        cause: rustls::Error,
    },
    /// There is no certificate in it.
    Empty {
        /// The file.
        path: PathBuf,
    },
}

impl fmt::Display for TrustError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TrustError::Read { path, .. } => {
                write!(f, "`{}`: expected certificates in PEM", path.display())
            }
            TrustError::Certificate { path, .. } => {
                write!(
                    f,
                    "`{}`: expected certificates of authorities",
                    path.display()
                )
            }
            TrustError::Empty { path } => {
                write!(
                    f,
                    "`{}`: expected a certificate, found none",
                    path.display()
                )
            }
        }
    }
}

impl std::error::Error for TrustError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            TrustError::Read { cause, .. } => Some(cause),
            TrustError::Certificate { cause, .. } => Some(cause),
            TrustError::Empty { .. } => None,
        }
    }
}

impl Trust {
    /// The authorities that Mozilla's browser believes, as they were when this was built.
    #[must_use]
    pub fn of_browsers() -> Trust {
        let roots = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
        Trust::in_roots(roots)
    }

    /// The authorities in a file of certificates in PEM, and no others. Blocks.
    ///
    /// # Errors
    ///
    /// When the file is not that.
    pub fn of_file(path: &Path) -> Result<Trust, TrustError> {
        let read = |cause| TrustError::Read {
            path: path.to_owned(),
            cause,
        };
        let mut roots = RootCertStore::empty();
        let pem = file::read(path).map_err(|cause| read(pem::Error::Io(cause)))?;
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            let added = roots.add(certificate.map_err(read)?);
            added.map_err(|cause| TrustError::Certificate {
                path: path.to_owned(),
                cause,
            })?;
        }
        match roots.is_empty() {
            true => Err(TrustError::Empty {
                path: path.to_owned(),
            }),
            false => Ok(Trust::in_roots(roots)),
        }
    }

    fn in_roots(roots: RootCertStore) -> Trust {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring has what TLS 1.2 and 1.3 ask for")
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Trust(Arc::new(config))
    }
}
