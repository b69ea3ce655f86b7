//! What the measurements of the edge function host share: the memory of a process.

use std::fs;

use anyhow::{Context, Result};

/// Bytes of a process, which is a number or `self`, that are in memory now.
pub fn resident(process: &str) -> Result<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix("kB"));
    let kilobytes = kilobytes.context("expected a line `VmRSS` of the process")?;
    Ok(kilobytes.trim().parse::<u64>()? * 1024)
}
