//! Statements and items: functions, modules, impls, imports, macro definitions.

use super::lex::Kind;
use super::names::standard_macro;
use super::reader::Reader;
use crate::scope::{ScopeId, ScopeKind};
use crate::span::Span;

impl<'s> Reader<'s> {
    /// One statement or item; returns what follows it.
    pub(super) fn statement(&mut self, lo: usize, hi: usize, scope: ScopeId) -> usize {
        let mut at = lo;
        let mut attributes = Vec::new();
        while at < hi && self.punct(at, b'#') {
            let inner = self.punct(at + 1, b'!');
            let open = if inner { at + 2 } else { at + 1 };
            if !self.open(open, b'[') {
                break;
            }
            let end = self.mate(open).max(open);
            let text = self.span(open + 1, end);
            if inner {
                self.apply_attributes(scope, &[text]);
            } else {
                attributes.push(text);
            }
            at = end + 1;
        }
        if at >= hi {
            return hi;
        }
        // A label before a loop.
        if self.kind(at) == Some(Kind::Lifetime) && self.punct(at + 1, b':') {
            at += 2;
        }
        let item = self.after_modifiers(at, hi);
        if item < hi && self.is_ident(item) {
            let named = self.is_ident(item + 1) && item + 1 < hi;
            match self.text(item) {
                "fn" if named => return self.function(item, hi, scope, &attributes),
                "mod" if named => return self.module(item, hi, scope, &attributes),
                "impl" | "trait" if named || self.punct(item + 1, b'<') => {
                    return self.type_block(item, hi, scope, &attributes);
                }
                "macro_rules" if self.punct(item + 1, b'!') => {
                    return self.macro_definition(item, hi, scope);
                }
                "use" if at == item || item > at => return self.import(item, hi),
                "struct" | "enum" | "union" if named => {
                    let end = self.seek(item, hi, |i| self.punct(i, b';') || self.open(i, b'{'));
                    return if self.open(end, b'{') {
                        self.mate(end).max(end) + 1
                    } else {
                        end + 1
                    };
                }
                _ => {}
            }
        }
        // What remains of items are constants and types: their values are read as expressions. The visibility must go
        // first, or the expression would take it for the beginning of an item again.
        if self.word(at, "pub") {
            at += 1;
            if self.open(at, b'(') {
                at = self.mate(at).max(at) + 1;
            }
        }
        if attributes.is_empty() {
            return self.expression(at, hi, scope, false);
        }
        // `#[cfg(test)] { .. }`, `#[allow(..)] println!(..)`: the statement has attributes of its own.
        let inner = self
            .scopes
            .push(scope, ScopeKind::Block, self.span(at, at + 1));
        self.apply_attributes(inner, &attributes);
        let next = self.expression(at, hi, inner, false);
        self.scopes.get_mut(inner).span = self.span(at, next.min(hi));
        next
    }

    /// Skips `pub(crate) const async unsafe extern "C"` where an item keyword follows.
    fn after_modifiers(&self, lo: usize, hi: usize) -> usize {
        let mut at = lo;
        while at < hi && self.is_ident(at) {
            match self.text(at) {
                "pub" => {
                    at += 1;
                    if self.open(at, b'(') {
                        at = self.mate(at).max(at) + 1;
                    }
                }
                "default" | "async" | "unsafe" | "const" | "safe" if self.is_ident(at + 1) => {
                    at += 1;
                }
                "extern" => {
                    at += 1;
                    if self.kind(at) == Some(Kind::Str) {
                        at += 1;
                    }
                }
                _ => break,
            }
        }
        if at > lo
            && !matches!(
                self.text(at),
                "fn" | "mod" | "impl" | "trait" | "struct" | "enum" | "use" | "union"
            )
        {
            return lo;
        }
        at
    }

    fn apply_attributes(&mut self, scope: ScopeId, attributes: &[Span]) {
        let source = self.source;
        let test = attributes
            .iter()
            .any(|text| is_test_attribute(text.text(source)));
        let scope = self.scopes.get_mut(scope);
        scope.test |= test;
        scope.attributes.extend_from_slice(attributes);
    }

    fn function(&mut self, at: usize, hi: usize, scope: ScopeId, attributes: &[Span]) -> usize {
        let name = self.tokens[at + 1].span;
        let mut open = at + 2;
        if self.punct(open, b'<') {
            open = self.skip_angles(open, hi);
        }
        if !self.open(open, b'(') {
            return at + 2;
        }
        let parameters = self.mate(open).max(open) + 1;
        let body = self.seek(parameters, hi, |i| {
            self.punct(i, b';') || self.open(i, b'{')
        });
        let inner = self
            .scopes
            .push(scope, ScopeKind::Function, self.span(at, body));
        let text = self.span(open, body);
        let new = self.scopes.get_mut(inner);
        new.name = name;
        new.text = text;
        self.apply_attributes(inner, attributes);
        self.instrumented(inner, open, parameters - 1);
        if body >= hi || !self.open(body, b'{') {
            return (body + 1).min(hi);
        }
        let end = self.mate(body).max(body);
        self.scopes.get_mut(inner).span = self.span(at, (end + 1).min(self.tokens.len()));
        let locals = std::mem::take(&mut self.locals);
        self.block(body + 1, end, inner);
        self.locals = locals;
        end + 1
    }

    fn module(&mut self, at: usize, hi: usize, scope: ScopeId, attributes: &[Span]) -> usize {
        let name = self.tokens[at + 1].span;
        let source = self.source;
        if !self.open(at + 2, b'{') {
            let parent = self.scopes.get(scope).test;
            if parent
                || attributes
                    .iter()
                    .any(|text| is_test_attribute(text.text(source)))
            {
                self.test_modules.push(name);
            }
            return self.seek(at, hi, |i| self.punct(i, b';')) + 1;
        }
        let end = self.mate(at + 2).max(at + 2);
        let inner = self
            .scopes
            .push(scope, ScopeKind::Module, self.span(at, end + 1));
        self.scopes.get_mut(inner).name = name;
        self.apply_attributes(inner, attributes);
        if matches!(name.text(source), "tests" | "test") {
            self.scopes.get_mut(inner).test = true;
        }
        self.block(at + 3, end, inner);
        end + 1
    }

    fn type_block(&mut self, at: usize, hi: usize, scope: ScopeId, attributes: &[Span]) -> usize {
        let brace = self.seek(at, hi, |i| self.open(i, b'{') || self.punct(i, b';'));
        if !self.open(brace, b'{') {
            return (brace + 1).min(hi);
        }
        let end = self.mate(brace).max(brace);
        let inner = self
            .scopes
            .push(scope, ScopeKind::Type, self.span(at, end + 1));
        let header = self.span(at, brace);
        self.scopes.get_mut(inner).text = header;
        self.apply_attributes(inner, attributes);
        self.block(brace + 1, end, inner);
        end + 1
    }

    fn macro_definition(&mut self, at: usize, hi: usize, scope: ScopeId) -> usize {
        let open = at + 3;
        if !matches!(self.kind(open), Some(Kind::Open(_))) || open >= hi {
            return at + 2;
        }
        let end = self.mate(open).max(open);
        let inner = self
            .scopes
            .push(scope, ScopeKind::MacroDefinition, self.span(at, end + 1));
        self.scopes.get_mut(inner).name = self.tokens[at + 2].span;
        self.wrapper(self.text(at + 2), open + 1, end);
        self.block(open + 1, end, inner);
        end + 1
    }

    /// A macro of this file that only hands its arguments to a log macro is that log macro.
    fn wrapper(&mut self, name: &'s str, lo: usize, hi: usize) {
        for at in lo..hi {
            if self.is_ident(at)
                && self.punct(at + 1, b'!')
                && matches!(self.kind(at + 2), Some(Kind::Open(_)))
            {
                let Some((api, level)) = standard_macro(self.text(at)) else {
                    continue;
                };
                let end = self.mate(at + 2).max(at + 2);
                // `$($arg)*` or `$($arg)+` is all there is.
                let forwards = self.punct(at + 3, b'$')
                    && self.open(at + 4, b'(')
                    && self.mate(at + 4) + 3 >= end;
                if forwards {
                    self.aliases.insert(name, (api, level));
                }
                return;
            }
        }
    }

    /// `use tracing::{info as note}`.
    fn import(&mut self, at: usize, hi: usize) -> usize {
        let end = self.seek(at, hi, |i| self.punct(i, b';'));
        for i in at..end {
            if self.word(i, "as") && self.is_ident(i + 1) && self.is_ident(i - 1) {
                let path = self.span(at, i);
                let text = path.text(self.source);
                let logs = ["tracing", "log", "slog"]
                    .iter()
                    .any(|library| text.contains(library));
                if let (true, Some(meaning)) = (logs, standard_macro(self.text(i - 1))) {
                    self.aliases.insert(self.text(i + 1), meaning);
                }
            }
        }
        (end + 1).min(hi)
    }
}

/// `test`, `tokio::test`, `cfg(test)`, `cfg(feature = "testing")`, `bench` ...
fn is_test_attribute(text: &str) -> bool {
    let path: String = text
        .chars()
        .take_while(|c| c.is_alphanumeric() || matches!(c, '_' | ':'))
        .collect();
    let last = path.rsplit("::").next().unwrap_or_default();
    match last {
        "test" | "bench" | "rstest" | "test_case" | "quickcheck" | "should_panic" | "proptest"
        | "wasm_bindgen_test" | "test_log" | "traced_test" | "serial" => true,
        "cfg" | "cfg_attr" if last == "cfg" => {
            let condition: String = text.split_whitespace().collect();
            if condition.contains("not(test)") || condition.contains("not(any(test") {
                return false;
            }
            condition.contains("(test)")
                || condition.contains("(test,")
                || condition.contains(",test)")
                || condition.contains(",test,")
                || condition.contains("feature=\"test")
                || condition.contains("feature=\"mock")
                || condition.contains("test-util")
                || condition.contains("test_util")
                || condition.contains("testutil")
                || condition.contains("-test\"")
                || condition.contains("-tests\"")
                || condition.contains("bench")
        }
        _ => last.ends_with("_test") || last.starts_with("test_"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_only_for_tests() {
        for text in [
            "test",
            "tokio::test(flavor = \"x\")",
            "cfg(test)",
            "cfg(all(test, unix))",
            "cfg(any(test, feature = \"testing\"))",
        ] {
            assert!(is_test_attribute(text), "{text}");
        }
        for text in [
            "cfg(not(test))",
            "cfg(unix)",
            "derive(Debug)",
            "cfg_attr(test, derive(Debug))",
            "inline",
        ] {
            assert!(!is_test_attribute(text), "{text}");
        }
    }
}
