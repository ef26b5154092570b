//! The peers. Each is set up the way its documentation shows, with one JSON line an event.

use std::path::PathBuf;

use crate::events::{Failed, Finished, Request, Submitted};

pub mod emit;
pub mod floor;
pub mod floor_tracing;
pub mod logforth;
pub mod plimsoll;
pub mod slog_json;
pub mod tracing_layers;

/// Where the lines go.
#[derive(Clone, Debug)]
pub enum Sink {
    /// The whole line is made and handed to a writer that drops it.
    Nowhere,
    /// One write(2) a line, by the caller.
    File(PathBuf),
    /// The peer's own non-blocking mode, to this file. emit picks a name of its own in the same directory.
    NonBlocking(PathBuf),
}

/// One logging library, set up for one sink. Made once a process: most of them are global.
pub trait Peer: Sync {
    /// The context of one request, open until it is dropped.
    type Scope;

    fn open(&self, request: &Request) -> Self::Scope;
    /// W1.
    fn submitted(&self, scope: &Self::Scope, event: &Submitted);
    /// W2.
    fn failed(&self, scope: &Self::Scope, event: &Failed);
    /// W3.
    fn finished(&self, scope: &Self::Scope, event: &Finished);
    /// W4: an event at debug while the level is info.
    fn disabled(&self, scope: &Self::Scope, event: &Submitted);
    /// Returns when every line that will ever reach the sink is there.
    fn flush(&mut self);
}

/// A writer that drops what it gets.
#[derive(Clone, Copy, Debug)]
pub struct Nowhere;

impl std::io::Write for Nowhere {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        std::hint::black_box(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

pub fn create(path: &std::path::Path) -> std::fs::File {
    std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .expect("the file of the lines")
}

/// The events as `tracing` macros: what every peer on `tracing` gets.
macro_rules! tracing_events {
    () => {
        fn submitted(&self, _: &Self::Scope, event: &crate::events::Submitted) {
            tracing::info!(
                job_id = event.job_id.as_str(),
                job_type = event.job_type.as_str(),
                user_id = event.user_id.as_str(),
                payload_size = event.payload_size,
                "job.submitted"
            );
        }

        fn failed(&self, _: &Self::Scope, event: &crate::events::Failed) {
            tracing::error!(
                job_id = event.job_id.as_str(),
                error = event.error.as_str(),
                attempt = event.attempt,
                will_retry = event.will_retry,
                "job.failed"
            );
        }

        fn finished(&self, _: &Self::Scope, event: &crate::events::Finished) {
            tracing::info!(
                job_id = event.job_id.as_str(),
                job_type = event.job_type.as_str(),
                queue = event.queue.as_str(),
                worker = event.worker,
                attempt = event.attempt,
                bytes = event.bytes,
                duration_ms = event.duration_ms,
                wait_ms = event.wait_ms,
                cached = event.cached,
                retried = event.retried,
                "job.finished"
            );
        }

        fn disabled(&self, _: &Self::Scope, event: &crate::events::Submitted) {
            tracing::debug!(
                job_id = event.job_id.as_str(),
                job_type = event.job_type.as_str(),
                user_id = event.user_id.as_str(),
                payload_size = event.payload_size,
                "job.submitted"
            );
        }
    };
}
pub(crate) use tracing_events;
