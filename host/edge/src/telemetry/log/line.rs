//! An event is one line: what it tells comes from everywhere, and must not begin another, nor steer
//! a terminal.

use std::fmt::{self, Write};

use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::{DefaultFields, Writer};

/// Writes fields, the message among them, as text always is written, but for what would not stay in
/// the line: that is written as Rust writes it in texts (`\n`).
#[derive(Debug, Default)]
pub struct Escaped(DefaultFields);

impl<'writer> FormatFields<'writer> for Escaped {
    fn format_fields<R: RecordFields>(
        &self,
        mut writer: Writer<'writer>,
        fields: R,
    ) -> fmt::Result {
        let mut escaping = Escaping(&mut writer);
        self.0.format_fields(Writer::new(&mut escaping), fields)
    }
}

struct Escaping<'a, W>(&'a mut W);

impl<W: Write> Write for Escaping<'_, W> {
    fn write_str(&mut self, mut text: &str) -> fmt::Result {
        while let Some((at, letter)) = text.char_indices().find(|(_, letter)| leaves(*letter)) {
            let (before, rest) = text.split_at(at);
            self.0.write_str(before)?;
            write!(self.0, "{}", letter.escape_debug())?;
            text = &rest[letter.len_utf8()..];
        }
        self.0.write_str(text)
    }
}

/// Whether a letter ends a line, steers what shows it, or turns the direction of what follows.
fn leaves(letter: char) -> bool {
    let turns = matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let ends = matches!(letter, '\u{2028}' | '\u{2029}');
    (letter.is_control() && letter != '\t') || ends || turns
}
