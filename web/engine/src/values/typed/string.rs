//! Strings in the three encodings of the canonical ABI (spec: `load_string`, `store_string`).

use super::pointer::Pair;
use super::{ComponentType, Lift, Lower, NativeLayout};
use crate::raw::ValRaw;
use crate::types::InstanceType;
use crate::types::desc;
use crate::values::context::{LiftContext, LowerContext};
use std::mem::MaybeUninit;
use std::sync::Arc;
use wasmtime_environ::component::{CanonicalAbiInfo, InterfaceType, StringEncoding};
use wasmtime_environ::error::{Error, Result, bail, format_err};

/// Set in the length of a latin1+utf16 string that is in UTF-16.
const UTF16_TAG: u32 = 1 << 31;

/// The most bytes of a string in memory.
const MAX_STRING_BYTES: usize = (1 << 31) - 1;

// SAFETY: a string is a pointer and a length.
unsafe impl ComponentType for str {
    type Lower = [ValRaw; 2];
    const ABI: CanonicalAbiInfo = CanonicalAbiInfo::POINTER_PAIR;
    const NEEDS_TYPE: bool = false;

    fn typecheck(ty: &InterfaceType, _types: &InstanceType<'_>) -> Result<()> {
        match ty {
            InterfaceType::String => Ok(()),
            other => bail!("expected `string` found `{}`", desc(other)),
        }
    }
}

// SAFETY: as above.
unsafe impl Lower for str {
    #[inline]
    fn linear_lower_to_flat<T>(
        &self,
        cx: &mut LowerContext<'_, T>,
        _ty: InterfaceType,
        dst: &mut MaybeUninit<[ValRaw; 2]>,
    ) -> Result<()> {
        if cx.defer(dst.as_mut_ptr(), self.as_ptr(), self.len()) {
            return check_length(self.len());
        }
        lower_string(cx, self)?.to_flat(dst);
        Ok(())
    }

    fn linear_lower_to_memory<T>(
        &self,
        cx: &mut LowerContext<'_, T>,
        _ty: InterfaceType,
        offset: usize,
    ) -> Result<()> {
        *cx.get(offset) = lower_string(cx, self)?.to_bytes();
        Ok(())
    }
}

fn lower_string<T>(cx: &mut LowerContext<'_, T>, string: &str) -> Result<Pair> {
    match cx.options().string_encoding {
        StringEncoding::Utf8 => {
            check_length(string.len())?;
            Pair::new(cx.place(1, string.as_bytes())?, string.len())
        }
        StringEncoding::Utf16 => {
            let worst = string.len().saturating_mul(2);
            if worst > MAX_STRING_BYTES {
                return Err(too_large(string.len()));
            }
            let ptr = cx.allocate(0, 0, 2, worst)?;
            let (ptr, units) = place_utf16(cx, string.encode_utf16(), ptr, worst)?;
            Pair::new(ptr, units)
        }
        StringEncoding::CompactUtf16 => lower_compact(cx, string),
    }
}

/// Latin-1 as far as it goes. With the first character outside of it, the rest is UTF-16, and what
/// the guest has by then, by its own doing when it made more room, is widened.
fn lower_compact<T>(cx: &mut LowerContext<'_, T>, string: &str) -> Result<Pair> {
    let ptr = cx.allocate(0, 0, 2, string.len())?;
    let narrow = string
        .chars()
        .map_while(|c| u8::try_from(u32::from(c)).ok());
    let latin1: Vec<u8> = narrow.collect();
    cx.copy_in(ptr, &latin1)?;
    let wide = string
        .char_indices()
        .nth(latin1.len())
        .map(|(index, _)| &string[index..]);
    let Some(wide) = wide else {
        let ptr = if latin1.len() < string.len() {
            cx.allocate(ptr, string.len(), 2, latin1.len())?
        } else {
            ptr
        };
        return Pair::new(ptr, latin1.len());
    };
    let worst = string.len().saturating_mul(2);
    if worst > MAX_STRING_BYTES {
        bail!("byte length too large");
    }
    let ptr = cx.allocate(ptr, string.len(), 2, worst)?;
    let kept = cx.copy_out(ptr, latin1.len())?;
    let units = kept.into_iter().map(u16::from).chain(wide.encode_utf16());
    let (ptr, units) = place_utf16(cx, units, ptr, worst)?;
    let mut pair = Pair::new(ptr, units)?;
    pair.len |= UTF16_TAG;
    Ok(pair)
}

/// Writes UTF-16 to `worst` bytes at `ptr`, and gives back what is too much: the new pointer, and
/// the number of code units.
fn place_utf16<T>(
    cx: &mut LowerContext<'_, T>,
    units: impl Iterator<Item = u16>,
    ptr: usize,
    worst: usize,
) -> Result<(usize, usize)> {
    let bytes: Vec<u8> = units.flat_map(u16::to_le_bytes).collect();
    cx.copy_in(ptr, &bytes)?;
    let ptr = if bytes.len() < worst {
        cx.allocate(ptr, worst, 2, bytes.len())?
    } else {
        ptr
    };
    Ok((ptr, bytes.len() / 2))
}

fn check_length(bytes: usize) -> Result<()> {
    match bytes > MAX_STRING_BYTES {
        true => Err(too_large(bytes)),
        false => Ok(()),
    }
}

#[cold]
fn too_large(bytes: usize) -> Error {
    format_err!("string length of {bytes} too large to copy into wasm")
}

/// How the code units of a string are stored.
#[derive(Clone, Copy)]
pub(super) enum Form {
    Utf8,
    Latin1,
    Utf16,
}

impl Form {
    /// The form of a string, and how many code units it has, from the length that stands beside its
    /// pointer.
    pub fn of(encoding: StringEncoding, len: u32) -> (Form, usize) {
        match encoding {
            StringEncoding::Utf8 => (Form::Utf8, len as usize),
            StringEncoding::Utf16 => (Form::Utf16, len as usize),
            StringEncoding::CompactUtf16 if len & UTF16_TAG != 0 => {
                (Form::Utf16, (len ^ UTF16_TAG) as usize)
            }
            StringEncoding::CompactUtf16 => (Form::Latin1, len as usize),
        }
    }

    /// The bytes of a code unit.
    pub fn unit(self) -> usize {
        match self {
            Form::Utf8 | Form::Latin1 => 1,
            Form::Utf16 => 2,
        }
    }

    /// Fails unless a string of this form may stand at `ptr`.
    pub fn check_alignment(self, ptr: usize) -> Result<()> {
        let align = match self {
            Form::Utf8 => 1,
            Form::Latin1 | Form::Utf16 => 2,
        };
        if !ptr.is_multiple_of(align) {
            bail!("string pointer not aligned to {align}");
        }
        Ok(())
    }

    /// The string of these bytes, which are whole code units.
    pub fn decode(self, bytes: Vec<u8>) -> Result<String> {
        match self {
            Form::Utf8 => Ok(String::from_utf8(bytes)?),
            Form::Latin1 => Ok(bytes.into_iter().map(char::from).collect()),
            Form::Utf16 => {
                let (units, _) = bytes.as_chunks();
                decode_utf16(units.iter().map(|unit| u16::from_le_bytes(*unit)))
            }
        }
    }
}

/// Not `String::from_utf16`, whose error says less than the one that Wasmtime gives.
fn decode_utf16(units: impl Iterator<Item = u16>) -> Result<String> {
    Ok(char::decode_utf16(units).collect::<Result<String, _>>()?)
}

fn lift_string(cx: &mut LiftContext<'_>, pair: Pair) -> Result<String> {
    let ptr = pair.ptr as usize;
    let (form, len) = Form::of(cx.options().string_encoding, pair.len);
    form.check_alignment(ptr)?;
    match form {
        Form::Utf8 | Form::Latin1 => form.decode(read_units(cx, ptr, len)?),
        Form::Utf16 => decode_utf16(read_units::<u16>(cx, ptr, len)?.into_iter()),
    }
}

fn read_units<U: Copy>(cx: &mut LiftContext<'_>, ptr: usize, len: usize) -> Result<Vec<U>> {
    // SAFETY: the units are bytes or 16-bit integers.
    unsafe { cx.read_vec((ptr, len), 1, "string") }
}

/// Lifting into each owner of a string, which is so many words large.
macro_rules! lift_into {
    ($($owner:ty: $words:literal),*) => {$(
        // SAFETY: as for `str`.
        unsafe impl Lift for $owner {
            const NATIVE: NativeLayout = NativeLayout::words($words);

            #[inline]
            fn linear_lift_from_flat(
                cx: &mut LiftContext<'_>,
                _ty: InterfaceType,
                src: &[ValRaw; 2],
            ) -> Result<$owner> {
                Ok(lift_string(cx, Pair::from_flat(src))?.into())
            }

            #[inline]
            fn linear_lift_from_memory(
                cx: &mut LiftContext<'_>,
                _ty: InterfaceType,
                bytes: &[u8],
            ) -> Result<$owner> {
                Ok(lift_string(cx, Pair::from_bytes(bytes)?)?.into())
            }
        }
    )*};
}

lift_into!(String: 3, Box<str>: 2, Arc<str>: 2);
