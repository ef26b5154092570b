//! A context belongs to its task.

use plimsoll::testing::capture;
use plimsoll::{Context, InContext};
use std::collections::HashMap;
use tracing::info;

#[test]
fn bind_reaches_everyone_who_shares_the_context() {
    let captured = capture();
    let context = Context::builder()
        .request_id("r-1")
        .field("path", "/a")
        .build();
    let clone = context.clone();
    let _entered = context.enter();
    info!("before");
    plimsoll::bind("user_id", 42);
    clone.bind("path", "/b");
    info!("after");
    info!(path = "/local", "local");
    clone.unbind("user_id");
    clone.unbind("request_id");
    info!("unbound");
    assert_eq!(captured.only("before").get("user_id"), None);
    let after = captured.only("after");
    assert_eq!(after["user_id"], 42);
    assert_eq!(after["path"], "/b");
    assert_eq!(captured.lines()[1].matches("\"path\"").count(), 1);
    assert_eq!(captured.only("local")["path"], "/local");
    assert_eq!(captured.only("unbound").get("user_id"), None);
    assert_eq!(captured.only("unbound")["request_id"], "r-1");
}

#[test]
fn without_a_context_bind_does_nothing() {
    let captured = capture();
    plimsoll::bind("a", 1);
    info!("x");
    assert_eq!(captured.only("x").get("a"), None);
    assert!(Context::current().is_none());
}

#[test]
fn a_context_says_what_it_holds() {
    let trace = plimsoll::context::TraceContext::root();
    let captured = capture();
    let context = Context::builder()
        .request_id("r-\"1")
        .trace(trace.clone())
        .build();
    assert_eq!(context.request_id(), Some("r-\"1"));
    assert_eq!(context.trace().unwrap().trace_id(), trace.trace_id());
    let _entered = context.enter();
    info!("x");
    let event = captured.only("x");
    assert_eq!(event["request_id"], "r-\"1");
    assert_eq!(event["trace_id"], trace.trace_id());
    assert_eq!(event["span_id"], trace.span_id());
    assert_eq!(event["trace_flags"], trace.flags_text());
}

#[test]
fn secrets_in_a_context_are_taken_out() {
    let captured = capture();
    let context = Context::builder().field("password", "hunter2").build();
    context.bind("api_key", "k-123456");
    let _entered = context.enter();
    info!("x");
    let line = &captured.lines()[0];
    assert!(
        !line.contains("hunter2") && !line.contains("k-123456"),
        "{line}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_tasks_never_mix() {
    let captured = capture();
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..1000 {
        let context = Context::builder()
            .request_id(format!("r-{number}"))
            .field("number", number)
            .build();
        tasks.spawn(context.scope(async move {
            info!(step = 0, number_in_task = number, "step");
            tokio::task::yield_now().await;
            plimsoll::bind("bound", number);
            let child = plimsoll::spawn(async move {
                tokio::task::yield_now().await;
                info!(step = 1, number_in_task = number, "step");
            });
            let blocking =
                plimsoll::spawn_blocking(move || info!(step = 2, number_in_task = number, "step"));
            let mut set = tokio::task::JoinSet::new();
            set.spawn(async move { info!(step = 3, number_in_task = number, "step") }.in_context());
            set.join_all().await;
            child.await.unwrap();
            blocking.await.unwrap();
            tokio::task::yield_now().await;
            info!(step = 4, number_in_task = number, "step");
        }));
    }
    tasks.join_all().await;
    let mut steps: HashMap<u64, usize> = HashMap::new();
    for event in captured.all("step") {
        let number = event["number_in_task"].as_u64().unwrap();
        assert_eq!(event["request_id"], format!("r-{number}"));
        assert_eq!(event["number"], number);
        if event["step"] != 0 {
            assert_eq!(event["bound"], number);
        }
        *steps.entry(number).or_default() += 1;
    }
    assert_eq!(steps.len(), 1000);
    assert!(steps.values().all(|&count| count == 5));
}

#[tokio::test]
async fn what_a_dropped_future_logs_has_its_context() {
    struct Logs;
    impl Drop for Logs {
        fn drop(&mut self) {
            info!("dropped");
        }
    }
    let captured = capture();
    let context = Context::builder().request_id("r-1").build();
    let mut future = Box::pin(context.scope(async {
        let _logs = Logs;
        std::future::pending::<()>().await;
    }));
    let mut noop = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(Future::poll(future.as_mut(), &mut noop).is_pending());
    drop(future);
    assert_eq!(captured.only("dropped")["request_id"], "r-1");
}
