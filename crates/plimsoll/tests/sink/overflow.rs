//! A ring that is full: what is kept, what is counted, what is told.

use std::time::{Duration, Instant};

use plimsoll::sink::{Counts, Pipeline};
use serde_json::Value;
use tracing::Level;

use crate::support::{LONG, Probe, anonymous, assert_balanced, events, line, until};

/// A pipeline whose only sink does not move, filled with `lines` of `level`.
fn stuck(lines: usize, level: Level) -> (Probe, Pipeline) {
    let probe = Probe::default();
    probe.block(true);
    let pipeline = Pipeline::start(vec![probe.sink("probe")], anonymous().size(1 << 20)).unwrap();
    for number in 0..lines {
        pipeline.push(level, &line(0, number, 200));
    }
    (probe, pipeline)
}

#[test]
fn debug_and_info_go_first_and_errors_have_a_reserve() {
    let (probe, pipeline) = stuck(10_000, Level::INFO);
    let full: Counts = pipeline.counts();
    assert!(full.dropped[2] > 0, "{full:?}");
    for number in 0..300 {
        pipeline.push(Level::ERROR, &line(1, number, 200));
        pipeline.push(Level::WARN, &line(2, number, 200));
        // The reserve is not for these, not even in a segment that a warning has opened.
        pipeline.push(Level::DEBUG, &line(3, number, 200));
    }
    let counts = pipeline.counts();
    assert_eq!(counts.dropped, [0, 300, full.dropped[2], 0, 0]);
    // The reserve is not endless.
    for number in 300..5_000 {
        pipeline.push(Level::ERROR, &line(1, number, 200));
    }
    assert!(pipeline.counts().dropped[4] > 0);
    probe.block(false);
    assert!(pipeline.shutdown(LONG).is_complete());
    assert_balanced(&pipeline, 15_600);
    let events = events(&probe.lines());
    let of = |thread| events.iter().filter(|event| event.0 == thread).count() as u64;
    assert_eq!((of(2), of(3)), (300, 0));
    assert_eq!(of(0) + pipeline.counts().dropped[2], 10_000);
    assert_eq!(of(1) + pipeline.counts().dropped[4], 5_000);
}

#[test]
fn what_was_lost_is_told_in_the_log() {
    let (probe, pipeline) = stuck(10_000, Level::INFO);
    let dropped = pipeline.counts().dropped[2];
    probe.block(false);
    until("the news", || probe.text().contains("log.dropped"));
    // And it goes on: once everything is written there is room again.
    assert!(pipeline.flush(LONG));
    pipeline.push(Level::INFO, &line(9, 0, 0));
    assert!(pipeline.shutdown(LONG).is_complete());
    let lines = probe.lines();
    let told: Vec<&Value> = lines
        .iter()
        .filter(|line| line["event"] == "log.dropped")
        .collect();
    let count: u64 = told
        .iter()
        .map(|line| line["count"].as_u64().unwrap())
        .sum();
    assert_eq!(count, dropped);
    for line in told {
        assert_eq!(
            (&line["level"], &line["reason"]),
            (&"warning".into(), &"overflow".into())
        );
        assert_eq!(line["dropped_info"], line["count"]);
        assert!(line["first"].as_str().unwrap() <= line["last"].as_str().unwrap());
    }
    assert!(events(&lines).contains(&(9, 0)));
}

/// The line that tells of losses passes the sink's own level.
#[test]
fn a_sink_for_errors_is_told_too() {
    let probe = Probe::default();
    probe.block(true);
    let sinks = vec![probe.sink("probe").level(Level::ERROR)];
    let pipeline = Pipeline::start(sinks, anonymous().size(1)).unwrap();
    // The first line occupies the sink.
    for number in 0..20_000 {
        pipeline.push(Level::ERROR, &line(0, number, 200));
    }
    probe.block(false);
    let report = pipeline.shutdown(LONG);
    assert!(report.is_complete() && report.counts.dropped[4] > 0);
    assert!(probe.text().contains("\"event\":\"log.dropped\""));
    assert_balanced(&pipeline, 20_000);
}

#[test]
fn a_caller_waits_for_room_only_as_long_as_it_was_told_to() {
    const WAIT: Duration = Duration::from_millis(500);
    let probe = Probe::default();
    probe.block(true);
    let options = anonymous().size(1).block(WAIT);
    let pipeline = Pipeline::start(vec![probe.sink("probe")], options).unwrap();
    let mut longest = Duration::ZERO;
    let mut pushed = 0;
    while pipeline.counts().dropped_total() == 0 {
        let start = Instant::now();
        pipeline.push(Level::INFO, &line(0, pushed, 400));
        longest = longest.max(start.elapsed());
        pushed += 1;
    }
    assert!(longest >= WAIT && longest < WAIT * 10, "{longest:?}");
    probe.block(false);
    // With a sink that moves, waiting is enough: nothing is lost.
    let dropped = pipeline.counts().dropped_total();
    for number in 0..30_000 {
        pipeline.push(Level::INFO, &line(1, number, 400));
    }
    assert!(pipeline.shutdown(LONG).is_complete());
    assert_eq!(pipeline.counts().dropped_total(), dropped);
    assert_eq!(
        events(&probe.lines())
            .iter()
            .filter(|event| event.0 == 1)
            .count(),
        30_000
    );
    assert_balanced(&pipeline, pushed as u64 + 30_000);
}

/// One sink's reader stops: the other gets every line, and the first keeps its warnings.
#[test]
fn a_stopped_sink_does_not_take_the_ring_from_another() {
    const LINES: usize = 40_000;
    let (stopped, healthy) = (Probe::default(), Probe::default());
    stopped.block(true);
    let sinks = vec![stopped.sink("stopped"), healthy.sink("healthy")];
    let pipeline = Pipeline::start(sinks, anonymous().size(2 << 20).block(LONG)).unwrap();
    for number in 0..LINES {
        let level = if number % 400 == 0 {
            Level::ERROR
        } else {
            Level::INFO
        };
        pipeline.push(level, &line(0, number, 200));
    }
    assert!(
        !pipeline.flush(Duration::from_millis(50)),
        "the stopped sink is not done"
    );
    until("the healthy sink", || {
        pipeline.counts().sinks[1].written == LINES as u64
    });
    let counts = pipeline.counts();
    assert_eq!(
        counts.dropped_total(),
        0,
        "nobody lost a line before the sinks: {counts:?}"
    );
    assert!(counts.sinks[0].dropped[2] > 0);
    assert_eq!(
        counts.sinks[0].dropped[4], 0,
        "errors were kept for the stopped sink"
    );
    stopped.block(false);
    assert!(pipeline.shutdown(LONG).is_complete());
    assert_balanced(&pipeline, LINES as u64);
    assert_eq!(events(&healthy.lines()).len(), LINES);
    let late = events(&stopped.lines());
    assert!(late.is_sorted(), "in order");
    assert_eq!(
        late.iter().filter(|event| event.1 % 400 == 0).count(),
        LINES / 400
    );
    let lines = stopped.lines();
    let told: u64 = lines
        .iter()
        .filter(|line| line["reason"] == "stopped_behind")
        .map(|line| line["count"].as_u64().unwrap())
        .sum();
    assert_eq!(told, pipeline.counts().sinks[0].dropped_total());
    assert!(!healthy.text().contains("log.dropped"));
}

#[test]
fn even_errors_of_a_stopped_sink_are_bounded() {
    const LINES: usize = 60_000;
    let (stopped, healthy) = (Probe::default(), Probe::default());
    stopped.block(true);
    let sinks = vec![stopped.sink("stopped"), healthy.sink("healthy")];
    let pipeline = Pipeline::start(sinks, anonymous().size(2 << 20).block(LONG)).unwrap();
    for number in 0..LINES {
        pipeline.push(Level::ERROR, &line(0, number, 200));
    }
    until("the healthy sink", || {
        pipeline.counts().sinks[1].written == LINES as u64
    });
    assert!(pipeline.counts().sinks[0].dropped[4] > 0);
    stopped.block(false);
    assert!(pipeline.shutdown(LONG).is_complete());
    assert_balanced(&pipeline, LINES as u64);
    assert!(events(&stopped.lines()).is_sorted());
}

#[test]
fn a_blocked_sink_is_left_at_the_deadline() {
    let (blocked, healthy) = (Probe::default(), Probe::default());
    blocked.block(true);
    let sinks = vec![blocked.sink("blocked"), healthy.sink("healthy")];
    let pipeline = Pipeline::start(sinks, anonymous()).unwrap();
    for number in 0..100 {
        pipeline.push(Level::INFO, &line(0, number, 0));
    }
    let start = Instant::now();
    let report = pipeline.shutdown(Duration::from_millis(200));
    assert!(start.elapsed() < Duration::from_secs(2));
    assert_eq!(report.unwritten, [("blocked".to_owned(), 100)]);
    assert_eq!(events(&healthy.lines()).len(), 100);
    assert_eq!(
        pipeline.shutdown(LONG),
        report,
        "the second call says the same"
    );
    blocked.block(false);
}
