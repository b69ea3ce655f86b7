//! Runs as a command by the list: arguments and files in, files out.

use amphi::wasi::p2::bindings::Command;
use amphi::wasi::{FsPerms, WasiCtxBuilder};
use amphi::{Directory, Result, Store};

use super::list::Program;
use super::{Found, digest, line, step};
use crate::host::State;
use crate::outcome::Outcome;
use crate::report::Line;

/// Where the program finds its directory.
const PLACE: &str = "/work";

/// The lines of a run: how it ended, and each file that it left.
pub async fn run(found: &Found<'_>, program: &Program) -> Result<Vec<Line>> {
    let directory = Directory::of(&program.files)?;
    let mut lines = vec![ended(found, program, &directory).await?];
    for (path, expected) in &program.leaves {
        let (text, met) = match directory.read(path) {
            Ok(bytes) => {
                let text = digest(&bytes);
                let met = text.ends_with(expected.as_str());
                (text, met)
            }
            Err(_) => ("nothing".to_owned(), false),
        };
        let failure = (!met).then(|| format!("expected sha256 {expected}"));
        lines.push(line(format!("{PLACE}/{path}"), text, failure));
    }
    Ok(lines)
}

async fn ended(found: &Found<'_>, program: &Program, directory: &Directory) -> Result<Line> {
    let mut builder = WasiCtxBuilder::new();
    builder
        .args(&program.args)
        .preopened_dir(directory, PLACE, FsPerms::ReadWrite)?;
    let mut store = Store::new(&found.stage.engine, State::granted(&mut builder));
    let linker = found.linker()?;
    let ended = match Command::instantiate_async(&mut store, &found.component, &linker).await {
        Ok(command) => command.wasi_cli_run().call_run(&mut store).await,
        Err(error) => Err(error),
    };
    let (text, met) = match ended {
        Ok(Ok(())) => ("ended well".to_owned(), true),
        Ok(Err(())) => ("ended with an error".to_owned(), false),
        Err(error) => (Outcome::of(Err(error)).text(None), false),
    };
    let failure = (!met).then(|| "expected it to end well".to_owned());
    Ok(step(
        program.args.join(" "),
        text,
        failure,
        store.data_mut(),
    ))
}
