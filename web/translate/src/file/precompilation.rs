//! From the bytes of a component to a file: what is known of it before any page has it.

use super::container::{self, SectionKind};
use super::page_file::PageFile;
use super::plan::{Rewritten, TailPlan};
use super::{CANNOT_BE_REWRITTEN, NEEDS_EXCEPTIONS, SEVERAL_MEMORIES, check, features, plan};
use crate::codegen::single_memory_transcoders;
use crate::plan::{Plan, TableAccesses, rewritten};
use crate::rewrite::{SingleMemory, has_several_memories, single_memory};
use amphi_core::exceptions;
use amphi_core::features::taken;
use wasmtime_environ::error::{Context as _, Result, ensure};
use wasmtime_environ::wasmparser::WasmFeatures;

/// A component on its way to a file.
pub struct Precompilation {
    /// The plan, in whose core modules start functions are exported already.
    pub plan: Plan,
    /// The core modules that have several memories, in the form that has one, by their index.
    pub single_memory: Vec<(usize, SingleMemory)>,
    features: WasmFeatures,
    flags: u32,
}

/// What matters of a browser that a file is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Browser {
    /// Whether a core module may have several memories.
    pub has_multi_memory: bool,
    /// Whether its messages do not tell an access outside of a memory from one outside of a table.
    pub bounds_sound_alike: bool,
}

/// A file and what belongs to it.
#[derive(Debug)]
pub struct Files {
    /// The file.
    pub file: Vec<u8>,
    /// The tail, if there is one: what browsers need that allow one memory.
    pub single_memory: Option<Vec<u8>>,
}

impl Precompilation {
    /// Translates the bytes of a component.
    ///
    /// # Errors
    ///
    /// The bytes are not a valid component, or need a feature that this engine does not have; the
    /// error names it.
    pub fn new(component: &[u8]) -> Result<Precompilation> {
        Precompilation::with_features(component, taken())
    }

    /// As [`new`](Precompilation::new), with the features that may be used.
    ///
    /// # Errors
    ///
    /// As [`new`](Precompilation::new).
    pub fn with_features(component: &[u8], features: WasmFeatures) -> Result<Precompilation> {
        let (plan, throws) = translated(component, features)?;
        Precompilation::of(plan, throws, features)
    }

    /// As [`with_features`](Precompilation::with_features), for a component that was translated
    /// with these features already; `throws` says whether it needs exceptions.
    ///
    /// # Errors
    ///
    /// A core module cannot be read.
    pub fn of(plan: Plan, throws: bool, features: WasmFeatures) -> Result<Precompilation> {
        let mut made = Precompilation::begun(plan, throws, features)?;
        made.plan.look_up_table_accesses()?;
        for (index, module) in made.plan.modules.iter().enumerate() {
            match single_memory(&module.wasm) {
                Ok(None) => {}
                Ok(Some(single)) => {
                    made.single_memory.push((index, single));
                    made.flags |= SEVERAL_MEMORIES;
                }
                Err(_) => made.flags |= SEVERAL_MEMORIES | CANNOT_BE_REWRITTEN,
            }
        }
        Ok(made)
    }

    /// As [`with_features`](Precompilation::with_features), for the browser that is going to read
    /// the file and no other.
    ///
    /// # Errors
    ///
    /// As [`new`](Precompilation::new), or a core module needs several memories in a way that
    /// cannot be rewritten, and the browser allows one.
    pub fn for_browser(
        component: &[u8],
        features: WasmFeatures,
        browser: Browser,
    ) -> Result<Precompilation> {
        let (plan, throws) = translated(component, features)?;
        let mut made = Precompilation::begun(plan, throws, features)?;
        if browser.bounds_sound_alike {
            made.plan.look_up_table_accesses()?;
        }
        for (index, module) in made.plan.modules.iter().enumerate() {
            if !has_several_memories(&module.wasm)? {
                continue;
            }
            made.flags |= SEVERAL_MEMORIES;
            if !browser.has_multi_memory {
                let single = rewritten(index, &module.wasm)?;
                made.single_memory.extend(single.map(|form| (index, form)));
            }
        }
        Ok(made)
    }

    /// What every file has of a component.
    fn begun(mut plan: Plan, throws: bool, features: WasmFeatures) -> Result<Precompilation> {
        plan.defer_starts()?;
        Ok(Precompilation {
            plan,
            single_memory: Vec::new(),
            features,
            flags: if throws { NEEDS_EXCEPTIONS } else { 0 },
        })
    }

    /// Writes the file, and the tail where there is one. `javascript` is what each of them has for
    /// JavaScript.
    ///
    /// # Errors
    ///
    /// The component has what a file does not support.
    pub fn write(&self, javascript: Option<&[u8]>, tail: Option<&[u8]>) -> Result<Files> {
        let files = self.write_unread(javascript, tail)?;
        self.read_again(&files.file)
            .context("the component has what a precompiled file does not support")?;
        Ok(files)
    }

    /// As [`write`](Precompilation::write), for who reads the file at once, and hears then of what
    /// it does not support.
    ///
    /// # Errors
    ///
    /// The file is too large.
    pub fn write_unread(&self, javascript: Option<&[u8]>, tail: Option<&[u8]>) -> Result<Files> {
        let plan = plan::write(&self.plan);
        let modules = self.plan.modules.iter();
        let modules = modules.map(|module| (SectionKind::Module, &*module.wasm));
        let sections = sections(&plan, javascript, modules);
        let names = features::text(self.features);
        let file = container::write(&container::FILE, (self.flags, 0), &names, &sections)?;
        let is_whole = self.flags & CANNOT_BE_REWRITTEN == 0;
        let has_tail = is_whole && !self.single_memory.is_empty();
        let single_memory = has_tail.then(|| self.tail(&file, tail)).transpose()?;
        Ok(Files {
            file,
            single_memory,
        })
    }

    /// The tail of `file`.
    fn tail(&self, file: &[u8], javascript: Option<&[u8]>) -> Result<Vec<u8>> {
        let mut said = TailPlan {
            modules: Vec::new(),
            transcoders: single_memory_transcoders(&self.plan.trampolines)?,
        };
        let mut modules = Vec::new();
        for (index, single) in &self.single_memory {
            let accessors = single.accessors.iter();
            said.modules.push(Rewritten {
                module: *index,
                accessors: accessors
                    .map(|accessor| (accessor.module.clone(), accessor.import))
                    .collect(),
                table_accesses: TableAccesses::read(&single.wasm)?,
            });
            modules.push((SectionKind::Module, &*single.wasm));
            let accessors = single.accessors.iter();
            modules.extend(accessors.map(|accessor| (SectionKind::Accessor, &*accessor.wasm)));
        }
        let plan = plan::write_tail(&said);
        let sections = sections(&plan, javascript, modules);
        let of = container::checksum(file)?;
        container::write(&container::TAIL, (0, of), "", &sections)
    }

    /// Reads a file that was written, and fails unless it says the same.
    fn read_again(&self, file: &[u8]) -> Result<()> {
        check::check(&self.plan)?;
        let read = PageFile::read(file)?.plan(false)?.plan;
        ensure!(
            plan::write(&read) == plan::write(&self.plan),
            "what is read is not what was written"
        );
        for (module, found) in self.plan.modules.iter().zip(&read.modules) {
            ensure!(
                module.sizes == found.sizes,
                "the sizes of its memories are not those"
            );
        }
        Ok(())
    }
}

/// Translates a component: its plan, and whether it needs exceptions. Adapters of one that throws
/// nothing need none, which a browser may lack.
fn translated(component: &[u8], features: WasmFeatures) -> Result<(Plan, bool)> {
    let without = features - WasmFeatures::EXCEPTIONS;
    if features == without || !exceptions::may_throw(component) {
        match Plan::with_features(component, without) {
            Err(_) if features != without => {}
            plan => return Ok((plan?, false)),
        }
    }
    Ok((Plan::with_features(component, features)?, true))
}

/// The sections of a file or a tail, in their order.
fn sections<'a>(
    plan: &'a [u8],
    javascript: Option<&'a [u8]>,
    modules: impl IntoIterator<Item = (SectionKind, &'a [u8])>,
) -> Vec<(SectionKind, &'a [u8])> {
    let javascript = javascript.map(|text| (SectionKind::JavaScript, text));
    [(SectionKind::Plan, plan)]
        .into_iter()
        .chain(javascript)
        .chain(modules)
        .collect()
}
