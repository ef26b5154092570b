//! Which named values an expression carries into a line.
//!
//! The name that counts is the last one of a chain: `user.email.clone()` is an email, `token.len()` is a length,
//! `mask(&token)` is whatever `mask` gives.

use super::lex::Kind;
use super::reader::Reader;
use crate::call::Mention;

/// Methods that hand the same value on.
const SAME: &[&str] = &[
    "and_then",
    "as_bytes",
    "as_deref",
    "as_mut",
    "as_ref",
    "as_slice",
    "as_str",
    "await",
    "borrow",
    "borrow_mut",
    "clone",
    "cloned",
    "copied",
    "decode",
    "deref",
    "display",
    "encode",
    "expect",
    "expose",
    "expose_secret",
    "first",
    "flatten",
    "get",
    "get_ref",
    "inner",
    "into",
    "into_bytes",
    "into_inner",
    "into_owned",
    "into_string",
    "iter",
    "join",
    "last",
    "load",
    "lock",
    "ok",
    "ok_or",
    "ok_or_else",
    "or",
    "or_else",
    "pop",
    "read",
    "reveal",
    "secret",
    "to_bytes",
    "to_lowercase",
    "to_owned",
    "to_str",
    "to_string",
    "to_string_lossy",
    "to_uppercase",
    "to_vec",
    "trim",
    "unsecure",
    "unwrap",
    "unwrap_or",
    "unwrap_or_default",
    "unwrap_or_else",
    "value",
    "into_iter",
    "collect",
    "concat",
];

/// Functions that hand their argument on.
const THROUGH: &[&str] = &[
    "Some",
    "Ok",
    "from",
    "new",
    "to_string",
    "to_string_pretty",
    "from_utf8",
    "from_utf8_lossy",
    "to_value",
    "debug",
    "display",
    "Debug",
    "Display",
    "json",
    "field",
    "as_value",
];

impl Reader<'_> {
    /// The named values of the expression `lo..hi`.
    pub(super) fn mentions(
        &self,
        lo: usize,
        hi: usize,
        key: &str,
        found: &mut Vec<Mention>,
        depth: u32,
    ) {
        if depth > 8 {
            return;
        }
        let mut at = lo;
        while at < hi
            && (matches!(
                self.kind(at),
                Some(Kind::Punct(b'&' | b'*' | b'%' | b'?' | b'$'))
            ) || matches!(self.text(at), "mut" | "ref" | "move"))
        {
            at += 1;
        }
        if at >= hi
            || matches!(
                self.text(at),
                "if" | "match" | "unsafe" | "async" | "loop" | "return"
            )
        {
            return;
        }
        // What compares is a boolean.
        if self.seek(at, hi, |i| self.compares(i)) < hi {
            return;
        }
        // A sum of strings carries all of them.
        let plus = self.seek(at, hi, |i| self.punct(i, b'+') && i > at);
        if plus < hi {
            self.mentions(at, plus, key, found, depth + 1);
            self.mentions(plus + 1, hi, key, found, depth + 1);
            return;
        }
        self.chain(at, hi, key, found, depth);
    }

    fn compares(&self, at: usize) -> bool {
        self.pair(at, b'=', b'=')
            || self.pair(at, b'!', b'=')
            || self.pair(at, b'&', b'&')
            || self.pair(at, b'|', b'|')
            || self.pair(at, b'<', b'=')
            || self.pair(at, b'>', b'=')
    }

    fn chain(&self, lo: usize, hi: usize, key: &str, found: &mut Vec<Mention>, depth: u32) {
        let mut current = Mention {
            key: key.to_owned(),
            ..Mention::default()
        };
        let mut at = lo;
        if self.open(at, b'(') {
            let end = self.mate(at).max(at);
            let before = found.len();
            self.mentions(at + 1, end, key, found, depth + 1);
            at = end + 1;
            if at >= hi {
                return;
            }
            match found.drain(before..).next_back() {
                Some(last) => current = last,
                None => return,
            }
        } else if self.is_ident(at) {
            let end = self.path_end(at, hi);
            if self.punct(end, b'!') && end < hi {
                self.macro_mentions(end - 1, key, found, depth);
                return;
            }
            current.name = self.text(end - 1).to_owned();
            current.span = self.span(at, end);
            if end - 1 > at {
                current.owner = self.span(at, end - 1).text(self.source).to_owned();
            }
            at = end;
            if self.open(at, b'(') && at < hi {
                let close = self.mate(at).max(at);
                if THROUGH.contains(&current.name.as_str()) {
                    self.each_argument(at, |reader, lo, hi| {
                        reader.mentions(lo, hi, key, found, depth + 1);
                    });
                    if close + 1 >= hi || found.is_empty() {
                        return;
                    }
                    let Some(last) = found.pop() else { return };
                    current = last;
                } else {
                    current.called = true;
                    if let Some(literal) = self.keyed(at) {
                        current.name = literal;
                    }
                }
                at = close + 1;
            }
        } else {
            return;
        }
        while at < hi {
            if self.punct(at, b'.') && self.is_ident(at + 1) {
                let name = self.text(at + 1);
                let mut next = at + 2;
                if self.pair(next, b':', b':') {
                    next = self.skip_angles(next + 2, hi);
                }
                if next < hi && self.open(next, b'(') {
                    if let (
                        "get" | "header" | "get_str" | "get_string" | "get_as" | "remove",
                        Some(literal),
                    ) = (name, self.keyed(next))
                    {
                        current.step(&literal, true, self.span(lo, next));
                    } else if name == "map" || name == "map_or" {
                        // The closure decides; most often it measures or masks.
                        if !self.closure_keeps(next) {
                            return;
                        }
                    } else if !SAME.contains(&name) {
                        current.step(name, true, self.span(lo, next));
                    }
                    at = self.mate(next).max(next) + 1;
                } else {
                    if name != "await" && name != "0" {
                        current.step(name, false, self.span(lo, next));
                    }
                    at = next;
                }
            } else if self.open(at, b'[') {
                let close = self.mate(at).max(at);
                if self.kind(at + 1) == Some(Kind::Str) && close == at + 2 {
                    let literal = super::format::inside(self.text(at + 1)).0.to_owned();
                    current.step(&literal, false, self.span(lo, close));
                } else if self.seek(at + 1, close, |i| self.pair(i, b'.', b'.')) < close {
                    // A part of it: what `[..4]` shows is not the value.
                    return;
                }
                at = close + 1;
            } else if self.punct(at, b'?')
                || self.punct(at, b'.')
                || self.kind(at) == Some(Kind::Literal)
            {
                at += 1;
            } else if self.word(at, "as") {
                break;
            } else if matches!(
                self.kind(at),
                Some(Kind::Punct(b'-' | b'/' | b'*' | b'%' | b'<' | b'>'))
            ) {
                // Arithmetic: a number.
                return;
            } else {
                break;
            }
        }
        if !current.name.is_empty() {
            found.push(current);
        }
    }

    /// `.map(|x| x.to_string())` keeps the value, `.map(|x| x.len())` and `.map(mask)` do not.
    fn closure_keeps(&self, open: usize) -> bool {
        let end = self.mate(open).max(open);
        let last = (open..end)
            .rev()
            .find(|i| self.is_ident(*i))
            .unwrap_or(open);
        SAME.contains(&self.text(last)) || self.punct(open + 1, b'|') && last + 1 == end
    }

    /// The only argument is a string: `get("authorization")`.
    fn keyed(&self, open: usize) -> Option<String> {
        let close = self.mate(open).max(open);
        if self.kind(open + 1) == Some(Kind::Str) && close == open + 2 {
            return Some(super::format::inside(self.text(open + 1)).0.to_owned());
        }
        // `headers.get(AUTHORIZATION)`, `get(header::COOKIE)`
        let last = self.text(close.saturating_sub(1));
        (close > open + 1
            && last.len() > 3
            && last.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'))
        .then(|| last.to_ascii_lowercase())
    }

    /// Calls `each` for every argument of a group.
    pub(super) fn each_argument(&self, open: usize, mut each: impl FnMut(&Self, usize, usize)) {
        let end = self.mate(open).max(open);
        let mut at = open + 1;
        while at < end {
            let comma = self.seek(at, end, |i| self.punct(i, b','));
            each(self, at, comma);
            at = comma + 1;
        }
    }

    /// `format!("{} {x}", y)`, `json!({"a": b})`, `concat!(..)`.
    fn macro_mentions(&self, name: usize, key: &str, found: &mut Vec<Mention>, depth: u32) {
        let open = name + 2;
        match self.text(name) {
            "format" | "format_args" | "concat" | "eformat" => {
                self.each_argument(open, |reader, lo, hi| {
                    if reader.kind(lo) == Some(Kind::Str) {
                        reader.captured(lo, found);
                    } else {
                        let lo = if reader.punct(lo + 1, b'=') {
                            lo + 2
                        } else {
                            lo
                        };
                        reader.mentions(lo, hi, key, found, depth + 1);
                    }
                });
            }
            "json" | "vec" => {
                let end = self.mate(open).max(open);
                for at in open + 1..end {
                    if self.punct(at, b':') && self.kind(at - 1) == Some(Kind::Str) {
                        let key = super::format::inside(self.text(at - 1)).0;
                        let stop =
                            self.seek(at + 1, end, |i| self.punct(i, b',') || self.punct(i, b'}'));
                        self.mentions(at + 1, stop, key, found, depth + 1);
                    }
                }
            }
            _ => {}
        }
    }

    /// The names inside a format string.
    pub(super) fn captured(&self, literal: usize, found: &mut Vec<Mention>) {
        let token = self.tokens[literal].span;
        let (inner, offset) = super::format::inside(token.text(self.source));
        for placeholder in super::format::placeholders(inner) {
            if let super::format::Hole::Name(name) = placeholder.hole {
                let start = token.start + (offset + placeholder.range.0) as u32;
                let end = token.start + (offset + placeholder.range.1) as u32;
                found.push(Mention {
                    name: name.to_owned(),
                    span: crate::span::Span::new(start, end),
                    ..Mention::default()
                });
            }
        }
    }
}

impl Mention {
    /// One link further along a chain.
    fn step(&mut self, name: &str, called: bool, span: crate::span::Span) {
        if !self.name.is_empty() {
            if !self.owner.is_empty() {
                self.owner.push('.');
            }
            self.owner.push_str(&self.name);
        }
        name.clone_into(&mut self.name);
        self.called = called;
        self.span = span;
    }
}
