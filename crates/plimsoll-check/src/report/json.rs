//! One JSON object a line.

use serde::Serialize;

use crate::finding::Finding;

#[derive(Serialize)]
struct Line<'f> {
    rule: &'f str,
    check: &'f str,
    path: &'f str,
    line: u32,
    column: u32,
    end_line: u32,
    message: &'f str,
    help: &'f str,
    fingerprint: &'f str,
}

/// The findings, one object a line: `rule`, `check`, `path` (relative to the root, `/`-separated), `line` and `column`
/// of the call's start (from 1, columns in characters), `end_line`, `message`, `help`, `fingerprint`.
#[must_use]
pub fn json(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let line = Line {
            rule: finding.check.id(),
            check: finding.check.name(),
            path: &finding.path,
            line: finding.line,
            column: finding.column,
            end_line: finding.end_line,
            message: &finding.message,
            help: &finding.help,
            fingerprint: &finding.fingerprint,
        };
        if let Ok(line) = serde_json::to_string(&line) {
            text.push_str(&line);
            text.push('\n');
        }
    }
    text
}
