//! A server on a free port whose handler does what paths say, and clients for it.

use std::collections::HashMap;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use amphi_edge_listen::{
    self as listen, Body, Drained, Handler, Readiness, RequestBody, RequestContext, Settings,
    Timeouts, full,
};
use bytes::Bytes;
use futures_util::stream;
use http::{Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc::{self, Sender};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

/// More than anything here takes.
pub const LONG: Duration = Duration::from_secs(600);

/// Waits until `condition` holds.
pub async fn eventually(what: &str, condition: impl Fn() -> bool) {
    let waits = async {
        while !condition() {
            sleep(Duration::from_millis(10)).await;
        }
    };
    let came = timeout(LONG, waits).await;
    came.unwrap_or_else(|_| panic!("{what}: it never came to that"));
}

/// Does what paths say: `/echo` gives the body back, `/peer` says who asks, `/seen` what came with
/// that, `/panic` panics, `/forever` never answers, `/stream/<name>` answers with what the test
/// [sends](Actor::stream), `/size` says how much came in, `/flood` never ends to answer,
/// `/bytes/<size>` answers with so many at once.
#[derive(Default)]
pub struct Actor {
    seen: AtomicUsize,
    running: AtomicUsize,
    streams: Mutex<HashMap<String, Sender<Bytes>>>,
}

impl Actor {
    /// How many requests have come in.
    pub fn seen(&self) -> usize {
        self.seen.load(Ordering::SeqCst)
    }

    /// How many are being answered.
    pub fn running(&self) -> usize {
        self.running.load(Ordering::SeqCst)
    }

    /// What sends the body of `/stream/<name>`, once that was asked for.
    pub async fn stream(&self, name: &str) -> Sender<Bytes> {
        let streams = || self.streams.lock().expect("nobody panics with it");
        eventually(name, || streams().contains_key(name)).await;
        streams().remove(name).expect("it is there")
    }
}

struct Running<'a>(&'a Actor);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Handler for Actor {
    async fn handle(&self, request: Request<RequestBody>) -> Response<Body> {
        self.seen.fetch_add(1, Ordering::SeqCst);
        self.running.fetch_add(1, Ordering::SeqCst);
        let _running = Running(self);
        let path = request.uri().path().to_owned();
        match path.as_str() {
            "/echo" => Response::new(request.into_body().map_err(Into::into).boxed_unsync()),
            "/peer" => {
                let context = request.extensions().get::<RequestContext>();
                let peer = context.expect("it is there").peer();
                Response::new(full(peer.address.to_string()))
            }
            "/seen" => {
                let context = request.extensions().get::<RequestContext>();
                let context = context.expect("it is there");
                let (peer, id) = (context.peer(), context.id().as_str());
                let (uri, headers) = (request.uri(), request.headers());
                let seen = format!("{uri} {id} {} {headers:?}", peer.client);
                Response::new(full(seen))
            }
            "/panic" => panic!("as it was asked to"),
            "/forever" => pending().await,
            "/size" => match request.into_body().collect().await {
                Ok(body) => Response::new(full(body.to_bytes().len().to_string())),
                Err(error) => pending::<Response<Body>>()
                    .await
                    .map(|_| full(error.to_string())),
            },
            "/flood" => {
                let bytes = Bytes::from(vec![0; 64 << 10]);
                let frames = stream::repeat_with(move || Ok(Frame::data(bytes.clone())));
                Response::new(StreamBody::new(frames).boxed_unsync())
            }
            path if path.starts_with("/bytes/") => {
                let size = path["/bytes/".len()..].parse().expect("a number");
                Response::new(full(vec![b'x'; size]))
            }
            path => {
                let name = path.strip_prefix("/stream/").expect("a path that is known");
                let (sender, mut parts) = mpsc::channel(1);
                let frames = stream::poll_fn(move |context| {
                    parts
                        .poll_recv(context)
                        .map(|part| part.map(|part| Ok(Frame::data(part))))
                });
                let mut streams = self.streams.lock().expect("nobody panics with it");
                streams.insert(name.to_owned(), sender);
                Response::new(StreamBody::new(frames).boxed_unsync())
            }
        }
    }
}

pub struct Server {
    pub address: SocketAddr,
    pub handler: Arc<Actor>,
    pub readiness: Arc<Readiness>,
    shutdown: CancellationToken,
    serving: JoinHandle<Drained>,
}

impl Server {
    /// One that is ready.
    pub async fn start(set: impl FnOnce(&mut Settings)) -> Self {
        let server = Self::starting(set).await;
        server.readiness.ready();
        server
    }

    pub async fn starting(set: impl FnOnce(&mut Settings)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let readiness = Arc::new(Readiness::default());
        let mut settings = Settings::new(Arc::clone(&readiness));
        // No time ends anything, but those that a test sets.
        settings.timeouts = Timeouts {
            header: LONG,
            body: LONG,
            idle: LONG,
            drain: LONG,
            ..Timeouts::default()
        };
        set(&mut settings);
        let handler = Arc::new(Actor::default());
        let shutdown = CancellationToken::new();
        let end = shutdown.clone().cancelled_owned();
        let serving = tokio::spawn(listen::serve(listener, Arc::clone(&handler), settings, end));
        Self {
            address,
            handler,
            readiness,
            shutdown,
            serving,
        }
    }

    pub fn shut_down(&self) {
        self.shutdown.cancel();
    }

    pub async fn drain(self) -> Drained {
        self.shut_down();
        let drained = timeout(LONG, self.serving).await.expect("it drains");
        drained.expect("it does not panic")
    }

    pub async fn raw(&self) -> Raw {
        Raw(TcpStream::connect(self.address).await.expect("it listens"))
    }

    /// A connection from an address of this machine.
    pub async fn raw_from(&self, address: [u8; 4]) -> Raw {
        let socket = TcpSocket::new_v4().expect("there is one more");
        let from = SocketAddr::from((address, 0));
        socket.bind(from).expect("it is of this machine");
        Raw(socket.connect(self.address).await.expect("it listens"))
    }
}

/// Bytes both ways.
pub struct Raw(pub TcpStream);

impl Raw {
    pub async fn send(&mut self, text: &str) {
        // A server that has heard enough may have hung up.
        let _ = self.0.write_all(text.as_bytes()).await;
    }

    /// What comes until the server closes the connection, or one answer if it does not.
    pub async fn receive(&mut self) -> String {
        let mut text = Vec::new();
        let read = async {
            loop {
                let before = text.len();
                if self.0.read_buf(&mut text).await.is_err()
                    || text.len() == before
                    || is_whole(&text)
                {
                    return;
                }
            }
        };
        timeout(LONG, read).await.expect("an answer or an end");
        String::from_utf8(text).expect("it is text")
    }

    /// Waits until the server has closed the connection, and says what came before.
    pub async fn rest(&mut self) -> String {
        let mut text = Vec::new();
        let _ = timeout(LONG, self.0.read_to_end(&mut text))
            .await
            .expect("an end");
        String::from_utf8_lossy(&text).into_owned()
    }
}

/// Whether `text` is an answer with all of its body, as its length says.
fn is_whole(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    length.is_some_and(|length| length.parse() == Ok(body.len()))
}

pub type Reply = (StatusCode, String);

pub struct Http1 {
    sender: http1::SendRequest<Full<Bytes>>,
    local: SocketAddr,
}

impl Http1 {
    pub async fn connect(server: &Server) -> Self {
        let stream = TcpStream::connect(server.address)
            .await
            .expect("it listens");
        let local = stream.local_addr().expect("it is connected");
        let (sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .expect("it can begin");
        tokio::spawn(connection);
        Self { sender, local }
    }

    pub async fn get(&mut self, path: &str) -> Reply {
        let request = Request::get(path).header("host", "a").body(Full::default());
        reply(self.send(request.expect("it is one")).await).await
    }

    pub async fn post(&mut self, path: &str, body: &str) -> Reply {
        let body = Full::from(body.to_owned());
        let request = Request::post(path).header("host", "a").body(body);
        reply(self.send(request.expect("it is one")).await).await
    }

    pub async fn send(&mut self, request: Request<Full<Bytes>>) -> Response<hyper::body::Incoming> {
        self.sender.ready().await.expect("the connection is open");
        let answer = timeout(LONG, self.sender.send_request(request)).await;
        answer
            .expect("an answer comes")
            .expect("the connection holds")
    }

    pub fn expected(&self, path: &str, body: &str) -> String {
        expected(self.local, path, body)
    }

    /// Waits until the connection is closed.
    pub async fn closed(self) {
        eventually("it is closed", || self.sender.is_closed()).await;
    }
}

#[derive(Clone)]
pub struct Http2 {
    pub sender: http2::SendRequest<Full<Bytes>>,
    local: SocketAddr,
}

impl Http2 {
    pub async fn connect(server: &Server) -> Self {
        Self::with_window(server, None).await
    }

    /// One that lets the server send so many bytes of each answer before it has read any.
    pub async fn with_window(server: &Server, window: Option<u32>) -> Self {
        let stream = TcpStream::connect(server.address)
            .await
            .expect("it listens");
        let local = stream.local_addr().expect("it is connected");
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder.initial_stream_window_size(window);
        let connection = builder.handshake(TokioIo::new(stream)).await;
        let (sender, connection) = connection.expect("it can begin");
        tokio::spawn(connection);
        Self { sender, local }
    }

    /// A request that is on its way once this is polled; dropped, it is given up.
    pub fn begin(&mut self, path: &str) -> JoinOnDrop {
        let request = Request::get(format!("http://a{path}")).body(Full::default());
        JoinOnDrop(tokio::spawn(
            self.sender.send_request(request.expect("it is one")),
        ))
    }

    pub async fn get_with(&mut self, path: &str, name: &str, value: &str) -> Reply {
        let request = Request::get(format!("http://a{path}")).header(name, value);
        let request = request.body(Full::default()).expect("it is one");
        self.reply(request).await
    }

    pub async fn post(&mut self, path: &str, body: &str) -> Reply {
        let request = Request::post(format!("http://a{path}")).body(Full::from(body.to_owned()));
        self.reply(request.expect("it is one")).await
    }

    async fn reply(&mut self, request: Request<Full<Bytes>>) -> Reply {
        let answer = timeout(LONG, self.sender.send_request(request)).await;
        reply(
            answer
                .expect("an answer comes")
                .expect("the connection holds"),
        )
        .await
    }

    pub fn expected(&self, path: &str, body: &str) -> String {
        expected(self.local, path, body)
    }
}

/// A request on its way.
pub struct JoinOnDrop(JoinHandle<hyper::Result<Response<hyper::body::Incoming>>>);

impl JoinOnDrop {
    pub async fn answer(mut self) -> Response<hyper::body::Incoming> {
        let answer = timeout(LONG, &mut self.0).await.expect("an answer comes");
        answer
            .expect("it does not panic")
            .expect("the connection holds")
    }
}

impl Drop for JoinOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn expected(local: SocketAddr, path: &str, body: &str) -> String {
    match path {
        "/peer" => local.to_string(),
        _ => body.to_owned(),
    }
}

/// The status and the whole body.
pub async fn reply(response: Response<hyper::body::Incoming>) -> Reply {
    let status = response.status();
    let body = timeout(LONG, response.into_body().collect()).await;
    let body = body
        .expect("the body comes")
        .expect("the body is whole")
        .to_bytes();
    (
        status,
        String::from_utf8(body.to_vec()).expect("it is text"),
    )
}

/// What a client saw that asked without pause until nobody listened any more.
#[derive(Default)]
pub struct Seen {
    pub answered: usize,
    /// Connections that had not told it to leave, and broke with a request on its way.
    pub broken: usize,
}

pub async fn until_refused(address: SocketAddr, first: bool) -> Seen {
    let mut seen = Seen::default();
    while let Ok(stream) = TcpStream::connect(address).await {
        let io = TokioIo::new(stream);
        match first {
            true => keep_asking_http1(io, &mut seen).await,
            false => keep_asking_http2(io, &mut seen).await,
        }
    }
    seen
}

async fn keep_asking_http1(io: TokioIo<TcpStream>, seen: &mut Seen) {
    let (mut sender, connection) = http1::handshake(io).await.expect("it can begin");
    tokio::spawn(connection);
    for number in 0.. {
        let request = Request::get("/peer")
            .header("host", "a")
            .body(Full::<Bytes>::default());
        let Ok(response) = sender.send_request(request.expect("it is one")).await else {
            // The system accepts some that the server then never sees.
            seen.broken += usize::from(number > 0);
            return;
        };
        let last = response.headers().contains_key("connection");
        reply(response).await;
        seen.answered += 1;
        if last {
            return;
        }
        if sender.ready().await.is_err() {
            seen.broken += 1;
            return;
        }
    }
}

async fn keep_asking_http2(io: TokioIo<TcpStream>, seen: &mut Seen) {
    let connection = http2::handshake(TokioExecutor::new(), io).await;
    let Ok((mut sender, connection)) = connection else {
        return;
    };
    tokio::spawn(connection);
    while sender.ready().await.is_ok() {
        let request = Request::get("http://a/peer").body(Full::<Bytes>::default());
        // GOAWAY says which were not begun: those can be sent again elsewhere.
        let Ok(response) = sender.send_request(request.expect("it is one")).await else {
            return;
        };
        reply(response).await;
        seen.answered += 1;
    }
}
