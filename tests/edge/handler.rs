//! Components that speak HTTP themselves.

use std::convert::Infallible;
use std::num::NonZeroU32;
use std::time::Duration;

use amphi_edge::config::Limits;
use amphi_edge::{Host, Spec};
use amphi_support::fixture::{guest, read, serving};
use bytes::Bytes;
use futures_util::stream;
use http::{Request, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};

/// Both versions of the interface answer alike.
const GUESTS: [&str; 2] = ["respond", "respond-0-3"];

async fn serving_at_root(name: &str, limits: Limits) -> Host {
    let mut spec = Spec::new("web", guest(name));
    spec.config.route = "/".parse().ok();
    spec.config.limits = limits;
    serving(spec).await
}

fn request(path: &str, body: &'static [u8]) -> Request<Full<Bytes>> {
    Request::post(path)
        .header("host", "localhost")
        .body(Full::new(Bytes::from_static(body)))
        .expect("a request")
}

#[tokio::test]
async fn the_component_answers() {
    for name in GUESTS {
        let host = serving_at_root(name, Limits::default()).await;
        for (path, body, status, text) in [
            ("/echo", "abc", StatusCode::OK, "abc"),
            ("/empty", "", StatusCode::NO_CONTENT, ""),
        ] {
            let response = host.handle(request(path, body.as_bytes())).await;
            assert_eq!(response.headers()["x-path"], path, "{name}");
            let (found, body) = read(response).await;
            assert_eq!(
                (found, body.as_str()),
                (status, Some(text)),
                "{name} {path}"
            );
        }
    }
}

/// So what is on its way to clients is bounded by how many calls may run, however little of it they
/// take.
#[tokio::test]
async fn a_call_has_its_place_until_its_answer_is_taken() {
    for name in GUESTS {
        let limits = Limits {
            concurrency: NonZeroU32::MIN,
            queue: 0,
            ..Limits::default()
        };
        let host = serving_at_root(name, limits).await;
        let mut body = host.handle(request("/echo", b"abc")).await.into_body();
        let mut taken = Vec::new();
        while let Some(frame) = body.frame().await {
            taken.extend(frame.expect("a part").into_data());
        }
        drop(body);
        assert_eq!(taken.concat(), b"abc", "{name}");
        // The guest has ended long since.
        tokio::time::sleep(Duration::from_millis(100)).await;
        let (status, _) = read(host.handle(request("/echo", b"")).await).await;
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS, "{name}");
        drop(taken);
        let (status, _) = read(host.handle(request("/echo", b"")).await).await;
        assert_eq!(status, StatusCode::OK, "{name}");
    }
}

#[tokio::test]
async fn a_component_that_fails_fails_alone() {
    for name in GUESTS {
        let host = serving_at_root(name, Limits::default()).await;
        let (status, problem) = read(host.handle(request("/broken", b"")).await).await;
        assert_eq!(
            status,
            StatusCode::INTERNAL_SERVER_ERROR,
            "{name}: {problem}"
        );
        assert_eq!(problem["trap"], "unreachable-code-reached", "{name}");
        let (status, problem) = read(host.handle(request("/failing", b"")).await).await;
        assert_eq!(status, StatusCode::BAD_GATEWAY, "{name}: {problem}");
        let (status, _) = read(host.handle(request("/echo", b"on")).await).await;
        assert_eq!(status, StatusCode::OK, "{name}");
    }
}

/// An embedder's requests are for a host as those that come over sockets are.
#[tokio::test]
async fn whom_a_request_is_for_is_read_in_one_way() {
    let host = serving_at_root("respond", Limits::default()).await;
    for (field, status) in [
        (Some("localhost:80"), StatusCode::OK),
        (None, StatusCode::BAD_REQUEST),
        (Some(""), StatusCode::BAD_REQUEST),
        (Some("user:secret@localhost"), StatusCode::BAD_REQUEST),
        (Some("localhost:99999"), StatusCode::BAD_REQUEST),
    ] {
        let mut request = Request::post("/echo");
        if let Some(field) = field {
            request = request.header("host", field);
        }
        let request = request.body(Full::<Bytes>::default()).expect("a request");
        let (found, problem) = read(host.handle(request).await).await;
        assert_eq!(found, status, "{field:?}: {problem}");
        if status == StatusCode::BAD_REQUEST {
            assert_eq!(problem["kind"], "authority", "{field:?}");
        }
    }
}

/// A body of as many bytes, made as it is read.
fn long(bytes: u64) -> impl http_body::Body<Data = Bytes, Error = Infallible> + Send + 'static {
    const CHUNK: u64 = 64 * 1024;
    let chunks = (0..bytes / CHUNK).map(|number| {
        let byte = u8::try_from(number % 251).unwrap_or_default();
        Ok(Frame::data(Bytes::from(vec![byte; CHUNK as usize])))
    });
    StreamBody::new(stream::iter(chunks))
}

#[tokio::test]
async fn bodies_stream_both_ways_in_little_memory() {
    const SIZE: u64 = 64 << 20;
    for name in GUESTS {
        let limits = Limits {
            memory: 16 << 20,
            request: SIZE,
            response: SIZE,
            wall: Duration::from_secs(3600),
            cpu: Duration::from_secs(3600),
            ..Limits::default()
        };
        let host = serving_at_root(name, limits).await;
        let request = Request::post("/echo")
            .header("host", "localhost")
            .body(long(SIZE))
            .expect("a request");
        let mut body = host.handle(request).await.into_body();
        let mut expected = long(SIZE);
        let (mut read, mut left) = (0, Bytes::new());
        while let Some(frame) = body.frame().await {
            let Ok(mut data) = frame.expect("no error").into_data() else {
                continue;
            };
            while !data.is_empty() {
                if left.is_empty() {
                    let frame = expected.frame().await.expect("as much as was sent");
                    left = frame.expect("no error").into_data().expect("data");
                }
                let size = data.len().min(left.len());
                assert!(
                    data.split_to(size) == left.split_to(size),
                    "{name} at {read}"
                );
                read += size as u64;
            }
        }
        assert_eq!(read, SIZE, "{name}");
    }
}
