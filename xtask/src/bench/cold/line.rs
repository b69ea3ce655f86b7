//! The lines over which pages are visited.

use super::link::Speed;
use std::time::Duration;

/// How a page comes to the browser.
#[derive(Debug)]
pub struct Line {
    /// What reports call it.
    pub name: &'static str,
    /// How fast it is; none: as fast as this machine.
    pub speed: Option<Speed>,
    /// How files are compressed.
    pub coding: Coding,
}

/// How files are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// By `gzip -9`.
    Gzip,
    /// By `brotli -q 11`.
    Brotli,
}

impl Coding {
    /// Whether a browser that says that it takes `accepts` takes it.
    pub fn is_taken(self, accepts: &str) -> bool {
        let name = match self {
            Self::Gzip => "gzip",
            Self::Brotli => "br",
        };
        accepts.split(',').any(|taken| taken.trim() == name)
    }
}

/// 9 Mbit/s, and 60 ms there and back.
const SLOW: Option<Speed> = Some(Speed {
    bits: 9_000_000,
    round_trip: Duration::from_millis(60),
});

/// The line that slows nothing down.
pub const UNTHROTTLED: &str = "unthrottled";

/// Every line. The first is one that every browser takes.
pub static LINES: [Line; 3] = [
    Line {
        name: UNTHROTTLED,
        speed: None,
        coding: Coding::Gzip,
    },
    Line {
        name: "9 Mbit/s",
        speed: SLOW,
        coding: Coding::Gzip,
    },
    Line {
        name: "9 Mbit/s, brotli",
        speed: SLOW,
        coding: Coding::Brotli,
    },
];

#[cfg(test)]
mod tests {
    use super::Coding;

    #[test]
    fn a_browser_says_what_it_takes() {
        assert!(Coding::Brotli.is_taken("gzip, deflate, br, zstd"));
        assert!(!Coding::Brotli.is_taken("gzip, deflate"));
        assert!(Coding::Gzip.is_taken("gzip, deflate"));
    }
}
