//! Makes an input smaller that ends a process, as long as it ends it alike.

use crate::binary::{Binary, Body};
use crate::target::Target;
use crate::watch::ending;
use anyhow::Result;
use std::fs;
use std::iter::successors;
use std::ops::Range;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// How long one input is worked on.
const TIME: Duration = Duration::from_secs(30);

/// The smallest input that was found to end a process as `expected` says, beginning with `bytes`.
pub fn minimise(target: Target, bytes: &[u8], expected: &str) -> Result<Vec<u8>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("input.wasm");
    let started = Instant::now();
    let mut best = bytes.to_vec();
    loop {
        let before = best.len();
        for smaller in [without_sections, within_sections, without_runs] {
            let mut at = 0;
            while let Some(candidate) = smaller(&best, at) {
                if started.elapsed() > TIME {
                    return Ok(best);
                }
                match fails(target, &file, &candidate, expected)? {
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
fn fails(target: Target, file: &Path, bytes: &[u8], expected: &str) -> Result<bool> {
    fs::write(file, bytes)?;
    let output = Command::new(std::env::current_exe()?)
        .args(["replay", "--target", &target.to_string()])
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

/// The input without a run of bytes of one section, whose size is kept right.
fn within_sections(bytes: &[u8], at: usize) -> Option<Vec<u8>> {
    let mut binary = Binary::parse(bytes)?;
    let mut left = at;
    shorten(&mut binary, &mut left).then(|| binary.encode())
}

fn shorten(binary: &mut Binary, left: &mut usize) -> bool {
    for section in &mut binary.sections {
        match &mut section.body {
            Body::Nested(nested) => {
                if shorten(nested, left) {
                    return true;
                }
            }
            Body::Bytes(contents) => {
                let mut runs = runs(contents.len());
                let count = runs.clone().count();
                if let Some(run) = runs.nth(*left) {
                    contents.drain(run);
                    return true;
                }
                *left -= count;
            }
        }
    }
    false
}

/// The input without a run of bytes.
fn without_runs(bytes: &[u8], at: usize) -> Option<Vec<u8>> {
    let mut shorter = bytes.to_vec();
    shorter.drain(runs(bytes.len()).nth(at)?);
    Some(shorter)
}

/// The runs of so many bytes: halves first, then ever shorter ones.
fn runs(length: usize) -> impl Iterator<Item = Range<usize>> + Clone {
    let half = length.div_ceil(2).max(1);
    let sizes = successors(Some(half), |size| (*size > 1).then(|| size.div_ceil(2)));
    sizes.flat_map(move |size| {
        (0..length)
            .step_by(size)
            .map(move |start| start..(start + size).min(length))
    })
}

#[cfg(test)]
mod tests {
    use super::{Binary, within_sections, without_runs};

    #[test]
    fn runs_get_shorter_and_cover_everything() {
        let all: Vec<Vec<u8>> = (0..).map_while(|at| without_runs(b"abc", at)).collect();
        assert_eq!(all, [&b"c"[..], b"ab", b"bc", b"ac", b"ab"]);
        assert_eq!(without_runs(b"", 0), None);
    }

    #[test]
    fn a_shorter_section_says_its_size() {
        let bytes = b"\0asm\x0d\0\x01\0\x00\x04\x01axy";
        let shorter = within_sections(bytes, 0).expect("there is a section");
        assert_eq!(shorter, b"\0asm\x0d\0\x01\0\x00\x02xy");
        assert_eq!(
            Binary::parse(&shorter).expect("it is one").sections.len(),
            1
        );
        assert_eq!(within_sections(bytes, 6), None);
    }
}
