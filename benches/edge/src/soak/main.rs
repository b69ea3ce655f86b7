//! What takes too long for a test: `amphi serve` under load while it is told to end, reloaded a
//! thousand times, and killed, and while some of its clients are bad ones.
//!
//! `soak drain|reload|kill|clients PROGRAM GUESTS ROUNDS` runs one of them with the program `amphi`
//! and the folder of built guests, says on standard error how far it is, and writes what came of it
//! as one line of JSON. It fails where a request is lost; `clients` has more that it fails at.

mod bad;
mod client;
mod clients;
mod crowd;
mod drain;
mod good;
mod kill;
mod pace;
mod reload;
mod server;
mod steering;
mod windows;

use std::path::Path;

use anyhow::{Context, Result, bail};
use server::Site;

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [what, program, guests, rounds] = &words[..] else {
        bail!("expected `soak drain|reload|kill|clients PROGRAM GUESTS ROUNDS`");
    };
    let rounds: usize = rounds.parse().context("expected a number of rounds")?;
    let site = Site::new(Path::new(program), Path::new(guests))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let found = runtime.block_on(async {
        match what.as_str() {
            "drain" => drain::run(&site, rounds).await,
            "reload" => reload::run(&site, rounds).await,
            "kill" => kill::run(&site, rounds).await,
            "clients" => clients::run(&site, rounds).await,
            other => bail!("expected `drain`, `reload`, `kill` or `clients`, found `{other}`"),
        }
    })?;
    println!("{found}");
    Ok(())
}

/// Says how far a run is, every now and then.
fn progress(what: &str, done: usize, all: usize) {
    if done.is_multiple_of(all.div_ceil(20)) {
        eprintln!("{what}: {done} of {all}");
    }
}
