//! Telephone numbers: by their plan when they are international, by their grouping or by the words beside them when they
//! are national.

use std::sync::OnceLock;

use regex::bytes::Regex;

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

/// The length of the telephone number that starts at `at`, where `rest` starts.
pub(super) fn find(text: &[u8], at: usize, rest: &[u8]) -> Option<usize> {
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
