//! tracing-subscriber's JSON, flattened, and json-subscriber; non-blocking by tracing-appender.

use std::sync::Arc;

use tracing::span::EnteredSpan;
use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_core::Level;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::writer::BoxMakeWriter;

use super::{Nowhere, Peer, Sink, create, tracing_events};
use crate::events::Request;

/// Which formatter stands on the subscriber.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    TracingSubscriber,
    JsonSubscriber,
}

pub struct TracingLayers {
    worker: Option<WorkerGuard>,
}

impl TracingLayers {
    /// `lossy` is tracing-appender's default: a full queue drops the line.
    pub fn new(format: Format, lossy: bool, sink: &Sink) -> Self {
        let mut worker = None;
        match sink {
            Sink::Nowhere => install(format, || Nowhere),
            Sink::File(path) => install(format, Arc::new(create(path))),
            Sink::NonBlocking(path) => {
                let (writer, guard): (NonBlocking, WorkerGuard) = NonBlockingBuilder::default()
                    .lossy(lossy)
                    .finish(create(path));
                worker = Some(guard);
                install(format, writer);
            }
        }
        Self { worker }
    }
}

fn install<W>(format: Format, writer: W)
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    match format {
        Format::TracingSubscriber => tracing_subscriber::fmt()
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .with_target(false)
            .with_max_level(Level::INFO)
            .with_writer(writer)
            .init(),
        Format::JsonSubscriber => {
            use tracing_subscriber::layer::SubscriberExt as _;
            use tracing_subscriber::util::SubscriberInitExt as _;
            let layer = json_subscriber::layer()
                .flatten_event(true)
                .flatten_current_span_on_top_level(true)
                .with_current_span(false)
                .with_span_list(false)
                .with_target(false)
                .with_writer(BoxMakeWriter::new(writer));
            tracing_subscriber::registry()
                .with(tracing_core::LevelFilter::INFO)
                .with(layer)
                .init();
        }
    }
}

impl Peer for TracingLayers {
    type Scope = EnteredSpan;

    fn open(&self, request: &Request) -> EnteredSpan {
        tracing::info_span!(
            "request",
            request_id = request.request_id.as_str(),
            method = request.method.as_str(),
            path = request.path.as_str()
        )
        .entered()
    }

    tracing_events!();

    fn flush(&mut self) {
        // The guard's drop waits for the worker, one second at most.
        drop(self.worker.take());
    }
}
