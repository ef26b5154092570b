//! Eight decimal digits at once.

/// The digit zero in each byte.
pub(crate) const ZEROS: u64 = 0x3030_3030_3030_3030;

/// The digits of a number below 100,000,000 as values 0 to 9, the first in the lowest byte (after P. Khuong, "How to print
/// integers really fast": each step halves the width of all lanes at once).
#[inline]
pub(crate) const fn eight(number: u32) -> u64 {
    let number = number as u64;
    // Two lanes of four digits, then four of two, then eight of one.
    let fours = (number / 10_000) | ((number % 10_000) << 32);
    let hundreds = ((fours * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let twos = hundreds | (fours - 100 * hundreds) << 16;
    let tens = ((twos * 103) >> 10) & 0x000f_000f_000f_000f;
    tens | (twos - 10 * tens) << 8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(number: u32) {
        let text = (eight(number) | ZEROS).to_le_bytes();
        assert_eq!(text, format!("{number:08}").as_bytes());
    }

    #[test]
    fn every_lane_holds_its_digit() {
        for low in 0..10_000 {
            check(low);
            check(low * 10_000 + 9_999 - low);
        }
        for number in (0..100_000_000).step_by(9_973) {
            check(number);
        }
        check(99_999_999);
    }
}
