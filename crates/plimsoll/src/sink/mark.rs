//! A line of an earlier process says so.

/// Why a line of an earlier process is written now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// It had not been written.
    Recovered,
    /// It was in flight: it may have been written, wholly or in part.
    MaybeRepeated,
}

/// The line with `"recovered"` as its last field; nothing unless it is one whole JSON object on one line.
pub(super) fn mark(line: &[u8], mark: Mark) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(line)
        .ok()
        .filter(|text| !text.contains(['\n', '\r']))?;
    let body = text.strip_prefix('{')?.strip_suffix('}')?;
    serde_json::from_str::<serde::de::IgnoredAny>(text).ok()?;
    // A caller's field of this name is kept, as with every reserved key; in a string the quotes would be escaped.
    let body = format!("{{{body}").replace("{\"recovered\":", "{\"field_recovered\":");
    let body = &body.replace(",\"recovered\":", ",\"field_recovered\":")[1..];
    let comma = if body.trim().is_empty() { "" } else { "," };
    let value = match mark {
        Mark::Recovered => "yes",
        Mark::MaybeRepeated => "maybe-repeated",
    };
    Some(format!("{{{body}{comma}\"recovered\":\"{value}\"}}").into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn marked(line: &str) -> Option<String> {
        mark(line.as_bytes(), Mark::Recovered).map(|line| String::from_utf8(line).unwrap())
    }

    #[test]
    fn only_whole_objects_are_marked() {
        assert_eq!(
            marked(r#"{"a":1}"#).unwrap(),
            r#"{"a":1,"recovered":"yes"}"#
        );
        assert_eq!(marked("{}").unwrap(), r#"{"recovered":"yes"}"#);
        let twice = marked(r#"{"recovered":1,"a":"x,\"recovered\":","recovered":2}"#).unwrap();
        assert_eq!(
            twice,
            r#"{"field_recovered":1,"a":"x,\"recovered\":","field_recovered":2,"recovered":"yes"}"#
        );
        for broken in [
            "",
            "{",
            "}",
            "[1]",
            r#"{"a":1"#,
            r#"{"a":1}{"b":2}"#,
            "{\"a\":\n1}",
            "{\"a\":1}\n",
            r#"{"a":}"#,
        ] {
            assert_eq!(marked(broken), None, "{broken}");
        }
        assert_eq!(mark(b"{\"a\":\"\xff\"}", Mark::Recovered), None);
    }

    proptest! {
        #[test]
        fn a_marked_line_is_the_same_object_and_says_so(fields: std::collections::BTreeMap<String, String>) {
            let line = serde_json::to_vec(&fields).unwrap();
            let marked = mark(&line, Mark::MaybeRepeated).unwrap();
            let mut read: std::collections::BTreeMap<String, String> = serde_json::from_slice(&marked).unwrap();
            prop_assert_eq!(read.remove("recovered").unwrap(), "maybe-repeated");
            prop_assert_eq!(read, fields);
        }

        #[test]
        fn garbage_is_refused_or_one_object(line: Vec<u8>) {
            if let Some(marked) = mark(&line, Mark::Recovered) {
                let read: serde_json::Value = serde_json::from_slice(&marked).unwrap();
                prop_assert!(read.is_object() && !marked.contains(&b'\n'));
            }
        }
    }
}
