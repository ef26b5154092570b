//! Lines, and a look at what came out.

use std::io;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use plimsoll::sink::{Pipeline, RingOptions, Sink};
use serde_json::Value;

pub(crate) const LONG: Duration = Duration::from_secs(20);

/// Options for a ring in the process's memory.
pub(crate) fn anonymous() -> RingOptions {
    RingOptions::for_service("test").durable(false)
}

/// A canonical line of this moment: who wrote it and the how manieth it is.
pub(crate) fn line(thread: usize, number: usize, padding: usize) -> Vec<u8> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let (year, month, day) = date(now.as_secs() / 86_400);
    let seconds = now.as_secs() % 86_400;
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let micros = now.subsec_micros();
    let padding = "x".repeat(padding);
    format!(
        "{{\"timestamp\":\"{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z\",\"level\":\"info\",\
         \"event\":\"test\",\"thread\":{thread},\"number\":{number},\"padding\":\"{padding}\"}}"
    )
    .into_bytes()
}

/// The date of a day since 1970. A sink compares a line's time with its own clock: a made-up date would be the past.
fn date(mut days: u64) -> (u64, usize, u64) {
    let leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let mut year = 1970;
    while days >= 365 + u64::from(leap(year)) {
        days -= 365 + u64::from(leap(year));
        year += 1;
    }
    let lengths = [
        31,
        28 + u64::from(leap(year)),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ];
    let mut month = 0;
    while days >= lengths[month] {
        days -= lengths[month];
        month += 1;
    }
    (year, month + 1, days + 1)
}

/// A writer whose bytes the test sees, and which can be made to fail or to block.
#[derive(Clone, Default)]
pub(crate) struct Probe {
    state: Arc<(Mutex<State>, Condvar)>,
}

#[derive(Default)]
struct State {
    bytes: Vec<u8>,
    writes: usize,
    waiting: bool,
    blocked: bool,
    /// Writes that go through although it is blocked.
    let_through: usize,
    failing: Option<io::ErrorKind>,
}

impl Probe {
    pub(crate) fn sink(&self, name: &str) -> Sink {
        Sink::writer(name, self.clone())
    }

    pub(crate) fn block(&self, blocked: bool) {
        self.state.0.lock().unwrap().blocked = blocked;
        self.state.1.notify_all();
    }

    /// Lets one write go through while it is blocked, and waits for that.
    pub(crate) fn let_one_through(&self) {
        let before = self.writes();
        self.state.0.lock().unwrap().let_through += 1;
        self.state.1.notify_all();
        until("a write", || self.writes() > before);
    }

    /// Whether a write is waiting to go through.
    pub(crate) fn waits(&self) -> bool {
        self.state.0.lock().unwrap().waiting
    }

    pub(crate) fn fail(&self, failing: Option<io::ErrorKind>) {
        self.state.0.lock().unwrap().failing = failing;
    }

    pub(crate) fn writes(&self) -> usize {
        self.state.0.lock().unwrap().writes
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.state.0.lock().unwrap().bytes.clone()).unwrap()
    }

    pub(crate) fn lines(&self) -> Vec<Value> {
        parse(&self.text())
    }
}

impl io::Write for Probe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.state.0.lock().unwrap();
        state.waiting = true;
        let mut state = self
            .state
            .1
            .wait_while(state, |state| state.blocked && state.let_through == 0)
            .unwrap();
        state.waiting = false;
        state.let_through = state.let_through.saturating_sub(1);
        state.writes += 1;
        if let Some(kind) = state.failing {
            return Err(kind.into());
        }
        state.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Every line of a text, each of which must be one JSON object.
pub(crate) fn parse(text: &str) -> Vec<Value> {
    assert!(
        text.is_empty() || text.ends_with('\n'),
        "the last line is whole"
    );
    let parse = |line: &str| match serde_json::from_str(line) {
        Ok(Value::Object(object)) => Value::Object(object),
        other => panic!("not one object: {line:?}: {other:?}"),
    };
    text.lines().map(parse).collect()
}

/// Lines of the test's own events.
pub(crate) fn events(lines: &[Value]) -> Vec<(usize, usize)> {
    let number = |line: &Value, key: &str| line[key].as_u64().unwrap() as usize;
    let events = lines.iter().filter(|line| line["event"] == "test");
    events
        .map(|line| (number(line, "thread"), number(line, "number")))
        .collect()
}

/// Waits until `done` holds.
pub(crate) fn until(what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < LONG, "waited too long: {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Written, filtered and dropped are together what was pushed, for every sink.
pub(crate) fn assert_balanced(pipeline: &Pipeline, pushed: u64) {
    let counts = pipeline.counts();
    for sink in &counts.sinks {
        let known = sink.written + sink.filtered + sink.dropped_total() + counts.dropped_total();
        assert_eq!(known, pushed, "{counts:?}");
    }
}
