//! A script's directives, found by their parentheses alone, so that one that cannot be parsed hides
//! no other.

use serde::{Deserialize, Serialize};
use wast::lexer::{Lexer, TokenKind};

/// Where a directive is in its script, and which one it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// Its first line, counted from 1.
    pub line: usize,
    /// Its keyword, and the next one where the first says little: `component definition`.
    pub kind: String,
}

/// A directive that is not parsed yet.
#[derive(Debug)]
pub(crate) struct Directive<'a> {
    /// Where it is.
    pub place: Place,
    /// Its text, parentheses included; or why the script cannot be read from here on.
    pub text: Result<&'a str, String>,
}

/// The places of all directives in `text`.
pub fn places(text: &str) -> Vec<Place> {
    let found = directives(text).into_iter();
    found.map(|directive| directive.place).collect()
}

/// The directives of `text`, in order. If some of it is no text of this format, the last one says
/// so.
pub(crate) fn directives(text: &str) -> Vec<Directive<'_>> {
    let mut found = Vec::new();
    let mut lines = Lines {
        text,
        at: 0,
        line: 1,
    };
    let mut open: Option<Open> = None;
    for token in lexer(text).iter(0) {
        let token = match token {
            Ok(token) => token,
            Err(error) => {
                let start = open.map_or(error.span().offset(), |open| open.start);
                found.push(unreadable(lines.at(start), error.message()));
                return found;
            }
        };
        match (token.kind, &mut open) {
            (TokenKind::LParen, None) => open = Some(Open::at(token.offset)),
            (TokenKind::LParen, Some(open)) => open.depth += 1,
            (TokenKind::RParen, Some(inner)) if inner.depth > 1 => inner.depth -= 1,
            (TokenKind::RParen, Some(done)) => {
                found.push(Directive {
                    place: Place {
                        line: lines.at(done.start),
                        kind: done.words.join(" "),
                    },
                    text: Ok(&text[done.start..=token.offset]),
                });
                open = None;
            }
            (TokenKind::Keyword, Some(open)) => open.keyword(token.src(text)),
            (TokenKind::Whitespace | TokenKind::LineComment | TokenKind::BlockComment, _)
            | (_, Some(_)) => {}
            (_, None) => {
                let what = format!("expected `(`, found `{}`", token.src(text));
                found.push(unreadable(lines.at(token.offset), what));
                return found;
            }
        }
    }
    if let Some(open) = open {
        found.push(unreadable(
            lines.at(open.start),
            "expected `)`, found the end".to_owned(),
        ));
    }
    found
}

/// A lexer that takes every character that the format allows, those too that an editor may show as
/// another.
pub(crate) fn lexer(text: &str) -> Lexer<'_> {
    let mut lexer = Lexer::new(text);
    lexer.allow_confusing_unicode(true);
    lexer
}

/// A directive whose last parenthesis is yet to come.
struct Open<'a> {
    start: usize,
    depth: usize,
    words: Vec<&'a str>,
}

impl<'a> Open<'a> {
    fn at(start: usize) -> Self {
        Self {
            start,
            depth: 1,
            words: Vec::new(),
        }
    }

    fn keyword(&mut self, word: &'a str) {
        let telling = ["definition", "instance"].contains(&word);
        if self.depth == 1 && (self.words.is_empty() || self.words.len() == 1 && telling) {
            self.words.push(word);
        }
    }
}

/// Counts lines on the way through a text.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl Lines<'_> {
    /// The line of `offset`, which is not before the last one that was asked for.
    fn at(&mut self, offset: usize) -> usize {
        let passed = &self.text.as_bytes()[self.at..offset];
        self.line += passed.iter().filter(|byte| **byte == b'\n').count();
        self.at = offset;
        self.line
    }
}

fn unreadable<'a>(line: usize, what: String) -> Directive<'a> {
    let kind = "text".to_owned();
    Directive {
        place: Place { line, kind },
        text: Err(what),
    }
}

#[cfg(test)]
mod tests {
    use super::{directives, places};

    fn check(text: &str, expected: &[(usize, &str)]) {
        let found = places(text);
        let found: Vec<_> = found
            .iter()
            .map(|place| (place.line, place.kind.as_str()))
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn directives_are_found_by_their_parentheses() {
        check("", &[]);
        check(
            "(component)\n;; (x)\n(; (y) ;)\n (component $A definition)",
            &[(1, "component"), (4, "component definition")],
        );
        check(
            "(component instance $a $A)(assert_return (invoke \"(\"))",
            &[(1, "component instance"), (1, "assert_return")],
        );
        check("(component (instance))", &[(1, "component")]);
    }

    #[test]
    fn what_cannot_be_read_is_named_and_hides_nothing_before_it() {
        check(
            "(component)\n(component \"",
            &[(1, "component"), (2, "text")],
        );
        check("(component)\n(component", &[(1, "component"), (2, "text")]);
        check(
            "(component)\n\nx (component)",
            &[(1, "component"), (3, "text")],
        );
        let found = directives("(component)\n)");
        let why = found.last().map(|directive| directive.text.clone());
        assert_eq!(why, Some(Err("expected `(`, found `)`".to_owned())));
    }
}
