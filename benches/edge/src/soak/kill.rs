//! The server is killed while it compiles and keeps a component: what it left must serve the next
//! start, or be made again.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use crate::client::Client;
use crate::progress;
use crate::server::Site;

/// How long a start is looked at.
const START: Duration = Duration::from_secs(30);

pub async fn run(site: &Site, rounds: usize) -> Result<Value> {
    let cache = site.path("cache");
    drop(site.start()?);
    let (mut in_write, mut kept) = (0, 0);
    for round in 1..=rounds {
        progress("kill", round, rounds);
        site.replace(round)?;
        let before = entries(&cache)?;
        let mut child = site.spawn()?;
        if round % 2 == 0 {
            // Anywhere between the start and the first answer.
            tokio::time::sleep(Duration::from_millis(fastrand::u64(0..150))).await;
        } else {
            // As soon as an entry is being written.
            let begin = Instant::now();
            while entries(&cache)?.len() == before.len() && begin.elapsed() < START {}
        }
        child.kill()?;
        child.wait()?;
        let after = entries(&cache)?;
        in_write += usize::from(after.iter().any(|entry| !is_whole(entry)));
        kept += usize::from(after.iter().filter(|entry| is_whole(entry)).count() > before.len());
        let mut server = site.start().context("after a kill")?;
        let mut client = Client::connect(server.address, false).await?;
        if let Err(ending) = client.add().await {
            bail!("after a kill: {ending}");
        }
        let left: Vec<PathBuf> = entries(&cache)?;
        let left: Vec<_> = left.iter().filter(|entry| !is_whole(entry)).collect();
        ensure!(left.is_empty(), "half an entry stays: {left:?}");
        server.terminate()?;
        server.ended()?;
    }
    Ok(json!({ "kills": rounds, "in-write": in_write, "kept": kept, "wrong": 0 }))
}

fn is_whole(entry: &Path) -> bool {
    entry
        .extension()
        .is_some_and(|extension| extension == "code")
}

/// The files of the cache.
fn entries(cache: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for folder in fs::read_dir(cache)? {
        let folder = folder?.path();
        if !folder.is_dir() {
            continue;
        }
        for file in fs::read_dir(folder)? {
            files.push(file?.path());
        }
    }
    Ok(files)
}
