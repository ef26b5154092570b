//! W3C Trace Context: `traceparent` and `tracestate`, in and out, by the letter.
//!
//! Source: W3C Trace Context Level 2 (`https://www.w3.org/TR/trace-context-2/`), sections 3.2 to 3.4 and 4. Whatever
//! the text calls invalid restarts the trace; nothing here ever fails a request.

use super::{entropy, tracestate};
use std::fmt;
use std::sync::Arc;

/// Bytes of a version 00 `traceparent`.
const LENGTH: usize = 55;
const TRACE_ID: std::ops::Range<usize> = 3..35;
const SPAN_ID: std::ops::Range<usize> = 36..52;
const FLAGS: std::ops::Range<usize> = 53..55;

/// The caller may have recorded this trace.
const SAMPLED: u8 = 0b01;
/// The trace id was made of random bytes (Level 2).
const RANDOM: u8 = 0b10;

/// Where this unit of work stands in a distributed trace.
///
/// A value is always valid: a 32 digit trace id and a 16 digit span id in lower-case hex, neither all zero. The span
/// is the work of *this* process; what goes out with a request is a [`child`](Self::child) of it.
#[derive(Clone, PartialEq, Eq)]
pub struct TraceContext {
    /// `00-<trace id>-<span id>-<flags>`, always ASCII.
    text: [u8; LENGTH],
    parent: Option<[u8; 16]>,
    tracestate: Option<Arc<str>>,
}

impl TraceContext {
    /// A new trace with random ids, sampled (its lines carry the id, so it is recorded) and with the random flag.
    #[must_use]
    pub fn root() -> Self {
        let bytes: [u8; 24] = entropy::random();
        let mut text = *b"00-00000000000000000000000000000000-0000000000000000-00";
        write_hex(&mut text[TRACE_ID], &bytes[..16]);
        write_hex(&mut text[SPAN_ID], &bytes[16..]);
        write_hex(&mut text[FLAGS], &[SAMPLED | RANDOM]);
        // All zero is forbidden, however unlikely.
        for id in [TRACE_ID, SPAN_ID] {
            if text[id.clone()].iter().all(|&digit| digit == b'0') {
                text[id.end - 1] = b'1';
            }
        }
        Self {
            text,
            parent: None,
            tracestate: None,
        }
    }

    /// The child span of what a request's headers say, else a [`root`](Self::root).
    ///
    /// Takes the raw values of every `traceparent` and every `tracestate` header in wire order. A missing, repeated or
    /// invalid `traceparent` restarts the trace and drops `tracestate`; an invalid `tracestate` is dropped alone. A
    /// future version is read as far as version 00 goes, unknown flags are cleared.
    #[must_use]
    pub fn from_headers<'a>(
        traceparent: impl IntoIterator<Item = &'a [u8]>,
        tracestate: impl IntoIterator<Item = &'a [u8]>,
    ) -> Self {
        let mut values = traceparent.into_iter();
        let (Some(value), None) = (values.next(), values.next()) else {
            return Self::root();
        };
        let Some(parent) = Self::parse(value) else {
            return Self::root();
        };
        parent.child().with_tracestate(tracestate)
    }

    /// The very span a `traceparent` value names, without a child; `None` if the value is invalid.
    #[must_use]
    pub fn parse(value: &[u8]) -> Option<Self> {
        let value = trim_whitespace(value);
        let (head, tail) = value.split_at_checked(LENGTH)?;
        let dashes = [2, 35, 52].into_iter().all(|at| head[at] == b'-');
        let version = &head[..2];
        let whole = match version {
            b"00" => tail.is_empty(),
            b"ff" => false,
            _ => tail.first().is_none_or(|&byte| byte == b'-'),
        };
        let ids = [TRACE_ID, SPAN_ID]
            .into_iter()
            .all(|id| is_hex(&head[id.clone()]) && head[id].iter().any(|&digit| digit != b'0'));
        if !(dashes && whole && ids && is_hex(version) && is_hex(&head[FLAGS])) {
            return None;
        }
        let mut text = [0; LENGTH];
        text.copy_from_slice(head);
        text[..2].copy_from_slice(b"00");
        let flags = (digit_value(head[53]) << 4 | digit_value(head[54])) & (SAMPLED | RANDOM);
        write_hex(&mut text[FLAGS], &[flags]);
        Some(Self {
            text,
            parent: None,
            tracestate: None,
        })
    }

    /// The same span with the `tracestate` that belongs to it; an invalid one is dropped.
    #[must_use]
    #[allow(single_use_lifetimes, reason = "`impl Trait` needs a named lifetime")]
    pub fn with_tracestate<'a>(self, tracestate: impl IntoIterator<Item = &'a [u8]>) -> Self {
        Self {
            tracestate: tracestate::combine(tracestate).map(Arc::from),
            ..self
        }
    }

    /// A new span below this one: same trace, flags and `tracestate`, a fresh span id.
    #[must_use]
    pub fn child(&self) -> Self {
        let mut child = self.clone();
        let mut parent = [0; 16];
        parent.copy_from_slice(&self.text[SPAN_ID]);
        child.parent = Some(parent);
        write_hex(&mut child.text[SPAN_ID], &entropy::random::<8>());
        if child.text[SPAN_ID].iter().all(|&digit| digit == b'0') || child.text[SPAN_ID] == parent {
            // Neither all zero nor the parent's own id, however unlikely.
            child.text[SPAN_ID.end - 1] = if parent[15] == b'1' { b'2' } else { b'1' };
        }
        child
    }

    /// The trace's id, 32 lower-case hex digits.
    #[must_use]
    pub fn trace_id(&self) -> &str {
        self.part(TRACE_ID)
    }

    /// This span's id, 16 lower-case hex digits.
    #[must_use]
    pub fn span_id(&self) -> &str {
        self.part(SPAN_ID)
    }

    /// The caller's span id, if this span continues one.
    #[must_use]
    pub fn parent_span_id(&self) -> Option<&str> {
        self.parent
            .as_ref()
            .and_then(|parent| std::str::from_utf8(parent).ok())
    }

    /// The trace flags: bit 0 sampled, bit 1 random trace id, all others zero.
    #[must_use]
    pub fn flags(&self) -> u8 {
        digit_value(self.text[53]) << 4 | digit_value(self.text[54])
    }

    /// The flags as they stand on a line: two lower-case hex digits.
    #[must_use]
    pub fn flags_text(&self) -> &str {
        self.part(FLAGS)
    }

    /// Whether the caller, or this process for a root, recorded the trace.
    #[must_use]
    pub fn is_sampled(&self) -> bool {
        self.flags() & SAMPLED != 0
    }

    /// The `tracestate` to send on, one header value; `None` if there is nothing to send.
    #[must_use]
    pub fn tracestate(&self) -> Option<&str> {
        self.tracestate.as_deref()
    }

    /// This span as a `traceparent` header value of version 00.
    #[must_use]
    pub fn traceparent(&self) -> String {
        self.as_traceparent().to_owned()
    }

    /// [`traceparent`](Self::traceparent) without a copy.
    #[must_use]
    pub fn as_traceparent(&self) -> &str {
        self.part(0..LENGTH)
    }

    fn part(&self, range: std::ops::Range<usize>) -> &str {
        // Always ASCII by construction; the empty string would stand for a defect, never a panic.
        std::str::from_utf8(&self.text[range]).unwrap_or_default()
    }
}

impl fmt::Debug for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TraceContext")
            .field("traceparent", &self.as_traceparent())
            .field("parent_span_id", &self.parent_span_id())
            .field("tracestate", &self.tracestate())
            .finish()
    }
}

/// Without the optional white space (spaces and tabs) that HTTP allows around a value.
pub(super) fn trim_whitespace(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

fn is_hex(digits: &[u8]) -> bool {
    digits
        .iter()
        .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

/// The value of a lower-case hex digit; 0 for anything else.
fn digit_value(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => 0,
    }
}

fn write_hex(out: &mut [u8], bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for (pair, &byte) in out.chunks_exact_mut(2).zip(bytes) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TRACE: &str = "12345678901234567890123456789012";
    const SPAN: &str = "1234567890123456";

    fn from(traceparent: &[&str], tracestate: &[&str]) -> TraceContext {
        TraceContext::from_headers(
            traceparent.iter().map(|value| value.as_bytes()),
            tracestate.iter().map(|value| value.as_bytes()),
        )
    }

    #[test]
    fn a_valid_header_is_continued_by_a_child_span() {
        let context = from(&[&format!("00-{TRACE}-{SPAN}-01")], &["foo=1"]);
        assert_eq!(context.trace_id(), TRACE);
        assert_eq!(context.parent_span_id(), Some(SPAN));
        assert_ne!(context.span_id(), SPAN);
        assert!(context.is_sampled());
        assert_eq!(context.tracestate(), Some("foo=1"));
        assert_eq!(
            context.traceparent(),
            format!("00-{TRACE}-{}-01", context.span_id())
        );
        let outgoing = context.child();
        assert_eq!(outgoing.parent_span_id(), Some(context.span_id()));
        assert_eq!(outgoing.tracestate(), Some("foo=1"));
    }

    #[test]
    fn flags_keep_sampled_and_random_and_nothing_else() {
        for (given, kept) in [
            ("00", 0),
            ("01", 1),
            ("02", 2),
            ("03", 3),
            ("ff", 3),
            ("fc", 0),
        ] {
            let context = from(&[&format!("00-{TRACE}-{SPAN}-{given}")], &[]);
            assert_eq!(context.flags(), kept, "{given}");
            assert_eq!(context.flags_text(), format!("{kept:02x}"));
        }
    }

    #[test]
    fn a_future_version_is_read_as_far_as_version_00_goes() {
        for tail in ["", "-", "-what-the-future-will-be-like"] {
            let context = from(&[&format!("cc-{TRACE}-{SPAN}-01{tail}")], &[]);
            assert_eq!(context.trace_id(), TRACE);
            assert!(context.traceparent().starts_with("00-"));
        }
        assert_eq!(
            TraceContext::parse(format!("cc-{TRACE}-{SPAN}-01.what").as_bytes()),
            None
        );
    }

    #[test]
    fn whatever_the_text_forbids_restarts_the_trace() {
        let zeros = "0".repeat(32);
        let upper = TRACE.replace('1', "A");
        let cases = [
            String::new(),
            format!("ff-{TRACE}-{SPAN}-01"),
            format!("00-{TRACE}-{SPAN}-01-"),
            format!("00-{TRACE}-{SPAN}-01."),
            format!("00-{TRACE}-{SPAN}-1"),
            format!("00-{TRACE}-{SPAN}-001"),
            format!("000-{TRACE}-{SPAN}-01"),
            format!("0-{TRACE}-{SPAN}-01"),
            format!(".0-{TRACE}-{SPAN}-01"),
            format!("CC-{TRACE}-{SPAN}-01"),
            format!("00-{upper}-{SPAN}-01"),
            format!("00-{zeros}-{SPAN}-01"),
            format!("00-{TRACE}-{}-01", &zeros[..16]),
            format!("00-{TRACE}-{SPAN}-0A"),
            format!("00_{TRACE}-{SPAN}-01"),
            format!("00-{TRACE}_{SPAN}-01"),
            format!("00-{TRACE}-{SPAN}_01"),
            format!("00-{TRACE}-{SPAN}-01,00-{TRACE}-{SPAN}-01"),
            format!("00-{TRACE}-{SPAN}-01\u{a0}"),
        ];
        for case in cases {
            let context = from(&[&case], &["foo=1"]);
            assert_ne!(context.trace_id(), TRACE, "{case}");
            assert_eq!(context.parent_span_id(), None, "{case}");
            assert_eq!(context.tracestate(), None, "{case}");
        }
        let valid = format!("00-{TRACE}-{SPAN}-01");
        assert_ne!(from(&[&valid, &valid], &[]).trace_id(), TRACE);
        assert_eq!(from(&[], &["foo=1"]).tracestate(), None);
    }

    #[test]
    fn white_space_around_the_value_is_not_part_of_it() {
        for value in [
            format!(" 00-{TRACE}-{SPAN}-01"),
            format!("\t 00-{TRACE}-{SPAN}-01 \t"),
        ] {
            assert_eq!(from(&[&value], &[]).trace_id(), TRACE);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_give_a_valid_context(value: Vec<u8>, state: Vec<Vec<u8>>) {
            let context = TraceContext::from_headers([&value[..]], state.iter().map(Vec::as_slice));
            let again = TraceContext::parse(context.traceparent().as_bytes()).unwrap();
            prop_assert_eq!(again.trace_id(), context.trace_id());
            prop_assert_eq!(again.span_id(), context.span_id());
            prop_assert_eq!(again.flags(), context.flags());
        }

        #[test]
        fn only_the_grammar_of_version_00_is_continued(
            value in "(0[0-2f]|cc|ff|00)-[0-9a-fA-F]{31,33}-[0-9a-f]{15,17}-[0-9a-f]{1,3}(-.{0,9})?"
        ) {
            let fields: Vec<&str> = value.splitn(5, '-').collect();
            let lengths = [2, 32, 16, 2].iter().zip(&fields).all(|(&length, field)| field.len() == length);
            let lower = !value.as_bytes()[..value.len().min(55)].iter().any(u8::is_ascii_uppercase);
            let zero = |field: &str| field.bytes().all(|digit| digit == b'0');
            let tail = fields[0] != "00" || fields.len() == 4;
            // Optional white space after the value belongs to HTTP, so a tail of it alone is none.
            prop_assume!(!value.ends_with([' ', '\t']));
            let valid = lengths && lower && tail && fields[0] != "ff" && !zero(fields[1]) && !zero(fields[2]);
            prop_assert_eq!(TraceContext::parse(value.as_bytes()).is_some(), valid);
        }
    }
}
