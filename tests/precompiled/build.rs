//! Precompiles the component that is part of the application.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

/// One component that calls another, so that a browser which allows one memory needs the tail.
const COMPONENT: &str = "../../benches/web/guest/composed.wat";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={COMPONENT}");
    let component = wat::parse_file(COMPONENT)?;
    let files = amphi_precompile::precompile(&component, amphi_core::features::taken())?;
    // What every browser needs, one after the other.
    let whole = [files.file, files.single_memory.unwrap_or_default()].concat();
    fs::write(
        Path::new(&env::var("OUT_DIR")?).join("composed.page"),
        whole,
    )?;
    Ok(())
}
