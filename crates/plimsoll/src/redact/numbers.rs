//! Payment cards, bank accounts, social security and telephone numbers: found among runs of digits.

use plimsoll_standard::sensitive::Kind;

use super::check;
use super::hit::Hit;
use super::names::{Rule, of_kind};
use super::phone;
use super::screen::digit_run;
use super::social;

/// Looks at every run of digits from `text`'s start to its end.
pub(super) fn find(text: &[u8], hits: &mut Vec<Hit>) {
    let mut from = 0;
    while let Some((start, end)) = digit_run(text, from) {
        run(text, start, end, hits);
        from = end;
    }
}

/// Whether no number of a text is a person's.
pub(super) fn are_harmless(text: &[u8]) -> bool {
    let mut hits = Vec::new();
    find(text, &mut hits);
    hits.is_empty()
}

/// Longer runs are tables of figures; only their pieces between wide gaps are read.
const LONGEST_RUN: usize = 4096;

fn run(text: &[u8], start: usize, end: usize, hits: &mut Vec<Hit>) {
    // One number, or several with a blank between: take numbers from the left until none is found any more.
    let mut at = start;
    if text[..start].ends_with(b"%") && end - start > 2 {
        // An escape of a URL, as in `%20123-45-6789`.
        at += 2;
    }
    while at < end {
        if !(text[at].is_ascii_digit() || matches!(text[at], b'+' | b'(')) {
            at += 1;
            continue;
        }
        let limit = end.min(at + LONGEST_RUN);
        match number(text, at, limit) {
            Some((length, pattern)) => {
                hits.push(Hit::new(at, at + length, pattern));
                at += length;
            }
            None => {
                // The next number starts after this one's digits, or inside its bracket.
                if text[at] == b'(' {
                    at += 1;
                    continue;
                }
                at += usize::from(text[at] == b'+');
                while at < end && text[at].is_ascii_digit() {
                    at += 1;
                }
            }
        }
    }
}

/// Whether a word starts like an IBAN: two letters and two digits, alone or with more than ten after them.
#[inline]
pub(super) fn may_be_account(word: &[u8]) -> bool {
    (word.len() == 4 || word.len() >= 15)
        && word[0].is_ascii_alphabetic()
        && word[1].is_ascii_alphabetic()
        && word[2].is_ascii_digit()
        && word[3].is_ascii_digit()
}

/// An IBAN that starts at `start`.
pub(super) fn account(text: &[u8], start: usize, hits: &mut Vec<Hit>) -> Option<usize> {
    let length = check::iban(&text[start..])?;
    hits.push(Hit::new(start, start + length, of_kind(Kind::BankAccount)));
    Some(start + length)
}

/// The number that starts at `at`: its length and pattern.
fn number(text: &[u8], at: usize, limit: usize) -> Option<(usize, u16)> {
    let before = match &text[..at] {
        [.., b'%', high, low] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => b' ',
        [.., before] => *before,
        [] => b' ',
    };
    if before.is_ascii_alphanumeric() || before == b'_' || letter_before(text, at) {
        return None;
    }
    let link = before == b'/' && text[at] == b'+';
    let glued = matches!(before, b'.' | b'-' | b'/')
        && !link
        && at >= 2
        && text[at - 2].is_ascii_alphanumeric();
    let rest = &text[at..limit];
    let beyond = |length: usize| text.get(at + length).copied().unwrap_or(b' ');
    let ends = |length: usize| {
        let next = beyond(length);
        let after = text.get(at + length + 1).copied().unwrap_or(b' ');
        !(next.is_ascii_alphanumeric()
            || next == b'_'
            || (matches!(next, b'-' | b'.' | b'/' | b':') && after.is_ascii_alphanumeric()))
    };
    if glued {
        // A whole segment of a path, of the length that cards mostly have; other lengths are mostly identifiers.
        let segment = |length: &usize| {
            matches!(length, 15 | 16) && matches!(beyond(*length), b'/' | b'?' | b'#' | b' ' | b'"')
        };
        return card(rest)
            .filter(|length| before == b'/' && segment(length))
            .map(|length| (length, of_kind(Kind::CardNumber)));
    }
    if let Some(length) = card(rest).filter(|length| {
        ends(*length) && (rest[..*length].contains(&b' ') || !is_numbered(text, at))
    }) {
        return Some((length, of_kind(Kind::CardNumber)));
    }
    if let Some(length) = social::ssn(rest)
        .filter(|length| ends(*length) || beyond(*length) == b'/')
        .filter(|_| rest[3] == b'-' || social::is_named(text, at))
    {
        return Some((length, Rule::Ssn.index()));
    }
    let figures = before == b' ' && at >= 2 && text[at - 2].is_ascii_digit() && spaced(rest);
    if is_date(rest) || is_address(rest) || figures {
        return None;
    }
    phone::find(text, at, rest)
        .filter(|length| ends(*length))
        .map(|length| (length, of_kind(Kind::Phone)))
}

/// Whether a letter beyond ASCII stands before; the scripts of East Asia need no space between words and numbers.
fn letter_before(text: &[u8], at: usize) -> bool {
    let before = &text[at.saturating_sub(4)..at];
    if before.last().is_none_or(u8::is_ascii) {
        return false;
    }
    let first = before.iter().rposition(|byte| *byte >= 0xc0).unwrap_or(0);
    std::str::from_utf8(&before[first..])
        .ok()
        .and_then(|text| text.chars().next())
        .is_some_and(|letter| letter.is_alphanumeric() && letter < '\u{2e80}')
}

/// Whether the groups of a number stand apart by blanks, as figures in a row do.
fn spaced(rest: &[u8]) -> bool {
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    rest.get(digits) == Some(&b' ')
}

/// Nouns that a long number stands after which is no card's, though it may pass the same check.
const NUMBERED: &[&[u8]] = &[
    b"order",
    b"transaction",
    b"txn",
    b"tx",
    b"id",
    b"reference",
    b"ref",
    b"invoice",
    b"tracking",
    b"shipment",
    b"parcel",
    b"counter",
    b"offset",
    b"sequence",
    b"seq",
    b"timestamp",
    b"ts",
    b"serial",
    b"imei",
    b"imsi",
    b"iccid",
    b"batch",
    b"sku",
    b"ean",
    b"gtin",
    b"isbn",
    b"upc",
    b"barcode",
    b"lsn",
    b"pid",
    b"snowflake",
    b"epoch",
    b"nanos",
    b"ns",
    b"cursor",
    b"revision",
    b"position",
    b"ids",
];

/// Whether the word before a number says what it numbers: `order 45...`, `order_id=45...`, `order #45...`.
fn is_numbered(text: &[u8], at: usize) -> bool {
    let low = at.saturating_sub(32);
    let before = &text[low..at];
    let end = before
        .iter()
        .rposition(u8::is_ascii_alphanumeric)
        .map_or(0, |last| last + 1);
    // At most a few marks between: `id="45`, `id: 45`, `order #45`.
    if end == 0 || before.len() - end > 4 || before[end..].contains(&b',') {
        return false;
    }
    names_number(&before[..end])
}

/// Whether a value is digits and nothing else.
pub(super) fn is_plain(value: &[u8]) -> bool {
    value.iter().all(u8::is_ascii_digit)
}

/// Whether a name's last word says that numbers under it are no card's: `order_id`, `orderId`, `offset`; or the word
/// before `number`: `tracking_number`.
pub(super) fn names_number(name: &[u8]) -> bool {
    let (before, word) = last_word(name);
    let is =
        |word: &[u8], nouns: &[&[u8]]| nouns.iter().any(|noun| word.eq_ignore_ascii_case(noun));
    is(word, NUMBERED)
        || (is(word, &[b"number", b"num", b"no", b"nr"]) && is(last_word(before).1, NUMBERED))
}

/// The last word of a name, and what stands before it.
fn last_word(name: &[u8]) -> (&[u8], &[u8]) {
    let end = name
        .iter()
        .rposition(u8::is_ascii_alphanumeric)
        .map_or(0, |last| last + 1);
    let start = name[..end]
        .iter()
        .rposition(|byte| !byte.is_ascii_alphabetic())
        .map_or(0, |last| last + 1);
    let word = &name[start..end];
    let start = word
        .iter()
        .rposition(u8::is_ascii_uppercase)
        .filter(|capital| *capital > 0 && word[capital - 1].is_ascii_lowercase())
        .map_or(start, |capital| start + capital);
    (&name[..start], &name[start..end])
}

/// Thirteen to nineteen digits, alone or in groups with one kind of mark between.
fn card(rest: &[u8]) -> Option<usize> {
    let mut digits = [0_u8; 19];
    let mut count = 0;
    let mut mark = None;
    let mut group = 0;
    // No card has more groups.
    let mut groups = [0; 4];
    let mut marks = 0;
    let mut at = 0;
    let mut end = 0;
    while let Some(&byte) = rest.get(at) {
        if byte.is_ascii_digit() {
            if count == digits.len() {
                return None;
            }
            digits[count] = byte;
            count += 1;
            group += 1;
            at += 1;
            end = at;
        } else if matches!(byte, b' ' | b'-' | b'.')
            && rest.get(at + 1).is_some_and(u8::is_ascii_digit)
            && mark.is_none_or(|mark| mark == byte)
        {
            // A full card number may be followed by a blank and its expiry.
            if byte == b' '
                && plausible(&groups[..marks], group, mark.is_some())
                && check::is_card(&digits[..count])
            {
                break;
            }
            mark = Some(byte);
            *groups.get_mut(marks)? = group;
            marks += 1;
            group = 0;
            at += 1;
        } else {
            break;
        }
    }
    (plausible(&groups[..marks], group, mark.is_some()) && check::is_card(&digits[..count]))
        .then_some(end)
}

/// Groups as cards are printed: 4-4-4-4, 4-6-5, 4-6-4, 4-4-4-4-3, or none at all.
fn plausible(groups: &[usize], last: usize, marked: bool) -> bool {
    if !marked {
        return true;
    }
    match *groups {
        [4, 4, 4] => (1..=4).contains(&last),
        [4, 4, 4, 4] => (1..=3).contains(&last),
        [4, 6] => last == 5 || last == 4,
        [6] => last == 13 || last == 10,
        _ => false,
    }
}

/// `2024-11-22 10`, `22.11.2024 10`: a date and what follows it.
fn is_date(rest: &[u8]) -> bool {
    let number = |range: std::ops::Range<usize>| {
        rest.get(range)
            .filter(|part| part.iter().all(u8::is_ascii_digit))
            .map(|part| {
                part.iter()
                    .fold(0_u32, |number, digit| number * 10 + u32::from(digit - b'0'))
            })
    };
    let mark = |at: usize| {
        rest.get(at)
            .is_some_and(|byte| matches!(byte, b'-' | b'/' | b'.'))
    };
    let year = |year: Option<u32>| year.is_some_and(|year| (1900..2100).contains(&year));
    let month = |month: Option<u32>| month.is_some_and(|month| (1..=31).contains(&month));
    (year(number(0..4)) && mark(4) && month(number(5..7)) && mark(7))
        || (month(number(0..2)) && mark(2) && month(number(3..5)) && mark(5) && year(number(6..10)))
}

/// Four numbers with dots: an IP address or a version.
fn is_address(rest: &[u8]) -> bool {
    let end = rest
        .iter()
        .position(|byte| !(byte.is_ascii_digit() || *byte == b'.'))
        .unwrap_or(rest.len());
    let mut parts = rest[..end].split(|byte| *byte == b'.');
    parts.clone().count() == 4 && parts.all(|part| (1..=3).contains(&part.len()))
}

#[cfg(test)]
mod tests {
    fn found(text: &str) -> Vec<&str> {
        crate::redact::Redactor::standard()
            .find(crate::redact::KeyVerdict::CLEAN, text)
            .iter()
            .map(|finding| &text[finding.start..finding.end])
            .collect()
    }

    #[test]
    fn numbers_of_persons() {
        for number in [
            "4111 1111 1111 1111",
            "4111-1111-1111-1111",
            "4111111111111111",
            "3782 822463 10005",
            "GB29 NWBK 6016 1331 9268 19",
            "DE89370400440532013000",
            "FR14 2004 1010 0505 0001 3M02 606",
            "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
            "078-05-1120",
            "+14155552671",
            "+1 (415) 555-2671",
            "+44 20 7946 0958",
            "+49 (0)30 12345678",
            "(415) 555-2671",
            "415-555-2671",
            "020 7946 0958",
            "07700 900123",
            "06 12 34 56 78",
            "030 12345678",
            "0171/1234567",
        ] {
            assert_eq!(found(&format!("a {number} b")), [number]);
            assert_eq!(found(number), [number]);
        }
        assert_eq!(found("call me at 4155552671"), ["4155552671"]);
        assert_eq!(
            found("card 4111 1111 1111 1111 exp 12/27"),
            ["4111 1111 1111 1111"]
        );
    }

    #[test]
    fn numbers_of_persons_in_paths() {
        for path in ["/cards/4111111111111111", "/cards/4111111111111111/limit"] {
            assert_eq!(found(path), ["4111111111111111"], "{path}");
        }
        assert_eq!(found("/of/SSN%20078-05-1120/x"), ["078-05-1120"]);
        assert!(found("/cards/4111111111111111-a").is_empty());
    }

    #[test]
    fn numbers_of_things() {
        for text in [
            "2024-11-22 10:00:00",
            "2024-11-22 10 15 20",
            "192.168.100.200",
            "1732270000123",
            "order 1234567890123456",
            "4111 1111 1111 1112",
            "build 20241122.103000.1",
            "900-12-3456",
            "1234567812345670",
            "7f3c2a10-9b1d-4111-1111-111111111111",
            "0.4111111111111111",
            "1.2.3.4567890123",
            "id 4155552671",
            "ISBN 978-3-16-148410-0",
            "+0200 1234567",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
