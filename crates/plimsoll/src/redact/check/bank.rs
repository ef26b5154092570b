//! International bank account numbers: ISO 13616.

/// The length of a country's IBAN (SWIFT IBAN registry).
fn country_length(country: [u8; 2]) -> Option<usize> {
    const LENGTHS: &[(&[u8; 2], usize)] = &[
        (b"AD", 24),
        (b"AE", 23),
        (b"AL", 28),
        (b"AT", 20),
        (b"AZ", 28),
        (b"BA", 20),
        (b"BE", 16),
        (b"BG", 22),
        (b"BH", 22),
        (b"BI", 27),
        (b"BR", 29),
        (b"BY", 28),
        (b"CH", 21),
        (b"CR", 22),
        (b"CY", 28),
        (b"CZ", 24),
        (b"DE", 22),
        (b"DJ", 27),
        (b"DK", 18),
        (b"DO", 28),
        (b"EE", 20),
        (b"EG", 29),
        (b"ES", 24),
        (b"FI", 18),
        (b"FK", 18),
        (b"FO", 18),
        (b"FR", 27),
        (b"GB", 22),
        (b"GE", 22),
        (b"GI", 23),
        (b"GL", 18),
        (b"GR", 27),
        (b"GT", 28),
        (b"HR", 21),
        (b"HU", 28),
        (b"IE", 22),
        (b"IL", 23),
        (b"IQ", 23),
        (b"IS", 26),
        (b"IT", 27),
        (b"JO", 30),
        (b"KW", 30),
        (b"KZ", 20),
        (b"LB", 28),
        (b"LC", 32),
        (b"LI", 21),
        (b"LT", 20),
        (b"LU", 20),
        (b"LV", 21),
        (b"LY", 25),
        (b"MC", 27),
        (b"MD", 24),
        (b"ME", 22),
        (b"MK", 19),
        (b"MN", 20),
        (b"MR", 27),
        (b"MT", 31),
        (b"MU", 30),
        (b"NI", 28),
        (b"NL", 18),
        (b"NO", 15),
        (b"OM", 23),
        (b"PK", 24),
        (b"PL", 28),
        (b"PS", 29),
        (b"PT", 25),
        (b"QA", 29),
        (b"RO", 24),
        (b"RS", 22),
        (b"RU", 33),
        (b"SA", 24),
        (b"SC", 31),
        (b"SD", 18),
        (b"SE", 24),
        (b"SI", 19),
        (b"SK", 24),
        (b"SM", 27),
        (b"SO", 23),
        (b"ST", 25),
        (b"SV", 28),
        (b"TL", 23),
        (b"TN", 24),
        (b"TR", 26),
        (b"UA", 29),
        (b"VA", 22),
        (b"VG", 24),
        (b"XK", 20),
    ];
    LENGTHS
        .iter()
        .find(|(code, _)| **code == country)
        .map(|(_, length)| *length)
}

/// The bytes from the start of `text` that are an IBAN, single spaces or dashes between its groups allowed; `None` if
/// its country, length or mod-97 check is wrong.
pub(in crate::redact) fn iban(text: &[u8]) -> Option<usize> {
    let [first, second, ..] = *text else {
        return None;
    };
    let length = country_length([first.to_ascii_uppercase(), second.to_ascii_uppercase()])?;
    let mut compact = [0_u8; 34];
    let mut taken = 0;
    let mut at = 0;
    while taken < length {
        match *text.get(at)? {
            byte if byte.is_ascii_alphanumeric() => {
                compact[taken] = byte.to_ascii_uppercase();
                taken += 1;
            }
            b' ' | b'-' if at > 0 && text[at - 1].is_ascii_alphanumeric() => {}
            _ => return None,
        }
        at += 1;
    }
    if text.get(at).is_some_and(u8::is_ascii_alphanumeric)
        || !compact[2..4].iter().all(u8::is_ascii_digit)
    {
        return None;
    }
    let rearranged = compact[4..length].iter().chain(&compact[..4]);
    let remainder = rearranged.fold(0_u32, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        letter => (rest * 100 + u32::from(letter - b'A') + 10) % 97,
    });
    (remainder == 1).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::iban;

    #[test]
    fn examples_of_the_registry_pass() {
        for text in [
            "GB29 NWBK 6016 1331 9268 19",
            "DE89370400440532013000",
            "FR14 2004 1010 0505 0001 3M02 606",
            "MT84MALT011000012345MTLCAST001S",
            "no93 8601 1117 947",
        ] {
            assert_eq!(iban(text.as_bytes()), Some(text.len()), "{text}");
        }
    }

    #[test]
    fn a_wrong_check_country_or_length_fails() {
        for text in [
            "GB28NWBK60161331926819",
            "ZZ29NWBK60161331926819",
            "DE8937040044053201300",
            "DE893704004405320130001",
        ] {
            assert_eq!(iban(text.as_bytes()), None, "{text}");
        }
    }
}
