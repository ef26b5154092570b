//! Questions about the place of a call: is this the way of a failure, what ends after it, who silenced it.

use crate::call::{Level, LogCall};
use crate::facts::Facts;
use crate::scope::{BranchKind, Exit, LoopForm, LoopKind, Scope, ScopeId, ScopeKind};
use crate::words::{has_any, has_word};

/// One file with its text: what rules ask.
#[derive(Debug, Clone, Copy)]
pub struct Context<'f> {
    /// What was read.
    pub facts: &'f Facts,
    /// The text it was read from.
    pub source: &'f str,
}

/// The loop around a call, and what lies between.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Around {
    /// The loop's scope.
    pub scope: ScopeId,
    /// Its kind.
    pub kind: LoopKind,
    /// A closure or comprehension that is run for each item.
    pub each: bool,
    /// The call is on the way of a failure inside it.
    pub failing: bool,
    /// The call depends on a condition inside it.
    pub conditional: bool,
    /// The condition lets only every so many rounds through.
    pub throttled: bool,
}

impl<'f> Context<'f> {
    /// Scopes around a call, innermost first.
    pub(crate) fn around(
        &self,
        call: &LogCall,
    ) -> impl Iterator<Item = (ScopeId, &'f Scope)> + use<'f> {
        self.facts.scopes.around(call.scope)
    }

    /// The text a span covers.
    pub(crate) fn text(&self, span: crate::span::Span) -> &'f str {
        span.text(self.source)
    }

    /// Only compiled or run for tests.
    pub(crate) fn in_test(&self, call: &LogCall) -> bool {
        self.facts.scopes.get(call.scope).test
    }

    /// The innermost function.
    pub(crate) fn function(&self, call: &LogCall) -> Option<&'f Scope> {
        self.facts
            .scopes
            .function(call.scope)
            .map(|(_, scope)| scope)
    }

    /// How control leaves for good after the call.
    pub(crate) fn exit_after(&self, call: &LogCall) -> Option<Exit> {
        self.facts.scopes.exit_after(call.scope, call.span)
    }

    /// The nearest loop that decides: constant ones are looked through.
    pub(crate) fn loop_around(&self, call: &LogCall) -> Option<Around> {
        let mut failing = false;
        let mut conditional = false;
        let mut throttled = false;
        for (id, scope) in self.around(call) {
            match scope.kind {
                ScopeKind::Loop(form) => {
                    let kind = crate::loops::kind(self.source, self.facts.language, scope, form);
                    failing |= over_failures(self.text(scope.text));
                    let each = form == LoopForm::Each;
                    let first = each && short_circuits(self.text(scope.name));
                    if kind == LoopKind::Const || first && conditional {
                        continue;
                    }
                    failing |= self.in_vain(id, scope);
                    return Some(Around {
                        scope: id,
                        kind,
                        each,
                        failing,
                        conditional,
                        throttled,
                    });
                }
                ScopeKind::Branch(kind) => {
                    failing |= self.failure(scope, kind);
                    conditional |= kind != BranchKind::Try;
                    throttled |= every_so_many(self.text(scope.text));
                }
                ScopeKind::Closure => failing |= on_failure(self.text(scope.name)),
                ScopeKind::Function | ScopeKind::Type | ScopeKind::MacroDefinition => return None,
                _ => {}
            }
        }
        None
    }

    /// Whether a failure led to the loop, or it ends in one: `for line in hint: log(line)` before a `raise`.
    fn in_vain(&self, id: ScopeId, scope: &Scope) -> bool {
        let outer = || self.facts.scopes.around(id).skip(1);
        let failed = outer()
            .take_while(|(_, scope)| scope.kind != ScopeKind::Function)
            .any(|(_, scope)| matches!(scope.kind, ScopeKind::Branch(kind) if self.failure(scope, kind)));
        failed
            || outer().next().is_some_and(|(parent, around)| {
                !matches!(around.kind, ScopeKind::Function)
                    && matches!(
                        self.facts.scopes.exit_after(parent, scope.span),
                        Some(Exit::Raise | Exit::Process)
                    )
            })
    }

    /// Whether a failure led to the call, up to its function; and the branch that says so.
    pub(crate) fn failure_around(&self, call: &LogCall) -> Option<&'f Scope> {
        for (_, scope) in self.around(call) {
            match scope.kind {
                ScopeKind::Branch(kind) if self.failure(scope, kind) => return Some(scope),
                ScopeKind::Closure if on_failure(self.text(scope.name)) => return Some(scope),
                ScopeKind::Function => return None,
                _ => {}
            }
        }
        None
    }

    /// Whether a branch is the way of a failure.
    pub(crate) fn failure(&self, scope: &Scope, kind: BranchKind) -> bool {
        let text = self.text(scope.text);
        match kind {
            BranchKind::Except | BranchKind::LetElse => true,
            BranchKind::Try => false,
            BranchKind::Arm => failing_pattern(text),
            BranchKind::If => failing_condition(text),
            BranchKind::Else => {
                has_any(
                    text,
                    &["let Ok(", ".is_ok()", ".is_success()", ".ok:", "success"],
                ) || text.contains("let Some(") && text.contains(".get(")
            }
        }
    }

    /// Whether an attribute of the call or of anything around it holds one of `marks`.
    pub(crate) fn allowed_by_attribute(&self, call: &LogCall, marks: &[&str]) -> bool {
        self.around(call).any(|(_, scope)| {
            scope.attributes.iter().any(|attribute| {
                let text = self.text(*attribute);
                (text.starts_with("allow")
                    || text.starts_with("expect")
                    || text.starts_with("cfg_attr"))
                    && has_any(text, marks)
            })
        })
    }
}

/// `i % 100 == 0`, `n.is_multiple_of(10)`, `last_log.elapsed() > ..`, `progress.should_log()`
fn every_so_many(condition: &str) -> bool {
    let flat: String = condition.split_whitespace().collect();
    flat.contains('%') && (flat.contains("==") || flat.starts_with("not"))
        || has_any(
            &flat,
            &[
                "is_multiple_of",
                ".elapsed()",
                "should_log",
                "last_log",
                "log_interval",
                "log_every",
                "next_report",
                "last_report",
                "is_due",
            ],
        )
        || flat.contains(">=")
            && has_word(
                condition,
                &["limit", "interval", "threshold", "due", "every"],
            )
}

/// `for (user, error) in failures`: each round is about something that went wrong.
fn over_failures(header: &str) -> bool {
    let over = header.split(['(', '[']).next().unwrap_or(header);
    has_word(
        over,
        &[
            "failed",
            "failures",
            "failure",
            "errors",
            "errs",
            "refused",
            "rejected",
            "skipped",
            "invalid",
            "warnings",
            "problems",
            "exceptions",
            "conflicts",
        ],
    )
}

/// Methods whose closure stops at the first hit.
fn short_circuits(method: &str) -> bool {
    matches!(method, "any" | "all" | "find" | "find_map" | "position")
}

/// Methods whose closure only runs for a failure.
pub(crate) fn on_failure(method: &str) -> bool {
    matches!(
        method,
        "map_err"
            | "unwrap_or_else"
            | "inspect_err"
            | "or_else"
            | "ok_or_else"
            | "on_error"
            | "catch"
            | "catch_unwind"
            | "on_failure"
            | "errback"
            | "addErrback"
            | "map_or_else"
            | "log_err"
    )
}

fn failing_pattern(pattern: &str) -> bool {
    let pattern = pattern.trim();
    pattern.contains("Err(")
        || pattern.contains("Error::")
        || pattern.contains("Error(")
        || pattern.contains("Error {")
        || pattern.contains("Failure")
        || pattern.contains("Failed")
        || pattern.contains("Timeout")
        || pattern == "Err"
}

fn failing_condition(condition: &str) -> bool {
    let flat = condition.trim();
    if has_any(
        flat,
        &[
            "Err(",
            ".is_err()",
            "is_error",
            ".is_client_error()",
            ".is_server_error()",
            "!status.is_success()",
        ],
    ) {
        return true;
    }
    if has_any(
        flat,
        &[
            "status_code != 20",
            "status != 20",
            "status_code >= 4",
            "status >= 4",
            "status_code > 399",
            "returncode != 0",
            "exit_code != 0",
            "exitcode != 0",
            "!ok",
            "not ok",
            ".ok is False",
            "not success",
            "!success",
            "!res.status().is_success()",
            "!response.status().is_success()",
            "not response.ok",
            "not resp.ok",
        ],
    ) {
        return true;
    }
    if flat.ends_with(".returncode") && !flat.starts_with("not ") {
        return true;
    }
    if flat.ends_with(".ok") && (flat.starts_with("not ") || flat.starts_with('!')) {
        return true;
    }
    if has_word(flat, &["status", "status_code", "code"])
        && has_any(flat, &[">= 4", ">= 5", "> 399", "== 5", ">= 300"])
    {
        return true;
    }
    // `if error:`, `if let Some(err) = ..`, `if self.failed`: the condition is about a failure and does not deny it.
    let denied = flat.starts_with("not ")
        || flat.starts_with('!')
        || flat.contains("is None")
        || flat.contains("is_none()");
    !denied
        && has_word(
            flat,
            &[
                "err",
                "error",
                "errors",
                "exc",
                "exception",
                "failed",
                "failure",
                "failures",
                "errs",
            ],
        )
}

/// Whether a line of this level says that something is off.
pub(crate) fn is_alarm(level: Option<Level>) -> bool {
    level.is_some_and(|level| level >= Level::Warn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_told_from_conditions() {
        for text in [
            "let Err(e) = x()",
            "let Some(err) = last_error",
            "res.is_err()",
            "response.status_code != 200",
            "error",
        ] {
            assert!(failing_condition(text), "{text}");
        }
        for text in [
            "not errors",
            "user.active",
            "error is None",
            "let Some(x) = y",
            "!error",
        ] {
            assert!(!failing_condition(text), "{text}");
        }
        assert!(failing_pattern("Some(Err(e))"));
        assert!(!failing_pattern("Ok(Some(x))"));
    }
}
