//! A serializer that writes compact JSON with the line's own rules: full digits of 128 bits, `null` for what is not
//! finite, nothing that breaks a line, and an end to depth and size.

use super::items::Items;
use super::{CAPTURE_LIMIT, LOOKAHEAD, cut, escape, value};
use serde::ser::{self, Serialize};
use std::fmt::{self, Display, Write as _};

/// The value as compact JSON, always valid.
pub(crate) fn to_json<T: Serialize + ?Sized>(value: &T) -> String {
    let mut out = Vec::new();
    if value
        .serialize(Writer {
            out: &mut out,
            depth: 0,
        })
        .is_err()
    {
        out.clear();
        out.extend_from_slice(b"\"[unprintable: it cannot be serialized]\"");
    }
    String::from_utf8(out).unwrap_or_default()
}

/// Serializing failed; the value's own error.
#[derive(Debug)]
pub(crate) struct Failed;

impl Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value cannot be serialized")
    }
}

impl std::error::Error for Failed {}

impl ser::Error for Failed {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

pub(super) type Done = Result<(), Failed>;

/// Cuts a text that is too long where no word, and so no secret without spaces, is left in part.
fn cut_between_words(text: &str) -> &str {
    let short = cut(text, CAPTURE_LIMIT);
    if short.len() == text.len() {
        return text;
    }
    let end = short.rfind(char::is_whitespace).unwrap_or_default();
    cut(short, end.max(CAPTURE_LIMIT - LOOKAHEAD))
}

pub(super) struct Writer<'a> {
    pub(super) out: &'a mut Vec<u8>,
    pub(super) depth: usize,
}

impl<'a> Writer<'a> {
    fn text(self, text: &str) -> Done {
        let short = cut_between_words(text);
        self.out.push(b'"');
        escape::escape(self.out, short);
        if short.len() < text.len() {
            self.out.extend_from_slice("…".as_bytes());
        }
        self.out.push(b'"');
        Ok(())
    }

    fn list(self) -> Items<'a> {
        self.out.push(b'[');
        Items::new(self, b"]")
    }

    fn object(self) -> Items<'a> {
        self.out.push(b'{');
        Items::new(self, b"}")
    }

    /// `{"Variant":` in front of what is opened next.
    fn variant(self, name: &'static str) -> Self {
        self.out.push(b'{');
        escape::string(self.out, name);
        self.out.push(b':');
        self
    }
}

macro_rules! scalars {
    ($($method:ident($type:ty) $write:path;)+) => {$(
        fn $method(self, scalar: $type) -> Done {
            $write(self.out, scalar);
            Ok(())
        }
    )+};
}

impl<'a> ser::Serializer for Writer<'a> {
    type Ok = ();
    type Error = Failed;
    type SerializeSeq = Items<'a>;
    type SerializeTuple = Items<'a>;
    type SerializeTupleStruct = Items<'a>;
    type SerializeTupleVariant = Items<'a>;
    type SerializeMap = Items<'a>;
    type SerializeStruct = Items<'a>;
    type SerializeStructVariant = Items<'a>;

    scalars! {
        serialize_bool(bool) value::boolean;
        serialize_i8(i8) value::integer;
        serialize_i16(i16) value::integer;
        serialize_i32(i32) value::integer;
        serialize_i64(i64) value::integer;
        serialize_i128(i128) value::integer;
        serialize_u8(u8) value::integer;
        serialize_u16(u16) value::integer;
        serialize_u32(u32) value::integer;
        serialize_u64(u64) value::integer;
        serialize_u128(u128) value::integer;
        serialize_f32(f32) value::short_float;
        serialize_f64(f64) value::float;
    }

    fn serialize_char(self, character: char) -> Done {
        self.text(character.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, text: &str) -> Done {
        self.text(text)
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Done {
        self.text(&String::from_utf8_lossy(bytes))
    }

    fn serialize_none(self) -> Done {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Done {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Done {
        self.out.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Done {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Done {
        self.text(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Done {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Done {
        let mut items = self.object();
        items.entry(variant, value)?;
        items.finish()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'a>, Failed> {
        Ok(self.list())
    }

    fn serialize_tuple(self, _: usize) -> Result<Items<'a>, Failed> {
        Ok(self.list())
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Items<'a>, Failed> {
        Ok(self.list())
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Items<'a>, Failed> {
        Ok(self.variant(variant).list().closed_by(b"]}"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Items<'a>, Failed> {
        Ok(self.object())
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Items<'a>, Failed> {
        Ok(self.object())
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Items<'a>, Failed> {
        Ok(self.variant(variant).object().closed_by(b"}}"))
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Done {
        let mut text = String::new();
        write!(text, "{value}").map_err(|_| Failed)?;
        self.text(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[derive(serde::Serialize)]
    enum Shape {
        Unit,
        New(u8),
        Tuple(u8, &'static str),
        Struct { a: Option<u8> },
    }

    #[test]
    fn it_writes_what_serde_json_writes() {
        #[derive(serde::Serialize)]
        struct All {
            text: &'static str,
            shapes: Vec<Shape>,
            map: BTreeMap<u16, (bool, char)>,
            unit: (),
            float: f64,
            small: f32,
        }
        let all = All {
            text: "a\"\n",
            shapes: vec![
                Shape::Unit,
                Shape::New(1),
                Shape::Tuple(2, "x"),
                Shape::Struct { a: None },
            ],
            map: BTreeMap::from([(1, (true, 'c')), (2, (false, 'é'))]),
            unit: (),
            float: 0.5,
            small: 0.1,
        };
        assert_eq!(to_json(&all), serde_json::to_string(&all).unwrap());
    }

    #[test]
    fn wide_integers_and_what_is_not_finite() {
        assert_eq!(to_json(&u128::MAX), u128::MAX.to_string());
        assert_eq!(to_json(&[f64::NAN, f64::INFINITY]), "[null,null]");
    }

    #[test]
    fn deep_and_large_values_are_cut_and_stay_valid() {
        struct Deep(usize);
        impl Serialize for Deep {
            fn serialize<S: ser::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if self.0 == 0 {
                    serializer.serialize_unit()
                } else {
                    [Self(self.0 - 1)].serialize(serializer)
                }
            }
        }
        let deep = to_json(&Deep(100_000));
        assert!(deep.contains("[too deep]"), "{deep}");
        serde_json::from_str::<serde_json::Value>(&deep).unwrap();

        let large = to_json(&vec!["x".repeat(1000); 1000]);
        assert!(large.len() < 2 * CAPTURE_LIMIT);
        serde_json::from_str::<serde_json::Value>(&large).unwrap();
    }

    #[test]
    fn what_cannot_be_serialized_says_so() {
        struct Broken;
        impl Serialize for Broken {
            fn serialize<S: ser::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
                Err(ser::Error::custom("no"))
            }
        }
        assert!(to_json(&vec![Broken]).contains("cannot be serialized"));
    }
}
