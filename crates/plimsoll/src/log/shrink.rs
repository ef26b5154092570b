//! A line that is too long is made to fit: its largest values shrink first, and `truncated` names them.

use super::LINE_LIMIT;
use crate::encode::scan::{Entry, entries};

/// What ends a text that was cut, inside its quotes.
const ELLIPSIS: &str = "…";
/// Names that `truncated` lists; a line with more has lost whole fields, too.
const NAMES: usize = 32;
/// A value of this many bytes or fewer is never cut.
const LEAST: usize = 48;

/// Rewrites `line`, one canonical JSON object, so that it has at most [`LINE_LIMIT`] bytes.
#[cold]
pub(crate) fn shrink(line: &mut Vec<u8>) {
    let mut fields: Vec<Entry<'_>> = entries(line).collect();
    // Whole fields go, the last first, where even their shortest forms are too much.
    let mut left_out = 0;
    while least(&fields) > LINE_LIMIT && fields.len() > 3 {
        fields.pop();
        left_out += 1;
    }
    let longest = longest_that_fits(&fields);
    let mut out = Vec::with_capacity(LINE_LIMIT);
    let mut names = Vec::new();
    for (index, entry) in fields.iter().enumerate() {
        out.push(if index == 0 { b'{' } else { b',' });
        out.push(b'"');
        // `truncated` is written below: a caller's own is kept beside it.
        out.extend_from_slice(if entry.key == b"truncated" {
            b"field_truncated"
        } else {
            entry.key
        });
        out.extend_from_slice(b"\":");
        if entry.value.len() <= longest || index < 2 {
            out.extend_from_slice(entry.value);
        } else {
            write_cut(entry, longest, &mut out);
            names.push(entry.key);
        }
    }
    out.extend_from_slice(b",\"truncated\":[");
    for (index, name) in names.iter().take(NAMES).enumerate() {
        out.extend_from_slice(if index == 0 { b"\"" } else { b",\"" });
        out.extend_from_slice(name);
        out.push(b'"');
    }
    out.push(b']');
    if left_out > 0 {
        out.extend_from_slice(format!(",\"fields_left_out\":{left_out}").as_bytes());
    }
    out.push(b'}');
    *line = out;
}

/// Bytes of a value that is copied into many lines.
const SHORT: usize = 2048;

/// A value that is copied into many lines: a long one is cut to its beginning.
pub(crate) fn short(value: Vec<u8>) -> Vec<u8> {
    if value.len() <= SHORT {
        return value;
    }
    let mut out = Vec::with_capacity(SHORT);
    write_cut(
        &Entry {
            key: b"",
            value: &value,
        },
        SHORT,
        &mut out,
    );
    out
}

/// Bytes of the line's frame: keys, punctuation, and the longest list of names.
fn frame(fields: &[Entry<'_>]) -> usize {
    let keys: usize = fields.iter().map(|entry| entry.key.len() + 4).sum();
    let mut lengths: Vec<usize> = fields.iter().map(|entry| entry.key.len() + 3).collect();
    lengths.sort_unstable_by(|a, b| b.cmp(a));
    let names: usize = lengths.iter().take(NAMES).sum();
    keys + names
        + b",\"truncated\":[]".len()
        + b",\"fields_left_out\":4294967295}".len()
        + b"field_".len()
}

/// The length of the line if every value were as short as it can be.
fn least(fields: &[Entry<'_>]) -> usize {
    frame(fields)
        + fields
            .iter()
            .map(|entry| entry.value.len().min(LEAST))
            .sum::<usize>()
}

/// The longest value that may stand when all longer ones are cut to it and the line fits.
fn longest_that_fits(fields: &[Entry<'_>]) -> usize {
    let mut room = LINE_LIMIT.saturating_sub(frame(fields));
    let mut lengths: Vec<usize> = fields.iter().map(|entry| entry.value.len()).collect();
    lengths.sort_unstable();
    let mut left = lengths.len();
    for length in lengths {
        if length > room / left {
            break;
        }
        room -= length;
        left -= 1;
    }
    room.checked_div(left).unwrap_or(usize::MAX)
}

/// Writes the beginning of a value as a string of at most `longest` bytes; one that is nested as the text it was.
fn write_cut(entry: &Entry<'_>, longest: usize, out: &mut Vec<u8>) {
    let room = longest.saturating_sub(2 + ELLIPSIS.len());
    out.push(b'"');
    if entry.is_string() {
        out.extend_from_slice(cut_escaped(&entry.value[1..], room));
    } else {
        let start = out.len();
        crate::encode::escape::escape(out, &String::from_utf8_lossy(entry.value));
        let kept = cut_escaped(&out[start..], room).len();
        out.truncate(start + kept);
    }
    out.extend_from_slice(ELLIPSIS.as_bytes());
    out.push(b'"');
}

/// At most `room` bytes of escaped text, not ending inside an escape or a character.
fn cut_escaped(text: &[u8], room: usize) -> &[u8] {
    let mut end = 0;
    while let Some(&byte) = text.get(end) {
        let width = match byte {
            b'\\' if text.get(end + 1) == Some(&b'u') => 6,
            0xf0.. => 4,
            0xe0.. => 3,
            b'\\' | 0xc0.. => 2,
            _ => 1,
        };
        if end + width > room {
            break;
        }
        end += width;
    }
    text.get(..end).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    fn shrunk(fields: &Value) -> Map<String, Value> {
        let mut line = serde_json::to_vec(fields).unwrap();
        shrink(&mut line);
        assert!(line.len() <= LINE_LIMIT, "{}", line.len());
        serde_json::from_slice(&line).unwrap()
    }

    #[test]
    fn the_largest_values_shrink_and_are_named() {
        let line = shrunk(&json!({
            "a_time": "t", "b_level": "info", "c_event": "big", "d": 1,
            "e": "x".repeat(30_000), "f": "y\"".repeat(4000), "g": ["z".repeat(100)], "h": "short",
        }));
        assert_eq!(line["truncated"], json!(["e", "f"]));
        assert_eq!(line["h"], "short");
        assert_eq!(line["g"], json!(["z".repeat(100)]));
        assert!(line["e"].as_str().unwrap().ends_with("x…"));
        assert!(line["e"].as_str().unwrap().len() > 7000);
    }

    #[test]
    fn a_nested_value_becomes_the_beginning_of_its_text() {
        let line = shrunk(&json!({"a": 1, "b": 2, "c": 3, "d": {"list": vec!["item"; 5000]}}));
        assert!(
            line["d"]
                .as_str()
                .unwrap()
                .starts_with(r#"{"list":["item","item""#)
        );
        assert_eq!(line["truncated"], json!(["d"]));
    }

    #[test]
    fn a_callers_own_truncated_is_kept() {
        let line = shrunk(&json!({"a": 1, "b": 2, "c": "x".repeat(20_000), "truncated": true}));
        assert_eq!(line["field_truncated"], true);
        assert_eq!(line["truncated"], json!(["c"]));
    }

    #[test]
    fn more_fields_than_fit_are_counted() {
        let fields: Map<String, Value> = (0..5000)
            .map(|n| (format!("key_{n:05}"), json!("value")))
            .collect();
        let line = shrunk(&Value::Object(fields));
        assert!(line["fields_left_out"].as_u64().unwrap() > 3000);
        assert_eq!(line["key_00000"], "value");
    }

    proptest! {
        #[test]
        fn whatever_shrinks_stays_one_object(values in prop::collection::vec("\\PC{0,3000}", 4..12)) {
            let mut fields: Map<String, Value> =
                values.iter().enumerate().map(|(n, text)| (format!("k{n:02}"), json!(text))).collect();
            fields.insert("a_timestamp".to_owned(), json!("t"));
            fields.insert("b_level".to_owned(), json!("info"));
            fields.insert("z".to_owned(), json!("\u{1}é🚢".repeat(1500)));
            let line = shrunk(&Value::Object(fields));
            prop_assert!(line.contains_key("truncated"));
        }
    }
}
