//! A panic becomes one line, with its place, its backtrace and the context in which it happened.

use super::Logging;
use super::guarded;
use super::values;
use crate::context::current;
use crate::encode::{Line, escape};
use crate::metrics::registry;
use crate::redact::KeyVerdict;
use std::backtrace::Backtrace;
use std::panic::PanicHookInfo;
use std::sync::{Arc, Weak};
use tracing::Level;

/// Frames of a backtrace that are shown.
const FRAMES: usize = 64;

/// Replaces the panic hook. The one before is not called: the standard one writes several lines of text to stderr, which
/// a collector of both streams would read as log lines. A service with a hook of its own sets it after `install()` and
/// calls the one it took.
pub(super) fn install(logging: &Arc<Logging>) {
    let weak = Arc::downgrade(logging);
    let help = "Panics, whether something caught them or not.";
    let counted = registry().counter("panics_total", help, []).ok();
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if guarded::is_quiet() {
            // A value's own code, inside of a log call: the line has a placeholder for it.
            return;
        }
        if let Some(counted) = &counted {
            counted.inc([]);
        }
        match Weak::upgrade(&weak) {
            Some(logging) => tell(&logging, info),
            None => before(info),
        }
    }));
}

fn tell(logging: &Logging, info: &PanicHookInfo<'_>) {
    let backtrace = Backtrace::force_capture();
    let mut line = Line::new(Level::ERROR, "panic")
        .raw("message", &quoted(logging, message(info)))
        .field("location", info.location().map(ToString::to_string))
        .field("thread", std::thread::current().name().unwrap_or("unnamed"))
        .raw("backtrace", &frames(&backtrace.to_string()));
    current::with(|context| {
        if let Some(context) = context {
            context.with_rendered(|fields| {
                for field in fields.fields() {
                    if !matches!(
                        field.key,
                        b"message" | b"location" | b"thread" | b"backtrace"
                    ) {
                        line.push_rendered(field.whole);
                    }
                }
            });
        }
    });
    super::recorder::fail_current("panic");
    logging.own_line(Level::ERROR, line);
    // The process may end here; a sink has its own thread, and the ring outlives both.
}

fn message<'a>(info: &'a PanicHookInfo<'_>) -> &'a str {
    info.payload_as_str().unwrap_or("a payload that is no text")
}

fn quoted(logging: &Logging, text: &str) -> Vec<u8> {
    let mut out = vec![b'"'];
    values::text(&logging.redactor, KeyVerdict::CLEAN, text, &mut out);
    out
}

/// One string per frame: its function, and its place if that is known. The frames of the panic itself are left out.
fn frames(text: &str) -> Vec<u8> {
    let mut frames: Vec<String> = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(place) = line.strip_prefix("at ") {
            if let Some(frame) = frames.last_mut() {
                frame.push_str(" at ");
                frame.push_str(place);
            }
        } else if let Some((number, function)) = line.split_once(": ")
            && number.bytes().all(|byte| byte.is_ascii_digit())
        {
            frames.push(function.to_owned());
        }
    }
    let of_panic = |frame: &String| {
        [
            "rust_begin_unwind",
            "core::panicking::",
            "std::panicking::begin_panic",
        ]
        .iter()
        .any(|part| frame.contains(part))
    };
    let start = frames.iter().rposition(of_panic).map_or(0, |at| at + 1);
    let mut out = vec![b'['];
    for (index, frame) in frames.iter().skip(start).take(FRAMES).enumerate() {
        if index > 0 {
            out.push(b',');
        }
        escape::string(&mut out, frame);
    }
    out.push(b']');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backtrace_is_a_list_of_frames() {
        let text = "   0: std::backtrace::Backtrace::create\n             at /std/backtrace.rs:331:13\n   \
                    1: __rustc::rust_begin_unwind\n   2: core::panicking::panic_fmt\n             at /core/panicking.rs:80:14\n   \
                    3: orders::place\n             at ./src/main.rs:7:9\n   4: orders::main\n";
        assert_eq!(
            String::from_utf8(frames(text)).unwrap(),
            r#"["orders::place at ./src/main.rs:7:9","orders::main"]"#
        );
        assert_eq!(frames("disabled backtrace"), b"[]");
    }
}
