//! `plimsoll: allow(PL003) reason` in a comment.

use crate::facts::Facts;
use crate::finding::{Check, Hit};
use crate::span::{LineIndex, Span};

/// One suppression.
#[derive(Debug)]
pub(crate) struct Suppression {
    selectors: Vec<String>,
    reason: bool,
    span: Span,
    /// The lines it covers: its own, or the next one with code where it stands alone.
    first: u32,
    last: u32,
    used: bool,
}

/// Reads the suppressions of a file.
pub(crate) fn read(facts: &Facts, source: &str, lines: &LineIndex) -> Vec<Suppression> {
    facts
        .comments
        .iter()
        .filter_map(|comment| parse(*comment, source, lines))
        .collect()
}

fn parse(comment: Span, source: &str, lines: &LineIndex) -> Option<Suppression> {
    let text = comment.text(source);
    let at = text.find("plimsoll:")?;
    // Only marks may stand before it: prose about suppressions is none.
    if !text[..at]
        .chars()
        .all(|c| matches!(c, '/' | '#' | '!' | '*') || c.is_whitespace())
    {
        return None;
    }
    let rest = text[at + "plimsoll:".len()..].trim_start();
    let rest = rest.strip_prefix("allow")?.trim_start().strip_prefix('(')?;
    let (inside, reason) = rest.split_once(')')?;
    let line = lines.line(comment.start);
    let alone = lines
        .text(source, line)
        .trim_start()
        .starts_with(&text[..1]);
    let mut last = line;
    if alone {
        // Further comment lines may follow before the code.
        last += 1;
        while last < lines.count() {
            let text = lines.text(source, last).trim_start();
            let passes = text.is_empty()
                || text.starts_with("//")
                || text.starts_with('#') && !text.starts_with("#[");
            if !passes {
                break;
            }
            last += 1;
        }
        // An attribute between the comment and the code belongs to the code.
        let mut code = last;
        while lines.text(source, code).trim_start().starts_with("#[") && code < lines.count() {
            code += 1;
        }
        last = code;
    }
    Some(Suppression {
        selectors: inside
            .split(',')
            .map(|part| part.trim().to_owned())
            .filter(|part| !part.is_empty())
            .collect(),
        reason: reason
            .trim_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '-' | '*' | '/'))
            .chars()
            .count()
            >= 3,
        span: comment,
        first: line,
        last,
        used: false,
    })
}

/// Takes out what is suppressed; what is wrong with the suppressions comes in its place.
pub(crate) fn apply(suppressions: &mut [Suppression], hits: &mut Vec<Hit>, lines: &LineIndex) {
    hits.retain(|hit| {
        let (start, end) = (
            lines.line(hit.span.start),
            lines.line(hit.span.end.saturating_sub(1)),
        );
        let mut kept = true;
        for suppression in suppressions.iter_mut() {
            let selected = suppression
                .selectors
                .iter()
                .any(|selector| hit.check.selected_by(selector));
            if selected && suppression.first <= end && suppression.last >= start {
                suppression.used = true;
                kept = false;
            }
        }
        kept
    });
    for suppression in suppressions {
        let unknown = suppression
            .selectors
            .iter()
            .find(|selector| !Check::ALL.iter().any(|check| check.selected_by(selector)));
        let fault = if let Some(unknown) = unknown {
            Some((
                format!("the suppression names `{unknown}`, which is no rule or check"),
                "use PL001 to PL006 or a check's name",
            ))
        } else if !suppression.used {
            Some(("the suppression hides nothing".to_owned(), "remove it"))
        } else if !suppression.reason {
            Some((
                "the suppression gives no reason".to_owned(),
                "write the reason after the bracket: plimsoll: allow(PL003) why it is right here",
            ))
        } else {
            None
        };
        if let Some((message, help)) = fault {
            hits.push(Hit {
                check: Check::Suppression,
                span: suppression.span,
                message,
                help: help.to_owned(),
                fix: None,
            });
        }
    }
}
