//! The command: what it does when nobody reads, and when it is told to end.
#![cfg(unix)]

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../..");

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sensor-demo"));
    command
        .current_dir(ROOT)
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::piped());
    command
}

/// Prints the answer on the sample to `stdout`.
fn answer(stdout: impl Into<Stdio>) -> Output {
    let arguments = [
        "answer",
        "target/guests/sensor.wasm",
        "web/demo/data/readings.json",
    ];
    let done = command(&arguments).stdout(stdout).output();
    done.expect("the command starts")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let (reader, writer) = std::io::pipe().expect("there are pipes");
    drop(reader);
    let output = answer(writer);
    assert_eq!(
        (output.status.code(), said(&output).as_str()),
        (Some(0), "")
    );
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_an_error() {
    let full = File::options()
        .write(true)
        .open("/dev/full")
        .expect("Linux has it");
    let output = answer(full);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.starts_with("error: cannot write to standard output: "),
        "{said}"
    );
}

/// A server, killed on drop.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start() -> Self {
        let mut serving = command(&[
            "serve", "--port", "0", "--page", "web/demo", "--grace", "3600",
        ]);
        let mut child = serving
            .stdout(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let stdout = child.stdout.take().expect("the output is piped");
        let mut line = String::new();
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("the server says where it is");
        let address = line.trim().trim_start_matches("http://").trim_matches('/');
        Self {
            address: address.to_owned(),
            child,
        }
    }

    fn terminate(&self) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(sent.expect("there is a `kill`").success());
    }

    /// A request that the server reads the body of, which does not come.
    fn in_flight(&self) -> TcpStream {
        let connect = || TcpStream::connect(&self.address).expect("the server listens");
        let address = &self.address;
        let mut page = connect();
        write!(
            page,
            "GET / HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"
        )
        .expect("the server takes the request");
        let mut text = String::new();
        page.read_to_string(&mut text).expect("the page is text");
        let (_, rest) = text
            .split_once(r#"<meta name="amphi-token" content=""#)
            .expect("the page has a token");
        let token = rest.split('"').next().expect("a split has a first part");
        let mut flying = connect();
        write!(
            flying,
            "POST /api/run HTTP/1.1\r\nhost: {address}\r\norigin: http://{address}\r\n\
             x-amphi-token: {token}\r\ncontent-length: 3\r\nexpect: 100-continue\r\n\r\n"
        )
        .expect("the server takes the request");
        let mut go = [0; 25];
        flying
            .read_exact(&mut go)
            .expect("the server asks for the body");
        assert_eq!(&go, b"HTTP/1.1 100 Continue\r\n\r\n");
        flying
    }

    fn listens(&self) -> bool {
        TcpStream::connect(&self.address).is_ok()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Waits until `done`, which must be soon.
fn soon(mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "it does not come"
        );
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn one_signal_stops_the_server_and_a_second_ends_it_at_once() {
    let mut server = Server::start();
    let _flying = server.in_flight();
    server.terminate();
    soon(|| !server.listens());
    let running = server
        .child
        .try_wait()
        .expect("the server is ours to wait for");
    assert!(running.is_none(), "the server did not wait: {running:?}");

    server.terminate();
    let ended = server.child.wait().expect("the server is ours to wait for");
    assert_eq!(
        ended.code(),
        Some(2),
        "it was not the end of what is in flight"
    );
}

#[test]
fn one_signal_is_enough_when_nothing_is_in_flight() {
    let mut server = Server::start();
    server.terminate();
    let ended = server.child.wait().expect("the server is ours to wait for");
    assert_eq!(ended.code(), Some(0));
}
