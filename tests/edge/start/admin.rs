//! The admin API where other machines reach it, and what it is beside.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use amphi_edge::Server;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio_rustls::TlsConnector;

use super::{site, start};

/// Writes a certificate that vouches for itself, with its key.
fn issue(folder: &Path) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a pair");
    fs::write(folder.join("cert"), made.cert.pem()).expect("a file");
    fs::write(folder.join("key"), made.signing_key.serialize_pem()).expect("a file");
    made.cert.der().clone()
}

async fn encrypted(
    address: SocketAddr,
    certificate: CertificateDer<'static>,
) -> impl AsyncRead + AsyncWrite + Unpin {
    let mut roots = RootCertStore::empty();
    roots.add(certificate).expect("it is one");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("they are there")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(address).await.expect("it listens");
    let name = ServerName::try_from("localhost").expect("it is one");
    let connected = TlsConnector::from(Arc::new(config)).connect(name, stream);
    connected.await.expect("it is encrypted")
}

/// The status of an answer; none if there is no answer in HTTP.
async fn ask(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    path: &str,
    field: &str,
) -> Option<u16> {
    let request =
        format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{field}connection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = Vec::new();
    // Who closes without a farewell has answered all the same.
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    answer
        .strip_prefix("HTTP/1.1 ")?
        .split(' ')
        .next()?
        .parse()
        .ok()
}

async fn plain(address: SocketAddr, path: &str) -> Option<u16> {
    let stream = TcpStream::connect(address).await.expect("it listens");
    ask(stream, path, "").await
}

/// Serves while `asking` asks at the server's address and at the admin API's.
async fn serving<F: Future<Output = ()>>(
    server: Server,
    asking: impl FnOnce(SocketAddr, SocketAddr) -> F,
) {
    let (end, ended) = oneshot::channel::<()>();
    let (address, admin) = (
        server.address(),
        server.admin_address().expect("there is one"),
    );
    let served = tokio::spawn(server.serve(async move {
        let _ = ended.await;
    }));
    asking(address, admin).await;
    drop(end);
    served.await.expect("it does not panic");
}

#[tokio::test]
async fn where_others_reach_it_it_is_encrypted() {
    let site = site();
    let certificate = issue(site.path());
    fs::write(site.path().join("token"), "secret").expect("a file");
    for tls in [
        "tls: { certificate: cert, key: key }, admin: { listen: '0.0.0.0:0', token-file: token }",
        "admin: { listen: '0.0.0.0:0', token-file: token, tls: { certificate: cert, key: key } }",
        "admin: { listen: '127.0.0.1:0', token-file: token, tls: { certificate: cert, key: key } }",
    ] {
        let text = format!("server: {{ {tls} }}\nfunctions: {{ f: {{ component: run.wasm }} }}");
        let server = start(site.path(), &text).await.expect("it is good");
        assert!(server.admin_is_encrypted(), "{tls}");
        let certificate = certificate.clone();
        serving(server, |_, admin| async move {
            let here = SocketAddr::from(([127, 0, 0, 1], admin.port()));
            for (field, status) in [("", 401), ("authorization: Bearer secret\r\n", 200)] {
                let stream = encrypted(here, certificate.clone()).await;
                assert_eq!(ask(stream, "/admin/functions", field).await, Some(status));
            }
            assert_eq!(plain(here, "/admin/functions").await, None);
        })
        .await;
    }
    // At a loopback address the server's certificate is not the admin API's.
    let text = "server: { tls: { certificate: cert, key: key }, admin: { listen: '127.0.0.1:0' } }\nfunctions: { f: { component: run.wasm } }";
    let server = start(site.path(), text).await.expect("it is good");
    assert!(server.is_encrypted() && !server.admin_is_encrypted());
    serving(server, |_, admin| async move {
        assert_eq!(plain(admin, "/admin/functions").await, Some(200));
    })
    .await;
}

#[tokio::test]
async fn pages_are_where_the_configuration_says() {
    let site = site();
    let paths = [
        "/docs/",
        "/docs",
        "/docs/docs.js",
        "/openapi.json",
        "/metrics",
    ];
    let (here, gone) = (["200", "308", "200", "200"], ["404"; 4]);
    for (pages, at_server, at_admin) in [
        ("", (here, 404), (gone, 200)),
        (
            "docs: admin, openapi: admin, metrics: here",
            (gone, 200),
            (here, 404),
        ),
        (
            "docs: nowhere, openapi: nowhere, metrics: nowhere",
            (gone, 404),
            (gone, 404),
        ),
        (
            "docs: nowhere, openapi: admin",
            (gone, 404),
            (["404", "404", "404", "200"], 200),
        ),
    ] {
        let text = format!(
            "server: {{ admin: {{ listen: '127.0.0.1:0' }}, pages: {{ {pages} }} }}\nfunctions: {{ f: {{ component: run.wasm }} }}"
        );
        let server = start(site.path(), &text).await.expect("it is good");
        serving(server, |server, admin| async move {
            for (address, (docs, metrics)) in [(server, at_server), (admin, at_admin)] {
                let metrics = metrics.to_string();
                let expected = docs.into_iter().chain([&*metrics]);
                for (path, expected) in paths.into_iter().zip(expected) {
                    let status = plain(address, path).await.expect("an answer");
                    assert_eq!(status.to_string(), expected, "{pages}: {address} {path}");
                }
            }
        })
        .await;
    }
    for (pages, reason) in [
        ("docs: admin", "`server.pages.docs`"),
        ("openapi: nowhere", "`server.pages.docs`"),
        ("metrics: admin", "there is no `admin` address"),
        ("metrics: everywhere", "`server.pages.metrics`"),
    ] {
        let text = format!("server: {{ pages: {{ {pages} }} }}\nfunctions: {{}}");
        let refused = start(site.path(), &text).await.map(drop).expect_err(pages);
        assert!(refused.contains(reason), "{refused}");
    }
}
