//! Branches, loops, `let` and closures.

use super::lex::Kind;
use super::reader::{Callee, Reader};
use crate::scope::{BranchKind, LoopForm, ScopeId, ScopeKind};
use crate::span::Span;

impl Reader<'_> {
    /// The brace that begins the body after a condition: braces of `match`, `unsafe`, `async` and closures in the
    /// condition are not it.
    fn body(&self, lo: usize, hi: usize) -> usize {
        let mut at = lo;
        loop {
            let brace = self.seek(at, hi, |i| self.open(i, b'{') || self.punct(i, b';'));
            if brace >= hi || !self.open(brace, b'{') {
                return hi;
            }
            let within = brace > lo
                && matches!(self.text(brace - 1), "unsafe" | "async" | "move" | "loop")
                || (lo..brace).any(|i| self.word(i, "match"));
            if !within {
                return brace;
            }
            at = self.mate(brace).max(brace) + 1;
        }
    }

    pub(super) fn if_expression(&mut self, at: usize, hi: usize, scope: ScopeId) -> usize {
        let brace = self.body(at + 1, hi);
        if brace >= hi {
            return at + 1;
        }
        let condition = self.span(at + 1, brace);
        self.condition(at + 1, brace, scope);
        let kind = ScopeKind::Branch(BranchKind::If);
        let mut next = self.scoped_block(brace, scope, kind, Span::default(), condition);
        if next < hi && self.word(next, "else") {
            let kind = ScopeKind::Branch(BranchKind::Else);
            if self.open(next + 1, b'{') {
                next = self.scoped_block(next + 1, scope, kind, Span::default(), condition);
            } else if self.word(next + 1, "if") {
                let start = self.tokens[next].span.start;
                let inner = self.scopes.push(scope, kind, Span::new(start, start));
                self.scopes.get_mut(inner).text = condition;
                next = self.if_expression(next + 1, hi, inner);
                let end = self.span(next - 1, next).end;
                self.scopes.get_mut(inner).span.end = end;
            }
        }
        next
    }

    fn condition(&mut self, lo: usize, hi: usize, scope: ScopeId) {
        let mut at = lo;
        while at < hi {
            at = self.expression(at, hi, scope, false).max(at + 1);
        }
    }

    pub(super) fn match_expression(&mut self, at: usize, hi: usize, scope: ScopeId) -> usize {
        let brace = self.seek(at + 1, hi, |i| self.open(i, b'{') || self.punct(i, b';'));
        if brace >= hi || !self.open(brace, b'{') {
            return at + 1;
        }
        self.condition(at + 1, brace, scope);
        let end = self.mate(brace).max(brace);
        let scrutinee = self.span(at + 1, brace);
        let mut arm = brace + 1;
        while arm < end {
            let arrow = self.seek(arm, end, |i| self.pair(i, b'=', b'>'));
            if arrow >= end {
                break;
            }
            let pattern = self.span(arm, arrow);
            let body = arrow + 2;
            let kind = ScopeKind::Branch(BranchKind::Arm);
            if self.open(body, b'{') {
                arm = self.scoped_block(body, scope, kind, scrutinee, pattern);
                while arm < end && self.punct(arm, b',') {
                    arm += 1;
                }
            } else {
                let inner = self.scopes.push(scope, kind, self.span(body, body + 1));
                let new = self.scopes.get_mut(inner);
                new.name = scrutinee;
                new.text = pattern;
                let next = self.expression(body, end, inner, true).max(body + 1);
                let span = self.span(body, next.min(end));
                self.scopes.get_mut(inner).span = span;
                self.single_statement(inner, body, next.min(end));
                arm = next;
            }
        }
        end + 1
    }

    pub(super) fn for_loop(&mut self, at: usize, hi: usize, scope: ScopeId) -> usize {
        let brace = self.body(at + 1, hi);
        let within = self.seek(at + 1, brace, |i| self.word(i, "in"));
        if brace >= hi || within >= brace {
            return at + 1;
        }
        let pattern = self.span(at + 1, within);
        let over = self.span(within + 1, brace);
        self.condition(within + 1, brace, scope);
        self.scoped_block(brace, scope, ScopeKind::Loop(LoopForm::For), pattern, over)
    }

    pub(super) fn while_loop(&mut self, at: usize, hi: usize, scope: ScopeId) -> usize {
        let brace = self.body(at + 1, hi);
        if brace >= hi {
            return at + 1;
        }
        let condition = self.span(at + 1, brace);
        self.condition(at + 1, brace, scope);
        let form = if self.word(at + 1, "let") {
            LoopForm::WhileLet
        } else if self.word(at + 1, "true") && brace == at + 2 {
            LoopForm::Infinite
        } else {
            LoopForm::While
        };
        self.scoped_block(
            brace,
            scope,
            ScopeKind::Loop(form),
            Span::default(),
            condition,
        )
    }

    pub(super) fn infinite_loop(&mut self, at: usize, scope: ScopeId) -> usize {
        let kind = ScopeKind::Loop(LoopForm::Infinite);
        self.scoped_block(at + 1, scope, kind, Span::default(), Span::default())
    }

    /// Remembers `let name = value` and goes on with the value.
    pub(super) fn let_binding(&mut self, at: usize, hi: usize) -> usize {
        let equals = self.seek(at + 1, hi, |i| {
            self.punct(i, b';')
                || self.punct(i, b'=') && !self.pair(i, b'=', b'=') && !self.pair(i, b'=', b'>')
        });
        if equals >= hi || !self.punct(equals, b'=') {
            return at + 1;
        }
        let name = if self.word(at + 1, "mut") {
            at + 2
        } else {
            at + 1
        };
        if self.is_ident(name) && (name + 1 == equals || self.punct(name + 1, b':')) {
            let end = self.seek(equals + 1, hi, |i| self.punct(i, b';'));
            self.locals.insert(self.text(name), (equals + 1, end));
        }
        equals + 1
    }

    pub(super) fn let_else(&mut self, at: usize, scope: ScopeId) -> usize {
        let kind = ScopeKind::Branch(BranchKind::LetElse);
        let start = self.scopes_line_start(at);
        self.scoped_block(at + 1, scope, kind, Span::default(), start)
    }

    /// The text of the `let` before an `else`, back to the last `;` or brace.
    fn scopes_line_start(&self, at: usize) -> Span {
        let mut lo = at;
        while lo > 0
            && at - lo < 60
            && !matches!(
                self.kind(lo - 1),
                Some(Kind::Punct(b';') | Kind::Open(b'{') | Kind::Close(b'}'))
            )
        {
            lo -= 1;
        }
        self.span(lo, at)
    }

    /// A closure: `|` stands at `at`.
    pub(super) fn closure(&mut self, at: usize, hi: usize, scope: ScopeId, comma: bool) -> usize {
        let end = if self.pair(at, b'|', b'|') {
            at + 1
        } else {
            self.seek(at + 1, hi, |i| self.punct(i, b'|'))
        };
        if end >= hi {
            return at + 1;
        }
        let mut body = end + 1;
        if self.pair(body, b'-', b'>') {
            body = self.seek(body, hi, |i| self.open(i, b'{'));
        }
        while self.word(body, "async") || self.word(body, "move") || self.word(body, "unsafe") {
            body += 1;
        }
        // `set_hook(Box::new(|info| ..))`: the box only carries the closure.
        let mut callees = self.callees.iter().rev().copied().flatten();
        let carries = |callee: &Callee| {
            !callee.method && matches!(self.text(callee.name), "new" | "Some" | "pin")
        };
        let mut callee = self.callees.last().copied().flatten();
        if callee.is_some_and(|callee| carries(&callee)) {
            callee = callees.find(|callee| !carries(callee));
        }
        let (kind, name, text) = self.closure_kind(callee);
        if self.open(body, b'{') {
            return self.scoped_block(body, scope, kind, name, text);
        }
        if body >= hi {
            return hi;
        }
        let inner = self.scopes.push(scope, kind, self.span(body, body + 1));
        let new = self.scopes.get_mut(inner);
        new.name = name;
        new.text = text;
        let next = self.expression(body, hi, inner, comma);
        let span = self.span(body, next.min(hi));
        self.scopes.get_mut(inner).span = span;
        // The comma belongs to the arguments around.
        if comma && next > body && self.punct(next - 1, b',') {
            next - 1
        } else {
            next
        }
    }

    /// A closure that runs once for each item is a loop.
    fn closure_kind(&self, callee: Option<Callee>) -> (ScopeKind, Span, Span) {
        let Some(callee) = callee else {
            return (ScopeKind::Closure, Span::default(), Span::default());
        };
        let name = self.tokens[callee.name].span;
        let receiver = if callee.method {
            self.span(callee.start, callee.name - 1)
        } else {
            Span::default()
        };
        let kind = if callee.method && self.iterates(callee) {
            ScopeKind::Loop(LoopForm::Each)
        } else {
            ScopeKind::Closure
        };
        (kind, name, receiver)
    }

    fn iterates(&self, callee: Callee) -> bool {
        const ALWAYS: &[&str] = &[
            "filter_map",
            "flat_map",
            "fold",
            "for_each",
            "for_each_concurrent",
            "map_while",
            "partition",
            "retain",
            "retain_mut",
            "scan",
            "skip_while",
            "take_while",
            "try_fold",
            "try_for_each",
            "try_for_each_concurrent",
            "find_map",
            "try_filter_map",
        ];
        const PERHAPS: &[&str] = &[
            "all", "any", "filter", "find", "inspect", "map", "position", "map_ok", "then",
        ];
        const SOURCES: &[&str] = &[
            "chars",
            "chunks",
            "cloned",
            "copied",
            "drain",
            "enumerate",
            "filter_map",
            "flat_map",
            "into_iter",
            "iter",
            "iter_mut",
            "keys",
            "lines",
            "par_iter",
            "rev",
            "split",
            "values",
            "values_mut",
            "windows",
            "zip",
            "into_par_iter",
            "into_values",
            "into_keys",
            "fetch",
        ];
        const ENDS: &[&str] = &[
            "collect",
            "collect_vec",
            "count",
            "sum",
            "try_collect",
            "buffer_unordered",
            "buffered",
            "for_each",
            "filter_map",
            "flat_map",
            "max_by_key",
            "last",
        ];
        let method = self.text(callee.name);
        if ALWAYS.contains(&method) {
            return true;
        }
        if !PERHAPS.contains(&method) {
            return false;
        }
        // A chain's beginning tells, or else its last links.
        let near = callee.start.max(callee.name.saturating_sub(400));
        let before = (near..callee.name).any(|i| {
            self.is_ident(i)
                && (SOURCES.contains(&self.text(i)) && self.open(i + 1, b'(')
                    || self.text(i) == "stream" && self.word(i + 3, "iter"))
                || self.pair(i, b'.', b'.')
        });
        before || {
            let group = self.seek(callee.name, self.tokens.len(), |i| self.open(i, b'('));
            let mut after = self.mate(group).max(group) + 1;
            // Further links of the chain: `.map(..).filter(..).collect()`.
            let mut links = 0;
            loop {
                if !self.punct(after, b'.') || !self.is_ident(after + 1) || links > 6 {
                    break false;
                }
                if ENDS.contains(&self.text(after + 1)) {
                    break true;
                }
                let open = self.seek(after + 2, (after + 12).min(self.tokens.len()), |i| {
                    self.open(i, b'(') || self.punct(i, b'.') || self.punct(i, b';')
                });
                if !self.open(open, b'(') {
                    break false;
                }
                after = self.mate(open).max(open) + 1;
                links += 1;
            }
        }
    }

    /// A body without braces is one statement.
    fn single_statement(&mut self, scope: ScopeId, lo: usize, hi: usize) {
        let exit = self.exit(lo, hi);
        let span = self.span(lo, hi);
        self.scopes
            .get_mut(scope)
            .statements
            .push(crate::scope::Statement { span, exit });
    }
}
