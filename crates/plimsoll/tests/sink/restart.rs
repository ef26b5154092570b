//! Lines that one process could not write are written by the next one, each by the sink that owes it.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use plimsoll::sink::{Pipeline, RingOptions, Sink};
use rustix::fs::{FlockOperation, flock};
use serde_json::Value;
use tracing::Level;

use crate::support::{LONG, Probe, events, line, until};

fn options(directory: &Path) -> RingOptions {
    RingOptions::for_service("restart").directory(directory)
}

/// A process that ends with 50 lines which its sink `broken` has not written, all but the first few never tried.
fn leave_lines(directory: &Path, more: Vec<Sink>) {
    let broken = Probe::default();
    broken.fail(Some(ErrorKind::Other));
    let alone = more.is_empty();
    let mut sinks = vec![broken.sink("broken").level(Level::INFO)];
    sinks.extend(more);
    let pipeline = Pipeline::start(sinks, options(directory)).unwrap();
    pipeline.push(Level::INFO, &line(0, 0, 0));
    until("the first try", || pipeline.counts().sinks[0].errors > 0);
    for number in 1..50 {
        pipeline.push(Level::INFO, &line(0, number, 0));
        pipeline.push(Level::DEBUG, &line(1, number, 0));
    }
    if alone {
        pipeline.push(Level::ERROR, b"not one object");
    }
    let report = pipeline.shutdown(Duration::from_millis(100));
    let left = 50 + u64::from(alone);
    assert_eq!(report.unwritten, [("broken".to_owned(), left)]);
    let ring = fs::File::open(pipeline.ring_path().expect("a ring that stays")).unwrap();
    drop(pipeline);
    // The lock goes with the sink's thread, which looks at the deadline now and then.
    until("the end of the sink's thread", || {
        flock(&ring, FlockOperation::NonBlockingLockExclusive).is_ok()
    });
}

fn marks(lines: &[Value]) -> Vec<&str> {
    let lines = lines.iter().filter(|line| line["event"] == "test");
    lines
        .map(|line| line["recovered"].as_str().unwrap())
        .collect()
}

fn start(directory: &Path, sinks: impl Fn() -> Vec<Sink>) -> Pipeline {
    let pipeline = Pipeline::start(sinks(), options(directory)).unwrap();
    assert!(pipeline.flush(LONG));
    pipeline
}

#[test]
fn the_next_start_writes_what_its_sink_owes_and_no_other() {
    let directory = tempfile::tempdir().unwrap();
    let healthy = Probe::default();
    leave_lines(directory.path(), vec![healthy.sink("healthy")]);
    assert_eq!(events(&healthy.lines()).len(), 99);
    let (first, second) = (Probe::default(), Probe::default());
    // In another order than before: names decide.
    let sinks = || {
        vec![
            second.sink("healthy"),
            first.sink("broken").level(Level::INFO),
        ]
    };
    let pipeline = start(directory.path(), sinks);
    pipeline.push(Level::INFO, &line(2, 0, 0));
    let report = pipeline.shutdown(LONG);
    assert!(report.is_complete());
    let lines = first.lines();
    let recovered = &lines[..50];
    assert!(
        events(recovered)
            .into_iter()
            .eq((0..50).map(|number| (0, number))),
        "before the new ones, in order"
    );
    assert_eq!(marks(recovered)[0], "maybe-repeated", "it was in flight");
    assert_eq!(marks(recovered)[49], "yes", "it had never been tried");
    assert_eq!(report.counts.sinks[1].recovered, 50);
    let told = lines
        .iter()
        .find(|line| line["event"] == "log.recovered")
        .unwrap();
    assert_eq!(
        (&told["count"], &told["unreadable"]),
        (&50.into(), &0.into())
    );
    assert_eq!(events(&second.lines()), [(2, 0)]);
    let left = fs::read_dir(directory.path())
        .unwrap()
        .flat_map(|service| fs::read_dir(service.unwrap().path()).unwrap());
    assert_eq!(left.count(), 0, "accepted, therefore deleted");
}

#[test]
fn what_no_sink_is_named_for_goes_to_the_first() {
    let directory = tempfile::tempdir().unwrap();
    leave_lines(directory.path(), vec![]);
    let (first, second) = (Probe::default(), Probe::default());
    let pipeline = start(directory.path(), || {
        vec![first.sink("new"), second.sink("newer")]
    });
    assert!(pipeline.shutdown(LONG).is_complete());
    // This one takes debug lines too.
    assert_eq!(events(&first.lines()).len(), 99);
    assert!(second.lines().is_empty() || events(&second.lines()).is_empty());
}

#[test]
fn a_sink_that_still_fails_leaves_the_lines_for_a_third_start() {
    let directory = tempfile::tempdir().unwrap();
    leave_lines(directory.path(), vec![]);
    let still = Probe::default();
    still.fail(Some(ErrorKind::Other));
    let pipeline = Pipeline::start(vec![still.sink("broken")], options(directory.path())).unwrap();
    let report = pipeline.shutdown(Duration::from_millis(100));
    assert!(!report.is_complete(), "{report:?}");
    drop(pipeline);
    let mut text = Vec::new();
    let (mut lines, mut unreadable) = (0, 0);
    // The sink's thread holds the lock until it has seen the deadline.
    until("both rings", || {
        let recovery = plimsoll::sink::recover(directory.path(), &mut text).unwrap();
        lines += recovery.lines;
        unreadable += recovery.unreadable;
        lines + unreadable == 100
    });
    assert_eq!((lines, unreadable), (99, 1));
    let lines = crate::support::parse(&String::from_utf8(text).unwrap());
    assert_eq!(events(&lines).len(), 99);
}

#[test]
fn a_living_process_keeps_its_ring() {
    let directory = tempfile::tempdir().unwrap();
    let blocked = Probe::default();
    blocked.block(true);
    let living = Pipeline::start(vec![blocked.sink("one")], options(directory.path())).unwrap();
    living.push(Level::INFO, &line(0, 0, 0));
    let other = Probe::default();
    let second = start(directory.path(), || vec![other.sink("one")]);
    assert!(second.shutdown(LONG).is_complete());
    let mut text = Vec::new();
    let recovery = plimsoll::sink::recover(directory.path(), &mut text).unwrap();
    assert_eq!((recovery.rings, text.len(), other.lines().len()), (0, 0, 0));
    blocked.block(false);
    assert!(living.shutdown(LONG).is_complete());
    assert_eq!(events(&blocked.lines()), [(0, 0)]);
}

#[test]
fn nobody_else_can_read_or_replace_a_ring() {
    let directory = tempfile::tempdir().unwrap();
    let probe = Probe::default();
    let pipeline = Pipeline::start(vec![probe.sink("one")], options(directory.path())).unwrap();
    let ring = pipeline.ring_path().unwrap().to_owned();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&ring), mode(ring.parent().unwrap())), (0o600, 0o700));
    drop(pipeline);
    // A directory that others can write to, or a link in its place, is not used.
    let service = ring.parent().unwrap();
    assert!(!service.exists(), "taken away with its last ring");
    fs::create_dir(service).unwrap();
    fs::set_permissions(service, fs::Permissions::from_mode(0o777)).unwrap();
    refused(directory.path(), "is open to other users");
    fs::remove_dir(service).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), service).unwrap();
    refused(directory.path(), "");
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    // Nor is a link in the place of a ring read.
    fs::remove_file(service).unwrap();
    fs::create_dir(service).unwrap();
    fs::set_permissions(service, fs::Permissions::from_mode(0o700)).unwrap();
    fs::write(elsewhere.path().join("precious"), "PLIMSOLL").unwrap();
    std::os::unix::fs::symlink(elsewhere.path().join("precious"), service.join("0.ring")).unwrap();
    let recovery = plimsoll::sink::recover(directory.path(), &mut Vec::new()).unwrap();
    assert_eq!(recovery.rings, 0);
    assert!(elsewhere.path().join("precious").exists());
}

fn refused(directory: &Path, reason: &str) {
    let probe = Probe::default();
    let pipeline = Pipeline::start(vec![probe.sink("one")], options(directory)).unwrap();
    assert_eq!(pipeline.ring_path(), None);
    pipeline.push(Level::INFO, &line(0, 0, 0));
    assert!(pipeline.shutdown(LONG).is_complete());
    let lines = probe.lines();
    assert_eq!(lines[0]["event"], "log.ring_not_durable");
    assert!(
        lines[0]["reason"].as_str().unwrap().contains(reason),
        "{}",
        lines[0]
    );
    assert_eq!(events(&lines), [(0, 0)]);
}
