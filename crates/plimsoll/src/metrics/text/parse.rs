//! A reader of the text formats, strict where the writers promise something: what is written must read back.
//! For tests and the fuzz target; it takes nothing from the writers but the format's name.

use std::collections::BTreeMap;

/// Sample name, labels in their order, value.
pub(crate) type Sample = (String, Vec<(String, String)>, f64);

/// What a text says.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Document {
    /// Family name to type, help and unit.
    pub(crate) families: BTreeMap<String, (String, String, Option<String>)>,
    /// In the order of the text.
    pub(crate) samples: Vec<Sample>,
}

/// Reads a text, or says what is wrong with which line.
pub(crate) fn parse(text: &str, openmetrics: bool) -> Result<Document, String> {
    let text = if openmetrics {
        text.strip_suffix("# EOF\n").ok_or("no # EOF at the end")?
    } else {
        text
    };
    if !text.is_empty() && !text.ends_with('\n') {
        return Err("the last line has no line feed".to_owned());
    }
    let mut document = Document::default();
    let mut current: Option<String> = None;
    for line in text.split_terminator('\n') {
        let fail = |reason: &str| format!("{reason}: {line:?}");
        if let Some(comment) = line.strip_prefix("# ") {
            let (kind, rest) = comment.split_once(' ').ok_or(fail("comment"))?;
            let (name, rest) = rest.split_once(' ').ok_or(fail("comment without text"))?;
            match kind {
                "HELP" => {
                    let help = unescape(rest, openmetrics).ok_or(fail("escape"))?;
                    let fresh = (String::new(), help, None);
                    if document.families.insert(name.to_owned(), fresh).is_some() {
                        return Err(fail("a family twice"));
                    }
                    current = Some(name.to_owned());
                }
                "TYPE" | "UNIT" if current.as_deref() == Some(name) => {
                    let family = document.families.get_mut(name).ok_or(fail("no HELP"))?;
                    if kind == "TYPE" {
                        rest.clone_into(&mut family.0);
                    } else if openmetrics && name.ends_with(&format!("_{rest}")) {
                        family.2 = Some(rest.to_owned());
                    } else {
                        return Err(fail("UNIT"));
                    }
                }
                _ => return Err(fail("comment")),
            }
            continue;
        }
        let (name, labels, value) = sample(line).ok_or(fail("sample"))?;
        let family = current.as_deref().ok_or(fail("sample before its family"))?;
        let (kind, _, _) = document.families.get(family).ok_or(fail("family"))?;
        let suffixes: &[&str] = match kind.as_str() {
            "counter" if openmetrics => &["_total"],
            "histogram" => &["_bucket", "_sum", "_count"],
            "counter" | "gauge" => &[""],
            _ => return Err(fail("type")),
        };
        let suffix = name
            .strip_prefix(family)
            .ok_or(fail("sample of another family"))?;
        if !suffixes.contains(&suffix) {
            return Err(fail("suffix"));
        }
        if document
            .samples
            .iter()
            .any(|(other, held, _)| *other == name && *held == labels)
        {
            return Err(fail("a sample twice"));
        }
        document.samples.push((name, labels, value));
    }
    Ok(document)
}

fn sample(line: &str) -> Option<Sample> {
    let end = line.find(['{', ' '])?;
    let (name, mut rest) = (line.get(..end)?, line.get(end..)?);
    let mut labels = Vec::new();
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside;
        loop {
            let (label, after) = rest.split_once("=\"")?;
            let end = closing_quote(after)?;
            labels.push((label.to_owned(), unescape(after.get(..end)?, true)?));
            rest = after.get(end + 1..)?;
            if let Some(after) = rest.strip_prefix('}') {
                rest = after;
                break;
            }
            rest = rest.strip_prefix(',')?;
        }
    }
    let legal = |name: &str| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b':')
    };
    if !legal(name) || !labels.iter().all(|(label, _)| legal(label)) {
        return None;
    }
    let value = rest.strip_prefix(' ')?;
    // Rust reads more spellings than the formats have (`inf`, `infinity`).
    if !matches!(value, "NaN" | "+Inf" | "-Inf")
        && !value
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b"+-.e".contains(&byte))
    {
        return None;
    }
    Some((name.to_owned(), labels, value.parse().ok()?))
}

fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    })
}

fn unescape(text: &str, quotes: bool) -> Option<String> {
    let mut out = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next()? {
                '\\' => out.push('\\'),
                'n' => out.push('\n'),
                '"' if quotes => out.push('"'),
                _ => return None,
            },
            '"' if quotes => return None,
            letter => out.push(letter),
        }
    }
    Some(out)
}
