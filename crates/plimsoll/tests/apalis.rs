//! The job layer around a handler of another engine, apalis.
#![cfg(feature = "job")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use apalis_core::backend::TaskSink;
use apalis_core::backend::memory::MemoryStorage;
use apalis_core::error::BoxDynError;
use apalis_core::task::Task;
use apalis_core::task::builder::TaskBuilder;
use apalis_core::task::metadata::MetadataStore;
use apalis_core::worker::builder::WorkerBuilder;
use apalis_core::worker::context::WorkerContext;
use plimsoll::context::{Context, TraceContext};
use plimsoll::job::{JobInfo, JobLayer};
use plimsoll::metrics::catalogue;

/// A number that the handler was given, and the context it ran in.
type Seen = (u32, Option<Context>);

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn describe(task: &Task<u32>) -> JobInfo<'_> {
    let metadata = task.metadata();
    let id = task.task_id().map_or_else(String::new, ToString::to_string);
    let attempt = u32::try_from(task.attempt()).unwrap_or(u32::MAX) + 1;
    JobInfo::new(id, "number")
        .queue("apalis")
        .attempt(attempt, 3)
        .request_id(metadata.get("request_id"))
        .trace(
            metadata
                .get("traceparent")
                .and_then(|parent| TraceContext::parse(parent.as_bytes())),
        )
        .timeout(Some(Duration::from_secs(5)))
}

#[tokio::test]
async fn works_with_apalis() {
    let mut metadata = MetadataStore::new();
    metadata.insert("request_id", "req-7").unwrap();
    metadata.insert("traceparent", PARENT).unwrap();
    let mut storage = MemoryStorage::new();
    storage
        .push_task(TaskBuilder::new(1_u32).with_metadata(metadata).build())
        .await
        .unwrap();
    storage
        .push_task(TaskBuilder::new(2_u32).build())
        .await
        .unwrap();
    storage
        .push_task(TaskBuilder::new(3_u32).build())
        .await
        .unwrap();

    let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
    let store = Arc::clone(&seen);
    let handler = move |number: u32, worker: WorkerContext| {
        let store = Arc::clone(&store);
        async move {
            store.lock().unwrap().push((number, Context::current()));
            if store.lock().unwrap().len() == 3 {
                worker.stop().unwrap();
            }
            match number {
                2 => Err(BoxDynError::from("even")),
                3 => panic!("odd"),
                _ => Ok(()),
            }
        }
    };
    let worker = WorkerBuilder::new("numbers")
        .backend(storage)
        .layer(JobLayer::describe(describe))
        .build(handler);
    tokio::time::timeout(Duration::from_secs(20), worker.run())
        .await
        .unwrap()
        .unwrap();

    let seen = seen.lock().unwrap();
    let (_, context) = seen.iter().find(|(number, _)| *number == 1).unwrap();
    let context = context.as_ref().unwrap();
    assert_eq!(context.request_id(), Some("req-7"));
    assert_eq!(
        context.trace().unwrap().trace_id(),
        "4bf92f3577b34da6a3ce929d0e0e4736"
    );
    let attempts = |outcome| catalogue().job_attempts.get(["apalis", "number", outcome]);
    assert_eq!(
        (
            attempts("succeeded"),
            attempts("failed"),
            attempts("panicked")
        ),
        (1, 1, 1)
    );
}
