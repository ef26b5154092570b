//! The inside of a list or an object while it is serialized: commas, keys, and an end to depth and size.

use super::writer::{Done, Failed, Writer};
use super::{CAPTURE_LIMIT, cut, escape};
use serde::ser::{self, Serialize};

/// Levels of nesting that are shown.
const DEPTH: usize = 64;
const TOO_DEEP: &str = "\"[too deep]\"";

/// The inside of a list or an object, and what closes it.
pub(super) struct Items<'a> {
    writer: Writer<'a>,
    first: bool,
    close: &'static [u8],
    /// An object's key was left out, and so is its value.
    skip: bool,
}

impl<'a> Items<'a> {
    pub(super) const fn new(writer: Writer<'a>, close: &'static [u8]) -> Self {
        Self {
            writer,
            first: true,
            close,
            skip: false,
        }
    }

    /// With another end.
    pub(super) const fn closed_by(mut self, close: &'static [u8]) -> Self {
        self.close = close;
        self
    }

    /// Room for one more item? Beyond the limit the rest is left out.
    fn next(&mut self) -> bool {
        if self.writer.out.len() > CAPTURE_LIMIT {
            return false;
        }
        if !std::mem::take(&mut self.first) {
            self.writer.out.push(b',');
        }
        true
    }

    fn inner(&mut self) -> Writer<'_> {
        Writer {
            out: self.writer.out,
            depth: self.writer.depth + 1,
        }
    }

    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        if self.writer.depth + 1 >= DEPTH {
            // Not even asked: its own recursion could exhaust the stack.
            self.writer.out.extend_from_slice(TOO_DEEP.as_bytes());
            return Ok(());
        }
        value.serialize(self.inner())
    }

    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        if self.next() {
            self.value(value)
        } else {
            Ok(())
        }
    }

    pub(super) fn entry<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Done {
        if self.next() {
            escape::string(self.writer.out, cut(key, 256));
            self.writer.out.push(b':');
            self.value(value)
        } else {
            Ok(())
        }
    }

    pub(super) fn finish(self) -> Done {
        self.writer.out.extend_from_slice(self.close);
        Ok(())
    }
}

macro_rules! lists {
    ($($trait:ident::$method:ident)+) => {$(
        impl ser::$trait for Items<'_> {
            type Ok = ();
            type Error = Failed;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
                self.element(value)
            }

            fn end(self) -> Done {
                self.finish()
            }
        }
    )+};
}

lists! {
    SerializeSeq::serialize_element
    SerializeTuple::serialize_element
    SerializeTupleStruct::serialize_field
    SerializeTupleVariant::serialize_field
}

macro_rules! objects {
    ($($trait:ident)+) => {$(
        impl ser::$trait for Items<'_> {
            type Ok = ();
            type Error = Failed;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Done {
                self.entry(key, value)
            }

            fn end(self) -> Done {
                self.finish()
            }
        }
    )+};
}

objects! { SerializeStruct SerializeStructVariant }

impl ser::SerializeMap for Items<'_> {
    type Ok = ();
    type Error = Failed;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Done {
        self.skip = !self.next();
        if self.skip {
            return Ok(());
        }
        // A key is a string in JSON, whatever it was: a number's digits, a structure's own JSON text.
        let mut text = Vec::new();
        key.serialize(Writer {
            out: &mut text,
            depth: DEPTH - 1,
        })?;
        if text.first() == Some(&b'"') {
            self.writer.out.extend_from_slice(&text);
        } else {
            escape::string(self.writer.out, &String::from_utf8_lossy(&text));
        }
        self.writer.out.push(b':');
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        if self.skip { Ok(()) } else { self.value(value) }
    }

    fn end(self) -> Done {
        self.finish()
    }
}
