//! E-mail addresses: RFC 5321 as people use it, with quoted and international forms (RFC 6531).

use plimsoll_standard::sensitive::{Kind, is_placeholder};

use super::hit::Hit;
use super::names::of_kind;

/// RFC 5321, 4.5.3.1.
const LONGEST_LOCAL: usize = 64;
const LONGEST_DOMAIN: usize = 255;

/// Finds every address around an at-sign (`@`, or `%40` in a URL).
pub(super) fn find(text: &[u8], hits: &mut Vec<Hit>) {
    let mut floor = 0;
    for at in memchr::memchr_iter(b'@', text) {
        if at >= floor
            && let Some((start, end)) = around(text, floor, at, at + 1)
        {
            hits.push(Hit::new(start, end, of_kind(Kind::Email)));
            floor = end;
        }
    }
}

/// Finds addresses whose at-sign is percent-encoded.
pub(super) fn find_encoded(text: &[u8], hits: &mut Vec<Hit>) {
    let mut floor = 0;
    for at in memchr::memmem::find_iter(text, b"%40") {
        if at >= floor
            && let Some((start, end)) = around(text, floor, at, at + 3)
        {
            hits.push(Hit::new(start, end, of_kind(Kind::Email)));
            floor = end;
        }
    }
}

fn around(text: &[u8], floor: usize, at: usize, after: usize) -> Option<(usize, usize)> {
    let start = local_start(text, floor, at)?;
    let end = domain_end(text, after)?;
    let (local, domain) = (&text[start..at], &text[after..end]);
    let not_a_person = local == b"git" && matches!(text.get(end), Some(b':' | b'/'))
        || text[..start].ends_with(b"://")
        || std::str::from_utf8(local).is_ok_and(is_placeholder)
        || is_image_scale(domain)
        || is_unit(domain);
    (!not_a_person).then_some((start, end))
}

fn local_start(text: &[u8], floor: usize, at: usize) -> Option<usize> {
    let floor = floor.max(at.saturating_sub(LONGEST_LOCAL));
    let before = &text[floor..at];
    if let [head @ .., b'"'] = before {
        // A quoted local part; a JSON string's end looks the same, but no domain follows it.
        let open = head.iter().rposition(|byte| *byte == b'"')?;
        let inner = &head[open + 1..];
        return (!inner.is_empty() && !inner.iter().any(u8::is_ascii_control))
            .then_some(floor + open);
    }
    let mut start = before
        .iter()
        .rposition(|byte| {
            !(byte.is_ascii_alphanumeric() || *byte >= 0x80 || b"._%+-'!#$&*/?^{|}~".contains(byte))
        })
        .map_or(floor, |last| floor + last + 1);
    // Marks that more often stand before an address than in it.
    while start < at
        && !(text[start].is_ascii_alphanumeric() || text[start] >= 0x80 || text[start] == b'_')
    {
        start += 1;
    }
    // `/path/name@host` and `a|b@c`: the address starts after the last such mark.
    if let Some(mark) = text[start..at]
        .iter()
        .rposition(|byte| b"/?&|{}*!#^$".contains(byte))
    {
        start += mark + 1;
    }
    (start < at && text[at - 1] != b'.').then_some(start)
}

fn domain_end(text: &[u8], after: usize) -> Option<usize> {
    let rest = &text[after..text.len().min(after + LONGEST_DOMAIN)];
    if rest.first() == Some(&b'[') {
        let close = rest.iter().position(|byte| *byte == b']')?;
        let inside = &rest[1..close];
        return (inside.len() >= 7
            && inside
                .iter()
                .all(|byte| byte.is_ascii_hexdigit() || b".:IPv".contains(byte)))
        .then_some(after + close + 1);
    }
    let mut length = rest
        .iter()
        .position(|byte| {
            !(byte.is_ascii_alphanumeric() || *byte >= 0x80 || matches!(byte, b'.' | b'-'))
        })
        .unwrap_or(rest.len());
    while length > 0 && matches!(rest[length - 1], b'.' | b'-') {
        length -= 1;
    }
    let domain = &rest[..length];
    let dot = domain.iter().rposition(|byte| *byte == b'.')?;
    let top = &domain[dot + 1..];
    let named = top.len() >= 2
        && (top
            .iter()
            .all(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80)
            || top.starts_with(b"xn--"));
    let whole = dot > 0
        && domain[0] != b'.'
        && domain[0] != b'-'
        && !domain.windows(2).any(|pair| pair == b"..");
    (named && whole).then_some(after + length)
}

/// `logo@2x.png`.
fn is_image_scale(domain: &[u8]) -> bool {
    domain.len() >= 3 && domain[0].is_ascii_digit() && domain[1] == b'x' && domain[2] == b'.'
}

/// `getty@tty1.service`: a systemd unit.
fn is_unit(domain: &[u8]) -> bool {
    [
        &b".service"[..],
        b".socket",
        b".timer",
        b".mount",
        b".target",
        b".slice",
        b".scope",
        b".device",
        b".swap",
        b".path",
    ]
    .iter()
    .any(|unit| domain.ends_with(unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        let mut hits = Vec::new();
        find(text.as_bytes(), &mut hits);
        hits.iter().map(|hit| &text[hit.start..hit.end]).collect()
    }

    #[test]
    fn addresses_in_text() {
        assert_eq!(
            found("to <ada.l+log@mail.example.co.uk>, x"),
            ["ada.l+log@mail.example.co.uk"]
        );
        assert_eq!(
            found("\"john doe\"@example.com"),
            ["\"john doe\"@example.com"]
        );
        assert_eq!(found("jörg@müller.example sent"), ["jörg@müller.example"]);
        assert_eq!(found("a@b.co,c@d.io"), ["a@b.co", "c@d.io"]);
        assert_eq!(found("mail from ada@example.com."), ["ada@example.com"]);
        assert_eq!(found("x@[192.168.2.1]"), ["x@[192.168.2.1]"]);
    }

    #[test]
    fn look_alikes() {
        for text in [
            "logo@2x.png",
            "git@github.com:plimsoll/plimsoll.git",
            "@types/node@18.0.1",
            "serde@1.0.200",
            "root@localhost",
            "getty@tty1.service",
            "image@sha256:abcdef",
            "@app.route",
            "3 @ 4.50",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }
}
