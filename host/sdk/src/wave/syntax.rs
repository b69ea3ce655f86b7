//! What is wrong with a text that is not WAVE, in plain words: the parser names its own tokens, a
//! reader knows signs.

use wasm_wave::lex::{Lexer, Token};
use wasm_wave::parser::{ParserError, ParserErrorKind};

use super::WaveError;
use crate::notation::quoted;

impl WaveError {
    /// What `wasm-wave` refused in `source`.
    pub(crate) fn syntax(error: &ParserError, source: &str) -> Self {
        let problem = match (error.kind(), error.detail()) {
            (ParserErrorKind::UnexpectedToken, _) => unexpected(error, source),
            (kind, Some(detail)) => format!("{kind}: {detail}"),
            (kind, None) => kind.to_string(),
        };
        Self::Syntax {
            offset: error.span().start,
            problem,
        }
    }
}

fn unexpected(error: &ParserError, source: &str) -> String {
    let (before, found) = (&source[..error.span().start], &source[error.span()]);
    match expected(before, first(found)) {
        Some(expected) => format!("expected {expected}, found {}", quoted(found)),
        None => format!("unexpected {}", quoted(found)),
    }
}

fn first(text: &str) -> Option<Token> {
    Lexer::new(text).next()?.ok()
}

/// What can stand after `before`, where it cannot be `found`; nothing if that takes more than the
/// sign before to tell.
fn expected(before: &str, found: Option<Token>) -> Option<&'static str> {
    let tokens = || Lexer::new(before).spanned();
    let Some((Ok(last), span)) = tokens().last() else {
        return Some("a value");
    };
    let starts_value = found.is_some_and(is_start);
    match last {
        Token::ParenOpen | Token::BracketOpen => Some("a value"),
        Token::BraceOpen => Some("a name"),
        Token::Colon if starts_value => Some("`}`"),
        Token::Colon => Some("a value"),
        // Lists and tuples take any value here, so this is a record, or flags.
        Token::Comma if starts_value => Some("a name"),
        Token::Comma => Some("a value or a name"),
        Token::LabelOrKeyword if &before[span] == "some" => Some("`(`"),
        Token::LabelOrKeyword
        | Token::Number
        | Token::Char
        | Token::String
        | Token::MultilineString
        | Token::BraceClose
        | Token::ParenClose
        | Token::BracketClose => starts_value.then_some("`,` or a closing bracket"),
    }
}

/// Whether a value can begin with `token`.
fn is_start(token: Token) -> bool {
    match token {
        Token::BraceOpen
        | Token::ParenOpen
        | Token::BracketOpen
        | Token::Number
        | Token::LabelOrKeyword
        | Token::Char
        | Token::String
        | Token::MultilineString => true,
        Token::BraceClose
        | Token::ParenClose
        | Token::BracketClose
        | Token::Colon
        | Token::Comma => false,
    }
}
