//! Payment cards, bank accounts, social security and telephone numbers: found among runs of digits.

use std::sync::OnceLock;

use plimsoll_standard::sensitive::Kind;
use regex::bytes::Regex;

use super::check;
use super::hit::Hit;
use super::names::{Rule, of_kind};
use super::screen::digit_run;

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
    if let Some(length) = ssn(rest).filter(|length| ends(*length) || beyond(*length) == b'/') {
        return Some((length, Rule::Ssn.index()));
    }
    let figures = before == b' ' && at >= 2 && text[at - 2].is_ascii_digit() && spaced(rest);
    if is_date(rest) || is_address(rest) || figures {
        return None;
    }
    phone(text, at, rest)
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

/// Whether a name's last word says that numbers under it are no card's: `order_id`, `orderId`, `offset`.
pub(super) fn names_number(name: &[u8]) -> bool {
    let start = name
        .iter()
        .rposition(|byte| !byte.is_ascii_alphabetic())
        .map_or(0, |last| last + 1);
    let word = &name[start..];
    let word = word
        .iter()
        .rposition(u8::is_ascii_uppercase)
        .filter(|capital| *capital > 0 && word[capital - 1].is_ascii_lowercase())
        .map_or(word, |capital| &word[capital..]);
    NUMBERED.iter().any(|noun| word.eq_ignore_ascii_case(noun))
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

/// `123-45-6789` with numbers that were given out: not 000, 666 or 9xx, no group of zeros (Social Security
/// Administration, "SSN randomization", 2011).
fn ssn(rest: &[u8]) -> Option<usize> {
    let text = rest.get(..11)?;
    let mark = text[3];
    if !matches!(mark, b'-' | b' ') || text[6] != mark {
        return None;
    }
    let digits = |range: std::ops::Range<usize>| text[range].iter().all(u8::is_ascii_digit);
    let shape = digits(0..3) && digits(4..6) && digits(7..11);
    let area = &text[..3];
    let given = area != b"000"
        && area != b"666"
        && area[0] != b'9'
        && &text[4..6] != b"00"
        && &text[7..] != b"0000";
    (shape && given && (mark == b'-')).then_some(11)
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

/// National forms that are unmistakable by their grouping, with the bytes they start with.
const NATIONAL: &[(&[u8], &str)] = &[
    // North America: (415) 555-2671, 415-555-2671, 415.555.2671, 1-415-555-2671; area and exchange start with 2 to 9.
    (
        b"(1",
        r"(?:1[-. ])?\([2-9]\d{2}\)[-. ]?[2-9]\d{2}[-. ]\d{4}",
    ),
    (b"123456789", r"(?:1[-. ])?[2-9]\d{2}-[2-9]\d{2}-\d{4}"),
    (b"123456789", r"(?:1\.)?[2-9]\d{2}\.[2-9]\d{2}\.\d{4}"),
    (b"123456789", r"(?:1 )?[2-9]\d{2} [2-9]\d{2}[- ]\d{4}"),
    // United Kingdom: 020 7946 0958, 0161 496 0000, 01632 960 983, 07700 900123, 07700 900 123.
    (
        b"(0",
        r"\(?0(?:2\d\)? \d{4} \d{4}|1\d1\)?[ -]\d{3}[ -]\d{4}|1\d{3}\)?[ -]\d{3}[ -]?\d{3}|7\d{3}[ -]\d{3}[ -]?\d{3}|[38]\d{2} \d{3} \d{4})",
    ),
    // France and others in pairs: 06 12 34 56 78, 01.23.45.67.89, 06-12-34-56-78.
    (
        b"(0",
        r"0[1-9](?: \d{2}){4}|0[1-9](?:\.\d{2}){4}|0[1-9](?:-\d{2}){4}",
    ),
    // Germany, Austria: 030 12345678, 030/12345678, 0171 1234567, 0171-1234567, 089 / 123 45 67, (030) 123456.
    (
        b"(0",
        r"\(?0[1-9]\d{1,4}\)?(?: / | ?/| -? ?|-)\d{3,4}[ -]?\d{2,4}(?:[ -]\d{2,4})?",
    ),
    // Australia, Japan, Netherlands and others: 0412 345 678, (02) 9876 5432, 03-1234-5678, 090-1234-5678, 06-12345678.
    (
        b"(0",
        r"04\d{2} \d{3} \d{3}|\(0\d\) \d{4} \d{4}|0\d{1,2}-\d{4}-\d{4}|06-\d{8}",
    ),
    // China: 138 0013 8000.
    (b"1", r"1[3-9]\d[ -]\d{4}[ -]\d{4}"),
    // Brazil: (11) 91234-5678.
    (b"(", r"\(\d{2}\) 9?\d{4}-\d{4}"),
];

/// Words that make the digits after them a telephone number.
const CALLS: &[&[u8]] = &[
    b"phone",
    b"tel",
    b"mobile",
    b"mobil",
    b"cell",
    b"call",
    b"fax",
    b"sms",
    b"dial",
    b"whatsapp",
    b"contact",
    b"text",
    b"handy",
    b"rufnummer",
    b"number for",
    b"reach",
    b"msisdn",
    b"ring",
    "电话".as_bytes(),
    "電話".as_bytes(),
    "手机".as_bytes(),
    "携帯".as_bytes(),
    "전화".as_bytes(),
    "тел".as_bytes(),
    "móvil".as_bytes(),
    b"celular",
    b"numero",
    "número".as_bytes(),
];

static EXPRESSIONS: OnceLock<Vec<(&[u8], Regex)>> = OnceLock::new();

fn phone(text: &[u8], at: usize, rest: &[u8]) -> Option<usize> {
    if rest[0] == b'+' {
        return international(rest, 1);
    }
    if rest.starts_with(b"00") && rest.get(2).is_some_and(|byte| (b'1'..=b'9').contains(byte)) {
        let length = international(rest, 2)?;
        let grouped = rest[..length].iter().any(|byte| b" -.()".contains(byte));
        return (grouped || called(text, at)).then_some(length);
    }
    let expressions = EXPRESSIONS.get_or_init(|| {
        NATIONAL
            .iter()
            .filter_map(|(starts, national)| {
                Some((*starts, Regex::new(&format!("^(?-u:{national})")).ok()?))
            })
            .collect()
    });
    let rest = &rest[..rest.len().min(40)];
    let national = expressions
        .iter()
        .filter(|(starts, _)| starts.contains(&rest[0]))
        .filter_map(|(_, expression)| expression.find(rest))
        .map(|found| found.end())
        .filter(|end| {
            let digits = rest[..*end]
                .iter()
                .filter(|byte| byte.is_ascii_digit())
                .count();
            (9..=13).contains(&digits) && rest.get(*end).is_none_or(|next| !next.is_ascii_digit())
        })
        .max();
    if national.is_some() {
        return national.filter(|end| !more_groups(&rest[*end..]));
    }
    // Any other grouping, if the words before say that it is one.
    let length = rest
        .iter()
        .position(|byte| !(byte.is_ascii_digit() || b" -.()".contains(byte)))
        .unwrap_or(rest.len());
    let length = rest[..length].iter().rposition(u8::is_ascii_digit)? + 1;
    let digits = rest[..length]
        .iter()
        .filter(|byte| byte.is_ascii_digit())
        .count();
    ((9..=15).contains(&digits) && (called(text, at) || said_after(text, at + length)))
        .then_some(length)
}

/// Whether more groups of digits follow: then it is a longer number that only starts like a telephone's.
fn more_groups(rest: &[u8]) -> bool {
    matches!(rest, [b' ' | b'-' | b'.', digit, ..] if digit.is_ascii_digit())
}

/// Words that make the digits before them a telephone number.
const CALLED: &[&[u8]] = &[
    b"phone",
    b"mobile",
    b"cell",
    b"telephone",
    b"landline",
    b"whatsapp",
];

/// `4155552671 is my phone number`, `4155552671 (mobile)`.
fn said_after(text: &[u8], end: usize) -> bool {
    let mut room = [0; NEAR];
    let after = lower_case(&text[end..text.len().min(end + NEAR)], &mut room);
    let first = after
        .iter()
        .position(|byte| matches!(byte, b',' | b';' | b'=' | b':'));
    let after = &after[..first.unwrap_or(after.len())];
    CALLED
        .iter()
        .any(|word| memchr::memmem::find(after, word).is_some())
}

/// The bytes beside a number in which the words stand that say what it is.
const NEAR: usize = 28;

/// A text's bytes in lower case, in a place that is there already.
fn lower_case<'a>(text: &[u8], room: &'a mut [u8; NEAR]) -> &'a [u8] {
    let room = &mut room[..text.len()];
    room.copy_from_slice(text);
    room.make_ascii_lowercase();
    room
}

fn called(text: &[u8], at: usize) -> bool {
    let mut room = [0; NEAR];
    let before = lower_case(&text[at.saturating_sub(NEAR)..at], &mut room);
    CALLS.iter().any(|word| {
        memchr::memmem::find_iter(before, word)
            .any(|found| found == 0 || !before[found - 1].is_ascii_alphabetic())
    })
}

/// E.164 after its `+` or `00`: a country's code and a length that its plan allows, grouped or not.
fn international(rest: &[u8], prefix: usize) -> Option<usize> {
    let mut digits = [0_u8; 16];
    let mut count = 0;
    let mut end = prefix;
    let mut marks = 0;
    for (at, &byte) in rest.iter().enumerate().skip(prefix) {
        match byte {
            b'0'..=b'9' => {
                if count == 15 {
                    return None;
                }
                digits[count] = byte;
                count += 1;
                end = at + 1;
                marks = 0;
            }
            b' ' | b'-' | b'.' | b'(' | b')' | b'/' => {
                marks += 1;
                if marks > 2 {
                    break;
                }
            }
            _ => break,
        }
    }
    let digits = &digits[..count];
    let fits = match digits {
        // The North American plan: ten digits after the 1, area and exchange start with 2 to 9.
        [b'1', national @ ..] => national.len() == 10 && national[0] >= b'2' && national[3] >= b'2',
        [b'7', ..] => count == 11,
        [b'0', ..] | [] => false,
        [b'3', b'3' | b'4', ..] => count == 11 || count == 12,
        [b'4', b'4', ..] | [b'8', b'6', ..] => (11..=13).contains(&count),
        [b'9', b'1', ..] => count == 12,
        _ => (9..=15).contains(&count),
    };
    fits.then_some(end)
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
