//! Payment cards: ISO/IEC 7812 numbers.

/// The Luhn checksum (ISO/IEC 7812-1, annex B) over the digits of a text, other bytes skipped.
pub(in crate::redact) fn luhn(text: &[u8]) -> bool {
    let mut sum = 0_u32;
    let mut digits = 0_usize;
    for &byte in text.iter().rev().filter(|byte| byte.is_ascii_digit()) {
        let digit = u32::from(byte - b'0');
        sum += match (digits % 2, digit) {
            (0, digit) => digit,
            (_, digit) if digit > 4 => digit * 2 - 9,
            (_, digit) => digit * 2,
        };
        digits += 1;
    }
    digits >= 2 && sum.is_multiple_of(10)
}

/// Whether digits (only digits) are a number that a card issuer could have given out.
pub(in crate::redact) fn is_card(digits: &[u8]) -> bool {
    if !(13..=19).contains(&digits.len()) || !luhn(digits) || digits.iter().all(|d| *d == digits[0])
    {
        return false;
    }
    let lead = |count: usize| {
        digits[..count]
            .iter()
            .fold(0_u32, |number, digit| number * 10 + u32::from(digit - b'0'))
    };
    let (two, three, four) = (lead(2), lead(3), lead(4));
    match digits.len() {
        // Thirteen digits starting with 4 are old Visa numbers, and German and other EAN-13 bar codes.
        13 => digits[0] == b'4' && !ean(digits),
        14 => (300..=305).contains(&three) || four == 3095 || matches!(two, 36 | 38 | 39),
        15 => matches!(two, 34 | 37),
        16 => {
            digits[0] == b'4'
                || (51..=55).contains(&two)
                || (2221..=2720).contains(&four)
                || four == 6011
                || (644..=649).contains(&three)
                || two == 65
                || two == 62
                || (3528..=3589).contains(&four)
                || maestro(four)
                || two == 60
                || (2200..=2204).contains(&four)
        }
        _ => two == 62 || maestro(four) || (digits.len() == 19 && digits[0] == b'4'),
    }
}

fn maestro(four: u32) -> bool {
    matches!(four, 5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761..=6763)
}

/// The GS1 check digit of thirteen digits.
fn ean(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .enumerate()
        .map(|(at, digit)| u32::from(digit - b'0') * if at % 2 == 0 { 1 } else { 3 })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_test_numbers_pass() {
        for number in [
            "4111111111111111",
            "5555555555554444",
            "2223003122003222",
            "378282246310005",
            "6011111111111117",
            "30569309025904",
            "3530111333300000",
            "6200000000000005",
        ] {
            assert!(is_card(number.as_bytes()), "{number}");
        }
    }

    #[test]
    fn a_wrong_digit_or_issuer_fails() {
        assert!(!is_card(b"4111111111111112"));
        assert!(!is_card(b"0000000000000000"));
        // Passes Luhn, no issuer.
        assert!(luhn(b"1234567812345670") && !is_card(b"1234567812345670"));
    }
}
