//! Numbers as both text formats read them.

/// A whole number in full digits.
pub(super) fn integer(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// The shortest text that reads back as the same number, always with a point or an exponent (`1.0`).
pub(super) fn float(out: &mut Vec<u8>, value: f64) {
    let text = if value.is_nan() {
        "NaN"
    } else if value == f64::INFINITY {
        "+Inf"
    } else if value == f64::NEG_INFINITY {
        "-Inf"
    } else {
        let mut buffer = zmij::Buffer::new();
        out.extend_from_slice(buffer.format_finite(value).as_bytes());
        return;
    };
    out.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: f64) -> String {
        let mut out = Vec::new();
        float(&mut out, value);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn whole_numbers_keep_their_point() {
        assert_eq!(text(1.0), "1.0");
        assert_eq!(text(600.0), "600.0");
        assert_eq!(text(0.005), "0.005");
        assert_eq!(text(0.0), "0.0");
        assert_eq!(text(f64::NAN), "NaN");
        assert_eq!(text(f64::INFINITY), "+Inf");
        assert_eq!(text(f64::NEG_INFINITY), "-Inf");
    }

    #[test]
    fn any_number_reads_back() {
        for value in [1e300, 5e-324, 0.1, 1_792_000_000.123, -2.5] {
            assert_eq!(text(value).parse::<f64>().unwrap(), value);
        }
    }
}
