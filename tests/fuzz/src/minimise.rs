//! Makes an input smaller that ends a process, as long as it ends it alike.

use crate::binary::{Binary, Body};
use crate::watch::ending;
use anyhow::Result;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// How long one input is worked on.
const TIME: Duration = Duration::from_secs(30);

/// The smallest input that was found to end a process as `expected` says, beginning with `bytes`.
pub fn minimise(bytes: &[u8], expected: &str) -> Result<Vec<u8>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("input.wasm");
    let started = Instant::now();
    let mut best = bytes.to_vec();
    loop {
        let before = best.len();
        for smaller in [without_sections, without_runs] {
            let mut at = 0;
            while let Some(candidate) = smaller(&best, at) {
                if started.elapsed() > TIME {
                    return Ok(best);
                }
                match fails(&file, &candidate, expected)? {
                    true => best = candidate,
                    false => at += 1,
                }
            }
        }
        if best.len() == before {
            return Ok(best);
        }
    }
}

/// Whether an input ends a process as `expected` says.
fn fails(file: &Path, bytes: &[u8], expected: &str) -> Result<bool> {
    fs::write(file, bytes)?;
    let output = Command::new(std::env::current_exe()?)
        .arg("replay")
        .arg(file)
        .output()?;
    let errors = String::from_utf8_lossy(&output.stderr);
    Ok(!output.status.success() && ending(&errors, &output.status.to_string()) == expected)
}

/// The input without its `at`th section, counted through all that are nested.
fn without_sections(bytes: &[u8], at: usize) -> Option<Vec<u8>> {
    let mut binary = Binary::parse(bytes)?;
    let mut left = at;
    remove(&mut binary, &mut left).then(|| binary.encode())
}

fn remove(binary: &mut Binary, left: &mut usize) -> bool {
    for index in 0..binary.sections.len() {
        if *left == 0 {
            binary.sections.remove(index);
            return true;
        }
        *left -= 1;
        if let Body::Nested(nested) = &mut binary.sections[index].body
            && remove(nested, left)
        {
            return true;
        }
    }
    false
}

/// The input without a run of bytes: halves first, then ever shorter ones.
fn without_runs(bytes: &[u8], at: usize) -> Option<Vec<u8>> {
    let mut before = 0;
    let mut size = bytes.len().div_ceil(2).max(1);
    loop {
        let runs = bytes.len().div_ceil(size);
        if at < before + runs {
            let start = (at - before) * size;
            let mut shorter = bytes.to_vec();
            shorter.drain(start..(start + size).min(bytes.len()));
            return Some(shorter);
        }
        if size == 1 {
            return None;
        }
        before += runs;
        size = size.div_ceil(2);
    }
}

#[cfg(test)]
mod tests {
    use super::without_runs;

    #[test]
    fn runs_get_shorter_and_cover_everything() {
        let all: Vec<Vec<u8>> = (0..).map_while(|at| without_runs(b"abc", at)).collect();
        assert_eq!(all, [&b"c"[..], b"ab", b"bc", b"ac", b"ab"]);
        assert_eq!(without_runs(b"", 0), None);
    }
}
