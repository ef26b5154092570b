//! Plimsoll with everything on: redaction by key and by value, the check for duplicates, the context, and a
//! limit on the rate that these events do not reach.
//!
//! It has no mode in which the caller writes: a line goes through the ring to the sink's thread. To nowhere,
//! the sink drops it; a measurement of the caller is the same to a file.

use std::path::Path;
use std::time::Duration;

use plimsoll::context::{Context, Entered};
use plimsoll::sink::RingOptions;

use super::{Nowhere, Peer, Sink, tracing_events};
use crate::events::Request;

pub struct Plimsoll {
    guard: Option<plimsoll::Guard>,
}

impl Plimsoll {
    /// `lossless`: a log call waits for room, up to a bound that is never reached here.
    pub fn new(sink: &Sink, lossless: bool, directory: &Path) -> Self {
        let (sink, durable) = match sink {
            Sink::Nowhere => (plimsoll::sink::Sink::writer("nowhere", Nowhere), true),
            Sink::File(path) | Sink::NonBlocking(path) => (plimsoll::sink::Sink::file(path), true),
        };
        let mut ring = RingOptions::for_service("bench").durable(durable);
        // The default is memory (tmpfs); a ring on the disk of the lines would measure that disk.
        if !Path::new("/dev/shm").is_dir() {
            ring = ring.directory(directory);
        }
        if lossless {
            ring = ring.block(Duration::from_secs(10));
        }
        let guard = plimsoll::configure()
            .config(config())
            .sink(sink)
            .ring(ring)
            .install()
            .expect("one peer a process");
        Self { guard: Some(guard) }
    }
}

/// The defaults, but for a limit that is on and out of reach.
fn config() -> plimsoll_standard::Config {
    let text = "[log.limit]\nburst = 1_000_000_000\nper_second = 1_000_000_000\n\
        error_burst = 1_000_000_000\nerror_per_second = 1_000_000_000";
    plimsoll_standard::Config::parse("bench", text, []).expect("a valid configuration")
}

impl Peer for Plimsoll {
    type Scope = Entered;

    fn open(&self, request: &Request) -> Entered {
        Context::builder()
            .request_id(request.request_id.as_str())
            .field("method", request.method.as_str())
            .field("path", request.path.as_str())
            .build()
            .enter()
    }

    tracing_events!();

    fn flush(&mut self) {
        if let Some(guard) = self.guard.take() {
            guard.shutdown(Duration::from_secs(60));
        }
    }
}
