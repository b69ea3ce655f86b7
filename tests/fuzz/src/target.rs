//! What is run on each input: what `amphi::compile` or `amphi::deserialize` does in a page before
//! the browser's engine gets anything, or what reads components natively.

#[cfg(feature = "native")]
use crate::native;
use amphi_translate::file::{Precompilation, trial};
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
    /// The page's engine, with components that were precompiled.
    File,
    /// The command and the server.
    #[cfg(feature = "native")]
    Native,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Target::Page => "page",
            Target::File => "file",
            #[cfg(feature = "native")]
            Target::Native => "native",
        })
    }
}

impl Target {
    /// As much stack as there is: that of a page's module, or that of the server's threads.
    pub fn stack(self) -> usize {
        match self {
            Target::Page | Target::File => 1 << 20,
            #[cfg(feature = "native")]
            Target::Native => 2 << 20,
        }
    }

    /// The inputs to begin with: `seeds`, and what is made of them.
    pub fn seeds(self, seeds: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
        match self {
            Target::Page => seeds,
            Target::File => seeds.iter().filter_map(|seed| file(seed)).collect(),
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
            Target::File => precompiled(bytes),
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
    let features = amphi_core::features::taken();
    let planned = Plan::new(bytes).map(|plan| (plan, features));
    let planned = planned.or_else(|error| {
        let features = features | OPTIONAL;
        let more = Plan::with_features(bytes, features).map(|plan| (plan, features));
        more.map_err(|_| error)
    });
    match planned {
        Ok((plan, features)) => shape(written(plan, features)),
        Err(error) => match whole {
            Ok(_) => words(&format!("{error:#}")),
            Err(other) => words(&format!("{other:#}; {error:#}")),
        },
    }
}

/// The plan after it was written to a file, which reads it again.
fn written(plan: Plan, features: WasmFeatures) -> Plan {
    let may_throw = features.contains(WasmFeatures::EXCEPTIONS);
    let precompilation = Precompilation::of(plan, may_throw, features);
    let precompilation = precompilation.expect("what can be translated can be precompiled");
    if let Err(error) = precompilation.write(None, None) {
        panic!("a plan cannot be written: {error:#}");
    }
    precompilation.plan
}

/// A component as a file with its tail; nothing for one that is not valid.
fn file(component: &[u8]) -> Option<Vec<u8>> {
    let features = amphi_core::features::taken();
    let precompilation = Precompilation::with_features(component, features).ok()?;
    let files = precompilation.write(Some(b"{}"), Some(b"{}")).ok()?;
    Some([files.file, files.single_memory.unwrap_or_default()].concat())
}

/// What comes of a file: that was changed, and that was forged.
fn precompiled(bytes: &[u8]) -> String {
    let changed = trial::read(bytes);
    match changed.or_else(|_| trial::read(&trial::sealed(bytes.to_vec()))) {
        Ok(plan) => shape(plan),
        Err(error) => words(&format!("{error:#}")),
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
