//! Runs a file of broken inputs: each has to be refused with an error, and leave the engine usable.

use amphi::{Result, format_err};

use crate::case::{BadFile, Input, Source};
use crate::outcome::Outcome;
use crate::report::Line;
use crate::stage::{self, Stage};

/// The lines of the file `name`.
pub async fn run(
    stage: &mut Stage,
    load: &impl AsyncFn(&str) -> Result<Vec<u8>>,
    name: &str,
    text: &str,
) -> Result<Vec<Line>> {
    let file: BadFile =
        toml::from_str(text).map_err(|error| format_err!("file `{name}`: {error}"))?;
    let mut lines = Vec::new();
    for input in &file.inputs {
        let bytes = bytes(load, input).await?;
        let result = start(stage, &bytes).await;
        let met = matches!(&result, Err(error) if format!("{error:#}").contains(&input.error));
        let outcome = Outcome::of(result.map(|()| None)).text(Some(&input.error));
        let failure = (!met).then(|| format!("expected an error with `{}`", input.error));
        lines.push(Line {
            place: format!("{name}: {}", input.name),
            outcome,
            failure,
        });
    }
    Ok(lines)
}

/// Goes as far with the bytes as a host has to before it can call anything.
async fn start(stage: &Stage, bytes: &[u8]) -> Result<()> {
    let component = amphi::compile(&stage.engine, bytes).await?;
    stage
        .linker()?
        .instantiate(&mut stage.store(), &component)?;
    Ok(())
}

async fn bytes(load: &impl AsyncFn(&str) -> Result<Vec<u8>>, input: &Input) -> Result<Vec<u8>> {
    let wrong = |what: String| format_err!("input `{}`: {what}", input.name);
    match &input.source {
        Source::Wat(text) => wat::parse_str(text).map_err(|error| wrong(error.to_string())),
        Source::Hex(text) => {
            hex(text).ok_or_else(|| wrong("expected hexadecimal digits in pairs".to_owned()))
        }
        Source::Hostile(hostile) => hostile.bytes(),
        Source::Truncated(part) => {
            let mut bytes = stage::bytes(load, &part.component).await?;
            bytes.truncate(bytes.len() * part.keep_permille / 1_000);
            Ok(bytes)
        }
    }
}

fn hex(text: &str) -> Option<Vec<u8>> {
    text.split_whitespace()
        .map(|pair| u8::from_str_radix(pair, 16).ok())
        .collect()
}
