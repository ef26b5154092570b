//! One part: a process of its own, since the subscriber is the process's.

use std::sync::atomic::{AtomicBool, Ordering};

use bench_common::allocations;
use bench_common::instructions::bench_measured_region;
use plimsoll::Context;
use plimsoll::sink::{RingOptions, Sink};
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::events::{Events, KINDS, Request, Submitted};

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    /// A layer that looks at nothing: what `tracing` takes of any event that is enabled
    Unread,
    /// The same with a level of its own, as every layer beside others has it
    UnreadFiltered,
    /// Below the level, no flight recorder
    Disabled,
    /// The callsite's limit is used up
    Suppressed,
    /// Written, in a context
    Written,
    /// Written by one of two threads that both log
    WrittenByTwo,
    /// At debug, in a context, kept by the flight recorder
    Recorded,
    /// At debug, in no context, with a flight recorder
    Outside,
    /// Written in a context of its own
    Opened,
    /// The same with a flight recorder
    OpenedRecorder,
}

pub const ALL: [Part; 10] = [
    Part::Unread,
    Part::UnreadFiltered,
    Part::Disabled,
    Part::Suppressed,
    Part::Written,
    Part::WrittenByTwo,
    Part::Recorded,
    Part::Outside,
    Part::Opened,
    Part::OpenedRecorder,
];

const REGION: usize = 32;
/// Events in the region that callgrind counts.
pub const IN_REGION: f64 = (REGION * KINDS) as f64;
const WARM_UP: usize = 8;

impl Part {
    pub fn name(self) -> String {
        use clap::ValueEnum as _;
        self.to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    }

    pub const fn title(self) -> &'static str {
        match self {
            Self::Unread => "enabled, read by no layer",
            Self::UnreadFiltered => "the same, the layer with a filter of its own",
            Self::Disabled => "below the level",
            Self::Suppressed => "suppressed by the limit",
            Self::Written => "written, in a context",
            Self::WrittenByTwo => "the same, while another thread logs, too",
            Self::Recorded => "kept by the flight recorder, in a context",
            Self::Outside => "at debug in no context, with a flight recorder",
            Self::Opened => "a context opened, written, closed",
            Self::OpenedRecorder => "the same with a flight recorder",
        }
    }

    const fn has_recorder(self) -> bool {
        matches!(self, Self::Recorded | Self::Outside | Self::OpenedRecorder)
    }
}

/// Measures one part in this process.
pub fn run(part: Part, count_allocations: bool) {
    let registry = tracing_subscriber::registry();
    let guard = match part {
        Part::Unread => {
            registry.with(Blind).init();
            None
        }
        Part::UnreadFiltered => {
            registry.with(Blind.with_filter(LevelFilter::INFO)).init();
            None
        }
        _ => Some(install(part)),
    };
    let events = Events::prepare();
    log(part, &events, WARM_UP);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        if part == Part::WrittenByTwo {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    log(part, &events, 1);
                }
            });
        }
        measure(part, &events, count_allocations);
        stop.store(true, Ordering::Relaxed);
    });
    drop(guard);
}

fn measure(part: Part, events: &Events, count_allocations: bool) {
    let opens = matches!(part, Part::Opened | Part::OpenedRecorder);
    let context = (!opens && part != Part::Outside).then(|| open(&events.requests[0]));
    let entered = context.as_ref().map(Context::enter);
    if count_allocations {
        let before = allocations::of_this_thread();
        within(part, events, REGION);
        let count = allocations::of_this_thread() - before;
        println!("{:.2}", count as f64 / IN_REGION);
    } else {
        bench_measured_region(&mut || within(part, events, REGION));
    }
    drop(entered);
}

/// A layer that looks at nothing.
struct Blind;

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Blind {}

/// The defaults, but for a limit that is on and out of reach, or used up.
fn install(part: Part) -> plimsoll::Guard {
    let limit = match part {
        Part::Suppressed => "burst = 1\nper_second = 1\nerror_burst = 1\nerror_per_second = 1",
        _ => {
            "burst = 1_000_000_000\nper_second = 1_000_000_000\nerror_burst = 1_000_000_000\n\
             error_per_second = 1_000_000_000"
        }
    };
    let recorder = part.has_recorder();
    let text = format!(
        "[log.limit]\n{limit}\n[log.recorder]\nenabled = {recorder}\ndirectives = \"bench_parts=debug\""
    );
    let config =
        plimsoll_standard::Config::parse("bench", &text, []).expect("a valid configuration");
    plimsoll::configure()
        .config(config)
        .sink(Sink::writer("nowhere", std::io::sink()))
        .ring(RingOptions::for_service("bench"))
        .install()
        .expect("one a process")
}

fn open(request: &Request) -> Context {
    Context::builder()
        .request_id(request.request_id.as_str())
        .field("method", request.method.as_str())
        .field("path", request.path.as_str())
        .build()
}

fn log(part: Part, events: &Events, times: usize) {
    if matches!(part, Part::Opened | Part::OpenedRecorder | Part::Outside) {
        return within(part, events, times);
    }
    let context = open(&events.requests[0]);
    let _entered = context.enter();
    within(part, events, times);
}

fn within(part: Part, events: &Events, times: usize) {
    for _ in 0..times {
        match part {
            Part::Opened | Part::OpenedRecorder => {
                for (request, event) in events.requests.iter().zip(&events.submitted) {
                    let context = open(request);
                    let _entered = context.enter();
                    info(event);
                }
            }
            Part::Disabled | Part::Recorded | Part::Outside => {
                events.submitted.iter().for_each(debug);
            }
            _ => events.submitted.iter().for_each(info),
        }
    }
}

fn info(event: &Submitted) {
    tracing::info!(
        job_id = event.job_id.as_str(),
        job_type = event.job_type.as_str(),
        user_id = event.user_id.as_str(),
        payload_size = event.payload_size,
        "job.submitted"
    );
}

fn debug(event: &Submitted) {
    tracing::debug!(
        job_id = event.job_id.as_str(),
        job_type = event.job_type.as_str(),
        user_id = event.user_id.as_str(),
        payload_size = event.payload_size,
        "job.submitted"
    );
}
