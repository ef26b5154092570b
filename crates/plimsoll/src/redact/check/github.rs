//! The checksum of GitHub's tokens.

/// Whether the last six characters are the CRC-32 (IEEE) of the random part before them, in base 62 and padded with
/// zeros, as GitHub describes its token formats of 2021.
pub(in crate::redact) fn checksum(token: &[u8]) -> bool {
    let Some(body) = token.get(4..).filter(|body| body.len() == 36) else {
        return false;
    };
    let (random, check) = body.split_at(30);
    base62(crc32(random)) == check
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |mut crc, byte| {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg());
        }
        crc
    })
}

fn base62(mut number: u32) -> [u8; 6] {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut text = [b'0'; 6];
    for place in text.iter_mut().rev() {
        *place = DIGITS[(number % 62) as usize];
        number /= 62;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_example_passes() {
        // CRC-32's own check value.
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        let random = "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ";
        let token = format!(
            "ghp_{random}{}",
            String::from_utf8_lossy(&base62(crc32(random.as_bytes())))
        );
        assert!(checksum(token.as_bytes()));
        assert!(token.ends_with("0mLq17"), "{token}");
    }

    #[test]
    fn another_body_fails() {
        assert!(!checksum(format!("ghp_{}", "a".repeat(36)).as_bytes()));
    }
}
