//! Components that were precompiled: into a file, and out of one, which is not trusted.

use super::assemble::{compiled, compiled_async, component};
use crate::component::component::{Component, Origin};
use crate::engine::Engine;
use crate::page::{self, Local};
use crate::types::check_lowered;
#[cfg(feature = "compiler")]
use amphi_translate::file::Precompilation;
use amphi_translate::file::{PageFile, Unpacked};
use js_sys::WebAssembly;
use wasmtime_environ::error::{Result, ensure};

impl Component {
    /// Makes a component of what [`Component::serialize`], `Engine::precompile_component` or
    /// `amphi compile --target page` has written, on the calling thread.
    ///
    /// Browsers refuse to compile large modules on the main thread (8 MiB in Chromium):
    /// [`Component::deserialize_async`] has no such limit.
    ///
    /// # Safety
    ///
    /// None is needed in a page, where the bytes are trusted no more than those of a component. It
    /// is `unsafe` as natively, where they are machine code that Wasmtime trusts: one source is
    /// for both hosts.
    ///
    /// # Errors
    ///
    /// The bytes are not what was written, are of another version, or were written for another
    /// `Config`; or the browser refuses a core module, or needs what stands in a file beside.
    pub unsafe fn deserialize(engine: &Engine, bytes: impl AsRef<[u8]>) -> Result<Component> {
        let bytes = bytes.as_ref();
        let Unpacked { plan, modules } = read(engine, bytes)?;
        let modules = compiled(modules.into_iter())?;
        component(engine, plan, modules, Origin::new(bytes))
    }

    /// As [`Component::deserialize`], off the main thread, the core modules side by side.
    ///
    /// # Safety
    ///
    /// As [`Component::deserialize`].
    ///
    /// # Errors
    ///
    /// As [`Component::deserialize`].
    pub async unsafe fn deserialize_async(
        engine: &Engine,
        bytes: impl AsRef<[u8]>,
    ) -> Result<Component> {
        let bytes = bytes.as_ref();
        let Unpacked { plan, modules } = read(engine, bytes)?;
        let modules = compiled_async(modules.into_iter()).await?;
        component(engine, plan, modules, Origin::new(bytes))
    }

    /// What [`Component::deserialize`] makes this component of: in every browser, also in those
    /// that allow one memory.
    ///
    /// A component keeps the bytes that it was made from; unless those were precompiled, that is
    /// done here.
    ///
    /// # Errors
    ///
    /// The component has what a precompiled one does not support.
    #[cfg(feature = "compiler")]
    pub fn serialize(&self) -> Result<Vec<u8>> {
        let bytes = self.origin().bytes();
        match PageFile::is(&bytes) {
            true => Ok(bytes),
            false => self.engine().precompile_component(&bytes),
        }
    }
}

/// A component of a precompiled file, whose core modules the browser has compiled already.
///
/// # Errors
///
/// As [`Component::deserialize`], or `modules` are not as many as the file has.
pub fn deserialize(
    engine: &Engine,
    bytes: &[u8],
    modules: Vec<WebAssembly::Module>,
) -> Result<Component> {
    let unpacked = read(engine, bytes)?;
    ensure!(
        modules.len() == unpacked.modules.len(),
        "expected the {} core modules of the precompiled file, found {}",
        unpacked.modules.len(),
        modules.len()
    );
    let modules = modules.into_iter().map(Local::new).collect();
    component(engine, unpacked.plan, modules, Origin::new(bytes))
}

/// Whether `bytes` are a precompiled component that this browser, which allows one memory, takes
/// only with the file appended whose name ends in `.single-memory`: a page that fetches the one
/// fetches the other then. Never for what [`Component::serialize`] and
/// `Engine::precompile_component` give, which has all.
#[must_use]
pub fn needs_single_memory(bytes: &[u8]) -> bool {
    let has_several = page::page(|page| Ok(page.has_multi_memory()));
    has_several.is_ok_and(|several| !several)
        && PageFile::read(bytes).is_ok_and(|file| file.needs_tail())
}

/// What bytes are that were precompiled, as `wasmtime::Precompiled`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precompiled {
    /// A core module; never in a page.
    Module,
    /// A component.
    Component,
}

impl Engine {
    /// Precompiles a component: what it takes to run it, for [`Component::deserialize`].
    ///
    /// # Errors
    ///
    /// The bytes are not a valid component, or need a feature that this engine does not have.
    #[cfg(feature = "compiler")]
    pub fn precompile_component(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        let files = Precompilation::with_features(bytes, self.features())?.write(None, None)?;
        let tail = files.single_memory.unwrap_or_default();
        Ok([files.file, tail].concat())
    }

    /// Whether the bytes look like something precompiled, by how they begin.
    pub fn detect_precompiled(bytes: &[u8]) -> Option<Precompiled> {
        PageFile::is(bytes).then_some(Precompiled::Component)
    }
}

/// A plan that this browser can follow.
fn read<'a>(engine: &Engine, bytes: &'a [u8]) -> Result<Unpacked<'a>> {
    let file = PageFile::read(bytes)?;
    file.check_features(engine.features())?;
    let unpacked = file.plan(!page::page(|page| Ok(page.has_multi_memory()))?)?;
    check_lowered(&unpacked.plan)?;
    Ok(unpacked)
}
