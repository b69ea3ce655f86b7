//! The container: a head with a table of sections, and the sections.

use amphi_core::binary::PAGE_FILE;
use wasmtime_environ::error::{Result, bail, ensure, format_err};

/// What a file begins with.
pub const FILE: [u8; 8] = *PAGE_FILE;

/// What a tail begins with.
pub const TAIL: [u8; 8] = *b"\0amphi1\n";

/// The version of the layout, of the sections too.
const VERSION: u32 = 1;

/// Bytes of a head without the names of features and without sections.
const LEAST_HEAD: usize = 36;
/// The most that a head has: some thousand core modules.
const MOST_HEAD: usize = 1 << 20;
/// Bytes of a section in the table: kind, length and checksum.
const ENTRY: usize = 12;
/// Where what the head's own checksum is of begins.
const CHECKED: usize = 16;

/// What is in a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SectionKind {
    /// The plan, for Rust.
    Plan = 1,
    /// The description for JavaScript.
    JavaScript = 2,
    /// A core module.
    Module = 3,
    /// What stands for a memory of the core module before it.
    Accessor = 4,
}

/// A file or a tail, taken apart.
#[derive(Debug)]
pub struct Container<'a> {
    /// The checksum of the head, and so of all that it has the checksums of.
    pub checksum: u32,
    /// What is said of the core modules.
    pub flags: u32,
    /// The checksum of the file that a tail belongs to.
    pub of: u32,
    /// The names of the features of WebAssembly that may be used.
    pub features: &'a str,
    /// The plan.
    pub plan: &'a [u8],
    /// The description for JavaScript, if there is one.
    pub javascript: Option<&'a [u8]>,
    /// Core modules, and in a tail accessors.
    pub modules: Vec<(SectionKind, &'a [u8])>,
    /// What follows.
    pub rest: &'a [u8],
}

impl<'a> Container<'a> {
    /// Takes apart what begins with `magic`, as a head does of which [`is`] is true.
    ///
    /// # Errors
    ///
    /// It is of another version, truncated or changed.
    pub fn read(bytes: &'a [u8]) -> Result<Container<'a>> {
        let version = word(bytes, 8)?;
        ensure!(
            version == VERSION,
            "the precompiled file is of another version of Amphi: its format is {version}, \
             expected {VERSION}"
        );
        let checksum = word(bytes, 12)?;
        let length = word(bytes, CHECKED)? as usize;
        ensure!(
            (LEAST_HEAD..=MOST_HEAD).contains(&length),
            "the precompiled file is changed: its head says that it has {length} bytes"
        );
        let head = bytes
            .get(..length)
            .ok_or_else(|| truncated("the head", length, bytes.len()))?;
        ensure!(
            checksum == fnv(&head[CHECKED..]),
            "the precompiled file is changed: its head is not what was written"
        );
        let features_end = 32_usize.saturating_add(word(head, 28)? as usize);
        let features = head
            .get(32..features_end)
            .and_then(|features| std::str::from_utf8(features).ok())
            .ok_or_else(|| forged("the names of features"))?;
        let table = head.get(features_end + 4..).unwrap_or_default();
        let count = word(head, features_end)? as usize;
        ensure!(
            table.len() == count.saturating_mul(ENTRY),
            forged("the table of sections")
        );
        let mut container = Container {
            checksum,
            flags: word(head, 20)?,
            of: word(head, 24)?,
            features,
            plan: &[],
            javascript: None,
            modules: Vec::new(),
            rest: &bytes[length..],
        };
        let mut number = 0;
        for (index, entry) in table.chunks_exact(ENTRY).enumerate() {
            container.section(index, &mut number, entry)?;
        }
        ensure!(count > 0, forged("the table of sections"));
        Ok(container)
    }

    /// Takes the section that is next; `number` counts core modules.
    fn section(&mut self, index: usize, number: &mut usize, entry: &[u8]) -> Result<()> {
        let kind = word(entry, 0)?;
        let length = word(entry, 4)? as usize;
        let later = index > 0 && (index > 1 || kind != SectionKind::JavaScript as u32);
        let (kind, name) = match kind {
            1 if index == 0 => (SectionKind::Plan, "section `plan`".to_owned()),
            2 if index == 1 => (SectionKind::JavaScript, "section `javascript`".to_owned()),
            3 if later => {
                let name = format!("core module {number}");
                *number += 1;
                (SectionKind::Module, name)
            }
            4 if later && !self.modules.is_empty() => {
                (SectionKind::Accessor, "an accessor".to_owned())
            }
            _ => bail!(forged("the order of sections")),
        };
        let (section, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or_else(|| truncated(&name, length, self.rest.len()))?;
        ensure!(
            word(entry, 8)? == fnv(section),
            "the precompiled file is changed: {name} is not what was written"
        );
        self.rest = rest;
        match kind {
            SectionKind::Plan => self.plan = section,
            SectionKind::JavaScript => self.javascript = Some(section),
            SectionKind::Module | SectionKind::Accessor => self.modules.push((kind, section)),
        }
        Ok(())
    }
}

/// Puts a file or a tail together: what [`Container::read`] takes apart.
///
/// # Errors
///
/// It is longer than the numbers in it may be, or the head would be.
#[cfg(feature = "compiler")]
pub fn write(
    magic: &[u8; 8],
    (flags, of): (u32, u32),
    features: &str,
    sections: &[(SectionKind, &[u8])],
) -> Result<Vec<u8>> {
    let length = LEAST_HEAD + features.len() + ENTRY * sections.len();
    ensure!(
        length <= MOST_HEAD,
        "a component of {} core modules: not supported in a precompiled file",
        sections.len()
    );
    let mut head = Vec::with_capacity(length);
    for number in [length as u32, flags, of, features.len() as u32] {
        head.extend(number.to_le_bytes());
    }
    head.extend(features.as_bytes());
    head.extend((sections.len() as u32).to_le_bytes());
    for (kind, section) in sections {
        let length = u32::try_from(section.len())?;
        for number in [*kind as u32, length, fnv(section)] {
            head.extend(number.to_le_bytes());
        }
    }
    let sections = sections.iter().map(|(_, section)| *section);
    let checked = [
        magic.as_slice(),
        &VERSION.to_le_bytes(),
        &fnv(&head).to_le_bytes(),
        &head,
    ];
    Ok(checked
        .into_iter()
        .chain(sections)
        .collect::<Vec<_>>()
        .concat())
}

/// The checksum of the head of a file that was written.
#[cfg(feature = "compiler")]
pub fn checksum(file: &[u8]) -> Result<u32> {
    word(file, 12)
}

/// Whether the bytes begin with `magic`, or with as much of it as there is.
pub fn is(bytes: &[u8], magic: &[u8; 8]) -> bool {
    let length = bytes.len().min(magic.len());
    length > 0 && bytes[..length] == magic[..length]
}

/// The word at `at`.
fn word(bytes: &[u8], at: usize) -> Result<u32> {
    let word = bytes.get(at..).and_then(|rest| rest.first_chunk());
    let word = word.ok_or_else(|| truncated("the head", at + 4, bytes.len()))?;
    Ok(u32::from_le_bytes(*word))
}

fn truncated(what: &str, expected: usize, found: usize) -> wasmtime_environ::error::Error {
    format_err!(
        "the precompiled file is truncated: {what} has {expected} bytes, of which {found} are there"
    )
}

fn forged(what: &str) -> wasmtime_environ::error::Error {
    format_err!("the precompiled file is not what `amphi compile` writes: {what}")
}

/// The 32-bit FNV-1a hash: every change of one byte changes it.
pub fn fnv(bytes: &[u8]) -> u32 {
    let basis = 0x811c_9dc5_u32;
    bytes.iter().fold(basis, |hash, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    })
}
