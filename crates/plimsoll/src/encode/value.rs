//! A field's value outside a macro: what `bind` and a context's builder take.

use super::{digits, escape};
use std::borrow::Cow;

/// The value of a field. Made by `From`; you rarely name it.
///
/// On a line: integers in full digits, NaN and the infinities as `null`, `None` as `null`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A signed integer.
    Signed(i64),
    /// An unsigned integer.
    Unsigned(u64),
    /// A signed integer of 128 bits, in full digits.
    SignedWide(i128),
    /// An unsigned integer of 128 bits, in full digits.
    UnsignedWide(u128),
    /// A number; `null` unless finite.
    Float(f64),
    /// A string.
    String(Cow<'a, str>),
}

impl Value<'_> {
    /// Appends the value as JSON.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Null => out.extend_from_slice(b"null"),
            Self::Bool(value) => boolean(out, *value),
            Self::Signed(value) => signed(out, *value),
            Self::Unsigned(value) => unsigned(out, *value),
            Self::SignedWide(value) => integer(out, *value),
            Self::UnsignedWide(value) => integer(out, *value),
            Self::Float(value) => float(out, *value),
            Self::String(value) => escape::string(out, value),
        }
    }
}

#[inline]
pub(crate) fn boolean(out: &mut Vec<u8>, value: bool) {
    out.extend_from_slice(if value { b"true" } else { b"false" });
}

pub(crate) fn integer(out: &mut Vec<u8>, value: impl itoa::Integer) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// [`integer`] for the usual ones: up to eight digits are made in one register and copied by one move.
#[inline]
pub(crate) fn unsigned(out: &mut Vec<u8>, value: u64) {
    match u32::try_from(value) {
        Ok(small @ 0..100_000_000) => {
            let digits = digits::eight(small);
            // The first digit stands in the lowest byte.
            let zeros = (digits.trailing_zeros() / 8).min(7);
            let text = (digits | digits::ZEROS) >> (zeros * 8);
            let end = out.len() + 8 - zeros as usize;
            out.extend_from_slice(&text.to_le_bytes());
            out.truncate(end);
        }
        _ => integer(out, value),
    }
}

#[inline]
pub(crate) fn signed(out: &mut Vec<u8>, value: i64) {
    if value < 0 {
        out.push(b'-');
    }
    unsigned(out, value.unsigned_abs());
}

#[inline]
pub(crate) fn float(out: &mut Vec<u8>, value: f64) {
    if value.is_finite() {
        out.extend_from_slice(zmij::Buffer::new().format_finite(value).as_bytes());
    } else {
        out.extend_from_slice(b"null");
    }
}

/// The `f64` with the same shortest digits: 0.1, not 0.10000000149011612.
fn widen(value: f32) -> f64 {
    let shortest = value
        .is_finite()
        .then(|| zmij::Buffer::new().format_finite(value).parse().ok());
    shortest.flatten().unwrap_or(f64::NAN)
}

pub(crate) fn short_float(out: &mut Vec<u8>, value: f32) {
    float(out, widen(value));
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::String(Cow::Borrowed(value))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Self::String(Cow::Borrowed(value))
    }
}

impl<'a> From<Cow<'a, str>> for Value<'a> {
    fn from(value: Cow<'a, str>) -> Self {
        Self::String(value)
    }
}

impl From<String> for Value<'_> {
    fn from(value: String) -> Self {
        Self::String(Cow::Owned(value))
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

macro_rules! from {
    ($($variant:ident($as:ty): $($from:ty),+;)+) => {$($(
        impl From<$from> for Value<'_> {
            fn from(value: $from) -> Self {
                Self::$variant(value.into())
            }
        }
    )+)+};
}

from! {
    Bool(bool): bool;
    Signed(i64): i8, i16, i32, i64;
    Unsigned(u64): u8, u16, u32, u64;
    SignedWide(i128): i128;
    UnsignedWide(u128): u128;
    Float(f64): f64;
}

impl From<f32> for Value<'_> {
    fn from(value: f32) -> Self {
        Self::Float(widen(value))
    }
}

impl From<usize> for Value<'_> {
    fn from(value: usize) -> Self {
        Self::Unsigned(value as u64)
    }
}

impl From<isize> for Value<'_> {
    fn from(value: isize) -> Self {
        Self::Signed(value as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[allow(single_use_lifetimes)]
    fn json<'a>(value: impl Into<Value<'a>>) -> String {
        let mut out = Vec::new();
        value.into().write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_kind_has_its_json() {
        assert_eq!(json(u128::MAX), u128::MAX.to_string());
        assert_eq!(json(i128::MIN), i128::MIN.to_string());
        assert_eq!(json(1.5), "1.5");
        assert_eq!(json(0.1_f32), "0.1");
        assert_eq!(json(-0.0), "-0.0");
        assert_eq!(json(f64::MAX).parse::<f64>().unwrap(), f64::MAX);
        assert_eq!(json(f64::NAN), "null");
        assert_eq!(json(f64::NEG_INFINITY), "null");
        assert_eq!(json(None::<u8>), "null");
        assert_eq!(json(Some("a\nb")), r#""a\nb""#);
        assert_eq!(json(true), "true");
        assert_eq!(json(7_usize), "7");
        for power in 0..20 {
            let number = 10_u64.pow(power);
            for number in [number - 1, number, number + 1] {
                assert_eq!(json(number), number.to_string());
                let number = number.cast_signed();
                assert_eq!(json(number), number.to_string());
                assert_eq!(
                    json(number.wrapping_neg()),
                    number.wrapping_neg().to_string()
                );
            }
        }
        assert_eq!(json(i64::MIN), i64::MIN.to_string());
    }
}
