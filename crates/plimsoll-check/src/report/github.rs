//! Workflow commands of GitHub Actions: annotations on the changed lines.

use std::fmt::Write;

use crate::finding::Finding;

/// One `::warning` command a line.
#[must_use]
pub fn github(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let _ = writeln!(
            text,
            "::warning file={},line={},col={},endLine={},title={}::{}%0A{}",
            property(&finding.path),
            finding.line,
            finding.column,
            finding.end_line,
            property(&format!("{} {}", finding.check.id(), finding.check.name())),
            data(&finding.message),
            data(&finding.help),
        );
    }
    text
}

/// Escapes as the runner undoes it in data.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Escapes as the runner undoes it in properties.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
