//! The flight recorder: what a request or a job logged below the active level, kept until it ends, written only if it
//! fails.

use super::scratch::{self, Scratch};
use super::{Directives, LINE_LIMIT, Logging, shrink};
use crate::context::{Context, current};
use crate::encode::scan::entries;
use crate::encode::{Line, line::level_name};
use crate::metrics::{CounterFamily, registry};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};
use std::time::{Duration, Instant};
use tracing::Level;

/// How the flight recorder works.
#[derive(Debug, Clone)]
pub(crate) struct RecorderOptions {
    /// What is kept beyond what is written.
    pub(crate) directives: Directives,
    /// A request or job that took longer than this has failed.
    pub(crate) slower_than: Option<Duration>,
    pub(crate) dumps_per_minute: u32,
    /// Bytes per request or job, and altogether.
    pub(crate) bytes: usize,
    pub(crate) total_bytes: usize,
}

/// What all recorders of one `configure()` share.
struct Shared {
    options: RecorderOptions,
    logging: Weak<Logging>,
    total: AtomicUsize,
    started: Instant,
    /// The minute (upper half) and the dumps in it.
    dumps: AtomicU64,
    counted: Option<CounterFamily<1>>,
}

/// Whether any `configure()` has a flight recorder: without one, a context pays one load.
static ACTIVE: AtomicBool = AtomicBool::new(false);
static SHARED: RwLock<Option<Arc<Shared>>> = RwLock::new(None);

/// From now on contexts have a recorder. The latest `configure()` wins.
pub(crate) fn set(options: RecorderOptions, logging: &Arc<Logging>) {
    let help =
        "Failed requests and jobs whose recorded events were written, or were not for the budget.";
    let shared = Shared {
        options,
        logging: Arc::downgrade(logging),
        total: AtomicUsize::new(0),
        started: Instant::now(),
        dumps: AtomicU64::new(0),
        counted: registry()
            .counter("log_recorder_dumps_total", help, ["outcome"])
            .ok(),
    };
    *SHARED.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(shared));
    ACTIVE.store(true, Ordering::Release);
}

/// What one request or job logged below the active level.
pub(crate) struct Recorder {
    shared: Arc<Shared>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    /// The lines, one after the other.
    bytes: VecDeque<u8>,
    lines: VecDeque<(Level, u32)>,
    dropped: u64,
}

/// A recorder for a new context.
#[inline]
pub(crate) fn new() -> Option<Recorder> {
    if !ACTIVE.load(Ordering::Acquire) {
        return None;
    }
    let shared = SHARED
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .clone()?;
    Some(Recorder {
        shared,
        kept: Mutex::default(),
    })
}

/// Whether the current context has a recorder.
#[inline]
pub(crate) fn is_recording() -> bool {
    current::with(|context| context.is_some_and(|context| context.recorder().is_some()))
}

/// Records an event in the current context's recorder.
pub(crate) fn record(level: Level, render: impl FnOnce(&mut Scratch)) {
    scratch::with(|scratch| {
        render(scratch);
        current::with(|context| {
            if let Some(recorder) = context.and_then(Context::recorder) {
                recorder.keep(level, &scratch.line);
            }
        });
    });
}

/// An error was logged here: what is recorded so far is written.
#[inline]
pub(crate) fn fail_current(reason: &'static str) {
    if ACTIVE.load(Ordering::Relaxed)
        && let Some(context) = Context::current()
    {
        context.fail(reason);
    }
}

impl Context {
    /// This request or job has failed, by `reason` (`timeout`, `5xx`, `panic`): what the flight recorder kept of it is
    /// written, in order, each line with `"recorded":true`. Without a flight recorder nothing happens.
    ///
    /// An event at error inside the context does the same by itself.
    pub fn fail(&self, reason: &'static str) {
        if let Some(recorder) = self.recorder() {
            recorder.dump(reason, self.request_id());
        }
    }

    /// This request or job has ended after that time: if it was slower than the flight recorder's threshold, it has
    /// [failed](Self::fail).
    pub fn finished(&self, elapsed: Duration) {
        if let Some(recorder) = self.recorder()
            && recorder
                .shared
                .options
                .slower_than
                .is_some_and(|limit| elapsed > limit)
        {
            recorder.dump("slow", self.request_id());
        }
    }
}

impl Recorder {
    fn keep(&self, level: Level, line: &[u8]) {
        let options = &self.shared.options;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let before = kept.bytes.len();
        let total = &self.shared.total;
        // The oldest make room; if nothing is left to drop here, this line does not fit.
        while kept.bytes.len() + line.len() > options.bytes
            || total.load(Ordering::Relaxed) + line.len()
                > options.total_bytes + (before - kept.bytes.len())
        {
            let Some((_, length)) = kept.lines.pop_front() else {
                kept.dropped += 1;
                total.fetch_sub(before, Ordering::Relaxed);
                return;
            };
            kept.bytes.drain(..length as usize);
            kept.dropped += 1;
        }
        kept.bytes.extend(line);
        kept.lines.push_back((level, line.len() as u32));
        total.fetch_add(kept.bytes.len(), Ordering::Relaxed);
        total.fetch_sub(before, Ordering::Relaxed);
    }

    fn take(&self) -> Kept {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        self.shared
            .total
            .fetch_sub(kept.bytes.len(), Ordering::Relaxed);
        std::mem::take(&mut *kept)
    }

    #[cold]
    fn dump(&self, reason: &'static str, request_id: Option<&str>) {
        let kept = self.take();
        if kept.lines.is_empty() && kept.dropped == 0 {
            return;
        }
        let Some(logging) = self.shared.logging.upgrade() else {
            return;
        };
        let written = self.shared.within_budget();
        if let Some(counted) = &self.shared.counted {
            counted.inc([if written { "written" } else { "over_budget" }]);
        }
        if !written {
            return;
        }
        let Kept {
            mut bytes,
            lines,
            dropped,
        } = kept;
        if dropped > 0 {
            let line = Line::new(Level::WARN, "log.recorder_full")
                .field("reason", reason)
                .field("recorded_dropped", dropped)
                .field("request_id", request_id);
            logging.own_line(Level::WARN, line);
        }
        let mut rest: &[u8] = bytes.make_contiguous();
        for (level, length) in lines {
            let Some((line, after)) = rest.split_at_checked(length as usize) else {
                break;
            };
            rest = after;
            logging.tally.count_own(level);
            logging.output.push(level, &marked(line));
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        drop(self.take());
    }
}

impl Shared {
    /// Takes one dump of this minute's.
    fn within_budget(&self) -> bool {
        let minute = self.started.elapsed().as_secs() / 60;
        let most = u64::from(self.options.dumps_per_minute);
        let taken = self
            .dumps
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |state| {
                let (of_minute, count) = (state >> 32, state & 0xffff_ffff);
                let count = if of_minute == minute { count } else { 0 };
                (count < most).then_some(minute << 32 | (count + 1))
            });
        taken.is_ok()
    }
}

/// The line with `"recorded":true` as its last field; a caller's own is kept as `field_recorded`.
fn marked(line: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(line.len() + 32);
    if entries(line).any(|entry| entry.key == b"recorded") {
        for (index, entry) in entries(line).enumerate() {
            out.extend_from_slice(if index == 0 { b"{\"" } else { b",\"" });
            out.extend_from_slice(if entry.key == b"recorded" {
                b"field_recorded"
            } else {
                entry.key
            });
            out.extend_from_slice(b"\":");
            out.extend_from_slice(entry.value);
        }
    } else {
        out.extend_from_slice(line.strip_suffix(b"}").unwrap_or(line));
    }
    out.extend_from_slice(b",\"recorded\":true}");
    if out.len() > LINE_LIMIT {
        shrink::shrink(&mut out);
    }
    out
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let worst = kept
            .lines
            .iter()
            .map(|(level, _)| *level)
            .min()
            .map(level_name);
        f.debug_struct("Recorder")
            .field("lines", &kept.lines.len())
            .field("worst", &worst)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recorded_line_says_so() {
        assert_eq!(marked(br#"{"a":1}"#), br#"{"a":1,"recorded":true}"#);
        assert_eq!(
            marked(br#"{"a":1,"recorded":"x"}"#),
            br#"{"a":1,"field_recorded":"x","recorded":true}"#
        );
    }
}
