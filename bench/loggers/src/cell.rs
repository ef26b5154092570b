//! One cell of a table: one peer, one workload, one sink, one number of threads, in a process of its own.

use std::path::Path;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use bench_common::instructions::bench_measured_region;
use bench_common::{allocations, statistics};
use serde_json::{Value, json};

use crate::events::{Events, KINDS};
use crate::peers::emit::Emit;
use crate::peers::floor::Floor;
use crate::peers::floor_tracing::FloorTracing;
use crate::peers::logforth::Logforth;
use crate::peers::plimsoll::Plimsoll;
use crate::peers::slog_json::SlogJson;
use crate::peers::tracing_layers::{Format, TracingLayers};
use crate::peers::{Peer, Sink};

/// What is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Work {
    W1,
    W2,
    W3,
    W4,
    W5,
}

/// Where it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Target {
    Nowhere,
    File,
    NonBlocking,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Measure {
    /// Time of batches, and allocations
    Time,
    /// The marked region under callgrind
    Instructions,
    /// Each call's time, as fast as it goes
    Burst,
    /// Each call's time, at 20,000 events a second and thread
    Paced,
    /// Nothing: the lines are compared
    Lines,
}

/// The command line of one cell.
#[derive(Clone, Debug, clap::Args)]
pub struct Cell {
    #[arg(long)]
    pub peer: String,
    #[arg(long, value_enum)]
    pub work: Work,
    #[arg(long, value_enum)]
    pub target: Target,
    #[arg(long, value_enum)]
    pub measure: Measure,
    #[arg(long, default_value_t = 1)]
    pub threads: usize,
    /// An empty directory for the lines
    #[arg(long)]
    pub directory: std::path::PathBuf,
}

/// In rounds over the prepared events, [`KINDS`] each.
const WARM_UP: usize = 32;
const BATCH: usize = 8;
const BATCHES: usize = 80;
const REGION: usize = 32;
const BURST: usize = 100_000;
const PACED: usize = 20_000;
const PACE: Duration = Duration::from_micros(50);

/// Lines of each workload that are compared.
pub const COMPARED: usize = KINDS;

/// Runs the cell and returns what was measured.
pub fn run(cell: &Cell) -> Value {
    let lines = cell.directory.join("lines");
    std::fs::create_dir_all(&lines).expect("the directory of the lines");
    let path = lines.join("out.jsonl");
    let sink = match cell.target {
        Target::Nowhere => Sink::Nowhere,
        Target::File => Sink::File(path),
        Target::NonBlocking => Sink::NonBlocking(path),
    };
    let subscriber = Format::TracingSubscriber;
    match cell.peer.as_str() {
        "floor" => measure(cell, &lines, Floor::new(&sink)),
        "floor-tracing" => measure(cell, &lines, FloorTracing::new(&sink)),
        "plimsoll" => measure(cell, &lines, Plimsoll::new(&sink, false, &cell.directory)),
        "plimsoll-lossless" => measure(cell, &lines, Plimsoll::new(&sink, true, &cell.directory)),
        "tracing-json" => measure(cell, &lines, TracingLayers::new(subscriber, true, &sink)),
        "tracing-json-lossless" => {
            measure(cell, &lines, TracingLayers::new(subscriber, false, &sink))
        }
        "json-subscriber" => measure(
            cell,
            &lines,
            TracingLayers::new(Format::JsonSubscriber, true, &sink),
        ),
        "slog-json" => measure(cell, &lines, SlogJson::new(&sink)),
        "logforth" => measure(cell, &lines, Logforth::new(&sink)),
        "emit" => measure(cell, &lines, Emit::new(&sink)),
        other => panic!("no peer is called {other}"),
    }
}

fn measure<P: Peer>(cell: &Cell, lines: &Path, mut peer: P) -> Value {
    let events = Events::prepare();
    match cell.measure {
        Measure::Time => time(cell, &peer, &events),
        Measure::Instructions => {
            instructions(cell, &peer, &events);
            Value::Null
        }
        Measure::Burst | Measure::Paced => calls(cell, lines, &mut peer, &events),
        Measure::Lines => {
            log(&peer, cell.work, &events, 1);
            peer.flush();
            Value::Null
        }
    }
}

/// Logs this many times every event of the workload; W5 opens a context for each, the others one for all.
fn log<P: Peer>(peer: &P, work: Work, events: &Events, times: usize) {
    if work == Work::W5 {
        for _ in 0..times {
            for (request, event) in events.requests.iter().zip(&events.submitted) {
                let scope = peer.open(request);
                peer.submitted(&scope, event);
            }
        }
        return;
    }
    let scope = peer.open(&events.requests[0]);
    within(peer, &scope, work, events, times);
}

fn within<P: Peer>(peer: &P, scope: &P::Scope, work: Work, events: &Events, times: usize) {
    for _ in 0..times {
        match work {
            Work::W1 | Work::W5 => {
                for event in &events.submitted {
                    peer.submitted(scope, event);
                }
            }
            Work::W2 => {
                for event in &events.failed {
                    peer.failed(scope, event);
                }
            }
            Work::W3 => {
                for event in &events.finished {
                    peer.finished(scope, event);
                }
            }
            Work::W4 => {
                for event in &events.submitted {
                    peer.disabled(scope, event);
                }
            }
        }
    }
}

#[inline(always)]
fn one<P: Peer>(peer: &P, scope: &P::Scope, work: Work, events: &Events, index: usize) {
    match work {
        Work::W1 | Work::W5 => peer.submitted(scope, &events.submitted[index % KINDS]),
        Work::W2 => peer.failed(scope, &events.failed[index % KINDS]),
        Work::W3 => peer.finished(scope, &events.finished[index % KINDS]),
        Work::W4 => peer.disabled(scope, &events.submitted[index % KINDS]),
    }
}

/// Nanoseconds an event, of batches, on every thread; allocations of the calling threads.
fn time<P: Peer>(cell: &Cell, peer: &P, events: &Events) -> Value {
    let barrier = Barrier::new(cell.threads);
    // A disabled event is so cheap that a batch must be longer.
    let times = if cell.work == Work::W4 {
        BATCH * 40
    } else {
        BATCH
    };
    let batch = times * KINDS;
    let thread = || {
        log(peer, cell.work, events, WARM_UP);
        let mut nanos = Vec::with_capacity(BATCHES);
        barrier.wait();
        let before = allocations::of_this_thread();
        for _ in 0..BATCHES {
            let start = Instant::now();
            log(peer, cell.work, events, times);
            nanos.push(start.elapsed().as_nanos() as f64 / batch as f64);
        }
        let allocated = allocations::of_this_thread() - before;
        // Opening a batch's one context is not the events' cost.
        let opened = {
            let before = allocations::of_this_thread();
            drop(peer.open(&events.requests[0]));
            allocations::of_this_thread() - before
        };
        let mut per_event = allocated as f64;
        if cell.work != Work::W5 {
            per_event -= (opened * BATCHES as u64) as f64;
        }
        (nanos, per_event.max(0.0) / (batch * BATCHES) as f64)
    };
    let results: Vec<(Vec<f64>, f64)> = std::thread::scope(|scope| {
        let others: Vec<_> = (0..cell.threads).map(|_| scope.spawn(thread)).collect();
        others
            .into_iter()
            .map(|handle| handle.join().expect("a measuring thread"))
            .collect()
    });
    let nanos: Vec<f64> = results.iter().flat_map(|result| result.0.clone()).collect();
    json!({
        "median": statistics::median(&nanos),
        "least": statistics::least(&nanos),
        "allocations": results.iter().map(|result| result.1).sum::<f64>() / results.len() as f64,
    })
}

fn instructions<P: Peer>(cell: &Cell, peer: &P, events: &Events) {
    log(peer, cell.work, events, WARM_UP / 4);
    if cell.work == Work::W5 {
        bench_measured_region(&mut || log(peer, cell.work, events, REGION));
        return;
    }
    let scope = peer.open(&events.requests[0]);
    bench_measured_region(&mut || within(peer, &scope, cell.work, events, REGION));
}

/// Events in the region that callgrind counts.
pub const IN_REGION: f64 = (REGION * KINDS) as f64;

/// Nanoseconds of every call, then what reached the file and how fast.
fn calls<P: Peer>(cell: &Cell, lines: &Path, peer: &mut P, events: &Events) -> Value {
    let paced = cell.measure == Measure::Paced;
    let count = if paced { PACED } else { BURST };
    let barrier = Barrier::new(cell.threads);
    let shared: &P = peer;
    let thread = || {
        let scope = shared.open(&events.requests[0]);
        let mut nanos = Vec::with_capacity(count);
        barrier.wait();
        let begin = Instant::now();
        for index in 0..count {
            if paced {
                let due = PACE * index as u32;
                while begin.elapsed() < due {
                    std::hint::spin_loop();
                }
            }
            let start = Instant::now();
            one(shared, &scope, cell.work, events, index);
            nanos.push(start.elapsed().as_nanos() as f64);
        }
        nanos
    };
    let start = Instant::now();
    let nanos: Vec<f64> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..cell.threads).map(|_| scope.spawn(thread)).collect();
        all.into_iter()
            .flat_map(|handle| handle.join().expect("a measuring thread"))
            .collect()
    });
    peer.flush();
    let seconds = start.elapsed().as_secs_f64();
    let kept = count_events(lines);
    let logged = count * cell.threads;
    json!({
        "p50": statistics::median(&nanos),
        "p99": statistics::percentile(&nanos, 0.99),
        "p99.9": statistics::percentile(&nanos, 0.999),
        "max": statistics::percentile(&nanos, 1.0),
        "kept_per_second": kept as f64 / seconds,
        "lost_percent": 100.0 * (logged.saturating_sub(kept)) as f64 / logged as f64,
    })
}

/// The lines of the events in every file below the directory; a peer's own reports do not count.
fn count_events(directory: &Path) -> usize {
    crate::lines::read(directory)
        .iter()
        .filter(|line| line.contains("\"job."))
        .count()
}
