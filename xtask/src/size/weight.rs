//! What files weigh, as they are and compressed as servers send them.

use crate::shell;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::fs;
use std::iter::Sum;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Bytes of something.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Weight {
    /// As it is.
    pub bytes: u64,
    /// By `gzip -9`.
    pub gzip: u64,
    /// By `brotli -q 11`.
    pub brotli: u64,
}

impl Sum for Weight {
    fn sum<I: Iterator<Item = Weight>>(weights: I) -> Weight {
        weights.fold(Weight::default(), |sum, weight| Weight {
            bytes: sum.bytes + weight.bytes,
            gzip: sum.gzip + weight.gzip,
            brotli: sum.brotli + weight.brotli,
        })
    }
}

/// The weight of each file in `folder` and below, by its path from there, the heaviest first.
pub fn of_folder(folder: &Path) -> Result<Vec<(String, Weight)>> {
    let mut weighed = files(folder)?
        .into_iter()
        .map(|file| {
            let name = file.strip_prefix(folder).unwrap_or(&file).display();
            Ok((format!("`{name}`"), weigh(&file)?))
        })
        .collect::<Result<Vec<_>>>()?;
    weighed.sort_by_key(|(_, weight)| std::cmp::Reverse(weight.bytes));
    Ok(weighed)
}

/// The weight of all of them, each compressed by itself as it is when it is downloaded.
pub fn total(files: &[(String, Weight)]) -> Weight {
    files.iter().map(|(_, weight)| *weight).sum()
}

/// The files in `folder` and below.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => found.extend(files(&entry.path())?),
            false => found.push(entry.path()),
        }
    }
    Ok(found)
}

/// The weight of a file.
pub fn weigh(file: &Path) -> Result<Weight> {
    Ok(Weight {
        bytes: fs::metadata(file)?.len(),
        gzip: gzip(file)?.len() as u64,
        brotli: brotli(file)?.len() as u64,
    })
}

/// A file as `gzip -9` compresses it.
pub fn gzip(file: &Path) -> Result<Vec<u8>> {
    compressed(file, "gzip", &["-9", "--no-name", "--stdout"])
}

/// A file as `brotli -q 11` compresses it.
pub fn brotli(file: &Path) -> Result<Vec<u8>> {
    compressed(file, "brotli", &["-q", "11", "--stdout"])
}

fn compressed(file: &Path, program: &str, flags: &[&str]) -> Result<Vec<u8>> {
    shell::bytes(Command::new(program).args(flags).arg(file))
        .with_context(|| format!("`{program}` cannot compress `{}`", file.display()))
}
