//! A forked child logs through a ring and threads of its own; its parent's stay untouched.
#![allow(unsafe_code)]

use std::fs;
use std::os::fd::AsFd;
use std::time::Duration;

use plimsoll::sink::{Pipeline, RingOptions, Sink};
use tracing::Level;

use crate::support::{LONG, assert_balanced, events, line, parse};

#[test]
fn a_forked_child_has_a_ring_of_its_own() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("app.log");
    let options = || RingOptions::for_service("forks").directory(directory.path().join("rings"));
    let pipeline = Pipeline::start(vec![Sink::file(&path)], options()).unwrap();
    let ring = pipeline.ring_path().expect("a ring in a file").to_owned();
    for number in 0..100 {
        pipeline.push(Level::INFO, &line(0, number, 0));
    }
    // SAFETY: the child allocates and starts threads, which glibc and musl allow after a fork.
    let child = unsafe { libc::fork() };
    assert!(child >= 0);
    if child == 0 {
        for number in 0..100 {
            pipeline.push(Level::INFO, &line(1, number, 0));
        }
        let complete = pipeline.ring_path().is_none() && pipeline.shutdown(LONG).is_complete();
        drop(pipeline);
        // SAFETY: ends the child without running the test harness's handlers.
        unsafe { libc::_exit(if complete { 0 } else { 1 }) };
    }
    for number in 100..200 {
        pipeline.push(Level::INFO, &line(0, number, 0));
    }
    let mut status = 0;
    // SAFETY: waits for our own child.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    assert_eq!(status, 0, "the child wrote everything");
    assert!(ring.exists(), "the child deleted nothing of its parent's");
    assert!(pipeline.shutdown(LONG).is_complete());
    assert_balanced(&pipeline, 200);
    assert!(!ring.exists());
    let events = events(&parse(&fs::read_to_string(&path).unwrap()));
    let of = |thread| {
        events
            .iter()
            .filter(|event| event.0 == thread)
            .map(|event| event.1)
            .collect::<Vec<_>>()
    };
    assert!(of(0).into_iter().eq(0..200));
    assert!(of(1).into_iter().eq(0..100));
}

/// The lock is the parent's alone: a child that lives on does not keep the ring from being recovered.
#[test]
fn a_forked_child_does_not_hold_the_lock() {
    let directory = tempfile::tempdir().unwrap();
    let options = RingOptions::for_service("locks").directory(directory.path());
    let pipeline =
        Pipeline::start(vec![Sink::file(directory.path().join("app.log"))], options).unwrap();
    let ring = fs::File::open(pipeline.ring_path().expect("a ring in a file")).unwrap();
    let mut pipe = [0; 2];
    // SAFETY: the array has room for two descriptors.
    assert_eq!(unsafe { libc::pipe(pipe.as_mut_ptr()) }, 0);
    // SAFETY: the child only waits and ends.
    let child = unsafe { libc::fork() };
    if child == 0 {
        // SAFETY: plain system calls on our own descriptors; the read ends when the parent's side is closed.
        unsafe {
            libc::close(pipe[1]);
            libc::read(pipe[0], (&raw mut pipe).cast(), 1);
            libc::_exit(0);
        }
    }
    let lock = |file: &fs::File| {
        rustix::fs::flock(
            file.as_fd(),
            rustix::fs::FlockOperation::NonBlockingLockExclusive,
        )
    };
    assert!(lock(&ring).is_err(), "the living parent has it");
    assert!(pipeline.shutdown(LONG).is_complete());
    drop(pipeline);
    // The sinks' threads hold the last references for a moment.
    crate::support::until("the lock", || lock(&ring).is_ok());
    std::thread::sleep(Duration::from_millis(1));
    // SAFETY: our own descriptors and child.
    unsafe {
        libc::close(pipe[1]);
        libc::close(pipe[0]);
        libc::waitpid(child, std::ptr::null_mut(), 0);
    }
}
