//! The components to begin with: those of the workspace, and small ones for every construct.

use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// The components below `folders`, binary or text; those in text that is no component are left out.
pub fn read(folders: &[PathBuf]) -> Result<Vec<Vec<u8>>> {
    let mut seeds = Vec::new();
    for folder in folders {
        add(folder, &mut seeds)
            .with_context(|| format!("cannot read the seeds in `{}`", folder.display()))?;
    }
    // However folders are listed, the same seed of the generator means the same run.
    seeds.sort();
    seeds.dedup();
    Ok(seeds)
}

fn add(folder: &Path, seeds: &mut Vec<Vec<u8>>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            add(&path, seeds)?;
            continue;
        }
        match path.extension().and_then(|name| name.to_str()) {
            Some("wasm") => seeds.push(fs::read(&path)?),
            Some("wat") => seeds.push(wat::parse_file(&path)?),
            Some("wast" | "toml") => seeds.extend(quoted(&fs::read_to_string(&path)?)),
            _ => {}
        }
    }
    Ok(())
}

/// The components in a text that has others things too, such as a script.
fn quoted(text: &str) -> Vec<Vec<u8>> {
    let starts = text.match_indices("(component").map(|(start, _)| start);
    starts
        .filter_map(|start| wat::parse_str(&text[start..start + closed(&text[start..])?]).ok())
        .collect()
}

/// The length of the parenthesised text that `text` begins with.
fn closed(text: &str) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = quoted,
            b'"' => quoted = !quoted,
            b'(' if !quoted => depth += 1,
            b')' if !quoted => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{closed, quoted};
    use std::fs;
    use std::path::Path;

    #[test]
    fn components_are_found_in_scripts() {
        let text = r#"(component (import "a)" (func))) ;; and
            (assert_invalid (component (core module)) "x")"#;
        assert_eq!(quoted(text).len(), 2);
    }

    #[test]
    fn every_seed_of_the_fuzzer_itself_is_a_component() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
        let mut wrong = Vec::new();
        for entry in fs::read_dir(folder).expect("there are seeds") {
            let path = entry.expect("they can be listed").path();
            let text = fs::read_to_string(&path).expect("they are text");
            let mut left = &text[..];
            while let Some(start) = left.find("\n(component") {
                left = &left[start + 1..];
                let (component, after) = left.split_at(closed(left).expect("it ends"));
                if let Err(error) = wat::parse_str(component) {
                    wrong.push(format!("`{}`: {error}", path.display()));
                }
                left = after;
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
