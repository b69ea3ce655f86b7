//! What can be asked for.

use crate::bindings::wasi::http::outgoing_handler::handle;
use crate::bindings::wasi::http::types::{Fields, IncomingResponse, Method, OutgoingBody};
use crate::exchange::{Reading, get, post, request, response};
use crate::{Outcome, errors};

/// Asks for what `kind` is about.
pub fn run(authority: &str, kind: &str) -> Outcome {
    match kind.split_once('=') {
        None if kind == "plain" => plain(authority),
        None if kind == "stream" => stream(authority),
        None if kind == "upload" => upload(authority),
        None if kind == "trailers" => trailers(authority),
        None if kind == "errors" => errors::run(authority),
        Some(("echo", size)) => echo(authority, size),
        Some(("get", path)) => fetched(authority, path),
        _ => Err("no such kind".to_owned()),
    }
}

fn plain(authority: &str) -> Outcome {
    let response = get(authority, "/http/seen?a=b%20c")?;
    println!("status {}", response.status());
    let headers = response.headers();
    for name in ["content-type", "x-several", "X-SEVERAL", "x-absent"] {
        let values: Vec<_> = headers.get(name);
        let values: Vec<_> = values
            .iter()
            .map(|value| String::from_utf8_lossy(value))
            .collect();
        println!("{name}: {} {}", values.join(", "), headers.has(name));
    }
    println!("may be changed: {:?}", headers.set("x", &[b"y".to_vec()]));
    let copy = headers.clone();
    println!("a copy: {:?}", copy.set("x", &[b"y".to_vec()]));
    text("seen", &response)?;
    println!("twice: {}", response.consume().is_err());
    for status in [204, 404, 500] {
        let response = get(authority, &format!("/http/status/{status}"))?;
        println!("status {}", response.status());
        text("it says", &response)?;
    }
    Ok(())
}

/// The server sends the second half only when it is asked to, after the first was read.
fn stream(authority: &str) -> Outcome {
    let name = crate::bindings::wasi::random::random::get_random_u64();
    let response = get(authority, &format!("/http/halves/{name}"))?;
    println!("status {}", response.status());
    let reading = Reading::of(&response)?;
    let first = reading.next().map_err(|error| format!("{error:?}"))?;
    println!("first {:?}", String::from_utf8_lossy(&first));
    let released = get(authority, &format!("/http/release/{name}"))?;
    println!("released {}", released.status());
    let (second, trailers) = reading.rest()?;
    println!(
        "second {:?}, trailers {trailers}",
        String::from_utf8_lossy(&second)
    );
    Ok(())
}

/// Sends a body in pieces, and gets it back.
fn echo(authority: &str, size: &str) -> Outcome {
    let size: usize = size.parse().map_err(|_| format!("`{size}` is no size"))?;
    let sent: Vec<u8> = (0..size).map(|i| (i % 251) as u8).collect();
    let response = post(authority, "/http/echo", sent.chunks(10_000))?;
    let (got, _) = Reading::of(&response)?.rest()?;
    println!(
        "status {}: {} bytes, the same: {}",
        response.status(),
        got.len(),
        got == sent
    );
    Ok(())
}

/// Sends the second half of a body when the server has the first, or has waited for it in vain.
fn upload(authority: &str) -> Outcome {
    let name = crate::bindings::wasi::random::random::get_random_u64();
    let request = request(authority, Method::Post, &format!("/http/upload/{name}"))?;
    let body = request.body().map_err(|()| "no body")?;
    let sent = handle(request, None).map_err(|code| code.to_string())?;
    let stream = body.write().map_err(|()| "no stream")?;
    let write = |half: &[u8]| {
        let written = stream.blocking_write_and_flush(half);
        written.map_err(|error| format!("{error:?}"))
    };
    write(b"first half, ")?;
    text(
        "meanwhile",
        &get(authority, &format!("/http/uploaded/{name}"))?,
    )?;
    write(b"second half")?;
    drop(stream);
    OutgoingBody::finish(body, None).map_err(|code| code.to_string())?;
    let uploaded = response(&sent).map_err(|code| code.to_string())?;
    text("uploaded", &uploaded)?;
    broken_off(authority, &format!("/http/upload/{name}-again"))
}

/// Begins a body, and does not end it.
fn broken_off(authority: &str, path: &str) -> Outcome {
    let request = request(authority, Method::Post, path)?;
    let body = request.body().map_err(|()| "no body")?;
    let sent = handle(request, None).map_err(|code| code.to_string())?;
    let stream = body.write().map_err(|()| "no stream")?;
    let written = stream.blocking_write_and_flush(b"half");
    println!("begun: {}", written.is_ok());
    drop(stream);
    drop(body);
    println!("broken off: {}", response(&sent).is_err());
    Ok(())
}

/// Sends a body with something behind it.
fn trailers(authority: &str) -> Outcome {
    let request = request(authority, Method::Post, "/http/echo")?;
    let body = request.body().map_err(|()| "no body")?;
    let sent = handle(request, None).map_err(|code| code.to_string())?;
    let entries = [("x-after".to_owned(), b"all".to_vec())];
    let trailers = Fields::from_list(&entries).map_err(|error| format!("{error:?}"))?;
    let finished = OutgoingBody::finish(body, Some(trailers));
    println!("finished: {finished:?}");
    println!("answered: {}", response(&sent).is_ok());
    Ok(())
}

fn fetched(authority: &str, path: &str) -> Outcome {
    let response = get(authority, path)?;
    text("got", &response)
}

fn text(what: &str, response: &IncomingResponse) -> Outcome {
    let (bytes, trailers) = Reading::of(response)?.rest()?;
    println!(
        "{what} {:?}, trailers {trailers}",
        String::from_utf8_lossy(&bytes)
    );
    Ok(())
}
