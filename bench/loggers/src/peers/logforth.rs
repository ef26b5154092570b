//! logforth behind the `log` crate, with its JSON layout and its thread-local diagnostic as the context.

use std::fs::File;
use std::io::Write;

use logforth::append::asynchronous::AsyncBuilder;
use logforth::append::file::FileBuilder;
use logforth::bridge::log::LogBridge;
use logforth::diagnostic::ThreadLocalDiagnostic;
use logforth::layout::JsonLayout;
use logforth::record::Record;
use logforth::{Append, Diagnostic, Error, Layout};

use super::{Nowhere, Peer, Sink, create};
use crate::events::{Failed, Finished, Request, Submitted};

#[derive(Debug)]
struct OneWrite<W> {
    layout: JsonLayout,
    writer: W,
}

trait Writes: std::fmt::Debug + Send + Sync + 'static {
    fn write(&self, line: &[u8]) -> std::io::Result<()>;
}

impl Writes for Nowhere {
    fn write(&self, line: &[u8]) -> std::io::Result<()> {
        Nowhere.write_all(line)
    }
}

impl Writes for File {
    fn write(&self, line: &[u8]) -> std::io::Result<()> {
        let mut file = self;
        file.write_all(line)
    }
}

impl<W: Writes> Append for OneWrite<W> {
    fn append(
        &self,
        record: &Record<'_>,
        diagnostics: &[Box<dyn Diagnostic>],
    ) -> Result<(), Error> {
        let mut line = self.layout.format(record, diagnostics)?;
        line.push(b'\n');
        self.writer
            .write(&line)
            .map_err(|error| Error::new("write").with_source(error))
    }

    fn flush(&self) -> Result<(), Error> {
        Ok(())
    }
}

pub struct Logforth;

impl Logforth {
    pub fn new(sink: &Sink) -> Self {
        let layout = JsonLayout::default();
        let builder = logforth::core::builder().dispatch(|dispatch| {
            let dispatch = dispatch.diagnostic(ThreadLocalDiagnostic::default());
            match sink {
                Sink::Nowhere => dispatch.append(OneWrite {
                    layout,
                    writer: Nowhere,
                }),
                Sink::File(path) => dispatch.append(OneWrite {
                    layout,
                    writer: create(path),
                }),
                Sink::NonBlocking(path) => {
                    let directory = path.parent().expect("a file in a directory");
                    let file = FileBuilder::new(directory, "logforth")
                        .filename_suffix("log")
                        .layout(layout)
                        .build()
                        .expect("logforth's file");
                    dispatch.append(AsyncBuilder::new("logforth").append(file).build())
                }
            }
        });
        log::set_boxed_logger(Box::new(LogBridge::new(builder.build())))
            .expect("one peer a process");
        log::set_max_level(log::LevelFilter::Info);
        Self
    }
}

/// The diagnostic's keys on this thread, until it is dropped.
pub struct Bound;

impl Drop for Bound {
    fn drop(&mut self) {
        for key in ["request_id", "method", "path"] {
            ThreadLocalDiagnostic::remove(key);
        }
    }
}

impl Peer for Logforth {
    type Scope = Bound;

    fn open(&self, request: &Request) -> Bound {
        ThreadLocalDiagnostic::insert("request_id", request.request_id.as_str());
        ThreadLocalDiagnostic::insert("method", request.method.as_str());
        ThreadLocalDiagnostic::insert("path", request.path.as_str());
        Bound
    }

    fn submitted(&self, _: &Bound, event: &Submitted) {
        log::info!(
            job_id = event.job_id,
            job_type = event.job_type,
            user_id = event.user_id,
            payload_size = event.payload_size;
            "job.submitted"
        );
    }

    fn failed(&self, _: &Bound, event: &Failed) {
        log::error!(
            job_id = event.job_id,
            error = event.error,
            attempt = event.attempt,
            will_retry = event.will_retry;
            "job.failed"
        );
    }

    fn finished(&self, _: &Bound, event: &Finished) {
        log::info!(
            job_id = event.job_id,
            job_type = event.job_type,
            queue = event.queue,
            worker = event.worker,
            attempt = event.attempt,
            bytes = event.bytes,
            duration_ms = event.duration_ms,
            wait_ms = event.wait_ms,
            cached = event.cached,
            retried = event.retried;
            "job.finished"
        );
    }

    fn disabled(&self, _: &Bound, event: &Submitted) {
        log::debug!(
            job_id = event.job_id,
            job_type = event.job_type,
            user_id = event.user_id,
            payload_size = event.payload_size;
            "job.submitted"
        );
    }

    fn flush(&mut self) {
        log::logger().flush();
    }
}
