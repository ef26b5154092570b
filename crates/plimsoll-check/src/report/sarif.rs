//! SARIF 2.1.0, for code scanning services.
//!
//! Source: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0.

use plimsoll_standard::Rule;
use serde_json::{Value, json};

use crate::explain::explain;
use crate::finding::{Check, Finding};

/// One run as a SARIF document.
#[must_use]
pub fn sarif(findings: &[Finding]) -> String {
    let mut rules: Vec<Value> = Rule::ALL.iter().map(|rule| descriptor(*rule)).collect();
    rules.push(json!({
        "id": "PL000",
        "name": "suppression",
        "shortDescription": {"text": "A suppression that lacks a reason or hides nothing"},
        "defaultConfiguration": {"level": "warning"},
    }));
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "plimsoll",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": findings.iter().map(result).collect::<Vec<_>>(),
        }],
    });
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn descriptor(rule: Rule) -> Value {
    let help = explain(rule);
    json!({
        "id": rule.id(),
        "name": rule.name(),
        "shortDescription": {"text": rule.words()},
        "help": {"text": help, "markdown": help},
        "defaultConfiguration": {"level": "warning"},
    })
}

fn index(check: Check) -> usize {
    check
        .rule()
        .and_then(|rule| Rule::ALL.iter().position(|other| *other == rule))
        .unwrap_or(Rule::ALL.len())
}

fn result(finding: &Finding) -> Value {
    // A region must not end before it starts.
    let end_column = if finding.end_line == finding.line {
        finding.end_column.max(finding.column)
    } else {
        finding.end_column.max(1)
    };
    json!({
        "ruleId": finding.check.id(),
        "ruleIndex": index(finding.check),
        "level": "warning",
        "message": {"text": format!("{}. Instead: {}.", finding.message, finding.help)},
        "locations": [{"physicalLocation": {
            "artifactLocation": {"uri": uri(&finding.path), "uriBaseId": "SRCROOT"},
            "region": {
                "startLine": finding.line,
                "startColumn": finding.column,
                "endLine": finding.end_line,
                "endColumn": end_column,
            },
        }}],
        "partialFingerprints": {"plimsoll/v1": finding.fingerprint},
        "properties": {"check": finding.check.name()},
    })
}

/// A relative reference (RFC 3986): everything but unreserved characters and `/` is escaped.
fn uri(path: &str) -> String {
    let mut text = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.' | b'_' | b'~') {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}
