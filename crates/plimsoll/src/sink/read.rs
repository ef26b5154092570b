//! Lines that were written, seen again: for `plimsoll logs` and tools like it.

use tracing_core::Level;

use crate::encode::scan::entries;

/// The level of a canonical line; nothing if the line has none or is not one JSON object. `warn` is taken for `warning`,
/// and `critical` for `error`, as other writers of the same form have them.
///
/// ```
/// use plimsoll::sink::level_of;
///
/// assert_eq!(level_of(br#"{"event":"up","level":"warning"}"#), Some(tracing::Level::WARN));
/// assert_eq!(level_of(b"Killed"), None);
/// ```
pub fn level_of(line: &[u8]) -> Option<Level> {
    match entries(line).find(|entry| entry.key == b"level")?.value {
        b"\"trace\"" => Some(Level::TRACE),
        b"\"debug\"" => Some(Level::DEBUG),
        b"\"info\"" => Some(Level::INFO),
        b"\"warning\"" | b"\"warn\"" => Some(Level::WARN),
        b"\"error\"" | b"\"critical\"" => Some(Level::ERROR),
        _ => None,
    }
}

/// Appends a line as a person reads it, without a newline. What is not a canonical line is appended as it is, its control
/// characters escaped, so that nothing in a log can act on the terminal.
///
/// ```
/// let line = br#"{"timestamp":"2026-11-22T07:09:06.232288Z","level":"info","event":"job.submitted","job_id":7}"#;
/// let mut text = Vec::new();
/// plimsoll::sink::readable(line, false, &mut text);
/// let text = String::from_utf8_lossy(&text);
/// assert!(text.contains("job.submitted") && text.contains("job_id=7"), "{text}");
/// ```
pub fn readable(line: &[u8], colour: bool, out: &mut Vec<u8>) {
    let is_object =
        serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok() && line.starts_with(b"{");
    let text = String::from_utf8_lossy(line);
    let acts =
        |character: char| character.is_control() || matches!(character, '\u{2028}' | '\u{2029}');
    if is_object && !text.contains(acts) {
        crate::log::console::console(line, out, colour);
        return;
    }
    for character in text.chars() {
        if acts(character) && character != '\t' {
            out.extend(character.escape_unicode().to_string().bytes());
        } else {
            out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_line_cannot_act_on_the_terminal() {
        for hostile in [
            "\x1b[2Jgone",
            "{\"event\":\"\x1b[2J\"}",
            "a\u{2028}b\u{9b}c\rd",
        ] {
            let mut out = Vec::new();
            readable(hostile.as_bytes(), true, &mut out);
            let text = String::from_utf8(out).unwrap();
            assert!(
                !text
                    .chars()
                    .any(|character| character.is_control() || character == '\u{2028}'),
                "{text:?}"
            );
        }
    }
}
