//! What other formatters get wrong: duplicate and forged keys, broken lines, values that fail or panic.

use plimsoll::testing::capture;
use serde_json::json;
use std::fmt;

#[test]
fn no_key_comes_twice_and_none_is_forged() {
    let captured = capture();
    tracing::info!(
        a = 1,
        a = 2,
        level = "x",
        timestamp = 3,
        event = "forged",
        "msg"
    );
    let line = &captured.lines()[0];
    for key in [
        "a",
        "level",
        "timestamp",
        "event",
        "field_level",
        "field_timestamp",
        "field_event",
    ] {
        assert_eq!(
            line.matches(&format!("\"{key}\":")).count(),
            1,
            "{key} in {line}"
        );
    }
    let event = captured.only("msg");
    assert_eq!(event["a"], 2);
    assert_eq!(event.level(), "info");
    assert_eq!(event["field_level"], "x");
    assert_eq!(event["field_timestamp"], 3);
    assert_eq!(event["field_event"], "forged");
}

#[test]
fn a_renamed_key_does_not_collide_either() {
    let captured = capture();
    tracing::info!(level = 1, field_level = 2, "msg");
    let event = captured.only("msg");
    assert_eq!(event["field_level"], 2);
    assert_eq!(event["field_field_level"], 1);
}

#[test]
fn a_key_of_the_context_is_reserved_while_it_holds_it() {
    let captured = capture();
    tracing::info!(request_id = "mine", "without");
    let context = plimsoll::Context::builder().request_id("r-1").build();
    let _entered = context.enter();
    tracing::info!(request_id = "mine", trace_id = "free", "with");
    plimsoll::bind("request_id", "bound");
    tracing::info!("bound");
    assert_eq!(captured.only("without")["request_id"], "mine");
    let event = captured.only("with");
    assert_eq!(event["request_id"], "r-1");
    assert_eq!(event["field_request_id"], "mine");
    assert_eq!(event["trace_id"], "free");
    assert_eq!(captured.only("bound")["field_request_id"], "bound");
}

struct Fails;
impl fmt::Debug for Fails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("half a val")?;
        Err(fmt::Error)
    }
}

struct Panics;
impl fmt::Debug for Panics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("half a val")?;
        panic!("in Debug")
    }
}
impl fmt::Display for Panics {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("in Display")
    }
}
impl std::error::Error for Panics {}

#[derive(Debug)]
struct PanicsInSource;
impl fmt::Display for PanicsInSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("outer")
    }
}
impl std::error::Error for PanicsInSource {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&Panics)
    }
}

#[test]
fn a_value_that_fails_or_panics_has_a_placeholder_and_the_rest_stands() {
    let captured = capture();
    tracing::info!(before = 1, fails = ?Fails, after = 2, "x");
    tracing::info!(before = 1, one = ?Panics, between = 2, two = %Panics, after = 3, "y");
    tracing::info!(
        error = &PanicsInSource as &(dyn std::error::Error + 'static),
        after = 3,
        "z"
    );
    tracing::info!(a = 1, "{:?}", Panics);
    tracing::info!(fine = 1, "next");

    let event = captured.only("x");
    assert_eq!(event["fails"], "[unprintable: its formatter failed]");
    assert_eq!(event["after"], 2);
    let event = captured.only("y");
    let placeholder = json!("[unprintable: its formatter panicked]");
    assert_eq!((&event["one"], &event["two"]), (&placeholder, &placeholder));
    assert_eq!(
        (&event["before"], &event["between"], &event["after"]),
        (&json!(1), &json!(2), &json!(3))
    );
    let event = captured.only("z");
    assert_eq!(event["error"], "outer");
    assert_eq!(event["error_chain"], placeholder);
    assert_eq!(event["after"], 3);
    let event = captured.only("[unprintable: its formatter panicked]");
    assert_eq!(event["a"], 1);
    assert_eq!(captured.only("next")["fine"], 1);
}

#[test]
fn a_log_call_inside_a_debug_is_a_line_of_its_own() {
    // Only with a global subscriber: a scoped one is never entered twice by tracing itself. `capture` sets one.
    struct Logs;
    impl fmt::Debug for Logs {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            tracing::info!(inner = 1, "inside");
            f.write_str("shown")
        }
    }
    let captured = capture();
    std::thread::scope(|scope| {
        let context = plimsoll::Context::builder().request_id("r-1").build();
        scope.spawn(move || {
            let _entered = context.enter();
            tracing::info!(logs = ?Logs, after = 2, "outside");
        });
    });
    assert_eq!(captured.only("inside")["inner"], 1);
    let event = captured.only("outside");
    assert_eq!(event["logs"], "shown");
    assert_eq!(event["after"], 2);
    assert_eq!(event["request_id"], "r-1");
}

#[test]
fn nothing_in_a_value_breaks_or_forges_a_line() {
    let captured = capture();
    let hostile = "c\r\n{\"event\":\"forged\"}\u{2028}\u{2029}\u{1b}[2J\u{0}\u{7f}\u{85}\u{202e}";
    tracing::info!(value = hostile, shown = %hostile, debug = ?hostile, "{hostile}");
    let span = tracing::info_span!("s", span_value = hostile);
    span.in_scope(|| tracing::info!("in span"));
    let context = plimsoll::Context::builder().field("k\n\"", hostile).build();
    context.enter().with(|| tracing::info!("in context"));
    for line in captured.lines() {
        assert!(
            !line
                .chars()
                .any(|c| c.is_control() || matches!(c, '\u{2028}'..='\u{202e}')),
            "{line:?}"
        );
    }
    let events = captured.events();
    assert_eq!(events[0]["value"], hostile);
    assert_eq!(events[0]["event"], hostile);
    assert_eq!(events[1]["span_value"], hostile);
    assert_eq!(events[2]["k\n\""], hostile);
}

trait With {
    fn with<R>(self, work: impl FnOnce() -> R) -> R;
}
impl With for plimsoll::context::Entered {
    fn with<R>(self, work: impl FnOnce() -> R) -> R {
        work()
    }
}

#[test]
fn odd_keys_are_kept() {
    let captured = capture();
    tracing::info!("" = 1, "a.b" = 2, "with \"quotes\"" = 3, "x");
    let event = captured.only("x");
    assert_eq!(
        (&event[""], &event["a.b"], &event["with \"quotes\""]),
        (&json!(1), &json!(2), &json!(3))
    );
}
