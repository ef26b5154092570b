//! emit. Its own writer is always non-blocking (emit_file); for the other sinks the same JSON is written
//! by the caller.

use std::fs::File;
use std::io::Write;
use std::ops::ControlFlow;
use std::time::Duration;

use emit::Props as _;
use emit::ctxt::Ctxt as _;
use emit::setup::DefaultCtxt;
use emit::well_known::{KEY_MDL, KEY_MSG, KEY_TPL, KEY_TS};

use super::{Nowhere, Peer, Sink, create};
use crate::events::{Failed, Finished, Request, Submitted};

/// The line of emit_file's default writer.
struct Line<'a, P>(&'a emit::Event<'a, P>);

impl<P: emit::Props> sval::Value for Line<'_, P> {
    fn stream<'sval, S: sval::Stream<'sval> + ?Sized>(&'sval self, stream: &mut S) -> sval::Result {
        stream.record_begin(None, None, None, None)?;
        if let Some(extent) = self.0.extent() {
            stream.record_value_begin(None, &sval::Label::new(KEY_TS))?;
            sval::stream_display(&mut *stream, extent.as_point())?;
            stream.record_value_end(None, &sval::Label::new(KEY_TS))?;
        }
        stream.record_value_begin(None, &sval::Label::new(KEY_MDL))?;
        sval::stream_display(&mut *stream, self.0.mdl())?;
        stream.record_value_end(None, &sval::Label::new(KEY_MDL))?;
        stream.record_value_begin(None, &sval::Label::new(KEY_MSG))?;
        sval::stream_display(&mut *stream, self.0.msg())?;
        stream.record_value_end(None, &sval::Label::new(KEY_MSG))?;
        stream.record_value_begin(None, &sval::Label::new(KEY_TPL))?;
        sval::stream_display(&mut *stream, self.0.tpl())?;
        stream.record_value_end(None, &sval::Label::new(KEY_TPL))?;
        let _ = self.0.props().dedup().for_each(|key, value| {
            let mut one = || {
                stream.record_value_begin(None, &sval::Label::new_computed(key.get()))?;
                stream.value_computed(&value)?;
                stream.record_value_end(None, &sval::Label::new_computed(key.get()))
            };
            match one() {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        });
        stream.record_end(None, None, None)
    }
}

enum Out {
    Nowhere,
    File(File),
    Batched(emit_file::FileSet),
}

impl emit::Emitter for Out {
    fn emit<E: emit::event::ToEvent>(&self, event: E) {
        if let Self::Batched(files) = self {
            files.emit(event);
            return;
        }
        let event = event.to_event();
        let mut line = Vec::with_capacity(512);
        sval_json::stream_to_io_write(&mut line, Line(&event)).expect("a Vec takes all");
        line.push(b'\n');
        match self {
            Self::File(file) => {
                let mut file = file;
                file.write_all(&line).expect("the disk has room");
            }
            _ => Nowhere.write_all(&line).expect("nowhere takes all"),
        }
    }

    fn blocking_flush(&self, timeout: Duration) -> bool {
        match self {
            Self::Batched(files) => files.blocking_flush(timeout),
            _ => true,
        }
    }
}

pub struct Emit {
    runtime: emit::setup::Init<'static, Out, DefaultCtxt>,
}

impl Emit {
    pub fn new(sink: &Sink) -> Self {
        let out = match sink {
            Sink::Nowhere => Out::Nowhere,
            Sink::File(path) => Out::File(create(path)),
            Sink::NonBlocking(path) => Out::Batched(emit_file::set(path).spawn()),
        };
        let runtime = emit::setup()
            .emit_to(out)
            .emit_when(emit::level::min_filter(emit::Level::Info))
            .init();
        Self { runtime }
    }
}

type Frame = <DefaultCtxt as emit::Ctxt>::Frame;

/// The context's frame on this thread, until it is dropped.
pub struct Entered {
    context: DefaultCtxt,
    frame: Option<Frame>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        if let Some(mut frame) = self.frame.take() {
            self.context.exit(&mut frame);
            self.context.close(frame);
        }
    }
}

impl Peer for Emit {
    type Scope = Entered;

    fn open(&self, request: &Request) -> Entered {
        let context = self.runtime.ctxt();
        let mut frame = context.open_push(emit::props! {
            request_id: request.request_id.as_str(),
            method: request.method.as_str(),
            path: request.path.as_str(),
        });
        context.enter(&mut frame);
        Entered {
            context: *context,
            frame: Some(frame),
        }
    }

    fn submitted(&self, _: &Entered, event: &Submitted) {
        emit::info!(
            "job.submitted",
            job_id: event.job_id.as_str(),
            job_type: event.job_type.as_str(),
            user_id: event.user_id.as_str(),
            payload_size: event.payload_size,
        );
    }

    fn failed(&self, _: &Entered, event: &Failed) {
        emit::error!(
            "job.failed",
            job_id: event.job_id.as_str(),
            error: event.error.as_str(),
            attempt: event.attempt,
            will_retry: event.will_retry,
        );
    }

    fn finished(&self, _: &Entered, event: &Finished) {
        emit::info!(
            "job.finished",
            job_id: event.job_id.as_str(),
            job_type: event.job_type.as_str(),
            queue: event.queue.as_str(),
            worker: event.worker,
            attempt: event.attempt,
            bytes: event.bytes,
            duration_ms: event.duration_ms,
            wait_ms: event.wait_ms,
            cached: event.cached,
            retried: event.retried,
        );
    }

    fn disabled(&self, _: &Entered, event: &Submitted) {
        emit::debug!(
            "job.submitted",
            job_id: event.job_id.as_str(),
            job_type: event.job_type.as_str(),
            user_id: event.user_id.as_str(),
            payload_size: event.payload_size,
        );
    }

    fn flush(&mut self) {
        self.runtime.blocking_flush(Duration::from_secs(60));
    }
}
