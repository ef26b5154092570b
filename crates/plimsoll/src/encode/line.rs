//! A line of Plimsoll's own, outside any macro: `log.dropped`, `log.suppressed`, `log.level_changed`.
#![allow(
    single_use_lifetimes,
    reason = "the form without a name is not stable in `impl Trait`"
)]

use super::{Value, escape, timestamp};
use tracing::Level;

/// Builds one canonical line: timestamp, level, event, then the fields in the order given.
#[derive(Debug)]
pub(crate) struct Line {
    bytes: Vec<u8>,
}

impl Line {
    /// A line of this moment.
    pub(crate) fn new(level: Level, event: &str) -> Self {
        let mut bytes = Vec::with_capacity(256);
        bytes.extend_from_slice(&timestamp::head());
        bytes.extend_from_slice(b"Z\",\"level\":\"");
        bytes.extend_from_slice(level_name(level).as_bytes());
        bytes.extend_from_slice(b"\",\"event\":");
        escape::string(&mut bytes, event);
        Self { bytes }
    }

    /// Adds a field. The caller sees to it that no key comes twice and none is reserved.
    #[must_use]
    pub(crate) fn field<'v>(mut self, key: &str, value: impl Into<Value<'v>>) -> Self {
        self.bytes.push(b',');
        escape::string(&mut self.bytes, key);
        self.bytes.push(b':');
        value.into().write(&mut self.bytes);
        self
    }

    /// Adds a field whose value is JSON already.
    #[must_use]
    pub(crate) fn raw(mut self, key: &str, json: &[u8]) -> Self {
        self.bytes.push(b',');
        escape::string(&mut self.bytes, key);
        self.bytes.push(b':');
        self.bytes.extend_from_slice(json);
        self
    }

    /// Adds fields rendered before, each with its comma (`,"service":"orders"`).
    #[must_use]
    pub(crate) fn rendered(mut self, fields: &[u8]) -> Self {
        self.bytes.extend_from_slice(fields);
        self
    }

    /// [`rendered`](Self::rendered), in place.
    pub(crate) fn push_rendered(&mut self, fields: &[u8]) {
        self.bytes.extend_from_slice(fields);
    }

    /// The finished object, without a newline.
    #[must_use]
    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.bytes.push(b'}');
        self.bytes
    }
}

/// The level as it stands on a line: lower case, `warning` for WARN, as structlog writes it.
pub(crate) const fn level_name(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warning",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_object() {
        let line = Line::new(Level::WARN, "log.dropped")
            .field("count", 3_u64)
            .raw("list", b"[1]")
            .rendered(b",\"service\":\"orders\"")
            .finish();
        let line: serde_json::Value = serde_json::from_slice(&line).unwrap();
        assert_eq!(line["level"], "warning");
        assert_eq!(line["event"], "log.dropped");
        assert_eq!(line["count"], 3);
        assert_eq!(line["list"][0], 1);
        assert_eq!(line["service"], "orders");
    }
}
