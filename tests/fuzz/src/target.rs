//! What is run on each input: what `amphi::compile` does in a page before the browser's engine gets
//! anything, or what reads components natively.

#[cfg(feature = "native")]
use crate::native;
use amphi_translate::plan::{Export, Plan, Step, TrampolineKind};
use clap::ValueEnum;
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use wasmparser::WasmFeatures;

/// What inputs are given to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Target {
    /// The page's engine, up to the browser's.
    #[default]
    Page,
    /// The command and the server.
    #[cfg(feature = "native")]
    Native,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Target::Page => "page",
            #[cfg(feature = "native")]
            Target::Native => "native",
        })
    }
}

impl Target {
    /// As much stack as there is: that of a page's module, or that of the server's threads.
    pub fn stack(self) -> usize {
        match self {
            Target::Page => 1 << 20,
            #[cfg(feature = "native")]
            Target::Native => 2 << 20,
        }
    }

    /// The inputs to begin with: `seeds`, and what is made of them.
    pub fn seeds(self, seeds: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
        match self {
            Target::Page => seeds,
            #[cfg(feature = "native")]
            Target::Native => {
                let modules = native::modules(&seeds);
                seeds.into_iter().chain(modules).collect()
            }
        }
    }

    /// Runs the input, and says in a few words what came of it: inputs with the same words took
    /// much the same way.
    pub fn run(self, bytes: &[u8]) -> String {
        match self {
            Target::Page => plan(bytes),
            #[cfg(feature = "native")]
            Target::Native => native::run(bytes),
        }
    }
}

/// What a host's `Config` may allow besides.
const OPTIONAL: WasmFeatures = WasmFeatures::CM_MAP
    .union(WasmFeatures::CM_FIXED_LENGTH_LISTS)
    .union(WasmFeatures::CM_IMPLEMENTS);

/// How many words of a message count.
const WORDS: usize = 12;

fn plan(bytes: &[u8]) -> String {
    let whole = amphi_core::binary::anatomy(bytes);
    let planned = Plan::new(bytes).or_else(|error| {
        let more = Plan::with_features(bytes, amphi_core::features::taken() | OPTIONAL);
        more.map_err(|_| error)
    });
    match planned {
        Ok(plan) => shape(plan),
        Err(error) => match whole {
            Ok(_) => words(&format!("{error:#}")),
            Err(other) => words(&format!("{other:#}; {error:#}")),
        },
    }
}

/// The first words of a message, without those that differ between inputs of a kind: numbers, and
/// names, quoted or after `named`.
pub fn words(message: &str) -> String {
    let unquoted: Vec<_> = message.split('`').step_by(2).collect();
    let unquoted = unquoted.join(" ");
    let plain = |word: &&str| {
        let letter = |letter: char| letter.is_ascii_alphabetic() || "-,:;()".contains(letter);
        word.chars().all(letter)
    };
    let words = unquoted.split_whitespace();
    let kept = words.take_while(|word| *word != "named").filter(plain);
    kept.take(WORDS).collect::<Vec<_>>().join(" ")
}

/// How many there are of what in a plan, in powers of two.
fn shape(mut plan: Plan) -> String {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    let mut count = |what| *counts.entry(what).or_default() += 1;
    for step in &plan.steps {
        count(match step {
            Step::InstantiateModule { .. } => "modules",
            Step::InstantiateImport { .. } => "imported modules",
            Step::LowerImport { .. } => "lowerings",
            Step::ExtractMemory { .. } => "memories",
            Step::ExtractRealloc { .. } => "reallocs",
            Step::ExtractPostReturn { .. } => "post-returns",
            Step::Resource { .. } => "resources",
        });
    }
    for trampoline in &plan.trampolines {
        count(match trampoline.kind {
            TrampolineKind::LowerImport { .. } => "host functions",
            TrampolineKind::ResourceNew(_) => "resource.new",
            TrampolineKind::ResourceRep(_) => "resource.rep",
            TrampolineKind::ResourceDrop(_) => "resource.drop",
            _ => "of adapters",
        });
    }
    for export in &plan.export_items {
        count(match export {
            Export::Func { .. } => "functions",
            Export::Instance { .. } => "instances",
            Export::Type(_) => "types",
            Export::Module { .. } | Export::ImportedModule { .. } => "exported modules",
        });
    }
    let rewritten = plan.rewrite_for_single_memory();
    let mut text = match rewritten {
        Ok(()) => format!("planned {}", plan.counts.instances.min(4)),
        Err(error) => words(&format!("planned, {error:#}")),
    };
    for (what, count) in counts {
        let _ = write!(text, ", {} {what}", u32::BITS - count.leading_zeros());
    }
    text
}
