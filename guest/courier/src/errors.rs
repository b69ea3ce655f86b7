//! Requests that fail, and what cannot be made at all.

use crate::Outcome;
use crate::bindings::wasi::http::outgoing_handler::handle;
use crate::bindings::wasi::http::types::{
    Fields, HeaderError, IncomingResponse, Method, OutgoingBody, OutgoingRequest, RequestOptions,
    Scheme, http_error_code,
};
use crate::bindings::wasi::io::streams::StreamError;
use crate::exchange::{Reading, request, response, within};

const SOON: u64 = 30_000_000;

/// Makes everything that can be made wrong.
pub fn run(authority: &str) -> Outcome {
    fields();
    addresses();
    options();
    bodies(authority)?;
    late(authority)
}

fn fields() {
    let fields = Fields::new();
    let set = |name: &str, value: &[u8]| show(fields.append(name, value));
    println!("a field: {}", set("x-a", b"1"));
    println!("a bad name: {}", set("x a", b"1"));
    println!("a bad value: {}", set("x-a", b"1\n2"));
    println!(
        "forbidden: {} {}",
        set("host", b"x"),
        set("Transfer-Encoding", b"x")
    );
    println!(
        "a length: {} {}",
        set("content-length", b"+1"),
        set("content-length", b"7")
    );
    println!("two lengths: {}", set("content-length", b"7"));
    println!(
        "of a list: {}",
        show(Fields::from_list(&[("host".to_owned(), Vec::new())]).map(drop))
    );
    println!(
        "removed: {} {}",
        show(fields.delete("x-a")),
        fields.has("x-a")
    );
    let entries = fields.entries();
    println!("left: {entries:?}");
    let request = OutgoingRequest::new(fields);
    println!(
        "of a request: {}",
        show(request.headers().append("x", b"y"))
    );
}

fn show(result: Result<(), HeaderError>) -> &'static str {
    match result {
        Ok(()) => "done",
        Err(HeaderError::InvalidSyntax) => "invalid syntax",
        Err(HeaderError::Forbidden) => "forbidden",
        Err(HeaderError::Immutable) => "immutable",
    }
}

fn addresses() {
    let request = OutgoingRequest::new(Fields::new());
    println!(
        "method: {:?}",
        request.set_method(&Method::Other("NO SPACE".to_owned()))
    );
    println!(
        "scheme: {:?}",
        request.set_scheme(Some(&Scheme::Other("no scheme".to_owned())))
    );
    println!("authority: {:?}", request.set_authority(Some("no host")));
    println!("none: {:?} {:?}", request.scheme(), request.authority());
    println!("another: {:?}", request.set_authority(Some("host.test:81")));
    println!("and then: {:?}", request.authority());
    for path in ["no slash", "x", "http://elsewhere/", "/fine?x#y", "?fine"] {
        println!("path {path}: {:?}", request.set_path_with_query(Some(path)));
    }
    println!(
        "asked: {:?} {:?}",
        request.method(),
        request.path_with_query()
    );
    let unknown = request.set_scheme(Some(&Scheme::Other("ftp".to_owned())));
    println!("ftp: {unknown:?} {:?}", handle(request, None).map(drop));
    println!(
        "nowhere: {:?}",
        handle(OutgoingRequest::new(Fields::new()), None)
            .map(drop)
            .is_err()
    );
}

fn options() {
    let options = RequestOptions::new();
    let show = |when: &str| {
        println!(
            "options {when}: {:?} {:?} {:?}",
            options.connect_timeout(),
            options.first_byte_timeout(),
            options.between_bytes_timeout()
        );
    };
    show("at first");
    let set = [
        options.set_connect_timeout(Some(1)),
        options.set_first_byte_timeout(Some(2_000_000_000)),
        options.set_between_bytes_timeout(Some(u64::MAX >> 1)),
    ];
    println!("set: {set:?}");
    show("then");
    println!("unset: {:?}", options.set_first_byte_timeout(None));
    show("at last");
}

fn bodies(authority: &str) -> Outcome {
    let sized = |size: &[u8]| {
        let headers = Fields::from_list(&[("content-length".to_owned(), size.to_vec())]);
        let request = OutgoingRequest::new(headers.map_err(|error| format!("{error:?}"))?);
        let _ = request.set_method(&Method::Post);
        let _ = request.set_scheme(Some(&Scheme::Http));
        let _ = request.set_authority(Some(authority));
        let _ = request.set_path_with_query(Some("/http/length"));
        Ok::<_, String>(request)
    };
    let without = handle(sized(b"3")?, None).map(drop);
    println!("a length and no body: {without:?}");

    let request = sized(b"3")?;
    let body = request.body().map_err(|()| "no body")?;
    println!("two bodies: {}", request.body().is_err());
    let sent = handle(request, None).map_err(|code| code.to_string())?;
    println!("sent: {}", sent.get().is_none());
    let stream = body.write().map_err(|()| "no stream")?;
    println!("two streams: {}", body.write().is_err());
    stream
        .blocking_write_and_flush(b"12")
        .map_err(|error| format!("{error:?}"))?;
    drop(stream);
    println!("too short: {:?}", OutgoingBody::finish(body, None));
    println!("what comes: {}", response(&sent).is_err());
    println!("once more: {:?}", sent.get().map(|again| again.is_err()));

    let request = sized(b"3")?;
    let body = request.body().map_err(|()| "no body")?;
    let stream = body.write().map_err(|()| "no stream")?;
    match stream.write(b"1234") {
        Err(StreamError::LastOperationFailed(error)) => {
            println!("too long: {:?}", http_error_code(&error))
        }
        other => println!("too long: {other:?}"),
    }
    Ok(())
}

fn late(authority: &str) -> Outcome {
    let code = |result: Result<IncomingResponse, _>| result.err().map(|code| format!("{code:?}"));
    println!("never: {:?}", code(within(authority, "/http/never", SOON)));
    let half = within(authority, "/http/half", SOON).map_err(|code| code.to_string())?;
    let reading = Reading::of(&half)?;
    let first = reading.next().map_err(|error| format!("{error:?}"))?;
    println!("half: {:?}", String::from_utf8_lossy(&first));
    // Only a page tells the code: see `docs/wasi.md`.
    let failed = matches!(reading.next(), Err(StreamError::LastOperationFailed(_)));
    println!("and then: {failed}");
    let given_up = handle(request(authority, Method::Get, "/http/never")?, None);
    println!("given up: {}", given_up.map(drop).is_ok());
    Ok(())
}
