//! slog with slog-json; non-blocking by slog-async with its default queue, which drops when it is full.

use std::io::{BufWriter, Write};
use std::sync::Mutex;

use slog::{Drain, Logger, debug, error, info, o};

use super::{Nowhere, Peer, Sink, create};
use crate::events::{Failed, Finished, Request, Submitted};

pub struct SlogJson {
    logger: Option<Logger>,
    worker: Option<slog_async::AsyncGuard>,
}

impl SlogJson {
    pub fn new(sink: &Sink) -> Self {
        let (logger, worker) = match sink {
            Sink::Nowhere => (logger(Nowhere), None),
            Sink::File(path) => (logger(create(path)), None),
            Sink::NonBlocking(path) => {
                let (drain, guard) = slog_async::Async::new(drain(create(path))).build_with_guard();
                let drain = slog::LevelFilter::new(drain, slog::Level::Info).fuse();
                (Logger::root(drain, o!()), Some(guard))
            }
        };
        Self {
            logger: Some(logger),
            worker,
        }
    }
}

/// slog-json writes piece by piece: a buffer that is flushed with every record makes one write of a line.
fn drain(
    writer: impl Write + Send + 'static,
) -> impl Drain<Ok = (), Err = slog::Never> + Send + 'static {
    let json = slog_json::Json::new(BufWriter::new(writer))
        .add_default_keys()
        .set_flush(true)
        .build();
    Mutex::new(json).fuse()
}

fn logger(writer: impl Write + Send + 'static) -> Logger {
    let json = slog_json::Json::new(BufWriter::new(writer))
        .add_default_keys()
        .set_flush(true)
        .build();
    let drain = slog::LevelFilter::new(Mutex::new(json), slog::Level::Info).fuse();
    Logger::root(drain, o!())
}

impl Peer for SlogJson {
    type Scope = Logger;

    fn open(&self, request: &Request) -> Logger {
        let root = self.logger.as_ref().expect("not flushed yet");
        root.new(o!(
            "request_id" => request.request_id.clone(),
            "method" => request.method.clone(),
            "path" => request.path.clone()
        ))
    }

    fn submitted(&self, logger: &Logger, event: &Submitted) {
        info!(logger, "job.submitted";
            "job_id" => &event.job_id,
            "job_type" => &event.job_type,
            "user_id" => &event.user_id,
            "payload_size" => event.payload_size);
    }

    fn failed(&self, logger: &Logger, event: &Failed) {
        error!(logger, "job.failed";
            "job_id" => &event.job_id,
            "error" => &event.error,
            "attempt" => event.attempt,
            "will_retry" => event.will_retry);
    }

    fn finished(&self, logger: &Logger, event: &Finished) {
        info!(logger, "job.finished";
            "job_id" => &event.job_id,
            "job_type" => &event.job_type,
            "queue" => &event.queue,
            "worker" => event.worker,
            "attempt" => event.attempt,
            "bytes" => event.bytes,
            "duration_ms" => event.duration_ms,
            "wait_ms" => event.wait_ms,
            "cached" => event.cached,
            "retried" => event.retried);
    }

    fn disabled(&self, logger: &Logger, event: &Submitted) {
        debug!(logger, "job.submitted";
            "job_id" => &event.job_id,
            "job_type" => &event.job_type,
            "user_id" => &event.user_id,
            "payload_size" => event.payload_size);
    }

    fn flush(&mut self) {
        drop(self.logger.take());
        drop(self.worker.take());
    }
}
