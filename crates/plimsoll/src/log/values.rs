//! One value becomes JSON: looked at for secrets, cut if it is a giant, replaced if it cannot be shown.

use super::plan::{Opening, Usual};
use crate::encode::{CAPTURE_LIMIT, LOOKAHEAD, cut, escape, nested};
use crate::redact::{KeyVerdict, Redactor};
use std::error::Error;
use std::fmt::{self, Write as _};
use std::sync::OnceLock;

/// Stands for a value whose `Debug` or `Display` returned an error.
pub(crate) const FAILED: &str = "[unprintable: its formatter failed]";
/// Stands for a value whose `Debug` or `Display` panicked.
pub(crate) const PANICKED: &str = "[unprintable: its formatter panicked]";
/// Bytes of a message that is remembered.
const USUAL: usize = 256;
/// Links of an error's chain that are shown.
const CHAIN: usize = 16;

/// Appends text with the quote that closes it.
#[inline(always)]
pub(crate) fn text(redactor: &Redactor, verdict: KeyVerdict, text: &str, out: &mut Vec<u8>) {
    if text.len() > CAPTURE_LIMIT {
        giant(redactor, verdict, text, out);
    } else {
        match redactor.value(verdict, text) {
            None => escape::escape(out, text),
            Some(redacted) => escape::escape(out, &redacted),
        }
    }
    out.push(b'"');
}

/// Looks at more than is kept, so that no cut leaves part of a secret.
#[cold]
fn giant(redactor: &Redactor, verdict: KeyVerdict, text: &str, out: &mut Vec<u8>) {
    let seen = cut(text, CAPTURE_LIMIT + LOOKAHEAD);
    let redacted = redactor.value(verdict, seen);
    let safe = redacted.as_deref().unwrap_or(seen);
    let kept = if seen.len() < text.len() {
        safe.len().saturating_sub(LOOKAHEAD)
    } else {
        safe.len()
    };
    escape::escape(out, cut(safe, kept.min(CAPTURE_LIMIT)));
}

/// Appends an event's message, with the quote that closes it. One that is as at the callsite's first event is neither
/// looked at for secrets nor escaped again.
#[inline]
pub(crate) fn message(
    redactor: &Redactor,
    usual: &OnceLock<Usual>,
    shown: &dyn fmt::Debug,
    buffer: &mut String,
    out: &mut Vec<u8>,
) {
    buffer.clear();
    nested::expect();
    let result = match usual.get() {
        None => write!(Limited { text: buffer }, "{shown:?}"),
        Some(usual) => {
            let mut expected = Expected {
                usual: &usual.text,
                rest: Some(&usual.text),
                text: buffer,
            };
            let result = write!(expected, "{shown:?}");
            if expected.rest == Some("") && result.is_ok() {
                return usual.rendered.write(out);
            }
            expected.give_up();
            result
        }
    };
    let start = out.len();
    finish(redactor, KeyVerdict::CLEAN, result, buffer, out);
    // Not `value`: that would count its findings a second time, and in `observe` mode call them clean.
    let unchanged = || redactor.find(KeyVerdict::CLEAN, buffer).is_empty();
    if usual.get().is_none()
        && result.is_ok()
        && buffer.len() < USUAL
        && !nested::is_json(buffer.len())
        && unchanged()
    {
        let _ = usual.set(Usual {
            text: (&**buffer).into(),
            rendered: Opening::new(&out[start..]),
        });
    }
}

/// Appends what a `Debug` shows, with the quote that closes it; `out` ends with the quote that opens it. A value of
/// [`json`](crate::json) takes that quote away.
#[inline]
pub(crate) fn debug(
    redactor: &Redactor,
    verdict: KeyVerdict,
    shown: &dyn fmt::Debug,
    buffer: &mut String,
    out: &mut Vec<u8>,
) {
    buffer.clear();
    nested::expect();
    let result = write!(Limited { text: buffer }, "{shown:?}");
    finish(redactor, verdict, result, buffer, out);
}

#[inline]
fn finish(
    redactor: &Redactor,
    verdict: KeyVerdict,
    result: fmt::Result,
    buffer: &str,
    out: &mut Vec<u8>,
) {
    if result.is_err() && buffer.len() < CAPTURE_LIMIT {
        return text(redactor, KeyVerdict::CLEAN, FAILED, out);
    }
    if nested::is_json(buffer.len()) {
        return json(redactor, verdict, buffer, out);
    }
    text(redactor, verdict, buffer, out);
}

#[cold]
fn json(redactor: &Redactor, verdict: KeyVerdict, json: &str, out: &mut Vec<u8>) {
    out.pop();
    let redacted = redactor.json(verdict, json);
    out.extend_from_slice(redacted.as_deref().unwrap_or(json).as_bytes());
}

/// Appends the messages of what caused `error`: `"first","second"`.
pub(crate) fn chain(
    redactor: &Redactor,
    verdict: KeyVerdict,
    error: &(dyn Error + 'static),
    buffer: &mut String,
    out: &mut Vec<u8>,
) {
    let mut cause = error.source();
    for number in 0..CHAIN {
        let Some(link) = cause else {
            break;
        };
        out.extend_from_slice(if number == 0 { b"\"" } else { b",\"" });
        debug(redactor, verdict, &format_args!("{link}"), buffer, out);
        cause = link.source();
    }
}

/// Compares text with what is expected, and takes it only once it differs.
struct Expected<'a> {
    usual: &'a str,
    /// What is still to come; nothing once it differs.
    rest: Option<&'a str>,
    text: &'a mut String,
}

impl Expected<'_> {
    /// It is not what was expected: `text` gets what came so far.
    fn give_up(&mut self) {
        if let Some(rest) = self.rest.take() {
            self.text
                .push_str(&self.usual[..self.usual.len() - rest.len()]);
        }
    }
}

impl fmt::Write for Expected<'_> {
    #[inline]
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        if let Some(rest) = self.rest.and_then(|rest| rest.strip_prefix(piece)) {
            self.rest = Some(rest);
            return Ok(());
        }
        self.give_up();
        Limited { text: self.text }.write_str(piece)
    }
}

/// Takes as much text as is looked at and then ends the formatting.
struct Limited<'a> {
    text: &'a mut String,
}

impl fmt::Write for Limited<'_> {
    #[inline]
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        let room = CAPTURE_LIMIT + LOOKAHEAD + 1 - self.text.len();
        if piece.len() > room {
            self.text.push_str(cut(piece, room));
            return Err(fmt::Error);
        }
        self.text.push_str(piece);
        Ok(())
    }
}
