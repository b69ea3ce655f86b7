//! `PageFile`: a precompiled component, read.

use super::container::{self, Container, SectionKind};
use super::{
    CANNOT_BE_REWRITTEN, NEEDS_EXCEPTIONS, SEVERAL_MEMORIES, check, features, module, plan,
};
use crate::plan::{Export, Plan, Sizes, Start};
use crate::rewrite::Accessor;
use wasmtime_environ::error::{Context as _, Result, bail, ensure};
use wasmtime_environ::wasmparser::WasmFeatures;

/// A precompiled component, of whose container everything has been checked, and nothing yet of what
/// is in it.
#[derive(Debug)]
pub struct PageFile<'a> {
    file: Container<'a>,
    tail: Option<Container<'a>>,
}

/// A plan, and the bytes of its core modules, in its order.
pub struct Unpacked<'a> {
    /// The plan; its core modules have no bytes.
    pub plan: Plan,
    /// The bytes.
    pub modules: Vec<&'a [u8]>,
}

impl<'a> PageFile<'a> {
    /// Whether the bytes begin as a file does.
    pub fn is(bytes: &[u8]) -> bool {
        bytes.starts_with(&container::FILE)
    }

    /// Takes a file apart, with the tail that may follow it.
    ///
    /// # Errors
    ///
    /// The bytes are no file, are one of another version, or are truncated or changed.
    pub fn read(bytes: &'a [u8]) -> Result<PageFile<'a>> {
        ensure!(
            container::is(bytes, &container::FILE),
            "expected a component that was precompiled for the page, as `amphi compile --target \
             page` writes it; found {}",
            found(bytes)
        );
        let file = Container::read(bytes)?;
        let tail = match file.rest {
            [] => None,
            rest if container::is(rest, &container::TAIL) => {
                Some(Container::read(rest).context("in the tail")?)
            }
            rest => bail!(
                "the precompiled file is changed: {} bytes follow it that are no tail",
                rest.len()
            ),
        };
        if let Some(tail) = &tail {
            ensure!(
                tail.of == file.checksum,
                "the tail belongs to another file: it says {:08x}, the file is {:08x}",
                tail.of,
                file.checksum
            );
            ensure!(
                tail.rest.is_empty(),
                "the precompiled file is changed: {} bytes follow the tail",
                tail.rest.len()
            );
        }
        Ok(PageFile { file, tail })
    }

    /// The description for JavaScript, if there is one, and that of the tail.
    pub fn javascript(&self) -> (Option<&'a [u8]>, Option<&'a [u8]>) {
        let tail = self.tail.as_ref().and_then(|tail| tail.javascript);
        (self.file.javascript, tail)
    }

    /// Whether a browser that allows one memory needs the tail, and it is not there.
    pub fn needs_tail(&self) -> bool {
        let flags = self.file.flags & (SEVERAL_MEMORIES | CANNOT_BE_REWRITTEN);
        flags == SEVERAL_MEMORIES && self.tail.is_none()
    }

    /// Fails unless the file was made for a `Config` with these features.
    ///
    /// # Errors
    ///
    /// It was made for another one; the error says what is different.
    pub fn check_features(&self, enabled: WasmFeatures) -> Result<()> {
        let needs_exceptions = self.file.flags & NEEDS_EXCEPTIONS != 0;
        features::check(self.file.features, enabled, needs_exceptions)
    }

    /// The plan, and the bytes of the core modules: as they are, or in the form for browsers that
    /// allow one memory.
    ///
    /// # Errors
    ///
    /// What the file says of the component cannot be, or that form is asked for and is not there.
    pub fn plan(&self, single_memory: bool) -> Result<Unpacked<'a>> {
        let plan = plan::read(self.file.plan)
            .and_then(|plan| {
                check::check(&plan)?;
                Ok(plan)
            })
            .context(NOT_OURS)?;
        let modules = self.file.modules.iter();
        let modules = modules.map(|(kind, wasm)| match kind {
            SectionKind::Module => Ok(*wasm),
            _ => bail!("{NOT_OURS}: an accessor outside of a tail"),
        });
        let mut unpacked = Unpacked {
            plan,
            modules: modules.collect::<Result<_>>()?,
        };
        ensure!(
            unpacked.plan.modules.len() == unpacked.modules.len(),
            "{NOT_OURS}: it has {} core modules, and a plan of {}",
            unpacked.modules.len(),
            unpacked.plan.modules.len()
        );
        if single_memory && self.file.flags & SEVERAL_MEMORIES != 0 {
            self.rewrite(&mut unpacked)?;
        }
        unpacked.look_into_modules().context(NOT_OURS)?;
        Ok(unpacked)
    }

    /// Puts what the tail has in the place of what needs several memories.
    fn rewrite(&self, unpacked: &mut Unpacked<'a>) -> Result<()> {
        let Some(tail) = &self.tail else {
            if self.file.flags & CANNOT_BE_REWRITTEN != 0 {
                bail!(
                    "a core module needs several memories in a way that cannot be rewritten, and \
                     this browser allows one"
                );
            }
            bail!(
                "a core module needs several memories, and this browser allows one: append the \
                 file `.single-memory` that `amphi compile` writes beside this one"
            );
        };
        let said = plan::read_tail(tail.plan).context(NOT_OURS)?;
        let mut sections = tail.modules.iter();
        for rewritten in said.modules {
            let (Some((SectionKind::Module, wasm)), Some(module), Some(bytes)) = (
                sections.next(),
                unpacked.plan.modules.get_mut(rewritten.module),
                unpacked.modules.get_mut(rewritten.module),
            ) else {
                bail!("{NOT_OURS}: the tail lacks a core module");
            };
            *bytes = wasm;
            module.table_accesses = rewritten.table_accesses;
            for (name, import) in rewritten.accessors {
                let Some((SectionKind::Accessor, wasm)) = sections.next() else {
                    bail!("{NOT_OURS}: the tail lacks an accessor");
                };
                ensure!(
                    import < module.imports.len(),
                    "{NOT_OURS}: an accessor of import {import}, of which there are {}",
                    module.imports.len()
                );
                module.accessors.push(Accessor {
                    module: name,
                    import,
                    wasm: wasm.to_vec(),
                });
            }
        }
        ensure!(
            sections.next().is_none(),
            "{NOT_OURS}: the tail has more than it says"
        );
        unpacked.plan.transcoders = said.transcoders;
        Ok(())
    }
}

/// What bytes are that are no file.
fn found(bytes: &[u8]) -> String {
    match bytes {
        [] => "no bytes".to_owned(),
        [0, b'a', b's', b'm', 0x0d, ..] => "a component as it is before that".to_owned(),
        [0, b'a', b's', b'm', ..] => "a core module".to_owned(),
        _ if container::is(bytes, &container::TAIL) => "the tail of one alone".to_owned(),
        _ => {
            let start = &bytes[..bytes.len().min(8)];
            let is_shown = |byte: &u8| matches!(byte, b' '..=b'~');
            if start.iter().all(is_shown) {
                return format!("text that begins with `{}`", String::from_utf8_lossy(start));
            }
            let start: Vec<_> = start.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("`{}`", start.join(" "))
        }
    }
}

/// What a file is that nothing of ours wrote, or that somebody changed with care.
const NOT_OURS: &str = "the precompiled file is not what `amphi compile` writes";

impl Unpacked<'_> {
    /// Completes the plan with what the bytes of its core modules say.
    fn look_into_modules(&mut self) -> Result<()> {
        for (index, (module, wasm)) in self.plan.modules.iter_mut().zip(&self.modules).enumerate() {
            module.sizes = module::sizes(wasm).with_context(|| format!("core module {index}"))?;
            ensure!(
                module.start != Start::Meanwhile,
                "core module {index} starts while it is instantiated"
            );
        }
        for export in &mut self.plan.export_items {
            if let Export::Module { index, shape, .. } = export
                && let Some(module) = self.plan.modules.get(*index)
            {
                shape.name.clone_from(&module.name);
                shape.elements = module.elements.clone();
                shape.sizes = Sizes::clone(&module.sizes);
            }
        }
        Ok(())
    }
}
