//! One WebDriver command: a JSON request to the loopback interface, and the `value` of its answer.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

/// Sends `method path` with `body` to the driver on `port` and gives what the driver calls the value.
///
/// `patience` is how long the answer may take to come.
pub(crate) fn command(
    port: u16,
    method: &str,
    path: &str,
    body: Option<&Value>,
    patience: Duration,
) -> Result<Value> {
    let answer = exchange(port, method, path, body, patience)
        .with_context(|| format!("WebDriver `{method} {path}`"))?;
    let mut document: Value = serde_json::from_slice(body_of(&answer)?)
        .with_context(|| format!("WebDriver `{method} {path}`: the answer is not JSON"))?;
    let value = document["value"].take();
    if succeeded(&answer) {
        return Ok(value);
    }
    let text = |field: &str| value[field].as_str().unwrap_or_default().trim();
    bail!(
        "WebDriver `{method} {path}`: {}: {}",
        text("error"),
        text("message")
    )
}

fn succeeded(answer: &[u8]) -> bool {
    answer.starts_with(b"HTTP/1.1 200") || answer.starts_with(b"HTTP/1.0 200")
}

fn exchange(
    port: u16,
    method: &str,
    path: &str,
    body: Option<&Value>,
    patience: Duration,
) -> Result<Vec<u8>> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(patience))?;
    stream.set_nodelay(true)?;
    let body = match (method, body) {
        (_, Some(body)) => body.to_string(),
        ("POST", None) => json!({}).to_string(),
        (_, None) => String::new(),
    };
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\
         Content-Type: application/json; charset=utf-8\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes())?;
    read_answer(&mut stream)
}

/// Reads head and body. Some drivers keep the connection open in spite of `Connection: close`, so the length decides.
fn read_answer(stream: &mut impl Read) -> Result<Vec<u8>> {
    let mut answer = Vec::new();
    let mut chunk = [0; 16 * 1024];
    loop {
        let read = stream.read(&mut chunk)?;
        answer.extend_from_slice(&chunk[..read]);
        if read == 0 || wanted_length(&answer)?.is_some_and(|length| answer.len() >= length) {
            return Ok(answer);
        }
    }
}

/// The length of the whole answer, once its head is there and names one.
fn wanted_length(answer: &[u8]) -> Result<Option<usize>> {
    let Some(start) = body_start(answer) else {
        return Ok(None);
    };
    let head = String::from_utf8_lossy(&answer[..start]).to_ascii_lowercase();
    for line in head.lines() {
        match line.split_once(':') {
            Some(("content-length", length)) => {
                return Ok(Some(start + length.trim().parse::<usize>()?));
            }
            Some(("transfer-encoding", coding)) => {
                bail!(
                    "expected a content length, found transfer coding `{}`",
                    coding.trim()
                );
            }
            _ => {}
        }
    }
    Ok(None)
}

fn body_of(answer: &[u8]) -> Result<&[u8]> {
    let start = body_start(answer).context("the answer has no HTTP head")?;
    Ok(&answer[start..])
}

fn body_start(answer: &[u8]) -> Option<usize> {
    answer
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .map(|position| position + 4)
}

#[cfg(test)]
mod tests {
    use super::{body_of, read_answer};

    #[test]
    fn an_answer_ends_at_its_length() {
        let kept_open = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
        let answer = read_answer(&mut &kept_open[..]).expect("the answer is whole");
        assert_eq!(body_of(&answer).expect("it has a head"), b"{}");
    }

    #[test]
    fn a_chunked_answer_is_refused() {
        let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
        let error = read_answer(&mut &chunked[..]).expect_err("chunks are not read");
        assert!(error.to_string().contains("`chunked`"), "{error}");
    }
}
