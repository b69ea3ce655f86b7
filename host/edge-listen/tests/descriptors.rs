//! A process without descriptors accepts nothing, and goes on once there are some. Alone in its
//! process, whose limit it lowers.

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use amphi_edge_listen::{self as listen, Body, Handler, Readiness, RequestBody, Settings, full};
use http::{Request, Response};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

#[derive(Default)]
struct Counter(AtomicUsize);

impl Handler for Counter {
    async fn handle(&self, _: Request<RequestBody>) -> Response<Body> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Response::new(full("here"))
    }
}

#[tokio::test]
async fn a_server_that_ran_out_of_descriptors_serves_when_it_has_some() {
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    let handler = Arc::new(Counter::default());
    let settings = Settings::new(Arc::<Readiness>::default());
    let serving = listen::serve(
        listener,
        Arc::clone(&handler),
        settings,
        std::future::pending(),
    );
    let serving = tokio::spawn(serving);

    let maximum = getrlimit(Resource::Nofile).maximum;
    let limit = Rlimit {
        current: Some(128),
        maximum,
    };
    setrlimit(Resource::Nofile, limit).expect("it may be lowered");
    let mut files = Vec::new();
    while let Ok(file) = File::open("/dev/null") {
        files.push(file);
    }
    files.pop().expect("there were some");
    let mut client = TcpStream::connect(address)
        .await
        .expect("the system accepts it");
    let request = b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    client
        .write_all(request)
        .await
        .expect("the system takes it");
    sleep(Duration::from_millis(600)).await;
    assert_eq!(
        handler.0.load(Ordering::SeqCst),
        0,
        "there is no descriptor for it"
    );
    assert!(!serving.is_finished(), "it goes on");

    files.clear();
    let mut answer = String::new();
    let read = timeout(Duration::from_secs(30), client.read_to_string(&mut answer)).await;
    read.expect("an answer comes").expect("it is whole");
    assert!(answer.ends_with("here"), "{answer}");
    serving.abort();
}
