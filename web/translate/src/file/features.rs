//! The features of WebAssembly that a file was made for, by name.

use wasmtime_environ::error::{Result, bail};
use wasmtime_environ::wasmparser::WasmFeatures;

/// The one that a browser may lack, and whose absence a file that does not need it survives.
const EXCEPTIONS: &str = "EXCEPTIONS";

/// The names of features, in order.
fn names(features: WasmFeatures) -> Vec<&'static str> {
    let mut names = Vec::new();
    for (name, _) in features.iter_names() {
        if let Err(place) = names.binary_search(&name) {
            names.insert(place, name);
        }
    }
    names
}

/// The names of features as a file has them.
#[cfg(feature = "compiler")]
pub fn text(features: WasmFeatures) -> String {
    names(features).join(" ")
}

/// Fails unless a file that was made for the features `made_for` can be run with those `enabled`.
///
/// # Errors
///
/// It was made for others, which the error names.
pub fn check(made_for: &str, enabled: WasmFeatures, needs_exceptions: bool) -> Result<()> {
    let made_for: Vec<&str> = made_for.split_ascii_whitespace().collect();
    let enabled = names(enabled);
    let on = made_for.iter().filter(|name| !enabled.contains(name));
    let on = on.map(|name| (*name, "on in it and off here"));
    let off = enabled.iter().filter(|name| !made_for.contains(name));
    let off = off.map(|name| (*name, "off in it and on here"));
    let mut different = Vec::new();
    for (name, how) in on.chain(off) {
        if name == EXCEPTIONS && !enabled.contains(&name) {
            if needs_exceptions {
                bail!("exceptions: disabled, or not reliable in this browser");
            }
            continue;
        }
        different.push(format!("`{name}` is {how}"));
    }
    match different.is_empty() {
        true => Ok(()),
        false => bail!(
            "the file was precompiled for another `Config`: {}",
            different.join(", ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::{check, text};
    use amphi_core::features::taken;
    use wasmtime_environ::wasmparser::WasmFeatures;

    fn error(made_for: WasmFeatures, enabled: WasmFeatures, exceptions: bool) -> String {
        match check(&text(made_for), enabled, exceptions) {
            Ok(()) => String::new(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn what_is_different_is_named() {
        let map = WasmFeatures::CM_MAP;
        assert_eq!(error(taken(), taken(), true), "");
        assert_eq!(
            error(taken() | map, taken() - WasmFeatures::SIMD, false),
            "the file was precompiled for another `Config`: `CM_MAP` is on in it and off here, \
             `SIMD` is on in it and off here"
        );
        assert_eq!(
            error(taken(), taken() | map, false),
            "the file was precompiled for another `Config`: `CM_MAP` is off in it and on here"
        );
    }

    #[test]
    fn a_browser_without_exceptions_runs_what_has_none() {
        let without = taken() - WasmFeatures::EXCEPTIONS;
        assert_eq!(error(taken(), without, false), "");
        assert!(error(taken(), without, true).starts_with("exceptions: disabled"));
        assert!(error(without, taken(), false).contains("`EXCEPTIONS` is off in it"));
    }
}
