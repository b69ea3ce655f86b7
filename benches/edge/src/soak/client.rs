//! Clients over one connection each, in both versions of HTTP.

use std::convert::Infallible;
use std::error::Error;
use std::fmt::{self, Display};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Result, ensure};
use bytes::Bytes;
use futures_util::stream;
use h2::Reason;
use http::header::{CONNECTION, HOST};
use http::request::Builder;
use http::response::Parts;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::{TcpSocket, TcpStream};

/// What a request carries.
pub type Body = BoxBody<Bytes, Infallible>;

/// What `add-with-log` is asked, and what it answers.
const QUESTION: &str = "[[1, 2, 39]]";
const ANSWER: &str = r#"{"sum":42,"lines":["+ 1 = 1","+ 2 = 3","+ 39 = 42"]}"#;
/// The pieces of a stream, and the pause between them.
const PIECES: u8 = 16;
const PIECE: usize = 16 << 10;
const PAUSE: Duration = Duration::from_millis(10);

/// A connection.
pub enum Client {
    One(http1::SendRequest<Body>),
    Two(http2::SendRequest<Body>),
}

/// How a request ended that was not answered well.
pub enum Ending {
    /// It was not sent: the server had closed the connection, or had said that it would.
    NotSent,
    /// The server says that it was not begun, and may be sent again: its stream is above the last
    /// one that GOAWAY names (RFC 9113, section 6.8).
    TurnedAway,
    /// It was sent, and there is no answer or a wrong one.
    Lost(String),
}

impl Display for Ending {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSent => formatter.write_str("the connection was closed before"),
            Self::TurnedAway => formatter.write_str("the server has turned it away"),
            Self::Lost(why) => formatter.write_str(why),
        }
    }
}

impl Client {
    pub async fn connect(address: SocketAddr, second: bool) -> Result<Self> {
        Self::connect_from(Ipv4Addr::LOCALHOST, address, second).await
    }

    /// A connection of the client that is at `local`, which is an address of this machine.
    pub async fn connect_from(local: Ipv4Addr, address: SocketAddr, second: bool) -> Result<Self> {
        let stream = TokioIo::new(socket(local, address, None).await?);
        if second {
            let (sender, connection) = http2::handshake(TokioExecutor::new(), stream).await?;
            tokio::spawn(connection);
            return Ok(Self::Two(sender));
        }
        let (sender, connection) = http1::handshake(stream).await?;
        tokio::spawn(connection);
        Ok(Self::One(sender))
    }

    /// Adds, and checks the answer; whether the server wants the client to leave.
    pub async fn add(&mut self) -> Result<bool, Ending> {
        let path = "/v1/fn/add/add-with-log";
        let body = full(QUESTION);
        let (headers, answer) = self.call(path, body).await?;
        check(answer == ANSWER, || {
            String::from_utf8_lossy(&answer).into_owned()
        })?;
        Ok(leaves(&headers))
    }

    /// Sends pieces with pauses between them, reads them back, and checks them; whether the server
    /// wants the client to leave.
    pub async fn stream(&mut self) -> Result<bool, Ending> {
        let pieces = stream::unfold(0, async |number| {
            if number == PIECES {
                return None;
            }
            tokio::time::sleep(PAUSE).await;
            Some((Ok(Frame::data(piece(number))), number + 1))
        });
        let body = StreamBody::new(Box::pin(pieces)).boxed();
        let (headers, answer) = self.call("/echo", body).await?;
        let sent: Vec<u8> = (0..PIECES).flat_map(piece).collect();
        check(answer == sent, || {
            format!("{} of {} bytes, or others", answer.len(), sent.len())
        })?;
        Ok(leaves(&headers))
    }

    async fn call(&mut self, path: &str, body: Body) -> Result<(HeaderMap, Bytes), Ending> {
        let (head, body) = self.post(path, &[], body).await?;
        check(head.status == StatusCode::OK, || {
            format!("{}: {}", head.status, String::from_utf8_lossy(&body))
        })?;
        Ok((head.headers, body))
    }

    /// Sends `body` there; what comes back, whatever its status.
    pub async fn post(
        &mut self,
        path: &str,
        headers: &[(&str, &str)],
        body: Body,
    ) -> Result<(Parts, Bytes), Ending> {
        let request = |uri: String| {
            let mut request = Request::builder().method(Method::POST).uri(uri);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            request.header(HOST, "soak").body(body).expect("a request")
        };
        let response = match self {
            Self::One(sender) => {
                sender.ready().await.map_err(|_| Ending::NotSent)?;
                sender.send_request(request(path.to_owned())).await
            }
            Self::Two(sender) => {
                sender.ready().await.map_err(|_| Ending::NotSent)?;
                sender
                    .send_request(request(format!("http://soak{path}")))
                    .await
            }
        };
        let response = response.map_err(ending)?;
        let (head, body) = response.into_parts();
        let body = body.collect().await;
        let body = body.map_err(|error| Ending::Lost(format!("in the body: {error:?}")))?;
        Ok((head, body.to_bytes()))
    }
}

/// The body of a request that is there at once.
pub fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).boxed()
}

/// A socket of the client that is at `local`; the system takes so many bytes for it that it has not
/// read, if that is said.
pub async fn socket(
    local: Ipv4Addr,
    address: SocketAddr,
    unread: Option<u32>,
) -> Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    if let Some(unread) = unread {
        socket.set_recv_buffer_size(unread)?;
    }
    socket.bind((IpAddr::from(local), 0).into())?;
    let stream = socket.connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// What the admin API answers to GET.
pub async fn ask(admin: SocketAddr, path: &str) -> Result<String> {
    admitted(admin, Request::get(path)).await
}

/// Asks the admin API for a reload.
pub async fn reload(admin: SocketAddr) -> Result<()> {
    admitted(admin, Request::post("/admin/reload")).await?;
    Ok(())
}

/// What the admin API answers, if that is 200.
async fn admitted(admin: SocketAddr, request: Builder) -> Result<String> {
    let mut client = Client::connect(admin, false).await?;
    let Client::One(sender) = &mut client else {
        unreachable!("it is a connection of HTTP/1.1");
    };
    let request = request.header(HOST, admin.to_string());
    let response = sender
        .send_request(request.body(Full::default().boxed())?)
        .await?;
    let status = response.status();
    let said = response.into_body().collect().await?.to_bytes();
    let said = String::from_utf8_lossy(&said).into_owned();
    ensure!(status == StatusCode::OK, "{status}: {said}");
    Ok(said)
}

fn piece(number: u8) -> Bytes {
    Bytes::from(vec![number; PIECE])
}

fn leaves(headers: &HeaderMap) -> bool {
    headers
        .get(CONNECTION)
        .is_some_and(|value| value == "close")
}

/// A request that hyper gave back was not sent.
fn ending(error: hyper::Error) -> Ending {
    let cause = error.source().and_then(|cause| cause.downcast_ref());
    let leaving = |error: &h2::Error| {
        error.is_go_away() && error.is_remote() && error.reason() == Some(Reason::NO_ERROR)
    };
    if error.is_canceled() {
        Ending::NotSent
    } else if cause.is_some_and(leaving) {
        Ending::TurnedAway
    } else {
        Ending::Lost(format!("{error:?}"))
    }
}

fn check(good: bool, found: impl FnOnce() -> String) -> Result<(), Ending> {
    if good {
        Ok(())
    } else {
        Err(Ending::Lost(found()))
    }
}
