//! Certificates, and what becomes of them while connections go on.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use amphi_edge_listen::Certificates;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::server::Server;

/// Writes a certificate that vouches for itself, with its key.
fn issue(folder: &Path) -> CertificateDer<'static> {
    let made =
        rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("it can be made");
    fs::write(folder.join("cert.pem"), made.cert.pem()).expect("it can be written");
    fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).expect("it can be written");
    made.cert.der().clone()
}

fn read(folder: &Path) -> Certificates {
    let read = Certificates::read(folder.join("cert.pem"), folder.join("key.pem"));
    read.expect("it is good")
}

/// Connects as one that trusts `certificate` and nothing else.
async fn connect(
    server: &Server,
    certificate: &CertificateDer<'static>,
    protocol: &str,
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).expect("it is one");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("they are there")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.into()];
    let stream = TcpStream::connect(server.address).await?;
    let name = ServerName::try_from("localhost").expect("it is one");
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
}

async fn ask(stream: &mut TlsStream<TcpStream>) -> String {
    ask_for(stream, "/peer").await
}

async fn ask_for(stream: &mut TlsStream<TcpStream>, target: &str) -> String {
    let request = format!("GET {target} HTTP/1.1\r\nhost: localhost\r\n\r\n");
    let sent = stream.write_all(request.as_bytes()).await;
    sent.expect("it takes it");
    let mut answer = vec![0; 4096];
    let length = stream.read(&mut answer).await.expect("it answers");
    String::from_utf8_lossy(&answer[..length]).into_owned()
}

#[tokio::test]
async fn a_certificate_is_replaced_and_a_broken_one_keeps_the_old() {
    let folder = tempfile::tempdir().expect("there is room");
    let first = issue(folder.path());
    let certificates = Arc::new(read(folder.path()));
    let server = Server::start(|settings| settings.certificates = Some(certificates.clone())).await;
    let mut old = connect(&server, &first, "http/1.1")
        .await
        .expect("it is the first");
    assert!(ask(&mut old).await.starts_with("HTTP/1.1 200 "));
    assert!(!certificates.reload().expect("nothing has changed"));

    let second = issue(folder.path());
    connect(&server, &second, "http/1.1")
        .await
        .expect_err("it is still the first");
    assert!(certificates.reload().expect("it is good"));
    connect(&server, &first, "http/1.1")
        .await
        .expect_err("it is the second");
    let two = connect(&server, &second, "h2")
        .await
        .expect("it is the second");
    assert_eq!(two.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    assert!(
        ask(&mut old).await.starts_with("HTTP/1.1 200 "),
        "the old connection goes on"
    );

    let good = fs::read(folder.path().join("key.pem")).expect("it is there");
    issue(folder.path());
    for (file, contents, expected) in [
        (
            "key.pem",
            good.as_slice(),
            "the certificate cannot be used with the key",
        ),
        ("cert.pem", b"none".as_slice(), "` contains no usable PEM"),
        (
            "key.pem",
            b"-----BEGIN PRIVATE KEY-----\n",
            "` contains no usable PEM",
        ),
    ] {
        fs::write(folder.path().join(file), contents).expect("it can be written");
        let error = certificates.reload().expect_err("it is broken").to_string();
        assert!(error.contains(expected), "{error}");
        assert!(
            !certificates.reload().unwrap_or(false),
            "it is not tried again"
        );
        connect(&server, &second, "h2")
            .await
            .expect("it is still the second");
    }
    fs::remove_file(folder.path().join("key.pem")).expect("it was there");
    assert!(certificates.reload().is_err());
    let third = issue(folder.path());
    assert!(certificates.reload().expect("it is good"));
    connect(&server, &third, "h2")
        .await
        .expect("it is the third");
}

#[tokio::test]
async fn a_handshake_that_does_not_end_stops_nobody() {
    let folder = tempfile::tempdir().expect("there is room");
    let certificate = issue(folder.path());
    let certificates = Arc::new(read(folder.path()));
    let server = Server::start(|settings| {
        settings.timeouts.header = std::time::Duration::from_secs(10);
        settings.certificates = Some(certificates);
    })
    .await;
    let mut silent = server.raw().await;
    let mut garbled = server.raw().await;
    garbled.send("GET / HTTP/1.1\r\n\r\n").await;
    let mut good = connect(&server, &certificate, "http/1.1")
        .await
        .expect("it is served");
    assert!(ask(&mut good).await.starts_with("HTTP/1.1 200 "));
    // The scheme is that of the connection, whatever a request says.
    for target in ["/seen", "http://localhost/seen", "https://localhost/seen"] {
        let seen = ask_for(&mut good, target).await;
        assert!(seen.contains("https://localhost/seen "), "{seen}");
    }
    garbled.rest().await;
    silent.rest().await;
}
