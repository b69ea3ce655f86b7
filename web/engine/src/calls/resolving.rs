//! What the definitions of a plan stand for in an instance, and trampolines for its functions.

use crate::page::{self, PlacingImports, Slot};
use crate::store::InstanceData;
use amphi_translate::codegen::INVALID;
use amphi_translate::plan::{Def, Options, Placed, Signature, TrampolineKind, Transcoding};
use js_sys::Object;
use wasm_bindgen::JsValue;
use wasmtime_environ::error::{Result, format_err};

impl InstanceData {
    /// The JavaScript value behind a definition of the component's plan.
    pub fn resolve(&self, def: &Def) -> Result<JsValue> {
        let field = |object: &Object, name: &str| {
            js_sys::Reflect::get(object, &JsValue::from_str(name))
                .ok()
                .filter(|value| !value.is_undefined())
                .ok_or_else(|| format_err!("core instance has no export `{name}`"))
        };
        match def {
            Def::Export(export) => {
                let instance = self.core_instances.get(export.instance);
                let instance = instance.ok_or_else(|| {
                    format_err!("core instance {} has not been made yet", export.instance)
                })?;
                field(instance, &export.name)
            }
            Def::Flags(instance) => Ok(JsValue::from(&*self.flags[*instance])),
            Def::Trampoline(index) => match &self.component.plan().trampolines[*index].kind {
                TrampolineKind::Transcode(transcoding) => {
                    let invalid = field(&self.wrappers, &format!("{INVALID}{index}"))?;
                    self.transcoder(transcoding, invalid)
                }
                TrampolineKind::LowerImport { lowering, .. } => {
                    match self.landings[*lowering].stand_in() {
                        Some((make, func)) => make(func, self, *index),
                        None => field(&self.wrappers, &index.to_string()),
                    }
                }
                _ => field(&self.wrappers, &index.to_string()),
            },
        }
    }

    fn transcoder(&self, transcoding: &Transcoding, invalid: JsValue) -> Result<JsValue> {
        let memory = |index: usize| {
            self.memories[index]
                .as_ref()
                .map(|memory| JsValue::from(memory.object()))
                .ok_or_else(|| format_err!("a string's memory was not extracted"))
        };
        let (from, to) = (memory(transcoding.from)?, memory(transcoding.to)?);
        let transcoders = &self.component.plan().transcoders;
        let single = transcoders.iter().find(|(op, _)| *op == transcoding.op);
        let single = single.map(|(_, single)| single);
        page::transcoder(transcoding.op, single, from, to, invalid)
    }

    /// Puts an array-call trampoline for a core function into a slot; with `guarded_by`, the flags
    /// of that component instance are cleared around the call.
    pub(super) fn trampoline(
        &self,
        def: &Def,
        signature: &Signature,
        guarded_by: Option<usize>,
    ) -> Result<Slot> {
        let function = self.resolve(def)?;
        let flags = guarded_by.map(|instance| JsValue::from(&*self.flags[instance]));
        page::array_call_slot(signature, function, flags)
    }

    /// Puts a trampoline that places `placed` on the way into a slot, where there is anything to
    /// place.
    pub(super) fn placing_trampoline(
        &self,
        def: &Def,
        signature: &Signature,
        placed: &[Placed],
        options: &Options,
    ) -> Result<Option<Slot>> {
        let memory = options
            .memory
            .and_then(|index| self.memories[index].as_ref());
        let (false, Some(memory), Some(realloc)) = (placed.is_empty(), memory, options.realloc)
        else {
            return Ok(None);
        };
        let Some((realloc, instance)) = self.component.plan().realloc(realloc) else {
            return Ok(None);
        };
        let joined = PlacingImports {
            guest: memory.object().into(),
            realloc: self.resolve(realloc)?,
            flags: JsValue::from(&*self.flags[instance]),
        };
        page::placing_call_slot(signature, placed, self.resolve(def)?, joined)
    }
}
