//! Pairs that no `:` or `=` joins: XML elements, tuples, SQL columns with their values.

use std::sync::OnceLock;

use regex::bytes::Regex;

use super::email;
use super::hit::Hit;
use super::keys::Keys;
use super::names::of_kind;
use super::walk::Seen;

/// Asks each form whose marks were seen.
pub(super) fn find(keys: &Keys, text: &[u8], seen: Seen, hits: &mut Vec<Hit>) {
    if seen.any(Seen::END_TAG) {
        elements(keys, text, hits);
        if memchr::memmem::find(text, b"name=").is_some() {
            named_elements(keys, text, hits);
        }
        if memchr::memmem::find(text, b"<key>").is_some() {
            property_list(keys, text, hits);
        }
    }
    if memchr::memmem::find(text, b" value: ").is_some() {
        flow_entries(keys, text, hits);
    }
    if seen.any(Seen::TAG) && memchr::memmem::find(text, b"value=").is_some() {
        attributes(keys, text, hits);
    }
    if seen.any(Seen::FORM_DATA) {
        form_data(keys, text, hits);
    }
    if seen.any(Seen::TUPLE) {
        tuples(keys, text, hits);
    }
    if seen.any(Seen::INTO) {
        inserts(keys, text, hits);
    }
    if seen.any(Seen::ENCODED_AT) {
        email::find_encoded(text, hits);
    }
}

const CDATA: &[u8] = b"<![CDATA[";

/// `<password>x</password>`, also with a name space and attributes.
fn elements(keys: &Keys, text: &[u8], hits: &mut Vec<Hit>) {
    let mut from = 0;
    while let Some(open) = memchr::memchr(b'<', &text[from..]).map(|at| from + at) {
        from = open + 1;
        let name_end = text[from..]
            .iter()
            .take(64)
            .position(|byte| !(byte.is_ascii_alphanumeric() || b"_-.:".contains(byte)));
        let Some(name_end) = name_end
            .filter(|length| *length > 0)
            .map(|length| from + length)
        else {
            continue;
        };
        let name = &text[from..name_end];
        let name = name.rsplit(|byte| *byte == b':').next().unwrap_or(name);
        let Some(class) = keys.recall(name) else {
            continue;
        };
        let limit = text.len().min(name_end + 256);
        let Some(start) = memchr::memchr(b'>', &text[name_end..limit]).map(|at| name_end + at + 1)
        else {
            continue;
        };
        let start = start + CDATA.len() * usize::from(text[start..].starts_with(CDATA));
        // Cut short: up to the text's end, but for a quote that closes it.
        let cut = start.max(text.len() - usize::from(text.ends_with(b"\"")));
        let end = if text[..start].ends_with(CDATA) {
            memchr::memmem::find(&text[start..], b"]]>")
        } else {
            memchr::memchr(b'<', &text[start..])
        };
        let end = end.map_or(cut, |length| start + length);
        if class.covers(&String::from_utf8_lossy(&text[start..end])) {
            hits.push(Hit::new(start, end, of_kind(class.kind)));
            from = end;
        }
    }
}

/// `<add key="Password" value="x"/>`: one attribute names, the next one holds.
fn attributes(keys: &Keys, text: &[u8], hits: &mut Vec<Hit>) {
    static ATTRIBUTES: OnceLock<Option<Regex>> = OnceLock::new();
    let Some(attributes) = ATTRIBUTES.get_or_init(|| {
        Regex::new(r#"(?i-u)\b(?:key|name)\s?=\s?\\?["']([^"'<>\\]{1,64})\\?["']\s{1,4}value\s?=\s?\\?["']([^"'<>\\]{1,4096})"#).ok()
    }) else {
        return;
    };
    named(keys, attributes, text, hits);
}

/// `<property name="password">x</property>`.
fn named_elements(keys: &Keys, text: &[u8], hits: &mut Vec<Hit>) {
    static ELEMENT: OnceLock<Option<Regex>> = OnceLock::new();
    let Some(element) = ELEMENT.get_or_init(|| {
        Regex::new(r#"(?-u)<[A-Za-z:]{1,32} name=\\?["']([^"'<>\\]{1,64})\\?["']>\s{0,64}(?:<value>)?([^<>\s]{1,4096})\s{0,64}</"#).ok()
    }) else {
        return;
    };
    named(keys, element, text, hits);
}

/// `<key>password</key><string>x</string>` of a property list.
fn property_list(keys: &Keys, text: &[u8], hits: &mut Vec<Hit>) {
    static ENTRY: OnceLock<Option<Regex>> = OnceLock::new();
    let Some(entry) = ENTRY.get_or_init(|| {
        Regex::new(r"(?-u)<key>([^<>]{1,64})</key>\s{0,64}<string>([^<>]{1,4096})</string>").ok()
    }) else {
        return;
    };
    named(keys, entry, text, hits);
}

/// `{name: DB_PASSWORD, value: x}` in YAML, on one line or two.
fn flow_entries(keys: &Keys, text: &[u8], hits: &mut Vec<Hit>) {
    static ENTRY: OnceLock<Option<Regex>> = OnceLock::new();
    let Some(entry) = ENTRY.get_or_init(|| {
        Regex::new(r#"(?-u)\b(?:name|key): ["']?([A-Za-z0-9_.-]{1,64})["']?,?\s{1,64}value: ["']?([^\s"',}\]]{1,4096})"#).ok()
    }) else {
        return;
    };
    named(keys, entry, text, hits);
}

/// What an expression's second group holds under the name in its first.
fn named(keys: &Keys, expression: &Regex, text: &[u8], hits: &mut Vec<Hit>) {
    for found in expression.captures_iter(text) {
        if let (Some(key), Some(value)) = (found.get(1), found.get(2))
            && let Some(class) = keys.recall(key.as_bytes())
            && class.covers(&String::from_utf8_lossy(value.as_bytes()))
        {
            hits.push(Hit::new(value.start(), value.end(), of_kind(class.kind)));
        }
    }
}

/// `name="password"` of a multipart form (RFC 7578), with its value two line ends on.
fn form_data(keys: &Keys, text: &[u8], hits: &mut Vec<Hit>) {
    for part in memchr::memmem::find_iter(text, b"name=\"") {
        let name_start = part + 6;
        let Some(name_end) =
            memchr::memchr(b'"', &text[name_start..text.len().min(name_start + 64)])
                .map(|at| name_start + at)
        else {
            continue;
        };
        let Some(class) = keys.recall(&text[name_start..name_end]) else {
            continue;
        };
        let limit = text.len().min(name_end + 256);
        let blank = [&b"\r\n\r\n"[..], b"\n\n"].iter().find_map(|blank| {
            memchr::memmem::find(&text[name_end..limit], blank)
                .map(|at| name_end + at + blank.len())
        });
        let Some(start) = blank else {
            continue;
        };
        let end = memchr::memchr2(b'\r', b'\n', &text[start..])
            .map_or(text.len(), |length| start + length);
        if class.covers(&String::from_utf8_lossy(&text[start..end])) {
            hits.push(Hit::new(start, end, of_kind(class.kind)));
        }
    }
}

/// `("password", "x")`: a pair as `Debug` prints a tuple, and `["authorization", "x"]` as scripts do.
fn tuples(keys: &Keys, text: &[u8], hits: &mut Vec<Hit>) {
    static TUPLE: OnceLock<Option<Regex>> = OnceLock::new();
    let Some(tuple) = TUPLE.get_or_init(|| {
        Regex::new(r#"(?-u)(?:[(\[]\s{0,4}b?["']|\{["']?)([A-Za-z][A-Za-z0-9_.-]{1,48})["']?, ?(?:Some\(|<<)?b?(?:"((?:[^"\\]|\\.){1,4096})"|'([^'\\]{1,4096})')(?:\)|>>)?\s{0,4}[)\]}]"#).ok()
    }) else {
        return;
    };
    for found in tuple.captures_iter(text) {
        let (Some(key), Some(value)) = (found.get(1), found.get(2).or_else(|| found.get(3))) else {
            continue;
        };
        let round = text[found.get(0).map_or(0, |whole| whole.start())] == b'(';
        let plain = String::from_utf8_lossy(value.as_bytes());
        // A list of names (`["password", "email"]`) is no pair.
        let names = !round
            && plain
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        if let Some(class) = keys
            .recall(key.as_bytes())
            .filter(|class| !names && class.covers(&plain))
        {
            hits.push(Hit::new(value.start(), value.end(), of_kind(class.kind)));
        }
    }
}

/// `INSERT INTO users (name, password) VALUES ('ada', 'x')`: values by their columns, in every row.
fn inserts(keys: &Keys, text: &[u8], hits: &mut Vec<Hit>) {
    static INSERT: OnceLock<Option<Regex>> = OnceLock::new();
    let Some(insert) = INSERT.get_or_init(|| {
        Regex::new(r"(?i-u)\b(?:insert|replace|upsert)\s+(?:ignore\s+)?into\s+[^()\s]{1,128}\s*\(([^()]{1,4096})\)\s*values?\s*").ok()
    }) else {
        return;
    };
    for found in insert.captures_iter(text) {
        let (Some(columns), Some(whole)) = (found.get(1), found.get(0)) else {
            continue;
        };
        let classes: Vec<_> = columns
            .as_bytes()
            .split(|byte| *byte == b',')
            .map(|column| keys.recall(trim_name(column)))
            .collect();
        if classes.iter().all(Option::is_none) {
            continue;
        }
        let mut at = whole.end();
        // `VALUES (?, ?)', ('ada', 'x')`, `VALUES (?, ?)]` and `[parameters: ('ada', 'x')]`: the values of the marks.
        let mut parameters = false;
        while text.get(at) == Some(&b'(') {
            at = row(text, at + 1, |column, start, end| {
                if let Some(class) = classes.get(column).copied().flatten()
                    && !matches!(text.get(start), Some(b':' | b'$' | b'@' | b'?' | b'%'))
                    && class.covers(&String::from_utf8_lossy(&text[start..end]))
                {
                    hits.push(Hit::new(start, end, of_kind(class.kind)));
                }
            });
            while matches!(text.get(at), Some(b',' | b' ' | b'\n' | b'\r' | b'\t')) {
                at += 1;
            }
            if text.get(at) != Some(&b'(') && !parameters {
                parameters = true;
                let rest = text.get(at..).unwrap_or_default();
                let rest = &rest[..rest.len().min(40)];
                let given = [&b"', ("[..], b"\", (", b"parameters: ("]
                    .iter()
                    .find_map(|mark| Some(memchr::memmem::find(rest, mark)? + mark.len() - 1));
                at += given.unwrap_or(0);
            }
        }
    }
}

fn trim_name(column: &[u8]) -> &[u8] {
    let start = column
        .iter()
        .position(u8::is_ascii_alphanumeric)
        .unwrap_or(column.len());
    let end = column
        .iter()
        .rposition(u8::is_ascii_alphanumeric)
        .map_or(start, |last| last + 1);
    &column[start..end]
}

/// Reads `'a', 2, 'c')`; calls back with each value's place. Returns the place after the row.
fn row(text: &[u8], mut at: usize, mut value: impl FnMut(usize, usize, usize)) -> usize {
    let mut column = 0;
    while at < text.len() {
        while matches!(text.get(at), Some(b' ' | b'\n' | b'\t')) {
            at += 1;
        }
        let (start, end);
        match text.get(at) {
            Some(quote @ (b'\'' | b'"')) => {
                start = at + 1;
                at = start;
                while at < text.len() && (text[at] != *quote || text.get(at + 1) == Some(quote)) {
                    at += if text[at] == *quote || text[at] == b'\\' {
                        2
                    } else {
                        1
                    };
                }
                end = at.min(text.len());
                at += 1;
            }
            Some(_) => {
                start = at;
                while at < text.len() && !matches!(text[at], b',' | b')') {
                    at += 1;
                }
                end = at;
            }
            None => return at,
        }
        value(column, start, end);
        column += 1;
        while at < text.len() && !matches!(text[at], b',' | b')') {
            at += 1;
        }
        match text.get(at) {
            Some(b',') => at += 1,
            _ => return at + 1,
        }
    }
    at
}
