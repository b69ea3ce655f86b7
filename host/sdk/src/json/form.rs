//! How values are written where there is a choice. Whatever is chosen, all forms are read.

/// How values are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Form {
    /// Whether all whole numbers of 64 bits are written as strings, not only those that many
    /// readers of JSON would round.
    pub int64_strings: bool,
    /// Whether cases of variants and results, and options of options, are written as `{"tag": case,
    /// "val": payload}`, as programs in JavaScript have them.
    pub tagged: bool,
}

impl Form {
    /// Every form, the usual one first.
    pub const ALL: [Form; 4] = [
        Form {
            int64_strings: false,
            tagged: false,
        },
        Form {
            int64_strings: true,
            tagged: false,
        },
        Form {
            int64_strings: false,
            tagged: true,
        },
        Form {
            int64_strings: true,
            tagged: true,
        },
    ];
}
