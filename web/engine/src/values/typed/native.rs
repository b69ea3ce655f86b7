//! How large values are natively: what a call may copy out of a guest is counted in those bytes, as
//! in Wasmtime.

/// The layout of a Rust type where pointers have 64 bits.
///
/// A type that a host derives is taken to be as large as it is here, which it is if it has no
/// pointers.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct NativeLayout {
    /// Its bytes.
    pub size: usize,
    align: usize,
    /// Whether an `Option` of it is as large as itself.
    niche: bool,
}

impl NativeLayout {
    /// The layout that `T` has here.
    pub const fn here<T>() -> NativeLayout {
        NativeLayout {
            size: size_of::<T>(),
            align: align_of::<T>(),
            niche: size_of::<Option<T>>() == size_of::<T>(),
        }
    }

    /// `count` pointers and lengths.
    pub const fn words(count: usize) -> NativeLayout {
        NativeLayout {
            size: 8 * count,
            align: 8,
            niche: true,
        }
    }

    /// `count` numbers of 32 bits.
    pub const fn numbers(count: usize) -> NativeLayout {
        NativeLayout {
            size: 4 * count,
            align: 4,
            niche: false,
        }
    }

    /// Fields beside each other, which Rust puts so that least is lost.
    pub const fn fields(fields: &[NativeLayout]) -> NativeLayout {
        let mut all = NativeLayout {
            size: 0,
            align: 1,
            niche: false,
        };
        let mut index = 0;
        while index < fields.len() {
            let field = fields[index];
            all.size += field.size;
            all.align = max(all.align, field.align);
            all.niche |= field.niche;
            index += 1;
        }
        all.rounded()
    }

    /// `count` values of this layout.
    pub const fn array(self, count: usize) -> NativeLayout {
        NativeLayout {
            size: self.size * count,
            ..self
        }
    }

    /// One of two payloads, as `T` has it here. Where the case takes no room here, it takes none
    /// natively.
    pub const fn choice<T>(
        (here, first): (usize, NativeLayout),
        (other_here, second): (usize, NativeLayout),
    ) -> NativeLayout {
        let own = NativeLayout::here::<T>();
        let align = max(first.align, second.align);
        let tagged = own.size > max(here, other_here);
        let size = match tagged {
            true => max(first.align + first.size, second.align + second.size),
            false => max(first.size, second.size),
        };
        NativeLayout {
            size,
            align,
            niche: own.niche,
        }
        .rounded()
    }

    const fn rounded(self) -> NativeLayout {
        NativeLayout {
            size: self.size.next_multiple_of(self.align),
            ..self
        }
    }
}

const fn max(a: usize, b: usize) -> usize {
    if a > b { a } else { b }
}
