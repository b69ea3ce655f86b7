//! Answers HTTP requests: counts the lines, words and bytes of the text that is posted to it, and
//! says which words come most often.
//!
//! In goes a text of any length, read as it comes; out comes JSON. It knows nothing of paths, so
//! that it can stand anywhere.

mod count;

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
    use super::Words;
    export!(Words);
}

use bindings::exports::wasi::http::incoming_handler::Guest;
use bindings::wasi::http::types::{
    Fields, IncomingRequest, Method, OutgoingBody, OutgoingResponse, ResponseOutparam,
};
use bindings::wasi::io::streams::StreamError;
use count::Count;

/// How much is read at once.
const PIECE: u64 = 16 * 1024;
/// How much one write takes, by the contract of `blocking-write-and-flush`.
const WRITE: usize = 4096;

struct Words;

impl Guest for Words {
    fn handle(request: IncomingRequest, out: ResponseOutparam) {
        let (status, kind, text) = match request.method() {
            Method::Post => match counted(&request) {
                Ok(count) => (200, "application/json", count.to_json()),
                Err(why) => (400, "text/plain; charset=utf-8", format!("{why}\n")),
            },
            Method::Get => (200, "text/plain; charset=utf-8", "post a text\n".into()),
            _ => (405, "text/plain; charset=utf-8", "post a text\n".into()),
        };
        // Who asked may be gone, and then there is nobody to tell.
        let _ = answer(out, status, kind, &text);
    }
}

/// Counts the body of a request while it comes.
fn counted(request: &IncomingRequest) -> Result<Count, String> {
    let body = request.consume().map_err(|()| "there is no body")?;
    let stream = body.stream().map_err(|()| "there is no body")?;
    let mut count = Count::default();
    loop {
        match stream.blocking_read(PIECE) {
            Ok(piece) => count.add(&piece),
            Err(StreamError::Closed) => break,
            Err(error) => return Err(format!("the text broke off: {error}")),
        }
    }
    count.end();
    Ok(count)
}

fn answer(out: ResponseOutparam, status: u16, kind: &str, text: &str) -> Result<(), StreamError> {
    let fields = [("content-type".to_owned(), kind.as_bytes().to_vec())];
    let headers = Fields::from_list(&fields).expect("it is a header");
    let response = OutgoingResponse::new(headers);
    response.set_status_code(status).expect("it is a status");
    let body = response.body().expect("it is the first time");
    ResponseOutparam::set(out, Ok(response));
    let stream = body.write().expect("it is the first time");
    for part in text.as_bytes().chunks(WRITE) {
        stream.blocking_write_and_flush(part)?;
    }
    drop(stream);
    let _ = OutgoingBody::finish(body, None);
    Ok(())
}
