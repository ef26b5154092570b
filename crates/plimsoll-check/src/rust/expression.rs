//! Walks expressions: operators, calls, closures and the blocks inside them.

use super::lex::Kind;
use super::reader::{Callee, MAX_DEPTH, Reader};
use crate::scope::{ScopeId, ScopeKind};
use crate::span::Span;

impl Reader<'_> {
    /// An expression up to `;` (consumed), or up to `,` where `comma` is set (consumed), or `hi`.
    pub(super) fn expression(
        &mut self,
        lo: usize,
        hi: usize,
        scope: ScopeId,
        comma: bool,
    ) -> usize {
        if self.depth >= MAX_DEPTH {
            return hi;
        }
        self.depth += 1;
        let end = self.expression_inner(lo, hi, scope, comma);
        self.depth -= 1;
        end
    }

    fn expression_inner(&mut self, lo: usize, hi: usize, scope: ScopeId, comma: bool) -> usize {
        let mut at = lo;
        // Where the current chain of postfix operators began: the receiver of a method call.
        let mut chain = lo;
        while at < hi {
            let kind = self.tokens[at].kind;
            match kind {
                Kind::Punct(b';') => return at + 1,
                Kind::Punct(b',') if comma => return at + 1,
                Kind::Punct(b'|') if self.operand_follows(lo, at) => {
                    at = self.closure(at, hi, scope, comma);
                    chain = at;
                }
                Kind::Punct(b'.') if self.is_ident(at + 1) && at + 1 < hi => {
                    let name = at + 1;
                    let mut next = name + 1;
                    if self.pair(next, b':', b':') && self.punct(next + 2, b'<') {
                        next = self.skip_angles(next + 2, hi);
                    }
                    if next < hi && self.open(next, b'(') {
                        let callee = Callee {
                            name,
                            start: chain,
                            method: true,
                        };
                        at = self.arguments(next, scope, Some(callee));
                    } else {
                        at = next;
                    }
                }
                Kind::Open(b'{') => {
                    at = self.scoped_block(
                        at,
                        scope,
                        ScopeKind::Block,
                        Span::default(),
                        Span::default(),
                    );
                    if self.ends_statement(lo, at, hi) && !comma {
                        return at;
                    }
                }
                Kind::Open(_) => at = self.arguments(at, scope, None),
                Kind::Ident => {
                    let before = at;
                    if !self.continues_chain(lo, at) {
                        chain = at;
                    }
                    let (next, block) = self.word_in_expression(at, hi, scope);
                    at = next.max(before + 1);
                    if block && !comma && before == lo && self.ends_statement(at, at, hi) {
                        return at;
                    }
                }
                Kind::Punct(b'.' | b'?' | b':') => at += 1,
                _ => {
                    at += 1;
                    chain = at;
                }
            }
        }
        hi
    }

    /// Whether a token goes on with the postfix chain before it.
    fn continues_chain(&self, lo: usize, at: usize) -> bool {
        at > lo && matches!(self.kind(at - 1), Some(Kind::Punct(b'.' | b':')))
    }

    /// Whether a block-like expression that began the statement also ends it.
    fn ends_statement(&self, _lo: usize, at: usize, hi: usize) -> bool {
        at >= hi
            || !matches!(
                self.kind(at),
                Some(Kind::Punct(b'.' | b'?' | b',' | b';' | b'=' | b')'))
            ) && !self.word(at, "else")
                && !self.word(at, "as")
    }

    /// Whether `|` at `at` opens a closure: an operand, not an operator, is expected there.
    fn operand_follows(&self, lo: usize, at: usize) -> bool {
        if at == lo {
            return true;
        }
        match self.kind(at - 1) {
            Some(Kind::Punct(b'?')) | None => false,
            Some(Kind::Punct(_) | Kind::Open(_)) => true,
            Some(Kind::Ident) => matches!(
                self.text(at - 1),
                "move" | "return" | "async" | "in" | "else" | "static" | "break" | "match"
            ),
            _ => false,
        }
    }

    /// The comma-separated expressions of a group; returns what follows it.
    pub(super) fn arguments(
        &mut self,
        open: usize,
        scope: ScopeId,
        callee: Option<Callee>,
    ) -> usize {
        let end = self.mate(open).max(open);
        self.callees.push(callee);
        let mut at = open + 1;
        while at < end {
            at = self.expression(at, end, scope, true).max(at + 1);
        }
        self.callees.pop();
        end + 1
    }

    /// An identifier inside an expression; also says whether it was a block-like construct.
    fn word_in_expression(&mut self, at: usize, hi: usize, scope: ScopeId) -> (usize, bool) {
        match self.text(at) {
            "if" => (self.if_expression(at, hi, scope), true),
            "match" => (self.match_expression(at, hi, scope), true),
            "for" if !self.punct(at + 1, b'<') => (self.for_loop(at, hi, scope), true),
            "while" => (self.while_loop(at, hi, scope), true),
            "loop" if self.open(at + 1, b'{') => (self.infinite_loop(at, scope), true),
            "let" => (self.let_binding(at, hi), false),
            "else" if self.open(at + 1, b'{') => (self.let_else(at, scope), true),
            "unsafe" | "async" | "const" | "try" if self.open(at + 1, b'{') => {
                let (none, kind) = (Span::default(), ScopeKind::Block);
                (self.scoped_block(at + 1, scope, kind, none, none), true)
            }
            "fn" | "mod" | "impl" | "trait" | "struct" | "enum" | "macro_rules" | "pub"
                if self.begins_item(at) =>
            {
                (self.statement(at, hi, scope), true)
            }
            "move" | "return" | "break" | "continue" | "async" | "unsafe" | "const" | "mut"
            | "ref" | "in" | "as" | "dyn" | "where" => (at + 1, false),
            _ => {
                let end = self.path_end(at, hi);
                if end + 1 < hi && self.punct(end, b'!') {
                    if matches!(self.kind(end + 1), Some(Kind::Open(_))) {
                        let next = self.macro_call(at, end, scope);
                        return (next, self.open(end + 1, b'{'));
                    }
                } else if end < hi && self.open(end, b'(') {
                    let callee = Callee {
                        name: end - 1,
                        start: at,
                        method: false,
                    };
                    return (self.arguments(end, scope, Some(callee)), false);
                }
                (end, false)
            }
        }
    }

    /// Inside macros items stand where expressions are read.
    fn begins_item(&self, at: usize) -> bool {
        match self.text(at) {
            "macro_rules" => self.punct(at + 1, b'!'),
            "impl" => self.is_ident(at + 1) || self.punct(at + 1, b'<'),
            "pub" => self.is_ident(at + 1) || self.open(at + 1, b'('),
            _ => self.is_ident(at + 1),
        }
    }
}
