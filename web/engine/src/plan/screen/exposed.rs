//! Components as imports and exports of the file's own component: neither host has them, and the translator does not say which it met.

use super::outline::{Item, Kind, Outline, Step};
use wasmtime_environ::error::{Result, bail};

/// Refuses a component that exchanges components with its host.
pub fn check(outline: &Outline<'_>) -> Result<()> {
    let root = outline.last().map_or(&[][..], |root| &root.steps);
    for step in root {
        match step {
            Step::Import {
                name,
                kind: Kind::Component,
                ..
            } => bail!("root-level component imports are not supported: import `{name}`"),
            Step::Export {
                name,
                item: Item::Component(_),
            } => bail!(
                "exporting a component from the root component is not supported: export `{name}`"
            ),
            _ => {}
        }
    }
    Ok(())
}
