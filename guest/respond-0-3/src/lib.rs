//! Answers HTTP requests as the guest `respond` does, by asynchronous functions: says what it was
//! asked, gives a body back, or fails, by the path.

#[expect(unsafe_code, reason = "exports are called with addresses")]
mod bindings {
    wit_bindgen::generate!({
        path: ["../../wit/deps/clocks-0.3", "../../wit/deps/http-0.3"],
        world: "wasi:http/service",
        generate_all,
    });
    use super::Responder;
    export!(Responder);
}

use bindings::exports::wasi::http::handler::Guest;
use bindings::wasi::http::types::{ErrorCode, Fields, Request, Response};
use bindings::{wit_future, wit_stream};
use wit_bindgen::{StreamReader, StreamResult, StreamWriter};

struct Responder;

/// How many bytes are read and written at a time.
const CHUNK: usize = 16 * 1024;

impl Guest for Responder {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        let path = request.get_path_with_query().unwrap_or_default();
        let status = match path.as_str() {
            "/echo" | "/seen?x=1" => 200,
            "/empty" => 204,
            "/failing" => return Err(ErrorCode::LoopDetected),
            "/broken" => panic!("asked to"),
            "/exit" => std::process::exit(0),
            "/halfway" | "/less" | "/more" | "/twice" => 200,
            path => match path.strip_prefix("/status/").map(str::parse) {
                Some(Ok(status)) => status,
                Some(Err(_)) | None => 404,
            },
        };
        let mut fields = vec![("x-path".to_owned(), path.as_bytes().to_vec())];
        if matches!(path.as_str(), "/less" | "/more") {
            fields.push(("content-length".to_owned(), b"10".to_vec()));
        }
        let headers = Fields::from_list(&fields).expect("a path may be in a header");
        let (output, body) = wit_stream::new();
        match path.as_str() {
            "/empty" => drop(output),
            "/echo" => {
                let (_, read) = wit_future::new(|| Ok(()));
                let (input, _) = Request::consume_body(request, read);
                wit_bindgen::spawn_local(echo(input, output));
            }
            "/halfway" => wit_bindgen::spawn_local(async move {
                let mut output = output;
                output.write_all(b"half".to_vec()).await;
                panic!("asked to");
            }),
            "/less" => wit_bindgen::spawn_local(say("half".to_owned(), output)),
            "/more" => wit_bindgen::spawn_local(say("more than ten bytes".to_owned(), output)),
            "/twice" => wit_bindgen::spawn_local(say("x".repeat(100_000), output)),
            _ => wit_bindgen::spawn_local(say(
                format!("{:?} {path:?}\n", request.get_method()),
                output,
            )),
        }
        let (_, trailers) = wit_future::new(|| Ok(None));
        let (response, _) = Response::new(headers, Some(body), trailers);
        response.set_status_code(status).expect("it is a status");
        Ok(response)
    }
}

async fn say(text: String, mut output: StreamWriter<u8>) {
    output.write_all(text.into_bytes()).await;
}

/// Copies what it reads, until one of the two ends.
async fn echo(mut input: StreamReader<u8>, mut output: StreamWriter<u8>) {
    let mut buffer = Vec::with_capacity(CHUNK);
    loop {
        let (result, read) = input.read(buffer).await;
        match result {
            StreamResult::Complete(_) => {}
            StreamResult::Dropped | StreamResult::Cancelled => return,
        }
        buffer = output.write_all(read).await;
        if !buffer.is_empty() {
            return;
        }
    }
}
