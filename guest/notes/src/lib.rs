//! The component of `demo:notes`: files, by Rust's standard library.

#[expect(unsafe_code, reason = "exports are called with addresses")]
mod bindings {
    wit_bindgen::generate!({ path: "../../wit/notes" });
    use super::Notes;
    export!(Notes);
}

use bindings::exports::demo::notes::files::Guest;
use std::path::Path;
use std::{fs, io};

struct Notes;

impl Guest for Notes {
    fn all(directory: String) -> Result<Vec<String>, String> {
        let mut found = Vec::new();
        let walked = walk(directory.as_ref(), &mut found);
        found.sort();
        said(walked).map(|()| found)
    }

    fn read(path: String) -> Result<String, String> {
        said(fs::read_to_string(path))
    }

    fn write(path: String, text: String) -> Result<(), String> {
        if let Some(directory) = Path::new(&path).parent() {
            said(fs::create_dir_all(directory))?;
        }
        said(fs::write(path, text))
    }

    fn rename(from: String, to: String) -> Result<(), String> {
        said(fs::rename(from, to))
    }

    fn remove(path: String) -> Result<(), String> {
        said(match fs::metadata(&path).map(|found| found.is_dir()) {
            Ok(true) => fs::remove_dir_all(path),
            Ok(false) => fs::remove_file(path),
            Err(error) => Err(error),
        })
    }
}

fn walk(directory: &Path, found: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, found)?;
        } else {
            found.push(path.display().to_string());
        }
    }
    Ok(())
}

fn said<T>(result: io::Result<T>) -> Result<T, String> {
    result.map_err(|error| error.kind().to_string())
}
