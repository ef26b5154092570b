//! For people: like rustc's, one block a finding, a summary per rule.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use crate::engine::Report;
use crate::finding::{Check, Finding};
use crate::span::LineIndex;

/// How to write for people.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// With terminal colours.
    pub color: bool,
    /// Longer source lines are cut to so many columns.
    pub width: usize,
}

impl Style {
    fn paint(self, code: &str, text: &str) -> String {
        if self.color {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}

/// The findings with their source lines, read from below `base`, which their paths are relative to, and the summary.
#[must_use]
pub fn human(base: &Path, report: &Report, style: Style) -> String {
    let mut text = String::new();
    // Findings come file by file: no more than one text is held.
    let mut source: Option<(&str, Option<(String, LineIndex)>)> = None;
    for finding in &report.findings {
        if source
            .as_ref()
            .is_none_or(|(path, _)| *path != finding.path)
        {
            source = Some((&finding.path, read(&base.join(&finding.path))));
        }
        let known = source.as_ref().and_then(|(_, source)| source.as_ref());
        block(&mut text, finding, known, style);
    }
    summary(&mut text, report, style);
    text
}

fn read(path: &Path) -> Option<(String, LineIndex)> {
    let bytes = std::fs::read(path).ok()?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let lines = LineIndex::new(&text);
    Some((text, lines))
}

fn block(text: &mut String, finding: &Finding, source: Option<&(String, LineIndex)>, style: Style) {
    let head = style.paint(
        "1;33",
        &format!("{}[{}]", finding.check.id(), finding.check.name()),
    );
    let _ = writeln!(text, "{head}: {}", style.paint("1", &finding.message));
    let number = finding.line.to_string();
    let margin = " ".repeat(number.len());
    let bar = style.paint("1;34", "|");
    let arrow = style.paint("1;34", "-->");
    let _ = writeln!(
        text,
        "{margin}{arrow} {}:{}:{}",
        finding.path, finding.line, finding.column
    );
    if let Some((source, lines)) = source {
        let line = lines.text(source, finding.line);
        let (shown, caret) = underlined(
            line,
            finding,
            style.width.saturating_sub(number.len() + 3).max(20),
        );
        let _ = writeln!(text, "{margin} {bar}");
        let _ = writeln!(text, "{} {bar} {shown}", style.paint("1;34", &number));
        let _ = writeln!(text, "{margin} {bar} {}", style.paint("1;33", &caret));
    }
    let _ = writeln!(
        text,
        "{margin} {} {}\n",
        style.paint("1;34", "="),
        instead(finding, style)
    );
}

fn instead(finding: &Finding, style: Style) -> String {
    format!("{} {}", style.paint("1", "instead:"), finding.help)
}

/// The source line cut to `width`, and carets under the call; tabs become four blanks so that both agree.
fn underlined(line: &str, finding: &Finding, width: usize) -> (String, String) {
    let mut shown = String::new();
    let mut start = None;
    let mut end = 0;
    let mut column = 0;
    for (index, c) in line.chars().enumerate() {
        if index as u32 + 1 == finding.column {
            start = Some(column);
        }
        if finding.end_line == finding.line && index as u32 + 1 == finding.end_column {
            end = column;
        }
        let text = match c {
            '\t' => "    ".to_owned(),
            c if c.is_control() => "\u{fffd}".to_owned(),
            c => c.to_string(),
        };
        column += text.chars().count();
        shown.push_str(&text);
    }
    let start = start.unwrap_or(0);
    let full = shown.chars().count();
    if end <= start {
        end = full.max(start + 1);
    }
    // A call far to the right is brought into view.
    let from = if start + 10 > width {
        start.saturating_sub(width / 3)
    } else {
        0
    };
    let visible: String = shown.chars().skip(from).take(width).collect();
    let length = end.min(from + width).saturating_sub(start).max(1);
    (
        visible.trim_end().to_owned(),
        format!("{}{}", " ".repeat(start - from), "^".repeat(length)),
    )
}

fn summary(text: &mut String, report: &Report, style: Style) {
    let mut counts: BTreeMap<Check, usize> = BTreeMap::new();
    for finding in &report.findings {
        *counts.entry(finding.check).or_default() += 1;
    }
    for (check, count) in &counts {
        let name = check
            .rule()
            .map_or("suppression", plimsoll_standard::Rule::name);
        let _ = writeln!(
            text,
            "{} {name:<22} {:<14} {count:>6}",
            style.paint("1", check.id()),
            check.name()
        );
    }
    let files = report.files;
    let new = if report.known > 0 { "new " } else { "" };
    let mut found = match report.findings.len() {
        0 => format!("no {new}findings"),
        1 => format!("1 {new}finding"),
        count => format!("{count} {new}findings"),
    };
    if report.known > 0 {
        let _ = write!(found, ", {} known,", report.known);
    }
    let _ = write!(
        text,
        "{found} in {files} file{}",
        if files == 1 { "" } else { "s" }
    );
    if !report.broken.is_empty() {
        let _ = write!(
            text,
            "; {} did not parse and were searched by tokens",
            report.broken.len()
        );
    }
    if !report.unreadable.is_empty() {
        let _ = write!(text, "; {} could not be read", report.unreadable.len());
    }
    text.push('\n');
}
