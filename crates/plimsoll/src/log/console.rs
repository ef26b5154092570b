//! A canonical line as a person reads it on a terminal: time, level, event, then the fields.

use crate::encode::scan::{Entry, entries};

const RESET: &[u8] = b"\x1b[0m";
const BOLD: &[u8] = b"\x1b[1m";
const DIM: &[u8] = b"\x1b[2m";

/// The width of the widest level, `warning`.
const LEVEL_WIDTH: usize = 7;
/// Where the fields begin, unless the event is longer.
const EVENT_WIDTH: usize = 24;

/// What ties lines together but is seldom read: it comes last and dimmed, and does not hide what an event says.
const BACKGROUND: [&[u8]; 6] = [
    b"request_id",
    b"trace_id",
    b"span_id",
    b"trace_flags",
    b"service",
    b"version",
];

/// Appends `line`, one canonical JSON object, in readable form and without a newline.
///
/// Values stay escaped as they are in the canonical line, so that none can act on the terminal; a string is written
/// without its quotes where that is not ambiguous. With colour, so on a terminal, each frame of a panic's backtrace has a
/// line of its own. What is not a canonical line is appended as it is.
pub(crate) fn console(line: &[u8], out: &mut Vec<u8>, colour: bool) {
    let mut fields = entries(line);
    let head = [fields.next(), fields.next(), fields.next()];
    let [Some(timestamp), Some(level), Some(event)] = head else {
        return out.extend_from_slice(line);
    };
    if (timestamp.key, level.key, event.key) != (b"timestamp", b"level", b"event") {
        return out.extend_from_slice(line);
    }
    let level = inside(&level);
    styled(out, DIM, colour, inside(&timestamp));
    out.push(b' ');
    styled(out, style_of(level), colour, level);
    pad(out, level, LEVEL_WIDTH);
    out.push(b' ');
    let name = if event.is_string() {
        inside(&event)
    } else {
        event.value
    };
    styled(out, BOLD, colour, name);
    let mut padded = false;
    let mut field = |out: &mut Vec<u8>, field: &Entry<'_>, quiet: bool| {
        if !std::mem::replace(&mut padded, true) {
            pad(out, name, EVENT_WIDTH);
        }
        out.push(b' ');
        styled(out, DIM, colour, field.key);
        styled(out, DIM, colour, b"=");
        styled(out, DIM, colour && quiet, shown(field));
    };
    let is_background = |field: &Entry<'_>| BACKGROUND.contains(&field.key);
    let is_tail = |field: &Entry<'_>| colour && field.key == b"backtrace";
    for own in fields
        .clone()
        .filter(|field| !is_background(field) && !is_tail(field))
    {
        field(out, &own, false);
    }
    for background in fields.clone().filter(is_background) {
        field(out, &background, true);
    }
    for frames in fields.filter(is_tail) {
        backtrace(out, frames.value);
    }
}

/// The frames of a panic, one a line. A string's own quotes are escaped, so `","` lies between two frames or in none.
fn backtrace(out: &mut Vec<u8>, list: &[u8]) {
    let text = String::from_utf8_lossy(list);
    let inner = text.trim_start_matches("[\"").trim_end_matches("\"]");
    for frame in inner.split("\",\"").filter(|frame| *frame != "[]") {
        out.extend_from_slice(b"\n    ");
        styled(out, DIM, true, frame.as_bytes());
    }
}

/// A field's value: a string without its quotes where that is not ambiguous.
fn shown<'a>(field: &Entry<'a>) -> &'a [u8] {
    let value = inside(field);
    if field.is_string() && is_unambiguous(value) {
        value
    } else {
        field.value
    }
}

/// A string's text without its quotes, anything else as it is.
fn inside<'a>(entry: &Entry<'a>) -> &'a [u8] {
    entry
        .value
        .strip_prefix(b"\"")
        .and_then(|text| text.strip_suffix(b"\""))
        .unwrap_or(entry.value)
}

/// Whether a string is still one value, and seen to be a string, without its quotes.
fn is_unambiguous(text: &[u8]) -> bool {
    let odd = |byte: &u8| {
        matches!(
            byte,
            b' ' | b'=' | b'"' | b'\\' | b',' | b'{' | b'}' | b'[' | b']'
        )
    };
    let reads_as_other = matches!(text, b"" | b"true" | b"false" | b"null")
        || std::str::from_utf8(text).is_ok_and(|text| text.parse::<f64>().is_ok());
    !reads_as_other && !text.iter().any(odd)
}

fn style_of(level: &[u8]) -> &'static [u8] {
    match level {
        b"error" => b"\x1b[1;31m",
        b"warning" => b"\x1b[33m",
        b"info" => b"\x1b[32m",
        b"debug" => b"\x1b[34m",
        _ => b"\x1b[35m",
    }
}

fn styled(out: &mut Vec<u8>, style: &[u8], colour: bool, text: &[u8]) {
    if colour {
        out.extend_from_slice(style);
    }
    out.extend_from_slice(text);
    if colour {
        out.extend_from_slice(RESET);
    }
}

fn pad(out: &mut Vec<u8>, text: &[u8], width: usize) {
    out.resize(out.len() + width.saturating_sub(text.len()), b' ');
}

/// Whether a sink that is (or is not) a terminal is coloured: `NO_COLOR` and `FORCE_COLOR` decide first, each if it is
/// set and not empty (`https://no-color.org`, `https://force-color.org`).
pub(crate) fn wants_colour(is_terminal: bool) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    decide_colour(is_terminal, set("NO_COLOR"), set("FORCE_COLOR"))
}

const fn decide_colour(is_terminal: bool, no_colour: bool, force_colour: bool) -> bool {
    !no_colour && (force_colour || is_terminal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plain(line: &str) -> String {
        let mut out = Vec::new();
        console(line.as_bytes(), &mut out, false);
        String::from_utf8(out).unwrap()
    }

    const HEAD: &str =
        r#"{"timestamp":"2026-11-22T07:09:06.232288Z","level":"warning","event":"job.failed""#;

    #[test]
    fn fields_follow_the_event() {
        let line = format!(
            r#"{HEAD},"job_id":"a-1","n":3,"error":"no \"route\"","id":"42","path":"/jobs","list":[1]}}"#
        );
        assert_eq!(
            plain(&line),
            "2026-11-22T07:09:06.232288Z warning job.failed               \
             job_id=a-1 n=3 error=\"no \\\"route\\\"\" id=\"42\" path=/jobs list=[1]"
        );
        assert_eq!(
            plain(&format!("{HEAD}}}")),
            "2026-11-22T07:09:06.232288Z warning job.failed"
        );
    }

    #[test]
    fn colour_only_when_asked_for() {
        let mut out = Vec::new();
        console(format!("{HEAD}}}").as_bytes(), &mut out, true);
        assert!(
            String::from_utf8(out)
                .unwrap()
                .contains("\u{1b}[33mwarning\u{1b}[0m")
        );
        assert!(decide_colour(true, false, false) && decide_colour(false, false, true));
        assert!(!decide_colour(true, true, true) && !decide_colour(false, false, false));
    }

    #[test]
    fn what_only_ties_lines_together_comes_last_and_dimmed() {
        let line = format!(r#"{HEAD},"request_id":"7c0d1a-1","error":"slow","service":"jobs"}}"#);
        let shown = plain(&line);
        assert!(
            shown.ends_with("error=slow request_id=7c0d1a-1 service=jobs"),
            "{shown}"
        );
        let mut out = Vec::new();
        console(line.as_bytes(), &mut out, true);
        let shown = String::from_utf8(out).unwrap();
        assert!(shown.contains("\u{1b}[2mjobs\u{1b}[0m"), "{shown:?}");
        assert!(!shown.contains("\u{1b}[2mslow"), "{shown:?}");
    }

    #[test]
    fn a_terminal_shows_a_frame_a_line() {
        let line = format!(
            r#"{HEAD},"backtrace":["a::<\"x\">::b at ./a.rs:1:2","main"],"service":"jobs"}}"#
        );
        let mut out = Vec::new();
        console(line.as_bytes(), &mut out, true);
        let shown = String::from_utf8(out).unwrap();
        let frames: Vec<&str> = shown.lines().skip(1).collect();
        assert_eq!(frames.len(), 2, "{shown:?}");
        assert!(frames[0].contains(r#"a::<\"x\">::b at ./a.rs:1:2"#) && frames[1].contains("main"));
        assert!(!plain(&line).contains('\n'));
    }

    #[test]
    fn what_is_no_line_is_left_as_it_is() {
        for text in ["", "text", "{}", r#"{"a":1,"b":2,"c":3}"#] {
            assert_eq!(plain(text), text);
        }
    }

    proptest! {
        #[test]
        fn no_value_acts_on_the_terminal(text in any::<String>()) {
            let mut line = HEAD.as_bytes().to_vec();
            line.extend_from_slice(b",\"value\":");
            crate::encode::escape::string(&mut line, &text);
            line.push(b'}');
            let mut out = Vec::new();
            console(&line, &mut out, false);
            let shown = String::from_utf8(out).unwrap();
            prop_assert!(!shown.chars().any(char::is_control));
            prop_assert!(shown.contains("value="));
        }
    }
}
