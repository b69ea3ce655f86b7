//! A component as a tree of sections, so that a change somewhere leaves the sizes around it right.

use wasmparser::BinaryReader;

/// How deep components are taken apart; what is deeper stays as bytes.
const DEEPEST: usize = 60;

/// A module or component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binary {
    /// Magic number, version and layer.
    pub header: [u8; 8],
    /// Its sections, in order.
    pub sections: Vec<Section>,
    /// What follows and is no section.
    pub rest: Vec<u8>,
}

/// A section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its number.
    pub id: u8,
    /// Its contents.
    pub body: Body,
}

/// The contents of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Bytes as they are.
    Bytes(Vec<u8>),
    /// A module or component.
    Nested(Box<Binary>),
}

impl Section {
    /// The module or component in it.
    pub fn nested(&self) -> Option<&Binary> {
        match &self.body {
            Body::Nested(nested) => Some(nested),
            Body::Bytes(_) => None,
        }
    }

    /// The module or component in it.
    pub fn nested_mut(&mut self) -> Option<&mut Binary> {
        match &mut self.body {
            Body::Nested(nested) => Some(nested),
            Body::Bytes(_) => None,
        }
    }
}

impl Binary {
    /// Takes bytes apart as far as they go.
    pub fn parse(bytes: &[u8]) -> Option<Binary> {
        Binary::at_depth(bytes, 0)
    }

    fn at_depth(bytes: &[u8], depth: usize) -> Option<Binary> {
        let (header, mut left) = bytes.split_first_chunk::<8>()?;
        if !header.starts_with(b"\0asm") || depth > DEEPEST {
            return None;
        }
        let mut binary = Binary {
            header: *header,
            sections: Vec::new(),
            rest: Vec::new(),
        };
        while let Some((id, size, after)) = frame(left) {
            let (contents, next) = after.split_at(size);
            let nested = binary.is_component() && matches!(id, 1 | 4);
            let nested = nested
                .then(|| Binary::at_depth(contents, depth + 1))
                .flatten();
            binary.sections.push(Section {
                id,
                body: match nested {
                    Some(nested) => Body::Nested(Box::new(nested)),
                    None => Body::Bytes(contents.to_vec()),
                },
            });
            left = next;
        }
        binary.rest = left.to_vec();
        Some(binary)
    }

    /// Whether it is a component and no module.
    pub fn is_component(&self) -> bool {
        self.header[6] == 1
    }

    /// Puts it together again.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = self.header.to_vec();
        for section in &self.sections {
            let contents = match &section.body {
                Body::Bytes(bytes) => bytes.clone(),
                Body::Nested(nested) => nested.encode(),
            };
            bytes.push(section.id);
            leb(contents.len() as u64, &mut bytes);
            bytes.extend(contents);
        }
        bytes.extend(&self.rest);
        bytes
    }
}

/// The number and size of the section that `bytes` begin with, and what follows both.
fn frame(bytes: &[u8]) -> Option<(u8, usize, &[u8])> {
    let mut reader = BinaryReader::new(bytes, 0);
    let id = reader.read_u8().ok()?;
    let size = reader.read_var_u32().ok()? as usize;
    let after = &bytes[reader.original_position()..];
    (size <= after.len()).then_some((id, size, after))
}

/// Adds an unsigned number in LEB128.
pub fn leb(mut value: u64, to: &mut Vec<u8>) {
    loop {
        let byte = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            return to.push(byte);
        }
        to.push(byte | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::{Binary, Body};

    #[test]
    fn a_component_taken_apart_and_put_together_is_the_same() {
        let text = r#"(component
            (component (core module (func (export "f"))) (core instance (instantiate 0)))
            (type (record (field "a" u8))))"#;
        let bytes = wat::parse_str(text).expect("it is a component");
        let binary = Binary::parse(&bytes).expect("it can be taken apart");
        assert!(
            matches!(&binary.sections[0].body, Body::Nested(inner) if inner.sections.len() == 2)
        );
        assert_eq!(binary.encode(), bytes);
        let cut = &bytes[..bytes.len() - 3];
        assert_eq!(
            Binary::parse(cut).expect("most of it is there").encode(),
            cut
        );
    }
}
