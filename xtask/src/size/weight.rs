//! What files weigh, as they are and compressed as servers send them.

use crate::shell;
use anyhow::{Context, Result};
use std::fs;
use std::iter::Sum;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Bytes of something.
#[derive(Clone, Copy, Debug, Default)]
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

/// The weight of each file in `folder` and below, the heaviest first.
pub fn of_folder(folder: &Path) -> Result<Vec<(String, Weight)>> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    let mut weighed = files
        .into_iter()
        .map(|file| {
            let name = super::name(&file);
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

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => collect(&entry.path(), files)?,
            false => files.push(entry.path()),
        }
    }
    Ok(())
}

/// The weight of one file.
pub fn weigh(file: &Path) -> Result<Weight> {
    let compressed = |program: &str, flags: &[&str]| {
        shell::bytes(Command::new(program).args(flags).arg(file))
            .map(|bytes| bytes.len() as u64)
            .with_context(|| format!("`{program}` cannot compress `{}`", file.display()))
    };
    Ok(Weight {
        bytes: fs::metadata(file)?.len(),
        gzip: compressed("gzip", &["-9", "--no-name", "--stdout"])?,
        brotli: compressed("brotli", &["-q", "11", "--stdout"])?,
    })
}
