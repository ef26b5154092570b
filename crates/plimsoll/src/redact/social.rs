//! Social security numbers of the United States.

/// `123-45-6789` with numbers that were given out: not 000, 666 or 9xx, no group of zeros (Social Security
/// Administration, "SSN randomization", 2011).
pub(super) fn ssn(rest: &[u8]) -> Option<usize> {
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
    (shape && given).then_some(11)
}

/// Whether words beside a number in blanks say what it is; alone it may be anything.
pub(super) fn is_named(text: &[u8], at: usize) -> bool {
    let beside = &text[at.saturating_sub(24)..text.len().min(at + 20)];
    [&b"ssn"[..], b"social security"].iter().any(|name| {
        beside
            .windows(name.len())
            .any(|word| word.eq_ignore_ascii_case(name))
    })
}
