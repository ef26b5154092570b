//! A file that does not parse: calls in the parts that the parser lost are still found, line by line.

use crate::facts::Facts;
use crate::span::Span;

/// What a log call or print looks like from outside.
const MARKS: &[&str] = &[
    "print(",
    ".debug(",
    ".info(",
    ".warning(",
    ".warn(",
    ".error(",
    ".exception(",
    ".critical(",
    ".log(",
    ".fatal(",
];

/// More lines than a call that people write.
const MAX_LINES: usize = 40;

/// The parts of a broken text worth reading on their own: those with a mark, in no known call and in no string.
pub(super) fn parts(source: &str, facts: &Facts, strings: &[Span]) -> Vec<Span> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut until = 0;
    for line in source.split_inclusive('\n') {
        let at = start;
        start += line.len();
        let first = at + (line.len() - line.trim_start().len());
        if at < until
            || line.trim_start().starts_with('#')
            || !MARKS.iter().any(|mark| line.contains(mark))
        {
            continue;
        }
        let here = Span::new(first as u32, start as u32);
        let mark = MARKS
            .iter()
            .filter_map(|mark| line.find(mark))
            .min()
            .unwrap_or(0)
            + at;
        let point = Span::new(mark as u32, mark as u32 + 1);
        if facts.calls.iter().any(|call| call.span.contains(point))
            || strings.iter().any(|span| span.contains(point))
        {
            continue;
        }
        let end = balanced(source, first).unwrap_or(here.end as usize);
        until = end;
        found.push(Span::new(first as u32, end as u32));
    }
    found
}

/// The end of the line on which the brackets opened since `start` are closed.
fn balanced(source: &str, start: usize) -> Option<usize> {
    let mut depth = 0i32;
    let mut end = start;
    for line in source[start..].split_inclusive('\n').take(MAX_LINES) {
        for byte in line.bytes() {
            match byte {
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' => depth -= 1,
                _ => {}
            }
        }
        end += line.len();
        if depth <= 0 {
            return Some(end);
        }
    }
    None
}
