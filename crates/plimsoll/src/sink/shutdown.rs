//! The end of a pipeline: no more lines, everything written that can be, and a word about what could not.

use std::sync::PoisonError;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::time::{Duration, Instant};

use super::report::ShutdownReport;
use super::shared::{Shared, SinkState};

/// See [`Pipeline::shutdown`](super::Pipeline::shutdown).
pub(super) fn shutdown(shared: &Shared, deadline: Duration) -> ShutdownReport {
    let until = Instant::now() + deadline;
    *shared
        .give_up
        .lock()
        .unwrap_or_else(PoisonError::into_inner) = Some(until);
    shared.closing.store(true, SeqCst);
    shared.wake_all();
    // Callers in the middle of a line finish it; after that none claims a segment any more.
    while (shared.entering.load(SeqCst) > 0 || !shared.segments.seal_all())
        && Instant::now() < until
    {
        std::thread::sleep(Duration::from_micros(50));
    }
    shared.sealed.store(true, SeqCst);
    shared.wake_all();
    wait(shared, until);
    let unwritten = unwritten(shared);
    if unwritten.is_empty() {
        #[cfg(target_os = "linux")]
        if let Some(file) = &shared.file {
            file.remove();
        }
    } else {
        say(shared, &unwritten);
    }
    super::figures::publish_now(shared);
    ShutdownReport {
        counts: shared.counts(),
        unwritten,
    }
}

fn wait(shared: &Shared, until: Instant) {
    let mut finished = shared
        .finished
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    while *finished < shared.sinks.len() {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return;
        }
        (finished, _) = shared
            .finish
            .wait_timeout(finished, left)
            .unwrap_or_else(PoisonError::into_inner);
    }
}

/// The sinks with lines left, and how many.
fn unwritten(shared: &Shared) -> Vec<(String, u64)> {
    let left = |sink: &SinkState| {
        let mut reader = sink.reader();
        let mut spans = Vec::new();
        reader.scan(&shared.segments, &mut spans);
        let mut lines = sink.backlog.load(Relaxed);
        for span in &spans {
            let mut offset = span.from;
            while let Some(record) =
                reader.record(&shared.segments, (span.index, span.sequence), offset)
            {
                lines += u64::from(record.level >= sink.least);
                offset = record.next;
            }
        }
        (sink.name.clone(), lines)
    };
    shared
        .sinks
        .iter()
        .map(left)
        .filter(|(_, lines)| *lines > 0)
        .collect()
}

/// Says on stderr what was left, unless stderr would block: it may be the very sink.
fn say(shared: &Shared, unwritten: &[(String, u64)]) {
    let sinks: Vec<String> = unwritten
        .iter()
        .map(|(sink, lines)| format!("{sink}: {lines} lines"))
        .collect();
    #[cfg(target_os = "linux")]
    let file = shared
        .file
        .as_ref()
        .map(|file| file.path().display().to_string());
    #[cfg(not(target_os = "linux"))]
    let file: Option<String> = None;
    let fate = file.map_or_else(
        || "they are lost".to_owned(),
        |path| {
            format!("they stay in {path}; the next start or `plimsoll logs --recover` writes them")
        },
    );
    let message = format!(
        "plimsoll: not written before the deadline ({}); {fate}\n",
        sinks.join(", ")
    );
    if stderr_takes_a_line() {
        use std::io::Write;
        let _ = std::io::stderr().write_all(message.as_bytes());
    }
}

#[cfg(unix)]
fn stderr_takes_a_line() -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let stderr = std::io::stderr();
    let now = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    let mut wanted = [PollFd::new(&stderr, PollFlags::OUT)];
    poll(&mut wanted, Some(&now)).is_ok_and(|ready| ready > 0)
        && wanted[0].revents().contains(PollFlags::OUT)
}

#[cfg(not(unix))]
fn stderr_takes_a_line() -> bool {
    true
}
