//! Times on the wire: RFC 3339 in UTC with six fractional digits, microseconds since the epoch inside.

use jiff::Timestamp;

/// `2026-11-22T16:00:00.000000Z`; a value out of range becomes the epoch.
#[must_use]
pub fn to_rfc3339(micros: i64) -> String {
    let timestamp = Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{timestamp:.6}")
}

/// Reads RFC 3339 with any offset, from 1970 to 9999.
#[must_use]
pub fn from_rfc3339(text: &str) -> Option<i64> {
    // A bracketed time zone name is RFC 9557, not RFC 3339.
    if text.len() > 40 || text.contains('[') {
        return None;
    }
    let micros = text.parse::<Timestamp>().ok()?.as_microsecond();
    (micros >= 0).then_some(micros)
}

/// Now, by this machine's wall clock.
#[must_use]
pub fn now_micros() -> i64 {
    Timestamp::now().as_microsecond()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_reads_back() {
        assert_eq!(to_rfc3339(0), "1970-01-01T00:00:00.000000Z");
        let micros = 1_795_363_200_123_456;
        assert_eq!(from_rfc3339(&to_rfc3339(micros)), Some(micros));
        assert_eq!(
            from_rfc3339("2026-11-22T17:00:00+01:00"),
            from_rfc3339("2026-11-22T16:00:00Z")
        );
        for wrong in [
            "",
            "tomorrow",
            "2026-11-22",
            "1950-01-01T00:00:00Z",
            "2026-11-22T16:00:00Z[UTC]",
        ] {
            assert_eq!(from_rfc3339(wrong), None, "{wrong}");
        }
    }
}
