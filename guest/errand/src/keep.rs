//! Files that are to be kept: each errand finds what the last one left in `/data`, and leaves
//! something else.

use crate::Outcome;
use std::fs;
use std::io;

/// Says what was left, and leaves one more.
pub fn run() -> Outcome {
    let left = match fs::read_to_string("/data/visits/count") {
        Ok(text) => text.trim().parse::<u32>()?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
        Err(error) => return Err(error.into()),
    };
    println!("before this there were {left}");
    println!("left: {:?}", names("/data")?);
    let visit = left + 1;
    fs::create_dir_all("/data/visits")?;
    fs::write("/data/visits/count", format!("{visit}\n"))?;
    let all: Vec<u8> = (0..visit).map(|part| part as u8).collect();
    fs::write(format!("/data/visit-{visit}"), all)?;
    // A file moves into a directory that is new, then the directory becomes a file, then that goes.
    match left {
        1 => {
            fs::create_dir_all("/data/old/inner")?;
            fs::rename("/data/visit-1", "/data/old/inner/last")?;
        }
        2 => {
            fs::remove_dir_all("/data/old")?;
            fs::write("/data/old", "a file where a directory was")?;
        }
        3 => fs::remove_file("/data/old")?,
        _ => {}
    }
    println!("leaves: {:?}", names("/data")?);
    Ok(())
}

fn names(path: &str) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(path)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}
