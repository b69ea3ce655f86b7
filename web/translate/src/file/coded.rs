//! `Coded`: how data is written as bytes and read again. Numbers are LEB128; what may be of several
//! kinds begins with a byte that says which.
//!
//! Nothing is taken for granted of what is read: every count is held against the bytes that are
//! left, as each item has one at least.

use super::reader::ByteReader;
use std::hash::Hash;
use std::sync::Arc;
use wasmtime_environ::error::{Result, bail, ensure};
use wasmtime_environ::prelude::{IndexMap, IndexSet};

/// What is written to a file and read again.
pub trait Coded: Sized {
    /// Appends it.
    #[cfg(feature = "compiler")]
    fn write(&self, to: &mut Vec<u8>);

    /// Takes it.
    fn read(from: &mut ByteReader<'_>) -> Result<Self>;
}

/// Declares how plain data is coded: fields in their order, kinds with their byte.
macro_rules! coded {
    ($(fields of $name:ident { $($field:ident),* $(,)? })*) => {
        $(
            impl Coded for $name {
                #[cfg(feature = "compiler")]
                fn write(&self, to: &mut Vec<u8>) {
                    $(self.$field.write(to);)*
                }

                fn read(from: &mut ByteReader<'_>) -> Result<Self> {
                    $(let $field = Coded::read(from)?;)*
                    Ok($name { $($field),* })
                }
            }
        )*
    };
    (kinds of $name:ident {
        $($tag:literal: $kind:ident $(($($item:ident),*))? $({ $($field:ident),* $(,)? })?,)*
    }) => {
        impl Coded for $name {
            #[cfg(feature = "compiler")]
            fn write(&self, to: &mut Vec<u8>) {
                match self {
                    $($name::$kind $(($($item),*))? $({ $($field),* })? => {
                        to.push($tag);
                        $($($item.write(to);)*)?
                        $($($field.write(to);)*)?
                    })*
                }
            }

            fn read(from: &mut ByteReader<'_>) -> Result<Self> {
                Ok(match from.byte()? {
                    $($tag => {
                        $($(let $item = Coded::read(from)?;)*)?
                        $($(let $field = Coded::read(from)?;)*)?
                        $name::$kind $(($($item),*))? $({ $($field),* })?
                    })*
                    other => return Err(from.unknown(stringify!($name), other)),
                })
            }
        }
    };
}

pub(super) use coded;

impl Coded for u64 {
    #[cfg(feature = "compiler")]
    fn write(&self, to: &mut Vec<u8>) {
        let mut rest = *self;
        while rest >= 0x80 {
            to.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        to.push(rest as u8);
    }

    #[inline(never)]
    fn read(from: &mut ByteReader<'_>) -> Result<u64> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = from.byte()?;
            let bits = u64::from(byte & 0x7f);
            ensure!(bits << shift >> shift == bits, "a number is too large");
            number |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        bail!("a number is too long");
    }
}

impl Coded for u32 {
    #[cfg(feature = "compiler")]
    fn write(&self, to: &mut Vec<u8>) {
        u64::from(*self).write(to);
    }

    #[inline(never)]
    fn read(from: &mut ByteReader<'_>) -> Result<u32> {
        Ok(u32::try_from(u64::read(from)?)?)
    }
}

impl Coded for usize {
    #[cfg(feature = "compiler")]
    fn write(&self, to: &mut Vec<u8>) {
        (*self as u64).write(to);
    }

    fn read(from: &mut ByteReader<'_>) -> Result<usize> {
        Ok(u32::read(from)? as usize)
    }
}

impl Coded for u8 {
    #[cfg(feature = "compiler")]
    fn write(&self, to: &mut Vec<u8>) {
        to.push(*self);
    }

    fn read(from: &mut ByteReader<'_>) -> Result<u8> {
        from.byte()
    }
}

impl Coded for bool {
    #[cfg(feature = "compiler")]
    fn write(&self, to: &mut Vec<u8>) {
        to.push(u8::from(*self));
    }

    #[inline(never)]
    fn read(from: &mut ByteReader<'_>) -> Result<bool> {
        match from.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(from.unknown("bool", other)),
        }
    }
}

impl Coded for String {
    #[cfg(feature = "compiler")]
    fn write(&self, to: &mut Vec<u8>) {
        self.len().write(to);
        to.extend(self.as_bytes());
    }

    #[inline(never)]
    fn read(from: &mut ByteReader<'_>) -> Result<String> {
        let length = usize::read(from)?;
        Ok(std::str::from_utf8(from.bytes(length)?)?.to_owned())
    }
}

impl<T: Coded> Coded for Option<T> {
    #[cfg(feature = "compiler")]
    fn write(&self, to: &mut Vec<u8>) {
        self.is_some().write(to);
        if let Some(item) = self {
            item.write(to);
        }
    }

    fn read(from: &mut ByteReader<'_>) -> Result<Option<T>> {
        let is_some = bool::read(from)?;
        is_some.then(|| T::read(from)).transpose()
    }
}

/// Items behind their count.
#[cfg(feature = "compiler")]
fn write_all<'t, T: Coded + 't>(items: impl ExactSizeIterator<Item = &'t T>, to: &mut Vec<u8>) {
    items.len().write(to);
    for item in items {
        item.write(to);
    }
}

impl<T: Coded> Coded for Vec<T> {
    #[cfg(feature = "compiler")]
    fn write(&self, to: &mut Vec<u8>) {
        write_all(self.iter(), to);
    }

    fn read(from: &mut ByteReader<'_>) -> Result<Vec<T>> {
        // As `collect` does, in less code.
        let mut items = Vec::new();
        for _ in 0..from.count()? {
            items.push(T::read(from)?);
        }
        Ok(items)
    }
}

impl<T: Coded> Coded for Box<[T]> {
    #[cfg(feature = "compiler")]
    fn write(&self, to: &mut Vec<u8>) {
        write_all(self.iter(), to);
    }

    fn read(from: &mut ByteReader<'_>) -> Result<Box<[T]>> {
        Vec::read(from).map(Vec::into)
    }
}

impl<T: Coded> Coded for Arc<[T]> {
    #[cfg(feature = "compiler")]
    fn write(&self, to: &mut Vec<u8>) {
        write_all(self.iter(), to);
    }

    fn read(from: &mut ByteReader<'_>) -> Result<Arc<[T]>> {
        Vec::read(from).map(Vec::into)
    }
}

impl<A: Coded, B: Coded> Coded for (A, B) {
    #[cfg(feature = "compiler")]
    fn write(&self, to: &mut Vec<u8>) {
        self.0.write(to);
        self.1.write(to);
    }

    fn read(from: &mut ByteReader<'_>) -> Result<(A, B)> {
        Ok((A::read(from)?, B::read(from)?))
    }
}

impl<A: Coded, B: Coded, C: Coded> Coded for (A, B, C) {
    #[cfg(feature = "compiler")]
    fn write(&self, to: &mut Vec<u8>) {
        self.0.write(to);
        self.1.write(to);
        self.2.write(to);
    }

    fn read(from: &mut ByteReader<'_>) -> Result<(A, B, C)> {
        Ok((A::read(from)?, B::read(from)?, C::read(from)?))
    }
}

impl<K: Clone + Coded + Eq + Hash + Ord, V: Coded> Coded for IndexMap<K, V> {
    #[cfg(feature = "compiler")]
    fn write(&self, to: &mut Vec<u8>) {
        self.len().write(to);
        for (key, value) in self {
            key.write(to);
            value.write(to);
        }
    }

    fn read(from: &mut ByteReader<'_>) -> Result<IndexMap<K, V>> {
        let mut map = IndexMap::default();
        for _ in 0..from.count()? {
            let (key, value) = Coded::read(from)?;
            ensure!(map.insert(key, value).is_none(), "a name occurs twice");
        }
        Ok(map)
    }
}

impl<T: Clone + Coded + Eq + Hash + Ord> Coded for IndexSet<T> {
    #[cfg(feature = "compiler")]
    fn write(&self, to: &mut Vec<u8>) {
        self.len().write(to);
        for item in self {
            item.write(to);
        }
    }

    fn read(from: &mut ByteReader<'_>) -> Result<IndexSet<T>> {
        let mut set = IndexSet::default();
        for _ in 0..from.count()? {
            ensure!(set.insert(Coded::read(from)?), "a name occurs twice");
        }
        Ok(set)
    }
}
