//! Walks a row of Rust tokens: blocks, statements, expressions; records scopes and hands macros on.

use std::collections::HashMap;

use super::lex::{Kind, Token};
use crate::call::{Api, Level, LogCall};
use crate::scope::{Exit, ScopeId, ScopeKind, Scopes, Statement};
use crate::span::Span;

/// Deeper nesting than any code that people write; what lies below is not read, so that no input can use up the stack.
pub(super) const MAX_DEPTH: u32 = 200;

/// No condition, pattern or argument of code that people write is longer (a group counts once); a bound keeps hostile
/// texts from taking quadratic time.
const REACH: usize = 1_000;

/// What a `(` belongs to: the called name and where its receiver begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Callee {
    /// Token of the function's or method's name.
    pub name: usize,
    /// First token of the receiver or path.
    pub start: usize,
    /// Called with a dot.
    pub method: bool,
}

/// Reads one file.
pub(super) struct Reader<'s> {
    pub source: &'s str,
    pub tokens: &'s [Token],
    pub scopes: Scopes,
    pub calls: Vec<LogCall>,
    /// Renamed imports and wrapper macros of this file.
    pub aliases: HashMap<&'s str, (Api, Option<Level>)>,
    /// `let` bindings of the current function: name to the tokens of the value.
    pub locals: HashMap<&'s str, (usize, usize)>,
    /// `mod name;` only compiled for tests.
    pub test_modules: Vec<Span>,
    /// The calls around the current expression, innermost last.
    pub callees: Vec<Option<Callee>>,
    /// How deep the current expression lies.
    pub depth: u32,
}

impl<'s> Reader<'s> {
    pub(super) fn new(source: &'s str, tokens: &'s [Token]) -> Self {
        Self {
            source,
            tokens,
            scopes: Scopes::new(source.len() as u32),
            calls: Vec::new(),
            aliases: HashMap::new(),
            locals: HashMap::new(),
            test_modules: Vec::new(),
            callees: Vec::new(),
            depth: 0,
        }
    }

    pub(super) fn text(&self, at: usize) -> &'s str {
        self.tokens
            .get(at)
            .map_or("", |token| token.span.text(self.source))
    }

    pub(super) fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    pub(super) fn is_ident(&self, at: usize) -> bool {
        self.kind(at) == Some(Kind::Ident)
    }

    pub(super) fn word(&self, at: usize, word: &str) -> bool {
        self.is_ident(at) && self.text(at) == word
    }

    pub(super) fn punct(&self, at: usize, byte: u8) -> bool {
        self.kind(at) == Some(Kind::Punct(byte))
    }

    /// Two characters of punctuation that touch, as `=>`.
    pub(super) fn pair(&self, at: usize, first: u8, second: u8) -> bool {
        self.punct(at, first)
            && self.punct(at + 1, second)
            && self.tokens[at].span.end == self.tokens[at + 1].span.start
    }

    pub(super) fn open(&self, at: usize, byte: u8) -> bool {
        self.kind(at) == Some(Kind::Open(byte))
    }

    pub(super) fn mate(&self, at: usize) -> usize {
        self.tokens
            .get(at)
            .map_or(self.tokens.len(), |token| token.mate as usize)
    }

    /// The bytes of the tokens `lo..hi`.
    pub(super) fn span(&self, lo: usize, hi: usize) -> Span {
        if lo >= hi {
            let at = self.tokens.get(lo).map_or(0, |token| token.span.start);
            return Span::new(at, at);
        }
        let end = self
            .tokens
            .get(hi - 1)
            .map_or(self.source.len() as u32, |token| token.span.end);
        Span::new(self.tokens.get(lo).map_or(end, |t| t.span.start), end)
    }

    /// The first token from `at` at this depth for which `found` holds, else `hi`; looked for within [`REACH`] steps.
    pub(super) fn seek(&self, mut at: usize, hi: usize, found: impl Fn(usize) -> bool) -> usize {
        for _ in 0..REACH {
            if at >= hi {
                break;
            }
            if found(at) {
                return at;
            }
            at = match self.kind(at) {
                Some(Kind::Open(_)) => self.mate(at).max(at) + 1,
                _ => at + 1,
            };
        }
        hi
    }

    /// Statements up to `hi`.
    pub(super) fn block(&mut self, lo: usize, hi: usize, scope: ScopeId) {
        if self.depth >= MAX_DEPTH {
            return;
        }
        self.depth += 1;
        self.callees.push(None);
        let mut at = lo;
        while at < hi {
            let next = self.statement(at, hi, scope).max(at + 1).min(hi);
            let exit = self.exit(at, next);
            let span = self.span(at, next);
            self.scopes
                .get_mut(scope)
                .statements
                .push(Statement { span, exit });
            at = next;
        }
        self.callees.pop();
        self.depth -= 1;
    }

    /// A block of its own kind of scope; `open` is its brace.
    pub(super) fn scoped_block(
        &mut self,
        open: usize,
        scope: ScopeId,
        kind: ScopeKind,
        name: Span,
        text: Span,
    ) -> usize {
        let end = self.mate(open).max(open);
        let inner = self.scopes.push(scope, kind, self.span(open, end + 1));
        let new = self.scopes.get_mut(inner);
        new.name = name;
        new.text = text;
        self.block(open + 1, end, inner);
        end + 1
    }

    /// How the statement at `at..next` leaves its block, judged by how it begins.
    pub(super) fn exit(&self, mut at: usize, next: usize) -> Option<Exit> {
        while self.punct(at, b'#') && self.open(at + 1, b'[') {
            at = self.mate(at + 1).max(at) + 1;
        }
        // `::std::process::exit(1)`
        if self.pair(at, b':', b':') {
            at += 2;
        }
        if at >= next || !self.is_ident(at) {
            return None;
        }
        match self.text(at) {
            "return" => {
                return Some(match self.text(at + 1) {
                    "Err" => Exit::Raise,
                    "ExitCode" => Exit::Process,
                    _ => Exit::Return,
                });
            }
            "break" => return Some(Exit::Break),
            "continue" => return Some(Exit::Continue),
            _ => {}
        }
        let end = self.path_end(at, next);
        let last = self.text(end - 1);
        // A value of `ExitCode` on its own is what a function that ends the program returns.
        if self.text(at) == "ExitCode" {
            let call = self.open(end, b'(');
            let after = if call {
                self.mate(end).max(end) + 1
            } else {
                end
            };
            return (after == next).then_some(Exit::Process);
        }
        let process = self.text(at) == "std" || self.text(at) == "process" || end == at + 1;
        if self.open(end, b'(') {
            return match last {
                "exit" | "abort" if process => Some(Exit::Process),
                "Err" if end == at + 1 => Some(Exit::Raise),
                _ => None,
            };
        }
        if self.punct(end, b'!') {
            return match last {
                "panic" | "bail" | "unreachable" | "todo" | "unimplemented" | "exit" => {
                    Some(Exit::Raise)
                }
                _ => None,
            };
        }
        None
    }

    /// One past the path that begins at `at`: `a::b::<T>::c`.
    pub(super) fn path_end(&self, at: usize, hi: usize) -> usize {
        let mut end = at + 1;
        while end < hi && self.pair(end, b':', b':') {
            if self.punct(end + 2, b'<') {
                end = self.skip_angles(end + 2, hi);
            } else if self.is_ident(end + 2) && end + 2 < hi {
                end += 3;
            } else {
                break;
            }
        }
        end.min(hi.max(at + 1))
    }

    /// One past the `>` that closes the `<` at `at`.
    pub(super) fn skip_angles(&self, at: usize, hi: usize) -> usize {
        let mut depth = 0i32;
        let mut i = at;
        for _ in 0..REACH {
            if i >= hi {
                break;
            }
            match self.kind(i) {
                Some(Kind::Punct(b'<')) => depth += 1,
                Some(Kind::Punct(b'>')) if !self.pair(i.wrapping_sub(1), b'-', b'>') => {
                    depth -= 1;
                    if depth == 0 {
                        return i + 1;
                    }
                }
                Some(Kind::Open(b'{') | Kind::Punct(b';')) => return i,
                Some(Kind::Open(_)) => {
                    i = self.mate(i).max(i) + 1;
                    continue;
                }
                _ => {}
            }
            i += 1;
        }
        hi
    }
}
