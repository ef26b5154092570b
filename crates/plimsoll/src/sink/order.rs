//! When a line was made, read off its text.

/// The moment a canonical line begins with, as one number that grows with it: its digits without the century.
pub(super) fn time(line: &[u8]) -> Option<u64> {
    const START: &[u8] = b"{\"timestamp\":\"";
    let text = line.strip_prefix(START)?.get(2..26)?;
    let mut number = 0;
    for (place, &byte) in text.iter().enumerate() {
        match place {
            2 | 5 | 8 | 11 | 14 | 17 => {}
            _ => number = number * 10 + u64::from(byte.wrapping_sub(b'0') & 15),
        }
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_read_off_a_line() {
        let line = br#"{"timestamp":"2026-11-22T07:09:06.232288Z","level":"info"}"#;
        assert_eq!(time(line), Some(261_122_070_906_232_288));
        assert_eq!(
            time(&crate::encode::timestamp::head()).map(|time| time > 0),
            Some(true)
        );
        assert_eq!(time(b"{\"timestamp\":\"2026-11\"}"), None);
        assert_eq!(time(b"{\"level\":\"info\"}"), None);
    }
}
