//! `2026-11-22T07:09:06.232288Z`: UTC, always six fractional digits, the part above the second made once a second.

use super::digits;
use std::cell::Cell;
use std::time::Duration;

/// `{"timestamp":"2026-11-22T07:09:06.232288`, how every line begins.
pub(crate) type Head = [u8; 40];

const DIGITS_AT: usize = 34;
const START: &[u8; 14] = b"{\"timestamp\":\"";

thread_local! {
    /// This thread's last second since the epoch and the head written for it.
    static LAST: Cell<(u64, Head)> = const { Cell::new((u64::MAX, [0; 40])) };
}

/// The head of a line written now.
#[inline]
pub(crate) fn head() -> Head {
    head_at(since_epoch())
}

/// The wall clock since 1970; zero for a clock set before that.
#[cfg(target_os = "linux")]
#[inline]
pub(crate) fn since_epoch() -> Duration {
    // What `SystemTime` asks, too; as it is, without the arithmetic of times before 1970.
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Realtime);
    match (u64::try_from(now.tv_sec), u32::try_from(now.tv_nsec)) {
        (Ok(seconds), Ok(nanos)) => Duration::new(seconds, nanos),
        _ => Duration::ZERO,
    }
}

/// The wall clock since 1970; zero for a clock set before that.
#[cfg(not(target_os = "linux"))]
pub(crate) fn since_epoch() -> Duration {
    use std::time::{SystemTime, UNIX_EPOCH};
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

/// The head of a line of that moment.
#[inline]
pub(crate) fn head_at(now: Duration) -> Head {
    let (second, mut head) = LAST.get();
    if second != now.as_secs() {
        head = head_of_second(now.as_secs());
        LAST.set((now.as_secs(), head));
    }
    let [_, _, micros @ ..] = (digits::eight(now.subsec_micros()) | digits::ZEROS).to_le_bytes();
    head[DIGITS_AT..].copy_from_slice(&micros);
    head
}

/// Appends the moment alone, `2026-11-22T07:09:06.232288Z`.
pub(crate) fn write(out: &mut Vec<u8>, moment: Duration) {
    out.extend_from_slice(&head_at(moment)[START.len()..]);
    out.push(b'Z');
}

#[cold]
fn head_of_second(seconds: u64) -> Head {
    let mut head = *b"{\"timestamp\":\"0000-00-00T00:00:00.000000";
    // Four digits of year: a clock beyond 9999 stays there.
    let seconds = seconds.min(253_402_300_799);
    let (year, month, day) = civil(seconds / 86_400);
    let time = (seconds % 86_400) as u32;
    write_pair(&mut head, 14, year / 100);
    write_pair(&mut head, 16, year % 100);
    write_pair(&mut head, 19, month);
    write_pair(&mut head, 22, day);
    write_pair(&mut head, 25, time / 3600);
    write_pair(&mut head, 28, time / 60 % 60);
    write_pair(&mut head, 31, time % 60);
    head
}

#[inline]
fn write_pair(head: &mut Head, at: usize, number: u32) {
    head[at] = b'0' + (number / 10) as u8;
    head[at + 1] = b'0' + (number % 10) as u8;
}

/// Year, month and day of a day since 1970 (H. Hinnant, "chrono-compatible low-level date algorithms", `civil_from_days`).
fn civil(days: u64) -> (u32, u32, u32) {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 {
        march_month + 3
    } else {
        march_month - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    (year as u32, month as u32, day as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(seconds: u64, micros: u32) -> String {
        let mut out = Vec::new();
        write(&mut out, Duration::new(seconds, micros * 1000));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn six_digits_always() {
        assert_eq!(text(1_704_067_200, 0), "2024-01-01T00:00:00.000000Z");
        assert_eq!(text(1_704_067_200, 1000), "2024-01-01T00:00:00.001000Z");
        assert_eq!(text(1_795_331_346, 232_288), "2026-11-22T07:09:06.232288Z");
    }

    #[test]
    fn days_of_every_kind() {
        assert_eq!(text(0, 0), "1970-01-01T00:00:00.000000Z");
        assert_eq!(text(951_782_400, 999_999), "2000-02-29T00:00:00.999999Z");
        assert_eq!(text(4_107_542_399, 1), "2100-02-28T23:59:59.000001Z");
        assert_eq!(text(4_107_542_400, 0), "2100-03-01T00:00:00.000000Z");
        assert_eq!(text(253_402_300_799, 0), "9999-12-31T23:59:59.000000Z");
        assert_eq!(text(u64::MAX, 0), "9999-12-31T23:59:59.000000Z");
    }

    #[test]
    fn the_head_opens_an_object() {
        let head = head_at(Duration::from_secs(0));
        assert_eq!(&head, b"{\"timestamp\":\"1970-01-01T00:00:00.000000");
    }
}
