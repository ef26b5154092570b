//! What is left of a message when its values have moved out.

/// A message whose values are marked by NUL, without them and without what only served them: quotes and brackets
/// around them, `: ` and `= ` before them, doubled blanks. `None` if no word is left.
pub(crate) fn without_holes(text: &str) -> Option<String> {
    let mut text = text.to_owned();
    loop {
        let before = text.clone();
        for pair in [
            "\"\u{0}\"",
            "\\\"\u{0}\\\"",
            "'\u{0}'",
            "`\u{0}`",
            "(\u{0})",
            "[\u{0}]",
            "<\u{0}>",
        ] {
            text = text.replace(pair, "\u{0}");
        }
        for mark in [
            "=\u{0}",
            "= \u{0}",
            ": \u{0}",
            ":\u{0}",
            "#\u{0}",
            " - \u{0}",
            "\u{0}, \u{0}",
            "\u{0} \u{0}",
            "\u{0}\u{0}",
            "\u{0}:\u{0}",
            "\u{0}/\u{0}",
            "\u{0}.",
        ] {
            text = text.replace(mark, "\u{0}");
        }
        if text == before {
            break;
        }
    }
    let text = text
        .replace(" \u{0} ", " ")
        .replace(" \u{0}", "")
        .replace("\u{0} ", "")
        .replace('\u{0}', "");
    let text = text.replace(" ,", ",").replace("()", "").replace("  ", " ");
    let text = text.trim_matches([' ', ',', ':', ';', '-', '=']);
    text.chars()
        .any(char::is_alphabetic)
        .then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::without_holes;

    #[test]
    fn what_served_the_values_goes_with_them() {
        for (text, left) in [
            ("user \u{0} left", "user left"),
            ("failed: \u{0}", "failed"),
            ("got '\u{0}' from (\u{0})", "got from"),
            ("id=\u{0}, name=\u{0}", "id, name"),
            ("\u{0} jobs done", "jobs done"),
        ] {
            assert_eq!(without_holes(text).as_deref(), Some(left), "{text}");
        }
        assert_eq!(without_holes("\u{0}: \u{0}"), None);
    }
}
