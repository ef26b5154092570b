//! A sink's thread: look, write, move the cursor; wait when there is nothing, and try again when the outlet fails.

use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::time::{Duration, Instant};

use super::delivery::Delivery;
use super::drops::Told;
use super::gather::{Found, Gather};
use super::lag;
use super::outlet::Outlet;
use super::shape::Shape;
use super::shared::{POLL, QUIET, Shared, SinkState};

/// One write hands over about this much.
pub(super) const BATCH: usize = 256 * 1024;
/// With less than this found, a sink waits for more before it looks again.
const LITTLE: usize = 64 * 1024;
/// A line is just being written or was made after the look began.
const SOON: Duration = Duration::from_micros(100);
/// Losses are told at most this often, so that they do not become a flood of their own.
const TELL: Duration = Duration::from_secs(1);
const FIRST_RETRY: Duration = Duration::from_millis(5);
const LAST_RETRY: Duration = Duration::from_secs(1);
const RETRY_CLOSING: Duration = Duration::from_millis(20);

/// One sink at work.
pub(super) struct Writer {
    pub(super) shared: Arc<Shared>,
    pub(super) sink: usize,
    pub(super) shape: Shape,
    pub(super) outlet: Box<dyn Outlet>,
    pub(super) delivery: Delivery,
    #[cfg(target_os = "linux")]
    pub(super) backlog: Vec<super::backlog::Backlog>,
    gather: Gather,
    /// How far the batch reaches in each segment, 0 where it holds nothing of it.
    reach: Box<[usize]>,
    touched: Vec<usize>,
    written: u64,
    filtered: u64,
    told: Told,
    last_told: Option<Instant>,
}

impl Writer {
    pub(super) fn new(
        shared: Arc<Shared>,
        sink: usize,
        shape: Shape,
        outlet: Box<dyn Outlet>,
    ) -> Self {
        Self {
            reach: vec![0; shared.segments.geometry().segments].into_boxed_slice(),
            shared,
            sink,
            shape,
            outlet,
            delivery: Delivery::default(),
            #[cfg(target_os = "linux")]
            backlog: Vec::new(),
            gather: Gather::default(),
            touched: Vec::new(),
            written: 0,
            filtered: 0,
            told: Told::default(),
            last_told: None,
        }
    }

    pub(super) fn state(&self) -> &SinkState {
        &self.shared.sinks[self.sink]
    }

    /// Writes until the pipeline is closed and everything has been accepted, or the time to give up has come.
    pub(super) fn run(mut self) {
        let _ = self.state().thread.set(std::thread::current());
        #[cfg(target_os = "linux")]
        let ready = self.recover() && self.say_not_durable();
        #[cfg(not(target_os = "linux"))]
        let ready = self.say_not_durable();
        if ready {
            self.follow();
        }
        let mut finished = self
            .shared
            .finished
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *finished += 1;
        self.shared.finish.notify_all();
    }

    fn follow(&mut self) {
        let mut quiet_since = Instant::now();
        let mut announced = false;
        loop {
            let sealed = self.shared.sealed.load(SeqCst);
            let found = self.look();
            if !self.gather.candidates.is_empty() {
                self.stop_announcing(&mut announced);
                if !self.write_found() {
                    return;
                }
                quiet_since = Instant::now();
                self.make_room();
                if found.bytes < LITTLE && !found.more && !self.shared.closing.load(SeqCst) {
                    std::thread::park_timeout(POLL);
                }
                continue;
            }
            if found.more {
                self.stop_announcing(&mut announced);
                std::thread::park_timeout(SOON);
                continue;
            }
            if !self.tell(sealed) || sealed {
                return;
            }
            self.make_room();
            if quiet_since.elapsed() < QUIET || self.has_news() || self.shared.closing.load(SeqCst)
            {
                std::thread::park_timeout(POLL);
            } else if announced {
                std::thread::park();
                announced = false;
                self.shared.withdraw(self.sink);
                self.shared.wake_next();
                quiet_since = Instant::now();
            } else {
                // Looks once more before it parks.
                self.shared.announce(self.sink);
                announced = true;
            }
        }
    }

    fn make_room(&self) {
        lag::relieve(&self.shared, self.sink);
        self.state().reader().release_idle(&self.shared.segments);
    }

    fn look(&mut self) -> Found {
        self.shared.looking();
        let mut reader = self.shared.sinks[self.sink].reader();
        self.gather.look(&self.shared.segments, &mut reader)
    }

    fn stop_announcing(&self, announced: &mut bool) {
        if std::mem::take(announced) {
            self.shared.withdraw(self.sink);
            self.shared.wake_next();
        }
    }

    /// Writes all candidates, a batch at a time. False if it gave up.
    fn write_found(&mut self) -> bool {
        let mut from = 0;
        while from < self.gather.candidates.len() {
            self.delivery.clear();
            self.add_news(false);
            from = self.fill(from);
            if !self.deliver() {
                return false;
            }
            self.accept();
        }
        true
    }

    /// Adds lines to the batch until it is full, and says in the ring how far it reaches. Returns the first candidate left,
    /// none if they are to be looked up anew.
    fn fill(&mut self, from: usize) -> usize {
        let segments = &self.shared.segments;
        let state = &self.shared.sinks[self.sink];
        let shape = self.shape;
        let mut reader = state.reader();
        let mut upto = from;
        for candidate in &self.gather.candidates[from..] {
            if self.delivery.len() >= BATCH {
                break;
            }
            upto += 1;
            let place = (candidate.index, candidate.sequence);
            // Another sink has moved or dropped the line meanwhile, because this one had fallen behind. What was moved
            // comes before what is left here: a new look has all of it in order.
            let Some(record) = reader.record(segments, place, candidate.offset) else {
                upto = self.gather.candidates.len();
                break;
            };
            if record.level >= state.least {
                self.delivery.line(|out| shape.render(record.line, out));
                self.written += 1;
            } else {
                self.filtered += 1;
            }
            let reach = &mut self.reach[candidate.index];
            if *reach == 0 {
                self.touched.push(candidate.index);
            }
            *reach = record.next;
        }
        for &index in &self.touched {
            reader.take(segments, index, self.reach[index]);
        }
        upto
    }

    /// The outlet has the batch: moves the cursor over it.
    fn accept(&mut self) {
        let state = &self.shared.sinks[self.sink];
        // Counted first: whoever sees the cursor at the end of the ring (a flush) sees the counts, too.
        state
            .written
            .fetch_add(std::mem::take(&mut self.written), Relaxed);
        state
            .filtered
            .fetch_add(std::mem::take(&mut self.filtered), Relaxed);
        let mut reader = state.reader();
        for index in self.touched.drain(..) {
            reader.finish(
                &self.shared.segments,
                index,
                std::mem::take(&mut self.reach[index]),
            );
        }
    }

    /// Hands the batch to the outlet, trying again for as long as it takes. False if the time to give up came first.
    pub(super) fn deliver(&mut self) -> bool {
        let mut pause = FIRST_RETRY;
        while !self.delivery.is_empty() {
            if self.delivery.attempt(&mut *self.outlet).is_ok() {
                break;
            }
            self.state().errors.fetch_add(1, Relaxed);
            if self.shared.past_give_up() {
                return false;
            }
            self.pause(pause);
            pause = (pause * 2).min(LAST_RETRY);
        }
        true
    }

    /// Waits for this long, or until the pipeline is closed.
    fn pause(&self, pause: Duration) {
        let until = Instant::now() + pause;
        loop {
            let closing = self.shared.closing.load(SeqCst);
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            std::thread::park_timeout(if closing {
                left.min(RETRY_CLOSING)
            } else {
                left
            });
            if closing || self.shared.closing.load(SeqCst) {
                return;
            }
        }
    }

    fn has_news(&self) -> bool {
        self.told.has_news(&self.shared.losses, &self.state().drops)
    }

    /// Adds the lines that tell of losses, if it is time for them.
    fn add_news(&mut self, now: bool) {
        let due = self.last_told.is_none_or(|last| last.elapsed() >= TELL);
        if !(now || due) || !self.has_news() {
            return;
        }
        self.last_told = Some(Instant::now());
        let state = &self.shared.sinks[self.sink];
        for line in self.told.news(
            self.sink,
            &self.shared.losses,
            &state.drops,
            &self.shared.fields,
        ) {
            self.add_own(&line);
        }
    }

    /// Adds a line of Plimsoll's own, which passes every filter and is not counted as an event.
    pub(super) fn add_own(&mut self, line: &[u8]) {
        let shape = self.shape;
        self.delivery.line(|out| shape.render(line, out));
    }

    /// Tells of losses when there is nothing else to write. False if it gave up.
    fn tell(&mut self, now: bool) -> bool {
        self.delivery.clear();
        self.add_news(now);
        self.deliver()
    }

    /// Says once that lines will not survive the process. False if it gave up.
    fn say_not_durable(&mut self) -> bool {
        if let Some(reason) = &self.shared.not_durable {
            let line =
                crate::encode::line::Line::new(tracing_core::Level::WARN, "log.ring_not_durable")
                    .field("reason", reason.as_str())
                    .field(
                        "effect",
                        "lines not yet written are lost if the process is killed",
                    )
                    .rendered(&self.shared.fields)
                    .finish();
            self.delivery.clear();
            self.add_own(&line);
        }
        self.deliver()
    }
}
