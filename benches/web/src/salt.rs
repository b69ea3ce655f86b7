//! Components whose bytes can be made new without changing what they do.
//!
//! A browser that has compiled a core module remembers it by its bytes and hands the compiled code
//! out again. To measure loading, each of a component's core modules gets a custom section of eight
//! bytes that differ every time.

use amphi::{Result, bail};
use std::ops::Range;
use wasm_encoder::{Component, ComponentSectionId, CustomSection, Encode, SectionId};
use wasmparser::Parser;

/// Bytes of the salt, the last of each core module.
pub const SALT: usize = 8;

/// A component, and where its salt is.
#[derive(Clone, Debug)]
pub struct Salted {
    bytes: Vec<u8>,
    /// The core modules, as they lie in `bytes`.
    modules: Vec<Range<usize>>,
    count: u64,
}

impl Salted {
    /// Adds the custom sections to the core modules at the top of a component.
    ///
    /// # Errors
    ///
    /// The bytes are no component.
    pub fn new(component: &[u8]) -> Result<Self> {
        let mut bytes = Component::HEADER.to_vec();
        let mut modules = Vec::new();
        for (id, content) in sections(component)? {
            let mut data = component[content].to_vec();
            let is_module = id == ComponentSectionId::CoreModule as u8;
            if is_module {
                append_salt(&mut data);
            }
            bytes.push(id);
            data.as_slice().encode(&mut bytes);
            if is_module {
                modules.push(bytes.len() - data.len()..bytes.len());
            }
        }
        if modules.is_empty() {
            bail!("expected a component with a core module, found none");
        }
        Ok(Self {
            bytes,
            modules,
            count: 0,
        })
    }

    /// The component, in bytes that never were before.
    pub fn renew(&mut self) -> &[u8] {
        self.count += 1;
        let salt = self.count.to_le_bytes();
        for module in &self.modules {
            self.bytes[module.end - SALT..module.end].copy_from_slice(&salt);
        }
        &self.bytes
    }

    /// The component, as it was the last time.
    pub fn current(&self) -> &[u8] {
        &self.bytes
    }

    /// The core modules.
    pub fn modules(&self) -> impl Iterator<Item = &[u8]> {
        self.modules
            .iter()
            .map(|module| &self.bytes[module.clone()])
    }
}

fn append_salt(module: &mut Vec<u8>) {
    let section = CustomSection {
        name: "salt".into(),
        data: (&[0; SALT]).into(),
    };
    SectionId::Custom.encode(module);
    section.encode(module);
}

/// The sections at the top of a component: their ids and where their contents are.
fn sections(component: &[u8]) -> Result<Vec<(u8, Range<usize>)>> {
    let mut sections: Vec<(u8, Range<usize>)> = Vec::new();
    for payload in Parser::new(0).parse_all(component) {
        let Some((id, range)) = payload?.as_section() else {
            continue;
        };
        // What is inside a module or component that was already found comes too.
        if sections
            .last()
            .is_none_or(|(_, last)| range.start >= last.end)
        {
            sections.push((id, range));
        }
    }
    Ok(sections)
}
