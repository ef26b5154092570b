//! Records a metric a given number of times and nothing else, for instruction counters:
//!
//! ```text
//! cargo build --release --example recording_cost
//! valgrind --tool=callgrind target/release/examples/recording_cost counter-labels 100000
//! ```
//!
//! The difference between two runs, divided by the difference of their counts, is the cost of one recording.

use std::hint::black_box;

use plimsoll::metrics::Registry;

const METHODS: [&str; 3] = ["GET", "POST", "DELETE"];
const ROUTES: [&str; 4] = [
    "/jobs",
    "/jobs/{id}",
    "/jobs/{id}/retry",
    "/accounts/{account}/statements/{year}",
];
const STATUSES: [&str; 5] = ["200", "202", "404", "422", "503"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let case = arguments.next().unwrap_or_default();
    let count: usize = arguments.next().unwrap_or_default().parse()?;
    let registry = Registry::new();
    let names = ["method", "route", "status"];
    let requests = registry.counter("requests_total", "Requests.", names)?;
    let active = registry.gauge("active", "Requests in flight.", ["method"])?;
    let duration = registry.histogram("duration_seconds", "Durations.", names)?;
    let (counter, gauge, histogram) = (
        requests.with(["GET", "/jobs", "200"]),
        active.with(["GET"]),
        duration.with(["GET", "/jobs", "200"]),
    );
    let labels = |at: usize| black_box([METHODS[at % 3], ROUTES[at % 4], STATUSES[at % 5]]);
    let seconds = |at: usize| black_box((1 + at % 64) as f64 * 0.001);
    // Every series is met once before the loop of `count`.
    for at in 0..60 {
        requests.inc(labels(at));
        duration.observe(labels(at), 0.001);
        for step in 0..64 {
            duration.observe(labels(at), seconds(step));
            histogram.observe(seconds(step));
        }
    }
    counter.inc();
    gauge.add(1.0);
    match case.as_str() {
        "loop" => repeat(count, |_| {}),
        "loop-labels" => repeat(count, |at| {
            let _ = labels(at);
        }),
        "loop-seconds" => repeat(count, |at| {
            let _ = seconds(at);
        }),
        "counter" => repeat(count, |_| counter.inc()),
        "gauge" => repeat(count, |_| gauge.add(1.0)),
        "histogram" => repeat(count, |at| histogram.observe(seconds(at))),
        "counter-labels" => repeat(count, |at| requests.inc(labels(at))),
        "histogram-labels" => repeat(count, |at| duration.observe(labels(at), seconds(at))),
        other => return Err(format!("no case {other:?}").into()),
    }
    Ok(())
}

fn repeat(count: usize, mut work: impl FnMut(usize)) {
    for at in 0..count {
        work(black_box(at));
    }
}
