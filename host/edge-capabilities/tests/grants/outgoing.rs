//! Outgoing HTTP, from a guest: to servers of this machine, which is why its own network is allowed
//! here, or to none.

use amphi_edge_capabilities::Grants;
use amphi_edge_capabilities::keyvalue::KeyValueStores;
use amphi_edge_capabilities::outgoing::{Networks, Outgoing, OutgoingLimits, Trust};
use amphi_support::vault::Host;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

const SHORT: Duration = Duration::from_secs(1);

/// A server of this machine, that counts what it is asked for.
struct Server {
    port: u16,
    asked: Arc<AtomicUsize>,
}

async fn server(tls: Option<TlsAcceptor>) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("it has an address").port();
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = asked.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (tls, counted) = (tls.clone(), counted.clone());
            tokio::spawn(async move {
                match tls {
                    None => answer(stream, &counted).await,
                    Some(tls) => match tls.accept(stream).await {
                        Ok(stream) => answer(stream, &counted).await,
                        Err(_) => Ok(()),
                    },
                }
            });
        }
    });
    Server { port, asked }
}

async fn answer(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    asked: &AtomicUsize,
) -> std::io::Result<()> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(stream.read_u8().await?);
    }
    asked.fetch_add(1, Ordering::SeqCst);
    let request = String::from_utf8_lossy(&request);
    let path = request.split(' ').nth(1).unwrap_or_default();
    let answer = match path {
        "/moved" => "HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 5\r\n\r\nmoved",
        "/stops" => "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf ",
        "/never" => "",
        _ => "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello",
    };
    stream.write_all(answer.as_bytes()).await?;
    stream.flush().await?;
    // Until the other end leaves.
    stream.read_u8().await.map(drop)
}

/// What a test grants, if not said otherwise: everything on this machine.
struct Granted {
    hosts: &'static [&'static str],
    networks: Networks,
    limits: OutgoingLimits,
    trust: Trust,
}

impl Default for Granted {
    fn default() -> Granted {
        let own = "127.0.0.0/8".parse().expect("it is a network");
        Granted {
            hosts: &["*:*"],
            networks: Networks {
                allowed: vec![own],
                ..Networks::default()
            },
            limits: OutgoingLimits::default(),
            trust: Trust::of_browsers(),
        }
    }
}

impl Granted {
    fn outgoing(self) -> Outgoing {
        let pattern = |text: &&str| text.parse().expect("it is a pattern");
        let hosts = self.hosts.iter().map(pattern).collect();
        Outgoing::new(hosts, self.networks, self.limits, self.trust)
    }
}

fn host(outgoing: Outgoing) -> Host {
    let grants = Grants {
        outgoing: Some(outgoing),
        ..Grants::default()
    };
    Host::new(grants, &KeyValueStores::default())
}

async fn check(host: &Host, url: &str, expected: &str) {
    let fetch = format!("fetch:{url}");
    host.check(&[(&fetch, expected)]).await;
}

/// The loopback stands for a public address of the machine's here: it is refused because it is the
/// machine's, for no network is blocked.
#[tokio::test]
async fn the_machine_itself_is_refused_by_whatever_address() {
    let Server { port, asked } = server(None).await;
    for (own_blocked, answer) in [
        (true, "!ErrorCode::DestinationIpProhibited"),
        (false, "200 hello"),
    ] {
        let networks = Networks {
            own_blocked,
            ..Networks::all()
        };
        let granted = Granted {
            networks,
            ..Granted::default()
        };
        let host = host(granted.outgoing());
        for name in ["127.0.0.1", "localhost"] {
            check(&host, &format!("http://{name}:{port}"), answer).await;
        }
    }
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn hosts_that_no_pattern_names_are_refused() {
    let Server { port, asked } = server(None).await;
    let denied = "!ErrorCode::HttpRequestDenied";
    let nothing = Host::new(Grants::default(), &KeyValueStores::default());
    check(&nothing, &format!("http://127.0.0.1:{port}"), denied).await;

    let some = host(
        Granted {
            hosts: &["http://127.0.0.1:*", "*.example.com"],
            ..Granted::default()
        }
        .outgoing(),
    );
    check(&some, &format!("http://127.0.0.1:{port}/"), "200 hello").await;
    check(&some, &format!("https://127.0.0.1:{port}/"), denied).await;
    check(&some, &format!("http://localhost:{port}/"), denied).await;
    check(&some, "http://example.com/", denied).await;
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn addresses_are_checked_whatever_name_they_have() {
    let Server { port, asked } = server(None).await;
    let networks = Networks::default();
    let usual = host(
        Granted {
            networks,
            ..Granted::default()
        }
        .outgoing(),
    );
    for name in [
        "127.0.0.1",
        "localhost",
        "127.1",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
    ] {
        let url = format!("http://{name}:{port}/");
        check(&usual, &url, "!ErrorCode::DestinationIpProhibited").await;
    }
    let url = "http://169.254.169.254/latest/meta-data/";
    check(&usual, url, "!ErrorCode::DestinationIpProhibited").await;
    assert_eq!(asked.load(Ordering::SeqCst), 0);

    let allowed = host(Granted::default().outgoing());
    check(&allowed, &format!("http://localhost:{port}/"), "200 hello").await;
}

#[tokio::test]
async fn what_is_not_there_is_told_from_what_is_refused() {
    let host = host(Granted::default().outgoing());
    // No label of a name is this long, so that nobody needs to be asked.
    let name = "a".repeat(64);
    let found = host.call(&[&format!("fetch:http://{name}.com/")]).await;
    let found = found.expect("it does not trap");
    assert!(found.contains("ErrorCode::DnsError"), "{found}");

    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("it has an address").port();
    drop(listener);
    let url = format!("http://127.0.0.1:{port}/");
    check(&host, &url, "!ErrorCode::ConnectionRefused").await;
    let user = format!("http://somebody@127.0.0.1:{port}/");
    check(&host, &user, "!ErrorCode::HttpRequestUriInvalid").await;
}

#[tokio::test]
async fn a_redirect_is_an_answer() {
    let Server { port, asked } = server(None).await;
    let host = host(Granted::default().outgoing());
    check(
        &host,
        &format!("http://127.0.0.1:{port}/moved"),
        "302 moved",
    )
    .await;
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn answers_may_take_so_long() {
    let Server { port, .. } = server(None).await;
    let limits = OutgoingLimits {
        first_byte: SHORT,
        between_bytes: SHORT,
        ..OutgoingLimits::default()
    };
    let outgoing = Granted {
        limits,
        ..Granted::default()
    }
    .outgoing();
    let host = host(outgoing.clone());
    let url = format!("http://127.0.0.1:{port}/never");
    check(&host, &url, "!ErrorCode::ConnectionReadTimeout").await;
    let stopped = host
        .call(&[&format!("fetch:http://127.0.0.1:{port}/stops")])
        .await;
    let stopped = stopped.expect("it does not trap");
    assert!(stopped.starts_with("fetch failed:"), "{stopped}");
    assert_eq!(outgoing.running(), 0);
}

#[tokio::test]
async fn so_many_requests_are_under_way_and_a_call_that_ends_gives_its_place_back() {
    let Server { port, asked } = server(None).await;
    let limits = OutgoingLimits {
        concurrency: NonZeroU32::MIN,
        ..OutgoingLimits::default()
    };
    let outgoing = Granted {
        limits,
        ..Granted::default()
    }
    .outgoing();
    let host = Arc::new(host(outgoing.clone()));
    let waiting = tokio::spawn({
        let host = host.clone();
        async move {
            host.call(&[&format!("fetch:http://127.0.0.1:{port}/never")])
                .await
        }
    });
    while asked.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(outgoing.running(), 1);
    let url = format!("http://127.0.0.1:{port}/");
    check(&host, &url, "!ErrorCode::ConnectionLimitReached").await;

    waiting.abort();
    assert!(waiting.await.expect_err("it is given up").is_cancelled());
    while outgoing.running() > 0 {
        tokio::task::yield_now().await;
    }
    check(&host, &url, "200 hello").await;
}

#[tokio::test]
async fn certificates_are_believed_as_far_as_they_are_trusted() {
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let key = PrivatePkcs8KeyDer::from(own.signing_key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has them")
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], PrivateKeyDer::Pkcs8(key))
        .expect("they belong together");
    let Server { port, .. } = server(Some(TlsAcceptor::from(Arc::new(config)))).await;

    let url = format!("https://localhost:{port}/");
    let strict = host(Granted::default().outgoing());
    check(&strict, &url, "!ErrorCode::TlsCertificateError").await;

    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("authority.pem");
    std::fs::write(&file, own.cert.pem()).expect("it is written");
    let trust = Trust::of_file(&file).expect("it has a certificate");
    let trusting = host(
        Granted {
            trust,
            ..Granted::default()
        }
        .outgoing(),
    );
    check(&trusting, &url, "200 hello").await;
    // It is for `localhost` alone.
    let other = format!("https://127.0.0.1:{port}/");
    check(&trusting, &other, "!ErrorCode::TlsCertificateError").await;

    // Who waits for the end of a request does not answer the beginning of TLS.
    let plain = server(None).await;
    let limits = OutgoingLimits {
        connect: SHORT,
        ..OutgoingLimits::default()
    };
    let hasty = host(
        Granted {
            limits,
            ..Granted::default()
        }
        .outgoing(),
    );
    let url = format!("https://localhost:{}/", plain.port);
    check(&hasty, &url, "!ErrorCode::ConnectionTimeout").await;
    std::fs::write(&file, "nothing").expect("it is written");
    assert!(Trust::of_file(&file).is_err());
}
