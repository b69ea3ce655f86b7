//! Answers HTTP requests: says what it was asked, gives a body back, or fails, by the path.

#[expect(unsafe_code, reason = "exports are called with addresses")]
mod bindings {
    wit_bindgen::generate!({
        path: [
            "../../wit/deps/io",
            "../../wit/deps/clocks",
            "../../wit/deps/random",
            "../../wit/deps/filesystem",
            "../../wit/deps/sockets",
            "../../wit/deps/cli",
            "../../wit/deps/http",
        ],
        world: "wasi:http/proxy",
        generate_all,
    });
    use super::Responder;
    export!(Responder);
}

use bindings::exports::wasi::http::incoming_handler::Guest;
use bindings::wasi::http::types::{
    ErrorCode, Fields, IncomingRequest, OutgoingBody, OutgoingResponse, ResponseOutparam,
};
use bindings::wasi::io::streams::StreamError;

struct Responder;

impl Guest for Responder {
    fn handle(request: IncomingRequest, out: ResponseOutparam) {
        let path = request.path_with_query().unwrap_or_default();
        let status = match path.as_str() {
            "/echo" | "/seen?x=1" | "/trailers" => 200,
            "/empty" => 204,
            "/failing" => {
                ResponseOutparam::set(out, Err(ErrorCode::LoopDetected));
                return;
            }
            "/silent" => return,
            "/broken" => panic!("asked to"),
            "/exit" => std::process::exit(0),
            "/half" | "/halfway" | "/less" | "/more" | "/twice" | "/left" | "/failed-after" => 200,
            path => match path.strip_prefix("/status/").map(str::parse) {
                Some(Ok(status)) => status,
                Some(Err(_)) | None => 404,
            },
        };
        answer(&request, out, status, &path);
    }
}

fn answer(request: &IncomingRequest, out: ResponseOutparam, status: u16, path: &str) {
    let mut fields = vec![("x-path".to_owned(), path.as_bytes().to_vec())];
    if matches!(path, "/less" | "/more") {
        fields.push(("content-length".to_owned(), b"10".to_vec()));
    }
    let headers = Fields::from_list(&fields).expect("a path may be in a header");
    let response = OutgoingResponse::new(headers);
    assert!(response.set_status_code(99).is_err(), "it is none");
    response.set_status_code(status).expect("it is a status");
    assert_eq!(response.status_code(), status);
    assert!(response.headers().has("x-path"));
    let body = response.body().expect("it is the first time");
    ResponseOutparam::set(out, Ok(response));
    // The response has begun; its body is written as the request's is read.
    let written = match path {
        "/empty" => Ok(()),
        "/echo" => echo(request, &body),
        "/half" | "/less" => write(&body, b"half"),
        "/halfway" | "/failed-after" => write(&body, &[b'x'; 40_000]),
        "/more" => write(&body, b"more than ten bytes"),
        "/twice" => write(&body, &[b'x'; 100_000]),
        _ => say(request, &body),
    };
    match path {
        // It is let go without an end.
        "/half" => return drop(body),
        "/halfway" => panic!("asked to"),
        // It is never let go.
        "/left" => return std::mem::forget(body),
        _ if written.is_err() => return,
        _ => {}
    }
    if path == "/trailers" {
        let trailers = Fields::from_list(&[("x-after".to_owned(), b"all".to_vec())]);
        let trailers = trailers.expect("it is a header");
        println!("{:?}", OutgoingBody::finish(body, Some(trailers)));
    } else {
        let _ = OutgoingBody::finish(body, None);
    }
    assert!(path != "/failed-after", "asked to");
}

fn write(body: &OutgoingBody, text: &[u8]) -> Result<(), StreamError> {
    let stream = body.write().expect("it is the first time");
    text.chunks(4096)
        .try_for_each(|part| stream.blocking_write_and_flush(part))
}

fn say(request: &IncomingRequest, body: &OutgoingBody) -> Result<(), StreamError> {
    let courier = request.headers().get("x-courier");
    let courier: Vec<_> = courier
        .iter()
        .map(|value| String::from_utf8_lossy(value))
        .collect();
    let text = format!(
        "{:?} {:?} {:?} {:?} {courier:?}\n",
        request.method(),
        request.scheme(),
        request.authority(),
        request.path_with_query(),
    );
    let stream = body.write().expect("it is the first time");
    stream.blocking_write_and_flush(text.as_bytes())
}

fn echo(request: &IncomingRequest, body: &OutgoingBody) -> Result<(), StreamError> {
    let incoming = request.consume().expect("it is the first time");
    let (input, output) = (
        incoming.stream().expect("it is the first time"),
        body.write().expect("it is the first time"),
    );
    loop {
        match output.blocking_splice(&input, 4096) {
            Ok(_) => {}
            Err(StreamError::Closed) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}
