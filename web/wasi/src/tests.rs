//! What tests share that hold this crate's WASI against Wasmtime's.

/// Has `run` do each line of a script for both, here and by Wasmtime, whose names it gives with
/// what they say. A line says what is expected after an arrow, `_` for nothing, or else that all is
/// well.
pub fn compare(script: &str, mut run: impl FnMut(&str) -> [(&'static str, String); 2]) {
    let mut wrong = Vec::new();
    let lines = script.lines().map(str::trim);
    for line in lines.filter(|line| !line.is_empty()) {
        let (does, expected) = line.split_once(" => ").unwrap_or((line, "ok"));
        let expected = if expected == "_" { "" } else { expected };
        for (host, said) in run(does) {
            if said != expected {
                wrong.push(format!(
                    "{host}, `{does}`: expected `{expected}`, found `{said}`"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
