//! From a component's bytes to what a page runs without a translator: core modules, and a
//! description of them from which the package's runtime instantiates and calls them in JavaScript.
//!
//! Pure: bytes in, bytes and text out, on any target.
//!
//! ```
//! let text = r#"(component
//!     (core module $m (func (export "f") (result i32) i32.const 7))
//!     (core instance $i (instantiate $m))
//!     (func (export "seven") (result u32) (canon lift (core func $i "f"))))"#;
//! let bytes = wat::parse_str(text)?;
//! let precompiled = amphi_precompile::precompile(&bytes, amphi_core::features::taken())?;
//! assert_eq!(precompiled.plan.modules.len(), 1);
//! assert!(precompiled.javascript.contains(r#""name":"seven""#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod description;
mod instantiation;
mod json;

use amphi_translate::Result;
use amphi_translate::plan::Plan;
use amphi_translate::rewrite::{SingleMemory, single_memory};
use wasmtime_environ::wasmparser::WasmFeatures;

/// A component on its way to a page.
pub struct Precompiled {
    /// The plan, whose core modules export their start functions.
    pub plan: Plan,
    /// What JavaScript needs to know to instantiate and call the component, as JSON.
    pub javascript: String,
    /// Whether it needs exceptions.
    pub throws: bool,
    /// For browsers that allow one memory: what takes the place of those core modules that have
    /// several, in their order.
    pub single_memory: Vec<Rewritten>,
}

/// What takes the place of a core module that has several memories.
#[derive(Debug)]
pub struct Rewritten {
    /// Index into [`Plan::modules`].
    pub module: usize,
    /// The module and its accessors; or why there is none.
    pub form: Result<SingleMemory>,
}

/// Translates a component for a page.
///
/// # Errors
///
/// The bytes are not a valid component, need a feature that is not among `features` or that a page
/// does not have, or have a type that JavaScript has no value for.
pub fn precompile(bytes: &[u8], features: WasmFeatures) -> Result<Precompiled> {
    // Adapters of components that throw nothing need no exceptions, which a browser may lack.
    let (mut plan, throws) = match Plan::with_features(bytes, features - WasmFeatures::EXCEPTIONS) {
        Ok(plan) => (plan, false),
        Err(_) => (Plan::with_features(bytes, features)?, true),
    };
    plan.defer_starts()?;
    let mut rewritten = Vec::new();
    for (module, core) in plan.modules.iter().enumerate() {
        if let Some(form) = single_memory(&core.wasm).transpose() {
            rewritten.push(Rewritten { module, form });
        }
    }
    let members = description::members(&plan)?;
    let instantiation = instantiation::members(&plan, &rewritten);
    Ok(Precompiled {
        javascript: format!("{{{members},{instantiation}}}"),
        throws,
        single_memory: rewritten,
        plan,
    })
}

/// What JavaScript needs to know of the component behind `plan` to call it, as JSON.
///
/// # Errors
///
/// A type is one that JavaScript has no value for.
pub fn describe(plan: &Plan) -> Result<String> {
    description::members(plan).map(|members| format!("{{{members}}}"))
}

/// Files of a component for pages.
#[derive(Debug)]
pub struct Files {
    /// The file.
    pub file: Vec<u8>,
    /// What browsers need besides that allow one memory.
    pub single_memory: Option<Vec<u8>>,
}

impl Precompiled {
    /// Writes the file, and what belongs to it.
    #[must_use]
    pub fn write(&self) -> Files {
        let mut sections: Vec<(u32, &[u8])> = vec![(1, b""), (2, self.javascript.as_bytes())];
        for module in &self.plan.modules {
            sections.push((3, &module.wasm));
        }
        let several = !self.single_memory.is_empty();
        let cannot = self.single_memory.iter().any(|one| one.form.is_err());
        let flags = u32::from(several) | u32::from(self.throws) * 2 | u32::from(cannot) * 4;
        let file = container(b"\0amphi\r\n", flags, 0, &sections);
        let of = u32::from_le_bytes(file[12..16].try_into().expect("four"));
        let single_memory = (several && !cannot).then(|| {
            let mut sections: Vec<(u32, &[u8])> = vec![(1, b"")];
            for one in &self.single_memory {
                if let Ok(form) = &one.form {
                    sections.push((3, &form.wasm));
                    sections.extend(form.accessors.iter().map(|a| (4, a.wasm.as_slice())));
                }
            }
            container(b"\0amphi1\n", 0, of, &sections)
        });
        Files {
            file,
            single_memory,
        }
    }
}

fn fnv(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |h, b| {
        (h ^ u32::from(*b)).wrapping_mul(0x0100_0193)
    })
}

fn container(magic: &[u8], flags: u32, of: u32, sections: &[(u32, &[u8])]) -> Vec<u8> {
    let head = 36 + 12 * sections.len() as u32;
    let mut rest = Vec::new();
    for number in [head, flags, of, 0, sections.len() as u32] {
        rest.extend(number.to_le_bytes());
    }
    for (kind, bytes) in sections {
        for number in [*kind, bytes.len() as u32, fnv(bytes)] {
            rest.extend(number.to_le_bytes());
        }
    }
    let mut out = magic.to_vec();
    out.extend(1_u32.to_le_bytes());
    out.extend(fnv(&rest).to_le_bytes());
    out.extend(rest);
    for (_, bytes) in sections {
        out.extend_from_slice(bytes);
    }
    out
}

#[cfg(test)]
mod tests;
