//! How deep components, and the types of components and instances, are nested in the bytes.
//!
//! The parser reads such a type by recursion, and three bytes are enough for one more level; the
//! validator's own bound on depth comes after. Components inside each other have no bound at all,
//! and each takes from all around it. Here the levels are counted without recursion. Whatever
//! cannot be read is left to the validator, which says what is wrong with it.

use wasmparser::{
    BinaryReader, ComponentAlias, ComponentExternName, ComponentImport, ComponentType,
    ComponentTypeRef, CoreType, Parser, Payload,
};

use super::ScreenError;

/// As many levels as the validator allows for types.
const DEEPEST: usize = 100;

const COMPONENT_TYPE: u8 = 0x41;
const INSTANCE_TYPE: u8 = 0x42;

/// Refuses a component in which components or types are nested too deep.
pub(super) fn check(bytes: &[u8]) -> Result<(), ScreenError> {
    let mut around = 0_usize;
    let deep = |what, offset| ScreenError::Nested {
        what,
        most: DEEPEST,
        offset,
    };
    for payload in Parser::new(0).parse_all(bytes) {
        match payload {
            Err(_) => break,
            Ok(Payload::ModuleSection { .. }) => around += 1,
            Ok(Payload::ComponentSection {
                unchecked_range, ..
            }) => {
                around += 1;
                if around > DEEPEST {
                    return Err(deep("components", unchecked_range.start));
                }
            }
            Ok(Payload::End(_)) => around = around.saturating_sub(1),
            Ok(Payload::ComponentTypeSection(section)) => {
                let range = section.range();
                let Some(data) = bytes.get(range.clone()) else {
                    break;
                };
                if deepest(BinaryReader::new(data, range.start)) > DEEPEST {
                    return Err(deep("types", range.start));
                }
            }
            Ok(_) => {}
        }
    }
    Ok(())
}

/// The most levels found in a section of types; those above the bound are not looked into.
fn deepest(mut section: BinaryReader<'_>) -> usize {
    let mut open = Vec::new();
    let mut most = 0;
    // An error means that the section cannot be read further, and what was read is shallow enough.
    let _ = walk(&mut section, &mut open, &mut most);
    most
}

/// Reads declarations; `open` holds how many are left in each type around them.
fn walk(
    reader: &mut BinaryReader<'_>,
    open: &mut Vec<u32>,
    most: &mut usize,
) -> wasmparser::Result<()> {
    open.push(reader.read_var_u32()?);
    while let Some(left) = open.last_mut() {
        if *left == 0 {
            open.pop();
            continue;
        }
        *left -= 1;
        if opens(reader, open.len() == 1)? {
            open.push(reader.read_var_u32()?);
            *most = open.len() - 1;
            if *most > DEEPEST {
                break;
            }
        }
    }
    Ok(())
}

/// Reads one declaration, or the head of one that has declarations inside; says whether it was such
/// a head.
fn opens(reader: &mut BinaryReader<'_>, at_top: bool) -> wasmparser::Result<bool> {
    if !at_top {
        match reader.read_u8()? {
            0x00 => return reader.read::<CoreType<'_>>().map(|_| false),
            0x01 => {}
            0x02 => return reader.read::<ComponentAlias<'_>>().map(|_| false),
            0x03 => return reader.read::<ComponentImport<'_>>().map(|_| false),
            _ => {
                reader.read::<ComponentExternName<'_>>()?;
                return reader.read::<ComponentTypeRef>().map(|_| false);
            }
        }
    }
    let mut ahead = reader.clone();
    if matches!(ahead.read_u8()?, COMPONENT_TYPE | INSTANCE_TYPE) {
        *reader = ahead;
        return Ok(true);
    }
    reader.read::<ComponentType<'_>>().map(|_| false)
}

#[cfg(test)]
mod tests {
    use super::{DEEPEST, check};

    /// A component whose only type is `levels` instance types, each inside the one before.
    fn nested(levels: usize) -> Vec<u8> {
        let mut types = vec![1];
        types.extend(std::iter::repeat_n([0x42, 1, 1], levels - 1).flatten());
        types.extend([0x42, 0]);
        component(7, &types)
    }

    /// A component of one section.
    fn component(section: u8, contents: &[u8]) -> Vec<u8> {
        let mut bytes = b"\0asm\x0d\0\x01\0".to_vec();
        bytes.push(section);
        let mut size = contents.len();
        while size > 0x7f {
            bytes.push(size as u8 | 0x80);
            size >>= 7;
        }
        bytes.push(size as u8);
        bytes.extend(contents);
        bytes
    }

    /// So many components around an empty one.
    fn around(levels: usize) -> Vec<u8> {
        let empty = b"\0asm\x0d\0\x01\0".to_vec();
        (0..levels).fold(empty, |inside, _| component(4, &inside))
    }

    #[test]
    fn the_bound_is_the_last_that_is_allowed() {
        assert_eq!(check(&nested(DEEPEST)), Ok(()));
        for levels in [DEEPEST + 1, 1_000_000] {
            let error = check(&nested(levels)).expect_err("it is too deep");
            assert!(
                error
                    .to_string()
                    .contains("types nested at most 100 levels"),
                "{error}"
            );
        }
    }

    #[test]
    fn components_have_the_same_bound() {
        assert_eq!(check(&around(DEEPEST)), Ok(()));
        for levels in [DEEPEST + 1, 3_000] {
            let error = check(&around(levels)).expect_err("it is too deep");
            assert!(
                error
                    .to_string()
                    .contains("components nested at most 100 levels"),
                "{error}"
            );
        }
    }
}
