//! The audit log of a process that is killed while it writes.

use amphi_edge::audit::{AuditLog, entries};
use serde::{Deserialize, Serialize};
use std::env;
use std::io::{BufRead as _, BufReader, Write as _, stdout};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Names the file to the process that writes.
const FILE: &str = "AMPHI_TEST_AUDIT";

/// What the process that writes says, before the number of the entry that is on the disk.
const WRITTEN: &str = "written ";

const NAME: &str = "audit::what_was_written_is_there_after_kill_9";

#[derive(Serialize, Deserialize)]
struct Entry {
    number: u64,
    /// Much, so that writing it takes a while in which to be killed.
    text: String,
}

#[test]
fn what_was_written_is_there_after_kill_9() {
    if let Some(file) = env::var_os(FILE) {
        return write_until_killed(Path::new(&file));
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("audit.jsonl");
    let mut random = fastrand::Rng::with_seed(17);
    for round in 0..12 {
        let begun = numbers(&file).len() as u64;
        let mut child = writer(&file);
        let out = child.stdout.take().expect("it is piped");
        let lines = BufReader::new(out).lines().map_while(Result::ok);
        let mut written = lines.filter_map(|line| {
            let number = line.split_once(WRITTEN)?.1;
            number.trim().parse::<u64>().ok()
        });
        let mut last = None;
        for _ in 0..random.u8(1..12) {
            last = written.next();
        }
        std::thread::sleep(std::time::Duration::from_micros(random.u64(0..3000)));
        child.kill().expect("it runs");
        child.wait().expect("it ends");
        // What it said before it was killed, and nobody had read.
        let last = written.last().or(last).expect("it wrote");

        let numbers = numbers(&file);
        let expected: Vec<u64> = (0..numbers.len() as u64).collect();
        assert_eq!(numbers, expected, "each once, in order, round {round}");
        let there = numbers.len() as u64;
        assert!(last >= begun && there > last, "{begun} {last} {there}");
        assert!(
            there <= last + 2,
            "one may be whole that it had no time to speak of"
        );
    }
    drop(AuditLog::open(&file).expect("it opens"));
    let (_, torn) = AuditLog::open(&file).expect("it opens");
    assert_eq!(torn, 0, "it was cut off the first time");
}

fn writer(file: &Path) -> Child {
    let this = env::current_exe().expect("it runs");
    let mut command = Command::new(this);
    command
        .args(["--exact", NAME, "--nocapture"])
        .env(FILE, file);
    command.stdout(Stdio::piped()).spawn().expect("it begins")
}

fn numbers(file: &Path) -> Vec<u64> {
    let entries = entries::<Entry>(file).expect("all lines before the last are whole");
    entries.iter().map(|entry| entry.number).collect()
}

fn write_until_killed(file: &Path) {
    let (mut log, _) = AuditLog::open(file).expect("it opens");
    let mut random = fastrand::Rng::with_seed(numbers(file).len() as u64);
    for number in numbers(file).len() as u64.. {
        let text = "x".repeat(random.usize(0..200_000));
        log.append(&[Entry { number, text }])
            .expect("it is written");
        println!("{WRITTEN}{number}");
        stdout().flush().expect("somebody reads");
    }
}
