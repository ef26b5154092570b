//! Keeps texts away from the parser that are nested deeper than any code that people write: its tree is built and
//! dropped recursively, and no input may use up the stack.

use std::ops::Range;

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, lexer::lex};

/// Python itself refuses more than 200 nested brackets.
const MAX_BRACKETS: u32 = 200;

/// Operators in one logical line; each may nest the tree once.
const MAX_OPERATORS: u32 = 20_000;

/// A text this small cannot nest deeply enough to matter.
const SMALL: usize = 8 << 10;

/// Whether a text can be parsed without going too deep.
pub(super) fn is_shallow(source: &str) -> bool {
    if source.len() < SMALL {
        return true;
    }
    let mut lexer = lex(source, Mode::Module);
    let (mut depth, mut operators) = (0u32, 0u32);
    loop {
        match lexer.next_token() {
            TokenKind::EndOfFile => return true,
            TokenKind::Newline => operators = 0,
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                depth += 1;
                if depth > MAX_BRACKETS {
                    return false;
                }
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                depth = depth.saturating_sub(1);
            }
            TokenKind::Comma
            | TokenKind::Colon
            | TokenKind::Name
            | TokenKind::String
            | TokenKind::Int
            | TokenKind::Float
            | TokenKind::Comment
            | TokenKind::NonLogicalNewline => {}
            _ => {
                operators += 1;
                if operators > MAX_OPERATORS {
                    return false;
                }
            }
        }
    }
}

/// The top-level statements of a text, roughly: from one line that begins at the margin to the next.
pub(super) fn statements(source: &str) -> Vec<Range<usize>> {
    let mut starts: Vec<usize> = vec![0];
    for at in memchr::memchr_iter(b'\n', source.as_bytes()) {
        let margin = source
            .as_bytes()
            .get(at + 1)
            .is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'@' || *byte == b'_');
        if margin {
            starts.push(at + 1);
        }
    }
    let ends = starts.iter().skip(1).copied().chain([source.len()]);
    starts
        .iter()
        .copied()
        .zip(ends)
        .map(|(start, end)| start..end)
        .collect()
}
