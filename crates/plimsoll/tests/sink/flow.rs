//! Lines that find their way: order, levels, latency, rest.

use std::sync::Barrier;
use std::time::{Duration, Instant};

use plimsoll::sink::{Pipeline, Sink};
use tracing::Level;

use crate::support::{LONG, Probe, anonymous, assert_balanced, events, line, until};

#[test]
fn lines_of_every_thread_arrive_once_and_in_its_order() {
    const THREADS: usize = 8;
    const LINES: usize = 5_000;
    let probe = Probe::default();
    let pipeline = Pipeline::start(vec![probe.sink("probe")], anonymous().block(LONG)).unwrap();
    let start = Barrier::new(THREADS);
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (pipeline, start) = (&pipeline, &start);
            scope.spawn(move || {
                start.wait();
                for number in 0..LINES {
                    pipeline.push(Level::INFO, &line(thread, number, number % 700));
                }
            });
        }
    });
    assert!(pipeline.flush(LONG));
    assert_balanced(&pipeline, (THREADS * LINES) as u64);
    assert!(pipeline.shutdown(LONG).is_complete());
    let events = events(&probe.lines());
    assert_eq!(events.len(), THREADS * LINES);
    for thread in 0..THREADS {
        let numbers: Vec<usize> = events
            .iter()
            .filter(|event| event.0 == thread)
            .map(|event| event.1)
            .collect();
        assert!(numbers.iter().copied().eq(0..LINES), "thread {thread}");
    }
}

/// A task that goes from thread to thread: each line is logged after the one before it, by another thread.
#[test]
fn a_cause_is_written_before_its_effect() {
    const TURNS: usize = 4_000;
    const THREADS: usize = 4;
    let probe = Probe::default();
    let pipeline = Pipeline::start(vec![probe.sink("probe")], anonymous().block(LONG)).unwrap();
    let turn = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (pipeline, turn) = (&pipeline, &turn);
            scope.spawn(move || {
                let order = std::sync::atomic::Ordering::SeqCst;
                for number in (0..TURNS).filter(|number| number % THREADS == thread) {
                    while turn.load(order) != number {
                        std::thread::yield_now();
                    }
                    // Two lines of one microsecond have no order by time; a request's steps are farther apart.
                    let start = Instant::now();
                    while start.elapsed() < Duration::from_micros(2) {}
                    pipeline.push(Level::INFO, &line(thread, number, 0));
                    turn.store(number + 1, order);
                }
            });
        }
    });
    pipeline.shutdown(LONG);
    let numbers: Vec<usize> = events(&probe.lines())
        .into_iter()
        .map(|event| event.1)
        .collect();
    assert!(numbers.iter().copied().eq(0..TURNS));
}

#[test]
fn each_sink_has_its_level() {
    let (all, errors) = (Probe::default(), Probe::default());
    let sinks = vec![all.sink("all"), errors.sink("errors").level(Level::WARN)];
    let pipeline = Pipeline::start(sinks, anonymous()).unwrap();
    let levels = [
        Level::TRACE,
        Level::DEBUG,
        Level::INFO,
        Level::WARN,
        Level::ERROR,
    ];
    for (number, level) in levels.into_iter().enumerate() {
        pipeline.push(level, &line(0, number, 10));
    }
    let report = pipeline.shutdown(LONG);
    assert_eq!(events(&all.lines()).len(), 5);
    assert_eq!(events(&errors.lines()), [(0, 3), (0, 4)]);
    assert_eq!(
        (
            report.counts.sinks[1].written,
            report.counts.sinks[1].filtered
        ),
        (2, 3)
    );
    assert_balanced(&pipeline, 5);
}

#[test]
fn a_line_after_silence_arrives_within_ten_milliseconds() {
    let probe = Probe::default();
    let pipeline = Pipeline::start(vec![probe.sink("probe")], anonymous()).unwrap();
    let mut waits: Vec<Duration> = (0..20)
        .map(|number| {
            // Long enough to park in half of the rounds, in the middle of the polling in the others.
            std::thread::sleep(Duration::from_millis(if number % 2 == 0 { 120 } else { 5 }));
            let before = probe.writes();
            let start = Instant::now();
            pipeline.push(Level::INFO, &line(0, number, 100));
            until("the line", || probe.writes() > before);
            start.elapsed()
        })
        .collect();
    waits.sort_unstable();
    // The machine that tests run on may be busy: the typical line counts.
    assert!(waits[10] < Duration::from_millis(10), "{waits:?}");
    assert_eq!(events(&probe.lines()).len(), 20);
}

#[test]
#[cfg(target_os = "linux")]
fn an_idle_sink_uses_no_processor_time() {
    let pipeline = Pipeline::start(vec![Probe::default().sink("idle")], anonymous()).unwrap();
    pipeline.push(Level::INFO, &line(0, 0, 0));
    std::thread::sleep(Duration::from_millis(200));
    let before = switches("log-idle");
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(
        switches("log-idle"),
        before,
        "the thread ran although no line came"
    );
    pipeline.push(Level::INFO, &line(0, 1, 0));
    assert!(pipeline.flush(LONG));
    assert!(switches("log-idle") > before);
}

/// How often the thread of this name has given up the processor.
#[cfg(target_os = "linux")]
fn switches(name: &str) -> u64 {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let status = tasks
        .map(|task| {
            std::fs::read_to_string(task.unwrap().path().join("status")).unwrap_or_default()
        })
        .find(|status| status.lines().next() == Some(&format!("Name:\t{name}")))
        .expect("the sink's thread");
    let count = status.lines().filter(|line| line.contains("ctxt_switches"));
    count
        .map(|line| {
            line.split_whitespace()
                .last()
                .unwrap()
                .parse::<u64>()
                .unwrap()
        })
        .sum()
}

#[test]
fn a_line_costs_its_caller_no_allocation() {
    let probe = Probe::default();
    let pipeline = Pipeline::start(vec![probe.sink("probe")], anonymous()).unwrap();
    let line = line(0, 0, 200);
    pipeline.push(Level::INFO, &line);
    // Over several segments, and into an overflow too.
    probe.block(true);
    let allocated = allocation_counter::measure(|| {
        for _ in 0..50_000 {
            pipeline.push(Level::INFO, &line);
        }
    });
    assert!(pipeline.counts().dropped_total() > 0);
    assert_eq!(allocated.count_total, 0);
    probe.block(false);
}

#[test]
fn a_burst_is_written_in_large_pieces() {
    const LINES: usize = 20_000;
    let probe = Probe::default();
    let pipeline = Pipeline::start(vec![probe.sink("probe")], anonymous().block(LONG)).unwrap();
    for number in 0..LINES {
        pipeline.push(Level::INFO, &line(0, number, 200));
    }
    pipeline.shutdown(LONG);
    assert_eq!(events(&probe.lines()).len(), LINES);
    assert!(probe.writes() < LINES / 20, "{} writes", probe.writes());
}

#[test]
fn the_longest_line_passes_and_a_longer_one_is_counted() {
    let probe = Probe::default();
    let pipeline = Pipeline::start(vec![probe.sink("probe")], anonymous()).unwrap();
    let fill = plimsoll::sink::LINE_MAX - line(0, 0, 0).len();
    pipeline.push(Level::INFO, &line(0, 0, fill));
    pipeline.push(Level::INFO, &line(0, 1, fill + 1));
    let report = pipeline.shutdown(LONG);
    assert_eq!(events(&probe.lines()), [(0, 0)]);
    assert_eq!(report.counts.dropped_total(), 1);
    let lines = probe.lines();
    let told = lines
        .iter()
        .find(|line| line["event"] == "log.dropped")
        .unwrap();
    assert_eq!(
        (&told["reason"], &told["count"]),
        (&"oversize".into(), &1.into())
    );
}

#[test]
fn after_shutdown_lines_are_counted_and_not_written() {
    let probe = Probe::default();
    let pipeline = Pipeline::start(vec![probe.sink("probe")], anonymous()).unwrap();
    pipeline.push(Level::INFO, &line(0, 0, 0));
    assert!(pipeline.shutdown(LONG).is_complete());
    pipeline.push(Level::ERROR, &line(0, 1, 0));
    assert_eq!(events(&probe.lines()), [(0, 0)]);
    assert_eq!(pipeline.counts().dropped, [0, 0, 0, 0, 1]);
    assert_balanced(&pipeline, 2);
}

#[test]
fn shutting_down_under_load_loses_no_line_uncounted() {
    const THREADS: usize = 4;
    let probe = Probe::default();
    let pipeline = Pipeline::start(vec![probe.sink("probe")], anonymous()).unwrap();
    let stop = std::sync::atomic::AtomicBool::new(false);
    let pushed: u64 = std::thread::scope(|scope| {
        let push = |thread| {
            let (pipeline, stop) = (&pipeline, &stop);
            move || {
                let mut pushed = 0;
                while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                    pipeline.push(Level::INFO, &line(thread, pushed, 100));
                    pushed += 1;
                }
                pushed as u64
            }
        };
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| scope.spawn(push(thread)))
            .collect();
        std::thread::sleep(Duration::from_millis(50));
        assert!(pipeline.shutdown(LONG).is_complete());
        std::thread::sleep(Duration::from_millis(5));
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .sum()
    });
    assert_balanced(&pipeline, pushed);
    assert_eq!(
        events(&probe.lines()).len() as u64,
        pipeline.counts().sinks[0].written
    );
}

#[test]
fn two_pipelines_share_a_thread() {
    let (one, two) = (Probe::default(), Probe::default());
    let first = Pipeline::start(vec![one.sink("one")], anonymous()).unwrap();
    let second = Pipeline::start(vec![two.sink("two")], anonymous()).unwrap();
    for number in 0..1_000 {
        let pipeline = if number % 2 == 0 { &first } else { &second };
        pipeline.push(Level::INFO, &line(number % 2, number, 0));
    }
    assert!(first.shutdown(LONG).is_complete() && second.shutdown(LONG).is_complete());
    assert!(
        events(&one.lines())
            .into_iter()
            .eq((0..1_000).step_by(2).map(|number| (0, number)))
    );
    assert!(
        events(&two.lines())
            .into_iter()
            .eq((1..1_000).step_by(2).map(|number| (1, number)))
    );
}

/// More threads than the ring has segments: idle ones must not keep theirs.
#[test]
fn idle_threads_do_not_use_up_the_ring() {
    let probe = Probe::default();
    let pipeline = Pipeline::start(vec![probe.sink("probe")], anonymous().size(1)).unwrap();
    for round in 0..64 {
        let write = || pipeline.push(Level::INFO, &line(round, 0, 0));
        std::thread::scope(|scope| {
            scope.spawn(write);
        });
        if round % 4 == 3 {
            assert!(pipeline.flush(LONG));
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    assert!(pipeline.shutdown(LONG).is_complete());
    assert_eq!(events(&probe.lines()).len(), 64);
}

#[test]
fn mistakes_are_refused_at_the_start() {
    let refused = |sinks: Vec<Sink>| Pipeline::start(sinks, anonymous()).unwrap_err().to_string();
    assert!(refused(vec![]).contains("0 sinks"));
    assert!(refused(vec![Sink::stderr().keep(3)]).contains("only a file"));
    assert!(refused(vec![Sink::stderr(), Sink::stderr()]).contains("sink stderr: there are two"));
    let directory = tempfile::tempdir().unwrap();
    let error = refused(vec![Sink::file(directory.path())]);
    let path = directory.path().display();
    assert!(
        error.contains(&format!("cannot be opened: {path}: ")),
        "{error}"
    );
}
