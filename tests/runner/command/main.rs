//! `amphi-wild FOLDER NAME`: runs the steps of a component that others have published, natively,
//! and prints the report as JSON.
//!
//! `cargo xtask wild` fetches the components into the folder, runs this for each and compares it
//! with what a page says.

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use amphi::error::Context as _;
use amphi::{Result, format_err};
use amphi_runner::{block_on, wild};

fn main() -> ExitCode {
    match run() {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<String> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [folder, name] = arguments.as_slice() else {
        return Err(format_err!(
            "expected a folder and a name, found {arguments:?}"
        ));
    };
    let load = async |path: &str| {
        let path = Path::new(folder).join(path);
        fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()))
    };
    let report = block_on(wild::run(load, name))?;
    Ok(serde_json::to_string(&report)?)
}
