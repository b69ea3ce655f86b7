//! Has TypeScript's compiler check programs against what `amphi types` writes and the package that
//! they import.
//!
//! `tests/types/` has programs that must be well typed and programs that must not be: there, each
//! line that TypeScript is to refuse has the code of the error in a comment, and it has to refuse
//! these and no others.

use crate::workspace::Workspace;
use crate::{npm, shell, test};
use anyhow::{Context, Result, ensure};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The compiler.
const PACKAGE: &str = "typescript@7.0.2";

/// The components that the programs use.
const COMPONENTS: &[&str] = &["calc-1-1", "calc-2-0", "kitchen", "names", "sensor"];

/// The folders of declarations, and with which options they are written.
const FORMS: &[(&str, &[&str])] = &[("components", &[]), ("promised", &["--async"])];

/// What marks a line that is to be refused, before the code.
const MARK: &str = "// error ";

/// Checks the programs, or says why it cannot.
pub fn check(workspace: &Workspace) -> Result<()> {
    let home = workspace.target("typescript");
    if let Err(error) = npm::install(&home, &[PACKAGE]) {
        return shell::left_out(
            "types",
            &error.context("TypeScript's compiler cannot be had"),
        );
    }
    declare(workspace)?;
    let programs = workspace.root.join("tests/types");
    let mut compiler = Command::new("node");
    compiler
        .arg(home.join("node_modules/typescript/bin/tsc"))
        .args(["--pretty", "false", "--project"])
        .arg(&programs)
        .current_dir(&programs);
    let output = compiler
        .output()
        .context("cannot start TypeScript's compiler")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let (expected, found) = (expected(&programs)?, found(&text));
    ensure!(
        expected == found && !expected.is_empty(),
        "expected these errors:\n{expected:#?}\nfound:\n{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    println!("{} errors expected and found", expected.len());
    Ok(())
}

/// Writes the declarations of the components to `target/types`.
fn declare(workspace: &Workspace) -> Result<()> {
    shell::quiet(&mut test::native_cargo(
        workspace,
        &["build", "--bin", "amphi"],
    ))?;
    for (folder, options) in FORMS {
        for name in COMPONENTS {
            let mut amphi = Command::new(workspace.native.join("debug/amphi"));
            amphi
                .arg("types")
                .args(*options)
                .arg(workspace.target(&format!("guests/{name}.wasm")))
                .arg("-o")
                .arg(workspace.target("types").join(folder));
            shell::quiet(&mut amphi)?;
        }
    }
    Ok(())
}

/// The errors that the programs ask for: file, line and code.
fn expected(programs: &Path) -> Result<BTreeSet<(String, usize, String)>> {
    let mut errors = BTreeSet::new();
    for entry in fs::read_dir(programs)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !name.ends_with(".ts") {
            continue;
        }
        let text = fs::read_to_string(&path)?;
        for (index, line) in text.lines().enumerate() {
            if let Some((_, code)) = line.split_once(MARK) {
                errors.insert((name.to_string(), index + 1, code.trim().to_owned()));
            }
        }
    }
    Ok(errors)
}

/// The errors in the compiler's output, whose lines are `program.ts(1,2): error TS2322: …`; what is
/// not of that form is one, too.
fn found(output: &str) -> BTreeSet<(String, usize, String)> {
    let lines = output.lines().filter(|line| !line.starts_with(' '));
    let error = |line: &str| {
        let (place, rest) = line.split_once("): error ")?;
        let (file, position) = place.split_once('(')?;
        let (row, _) = position.split_once(',')?;
        let (code, _) = rest.split_once(':')?;
        Some((file.to_owned(), row.parse().ok()?, code.to_owned()))
    };
    lines
        .map(|line| error(line).unwrap_or_else(|| (line.to_owned(), 0, String::new())))
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn errors_are_read_from_the_output_of_the_compiler() {
        let output =
            "a.ts(3,14): error TS2322: Type 'x'.\n  Because of 'y'.\nerror TS5083: no file\n";
        let found: Vec<_> = super::found(output).into_iter().collect();
        assert_eq!(
            found,
            [
                ("a.ts".to_owned(), 3, "TS2322".to_owned()),
                ("error TS5083: no file".to_owned(), 0, String::new()),
            ]
        );
    }
}
