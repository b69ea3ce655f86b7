//! Counting a text that comes in pieces, which may end within a word or within a character.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// How many words are named.
const NAMED: usize = 5;

/// What is known of a text so far.
#[derive(Default)]
pub struct Count {
    lines: u64,
    bytes: u64,
    words: u64,
    each: BTreeMap<String, u64>,
    /// The bytes of a word that may go on.
    word: Vec<u8>,
}

impl Count {
    /// Counts what comes next. A word is what stands between bytes of ASCII that are neither
    /// letters, digits nor an apostrophe.
    pub fn add(&mut self, piece: &[u8]) {
        self.bytes += piece.len() as u64;
        for byte in piece {
            if *byte == b'\n' {
                self.lines += 1;
            }
            if byte.is_ascii_alphanumeric() || !byte.is_ascii() || *byte == b'\'' {
                self.word.push(*byte);
            } else {
                self.end();
            }
        }
    }

    /// Ends the word that is under way: the text is over.
    pub fn end(&mut self) {
        if self.word.is_empty() {
            return;
        }
        let word = String::from_utf8_lossy(&self.word).to_lowercase();
        self.words += 1;
        *self.each.entry(word).or_default() += 1;
        self.word.clear();
    }

    /// The counts, and the words that come most often, as JSON. No word has a character that JSON
    /// would escape.
    pub fn to_json(&self) -> String {
        let mut most: Vec<_> = self.each.iter().collect();
        // Words that come equally often stay in their order.
        most.sort_by_key(|(_, times)| std::cmp::Reverse(**times));
        let mut json = format!(
            r#"{{"lines":{},"words":{},"bytes":{},"most":{{"#,
            self.lines, self.words, self.bytes
        );
        for (index, (word, times)) in most.iter().take(NAMED).enumerate() {
            let comma = if index == 0 { "" } else { "," };
            let _ = write!(json, r#"{comma}"{word}":{times}"#);
        }
        json + "}}\n"
    }
}
