//! Rust source as a flat row of tokens in which every bracket knows its mate.
//!
//! The lexer is rustc's own, so raw strings, lifetimes, nested comments and any half-written file come out as rustc
//! sees them. A row of tokens instead of a syntax tree makes code inside macro arguments (`select!`, `stream!`,
//! `vec!`, the body of `macro_rules!`) look exactly like code outside of them, and a file that no parser takes is
//! read all the same.

use ra_ap_rustc_lexer::{FrontmatterAllowed, LiteralKind, TokenKind, tokenize};

use crate::span::Span;

/// What a token is, as far as reading log calls needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Identifier or keyword; a raw one spans its `r#`.
    Ident,
    /// A string literal of any kind but bytes.
    Str,
    /// Any other literal.
    Literal,
    /// `'a`.
    Lifetime,
    /// `(`, `[`, `{`.
    Open(u8),
    /// `)`, `]`, `}`.
    Close(u8),
    /// One character of punctuation.
    Punct(u8),
}

/// One token.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    /// What it is.
    pub kind: Kind,
    /// Its bytes.
    pub span: Span,
    /// Index of the matching bracket; of itself for everything else.
    pub mate: u32,
}

/// A lexed file.
#[derive(Debug, Default)]
pub(crate) struct Lexed {
    /// Tokens without blanks and comments.
    pub tokens: Vec<Token>,
    /// Line comments, with their slashes.
    pub comments: Vec<Span>,
    /// Brackets that do not match, unterminated literals, characters that are no Rust: no parser would take it.
    pub broken: bool,
}

/// Lexes any text.
pub(crate) fn lex(source: &str) -> Lexed {
    let mut lexed = Lexed {
        tokens: Vec::with_capacity(source.len() / 5),
        ..Lexed::default()
    };
    let mut open: Vec<u32> = Vec::new();
    let skip = ra_ap_rustc_lexer::strip_shebang(source).unwrap_or(0);
    let mut at = skip as u32;
    for token in tokenize(&source[skip..], FrontmatterAllowed::Yes) {
        let span = Span::new(at, at + token.len);
        at = span.end;
        let kind = match token.kind {
            TokenKind::Whitespace | TokenKind::Frontmatter { .. } | TokenKind::Eof => continue,
            TokenKind::LineComment { .. } => {
                lexed.comments.push(span);
                continue;
            }
            TokenKind::BlockComment { terminated, .. } => {
                lexed.broken |= !terminated;
                continue;
            }
            TokenKind::Ident
            | TokenKind::InvalidIdent
            | TokenKind::RawIdent
            | TokenKind::ForcedKeywordIdent => Kind::Ident,
            TokenKind::Lifetime { .. }
            | TokenKind::UnknownPrefixLifetime
            | TokenKind::RawLifetime => Kind::Lifetime,
            TokenKind::Literal { kind, .. } => {
                lexed.broken |= unterminated(kind);
                match kind {
                    LiteralKind::Str { .. }
                    | LiteralKind::RawStr { .. }
                    | LiteralKind::CStr { .. } => Kind::Str,
                    _ => Kind::Literal,
                }
            }
            TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::OpenBrace => {
                open.push(lexed.tokens.len() as u32);
                Kind::Open(source.as_bytes()[span.start as usize])
            }
            TokenKind::CloseParen | TokenKind::CloseBracket | TokenKind::CloseBrace => {
                Kind::Close(source.as_bytes()[span.start as usize])
            }
            TokenKind::Unknown => {
                lexed.broken = true;
                continue;
            }
            _ => Kind::Punct(source.as_bytes()[span.start as usize]),
        };
        let index = lexed.tokens.len() as u32;
        let mut mate = index;
        if let Kind::Close(close) = kind {
            match matching(&mut lexed.tokens, &mut open, close) {
                Some(other) => {
                    mate = other;
                    lexed.tokens[other as usize].mate = index;
                }
                None => {
                    // A bracket nobody opened: dropping it keeps everything else in its place.
                    lexed.broken = true;
                    continue;
                }
            }
        }
        lexed.tokens.push(Token { kind, span, mate });
    }
    // What is still open reaches to the end of the text.
    lexed.broken |= !open.is_empty();
    let end = lexed.tokens.len() as u32;
    for left in open {
        lexed.tokens[left as usize].mate = end;
    }
    lexed
}

/// The opening bracket for a closing one: the innermost of its kind; brackets left open inside it end with it.
fn matching(tokens: &mut [Token], open: &mut Vec<u32>, close: u8) -> Option<u32> {
    let wanted = match close {
        b')' => b'(',
        b']' => b'[',
        _ => b'{',
    };
    let found = open
        .iter()
        .rposition(|at| tokens[*at as usize].kind == Kind::Open(wanted))?;
    // A stray closing bracket must not end half the file: only braces may close over unclosed ones.
    if found + 1 != open.len() && close != b'}' {
        return None;
    }
    let at = open[found];
    let end = tokens.len() as u32;
    for unclosed in open.drain(found..).skip(1) {
        tokens[unclosed as usize].mate = end;
    }
    Some(at)
}

fn unterminated(kind: LiteralKind) -> bool {
    match kind {
        LiteralKind::Char { terminated }
        | LiteralKind::Byte { terminated }
        | LiteralKind::Str { terminated }
        | LiteralKind::ByteStr { terminated }
        | LiteralKind::CStr { terminated } => !terminated,
        LiteralKind::RawStr { n_hashes }
        | LiteralKind::RawByteStr { n_hashes }
        | LiteralKind::RawCStr { n_hashes } => n_hashes.is_none(),
        LiteralKind::Int { .. } | LiteralKind::Float { .. } => false,
    }
}
