//! A text in JSON, read from front to back: what comes next is taken when the type asks for it, and
//! no tree is made of it.
//!
//! The grammar is RFC 8259's, to the letter. Numbers are handed out as they are written, so that
//! nothing is lost before the type is known.

use std::borrow::Cow;

use super::bounds::{Bound, Bounds};
use super::error::{Fault, Problem, Read};
use crate::notation::quoted;

/// A text, and how far it is read.
pub(super) struct Cursor<'a> {
    source: &'a str,
    at: usize,
    /// How many more arrays and objects may be opened.
    depth: usize,
    bounds: Bounds,
}

/// A place to come back to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    at: usize,
    depth: usize,
}

/// What a value begins like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Null,
    True,
    False,
    Number,
    String,
    Array,
    Object,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(source: &'a str, bounds: &Bounds) -> Self {
        Cursor {
            source,
            at: 0,
            depth: bounds.depth,
            bounds: *bounds,
        }
    }

    /// How far the text is read, in bytes.
    pub(super) fn offset(&self) -> usize {
        self.at
    }

    /// What comes next, which is not taken yet.
    pub(super) fn next(&mut self) -> Read<Next> {
        self.space();
        match self.byte() {
            Some(b'n') => Ok(Next::Null),
            Some(b't') => Ok(Next::True),
            Some(b'f') => Ok(Next::False),
            Some(b'-' | b'0'..=b'9') => Ok(Next::Number),
            Some(b'"') => Ok(Next::String),
            Some(b'[') => Ok(Next::Array),
            Some(b'{') => Ok(Next::Object),
            _ => Err(self.unexpected("a value")),
        }
    }

    /// Nothing comes any more.
    pub(super) fn end(&mut self) -> Read<()> {
        self.space();
        match self.byte() {
            None => Ok(()),
            Some(_) => Err(self.unexpected("the end")),
        }
    }

    /// Whether nothing comes any more.
    pub(super) fn is_over(&mut self) -> bool {
        self.space();
        self.byte().is_none()
    }

    /// Takes `null`, `true` or `false`, the first letter of which is there.
    pub(super) fn word(&mut self, word: &'static str) -> Read<()> {
        match self.source[self.at..].starts_with(word) {
            true => {
                self.at += word.len();
                Ok(())
            }
            false => Err(self.unexpected(&format!("`{word}`"))),
        }
    }

    /// Takes a number, as it is written.
    pub(super) fn number(&mut self) -> Read<&'a str> {
        let start = self.at;
        self.accept(b"-");
        match self.byte() {
            Some(b'0') => self.at += 1,
            _ => self.digits()?,
        }
        if self.accept(b".") {
            self.digits()?;
        }
        if self.accept(b"eE") {
            self.accept(b"+-");
            self.digits()?;
        }
        Ok(&self.source[start..self.at])
    }

    /// Takes a string, with what its escapes stand for.
    pub(super) fn string(&mut self) -> Read<Cow<'a, str>> {
        self.at += 1;
        let source = self.source;
        let plain = self.plain();
        if self.accept(b"\"") {
            return Ok(Cow::Borrowed(plain));
        }
        let mut text = plain.to_owned();
        loop {
            match self.byte() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Cow::Owned(text));
                }
                Some(b'\\') => text.push(self.escape()?),
                _ => return Err(self.unexpected("the end of a string, or an escape")),
            }
            let start = self.at;
            self.plain();
            text.push_str(&source[start..self.at]);
        }
    }

    /// Opens an array or an object, whose bracket is there.
    pub(super) fn open(&mut self) -> Read<()> {
        let left = self.depth.checked_sub(1);
        let exceeded = || Fault::new(self.at, Problem::TooMuch(Bound::Depth, self.bounds.depth));
        self.depth = left.ok_or_else(exceeded)?;
        self.at += 1;
        Ok(())
    }

    /// Whether there is one more part in what was opened last; takes the comma before it, or else
    /// the bracket `close`.
    pub(super) fn more(&mut self, close: u8, first: bool) -> Read<bool> {
        self.space();
        match self.byte() {
            Some(byte) if byte == close => {
                self.at += 1;
                self.depth += 1;
                Ok(false)
            }
            Some(_) if first => Ok(true),
            Some(b',') => {
                self.at += 1;
                Ok(true)
            }
            _ if first => Err(self.unexpected(&format!("a value or `{}`", char::from(close)))),
            _ => Err(self.unexpected(&format!("`,` or `{}`", char::from(close)))),
        }
    }

    /// Takes the name of a field, and the colon after it.
    pub(super) fn key(&mut self) -> Read<Cow<'a, str>> {
        self.space();
        if self.byte() != Some(b'"') {
            return Err(self.unexpected("a name in quotes"));
        }
        let key = self.string()?;
        self.space();
        match self.accept(b":") {
            true => Ok(key),
            false => Err(self.unexpected("`:`")),
        }
    }

    /// Takes a value, whatever it is.
    pub(super) fn skip(&mut self) -> Read<()> {
        match self.next()? {
            Next::Null => self.word("null"),
            Next::True => self.word("true"),
            Next::False => self.word("false"),
            Next::Number => self.number().map(drop),
            Next::String => self.string().map(drop),
            Next::Array => {
                self.open()?;
                let mut first = true;
                while self.more(b']', first)? {
                    first = false;
                    self.skip()?;
                }
                Ok(())
            }
            Next::Object => {
                self.open()?;
                let mut first = true;
                while self.more(b'}', first)? {
                    first = false;
                    self.key()?;
                    self.skip()?;
                }
                Ok(())
            }
        }
    }

    /// This place.
    pub(super) fn mark(&self) -> Mark {
        Mark {
            at: self.at,
            depth: self.depth,
        }
    }

    /// Goes on from a place that was read before.
    pub(super) fn resume(&mut self, mark: Mark) {
        self.at = mark.at;
        self.depth = mark.depth;
    }

    fn byte(&self) -> Option<u8> {
        self.source.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.byte() {
            self.at += 1;
        }
    }

    fn accept(&mut self, any: &[u8]) -> bool {
        let found = self.byte().is_some_and(|byte| any.contains(&byte));
        self.at += usize::from(found);
        found
    }

    fn digits(&mut self) -> Read<()> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.byte() {
            self.at += 1;
        }
        match self.at > start {
            true => Ok(()),
            false => Err(self.unexpected("a digit")),
        }
    }

    /// Takes what of a string stands for itself.
    fn plain(&mut self) -> &'a str {
        let rest = &self.source[self.at..];
        let special = |byte: u8| byte == b'"' || byte == b'\\' || byte < 0x20;
        let length = rest.bytes().position(special).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn escape(&mut self) -> Read<char> {
        self.at += 1;
        let letter = match self.byte() {
            Some(b'n') => '\n',
            Some(b't') => '\t',
            Some(b'r') => '\r',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(letter @ (b'"' | b'\\' | b'/')) => char::from(letter),
            Some(b'u') => return self.unicode(),
            _ => return Err(self.unexpected("an escape")),
        };
        self.at += 1;
        Ok(letter)
    }

    /// The letter of `u0041`, or of `ud83d\ude00`, two halves that make one.
    fn unicode(&mut self) -> Read<char> {
        let start = self.at;
        let first = self.unit()?;
        let code = match first {
            0xd800..0xdc00 if self.source[self.at..].starts_with("\\u") => {
                self.at += 1;
                match self.unit()? {
                    second @ 0xdc00..0xe000 => {
                        0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00)
                    }
                    _ => first,
                }
            }
            _ => first,
        };
        char::from_u32(code).ok_or_else(|| {
            self.at = start;
            self.unexpected("an escape of a whole character")
        })
    }

    /// The number of `u0041`.
    fn unit(&mut self) -> Read<u32> {
        let digits = self.source.as_bytes().get(self.at + 1..self.at + 5);
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        let hexadecimal = |digits: &&str| digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let code = digits
            .filter(hexadecimal)
            .and_then(|digits| u32::from_str_radix(digits, 16).ok());
        match code {
            Some(code) => {
                self.at += 5;
                Ok(code)
            }
            None => Err(self.unexpected("`u` and four hexadecimal digits")),
        }
    }

    fn unexpected(&self, expected: &str) -> Box<Fault> {
        let rest = &self.source[self.at..];
        let found = match rest.chars().next() {
            None => "the end".to_owned(),
            Some(letter) if letter.is_control() => {
                format!("the control character U+{:04X}", u32::from(letter))
            }
            // A word as a whole, anything else letter by letter.
            Some(letter) => {
                let word = rest.find(|letter: char| !letter.is_alphanumeric());
                let length = word.unwrap_or(rest.len()).max(letter.len_utf8());
                quoted(&rest[..length])
            }
        };
        let expected = expected.to_owned();
        Fault::new(self.at, Problem::Syntax { expected, found })
    }
}

impl Next {
    /// As a phrase for an error.
    pub(super) fn phrase(self) -> &'static str {
        match self {
            Next::Null => "`null`",
            Next::True => "`true`",
            Next::False => "`false`",
            Next::Number => "a number",
            Next::String => "a string",
            Next::Array => "an array",
            Next::Object => "an object",
        }
    }
}
