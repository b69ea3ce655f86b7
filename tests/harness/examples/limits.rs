//! Measures what browsers give a page of stack, memories, instances and tables, and prints a line
//! of JSON for each browser: the figures of `docs/page-api.md`.

use amphi_harness::{selected, visit};
use std::path::Path;
use std::time::Duration;

fn main() -> anyhow::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("limits");
    for browser in selected()? {
        let visit = visit(browser, &folder, "index.html", Duration::from_secs(300))?;
        println!("{}: {}", browser.name, visit.outcome);
    }
    Ok(())
}
