//! Spans lend their fields, inner before outer, and bring their context back.

use plimsoll::testing::capture;
use serde_json::json;
use tracing::{Instrument, field::Empty, info, info_span};

#[test]
fn inner_fields_win_over_outer_and_the_event_over_both() {
    let captured = capture();
    let context = plimsoll::Context::builder()
        .field("a", "context")
        .field("d", "context")
        .build();
    let _entered = context.enter();
    let outer = info_span!("outer", a = "outer", b = "outer", c = "outer");
    let _outer = outer.enter();
    let inner = info_span!("inner", b = "inner", name = "mine");
    let _inner = inner.enter();
    info!(c = "event", "x");
    let event = captured.only("x");
    assert_eq!(event["a"], "outer");
    assert_eq!(event["b"], "inner");
    assert_eq!(event["c"], "event");
    assert_eq!(event["d"], "context");
    assert_eq!(event["name"], "mine");
    assert_eq!(captured.lines()[0].matches("\"a\":").count(), 1);
}

#[test]
fn what_is_recorded_later_is_seen_in_children_too() {
    let captured = capture();
    let outer = info_span!("outer", user = Empty, a = 1);
    let inner = info_span!(parent: &outer, "inner", b = 2, late = Empty);
    inner.in_scope(|| info!("before"));
    outer.record("user", "ada");
    inner.in_scope(|| info!("after"));
    inner.record("late", 3).record("b", 4);
    inner.in_scope(|| info!("twice"));
    outer.in_scope(|| info!("outer"));
    assert_eq!(captured.only("before").get("user"), Some(&json!(null)));
    assert_eq!(captured.only("after")["user"], "ada");
    assert_eq!(captured.only("after")["b"], 2);
    let twice = captured.only("twice");
    assert_eq!(
        (&twice["late"], &twice["b"], &twice["a"]),
        (&json!(3), &json!(4), &json!(1))
    );
    assert_eq!(captured.only("outer").get("late"), None);
}

#[test]
fn an_explicit_parent_is_honoured_and_brings_its_context() {
    let captured = capture();
    let first = plimsoll::Context::builder().request_id("first").build();
    let second = plimsoll::Context::builder().request_id("second").build();
    let p = {
        let _entered = first.enter();
        info_span!("p", who = "p")
    };
    let _entered = second.enter();
    let other = info_span!("other", who = "other", only_other = 1);
    let _other = other.enter();
    info!(parent: &p, "explicit");
    info!(parent: None, "root");
    info!("current");
    let event = captured.only("explicit");
    assert_eq!(event["who"], "p");
    assert_eq!(event.get("only_other"), None);
    assert_eq!(event["request_id"], "first");
    assert_eq!(captured.only("root").get("who"), None);
    assert_eq!(captured.only("root")["request_id"], "second");
    assert_eq!(captured.only("current")["who"], "other");
}

#[tokio::test]
async fn an_instrumented_task_has_the_context_of_its_span() {
    let captured = capture();
    let context = plimsoll::Context::builder().request_id("r-1").build();
    let task = {
        let _entered = context.enter();
        async { info!("in task") }.instrument(info_span!("work", step = 1))
    };
    tokio::spawn(task).await.unwrap();
    info!("outside");
    let event = captured.only("in task");
    assert_eq!(event["request_id"], "r-1");
    assert_eq!(event["step"], 1);
    assert_eq!(captured.only("outside").get("request_id"), None);
}

#[test]
fn a_span_without_context_hides_none() {
    let captured = capture();
    let span = info_span!("made.at.start", a = 1);
    let context = plimsoll::Context::builder().request_id("r-1").build();
    let _entered = context.enter();
    span.in_scope(|| info!("x"));
    assert_eq!(captured.only("x")["request_id"], "r-1");
}

#[test]
fn a_key_that_the_context_holds_is_renamed_in_a_span() {
    let captured = capture();
    let context = plimsoll::Context::builder().request_id("r-1").build();
    let _entered = context.enter();
    info_span!("s", request_id = "mine", level = 1).in_scope(|| info!("x"));
    let event = captured.only("x");
    assert_eq!(event["request_id"], "r-1");
    assert_eq!(event["field_request_id"], "mine");
    assert_eq!(event["field_level"], 1);
}

#[test]
fn guards_dropped_out_of_order_leave_nothing_behind() {
    let captured = capture();
    let context = plimsoll::Context::builder().request_id("r-1").build();
    let made_inside = {
        let _entered = context.enter();
        info_span!("s", a = 1)
    };
    let other = plimsoll::Context::builder().request_id("r-2").build();
    let span = made_inside.enter();
    let entered = other.enter();
    drop(span);
    info!("still other");
    drop(entered);
    info!("nothing");
    assert_eq!(captured.only("still other")["request_id"], "r-2");
    assert_eq!(captured.only("still other").get("a"), None);
    assert_eq!(captured.only("nothing").get("request_id"), None);
}
