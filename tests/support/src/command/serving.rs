//! A process of `amphi serve`, and requests to it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::thread::{self, JoinHandle};

use serde_json::Value;

use super::{folder, program};

/// A server on a free port, ended with the test if not before.
pub struct Serving {
    child: Child,
    /// What it says of itself, in JSON.
    pub said: Value,
    stdout: BufReader<ChildStdout>,
    stderr: Option<ChildStderr>,
    /// What it logs, read as it comes, so that nothing is dropped.
    log: Option<JoinHandle<String>>,
}

impl Serving {
    /// A server of a component or of a configuration.
    pub fn start(what: &str) -> Self {
        Self::read(Self::unread(what))
    }

    /// A server whose files may be limited by [`limit_files`](Self::limit_files): what does not fit
    /// is an error for it, as on a full disk, and no signal that ends it.
    pub fn start_limited(what: &str) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", "trap '' XFSZ && exec \"$@\"", "sh"]);
        shell.arg(program());
        Self::read(Self::by(shell, what))
    }

    /// No file of it may have more bytes; as many as it likes, without a number.
    pub fn limit_files(&self, bytes: Option<u64>) {
        let bytes = bytes.map_or("unlimited".to_owned(), |bytes| bytes.to_string());
        let (id, size) = (self.id().to_string(), format!("--fsize={bytes}:unlimited"));
        let limited = Command::new("prlimit").args(["--pid", &id, &size]).status();
        assert!(limited.expect("there is `prlimit`").success());
    }

    fn read(mut serving: Self) -> Self {
        let mut stderr = serving.stderr.take().expect("it is piped");
        serving.log = Some(thread::spawn(move || {
            let mut log = String::new();
            stderr.read_to_string(&mut log).expect("it is text");
            log
        }));
        serving
    }

    /// A server whose log nobody reads.
    pub fn unread(what: &str) -> Self {
        Self::by(Command::new(program()), what)
    }

    fn by(mut command: Command, what: &str) -> Self {
        let mut child = command
            .args(["serve", "--json", "--listen", "127.0.0.1:0", what])
            .env("XDG_CACHE_HOME", folder("serve-cache"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary was built for this test");
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut stderr = child.stderr.take().expect("it is piped");
        let mut line = String::new();
        stdout.read_line(&mut line).expect("it says what it serves");
        let Ok(said) = serde_json::from_str(&line) else {
            let mut log = String::new();
            stderr.read_to_string(&mut log).expect("it is text");
            panic!("{line}{log}");
        };
        Self {
            child,
            said,
            stdout,
            stderr: Some(stderr),
            log: None,
        }
    }

    /// The address that it says for this.
    pub fn place(&self, what: &str) -> &str {
        self.said[what].as_str().expect("it is a text")
    }

    /// A connection to it.
    pub fn connect(&self) -> TcpStream {
        connect(self.place("address"))
    }

    /// The status and the body of an answer.
    pub fn ask(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        ask_at(self.place("address"), method, path, "", body)
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal, named as `kill` has it.
    pub fn tell(&self, signal: &str) {
        let id = self.id().to_string();
        let told = Command::new("kill").args([signal, &id]).status();
        assert!(told.expect("there is `kill`").success());
    }

    /// The exit code, and what was logged.
    pub fn end(mut self) -> (Option<i32>, String) {
        let code = self.code();
        let log = self.log.take().expect("it is read once");
        (code, log.join().expect("it is read"))
    }

    /// The exit code, once it has ended.
    pub fn code(&mut self) -> Option<i32> {
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).expect("it is text");
        assert_eq!(rest, "", "standard output is for the result alone");
        self.child.wait().expect("it has ended").code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The status and the body of an answer at `address`; each of `fields` ends its line.
pub fn ask_at(address: &str, method: &str, path: &str, fields: &str, body: &str) -> (u16, String) {
    let mut stream = connect(address);
    let host = authority(address);
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{fields}content-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).expect("it takes it");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer has a head");
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    (status.expect("an answer has a status"), body.to_owned())
}

fn connect(address: &str) -> TcpStream {
    TcpStream::connect(authority(address)).expect("it listens")
}

fn authority(address: &str) -> &str {
    address.strip_prefix("http://").expect("it is a URL")
}
