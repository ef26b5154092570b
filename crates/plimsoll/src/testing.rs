//! Seeing in a test what the code under test logs, as an operator would see it.
//!
//! ```
//! let captured = plimsoll::testing::capture();
//! tracing::info!(job_id = "j-1", attempt = 2, "job.failed");
//! let event = captured.only("job.failed");
//! assert_eq!(event.level(), "info");
//! assert_eq!(event["attempt"], 2);
//! ```
//!
//! Each test sees its own events, also when tests run in parallel in one process: those of its own thread, and those of
//! any thread that works in a [`Context`](crate::Context) which was opened while the capture stood. What runs elsewhere
//! without a context belongs to nobody and is not captured.

use crate::context::current;
use crate::context::render::Rendered;
use crate::log::{Directives, LogFilter, LogLayer, Logging, Options, Output, Rate};
use crate::redact::Redactor;
use crate::setup::Layered;
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Index;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use tracing::subscriber::DefaultGuard;
use tracing::{Dispatch, Level, Subscriber};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, Registry};

/// Lines that one capture has seen.
pub(crate) type Lines = Arc<Mutex<Vec<Vec<u8>>>>;

static CAPTURING: AtomicBool = AtomicBool::new(false);

thread_local! {
    static CAPTURES: RefCell<Vec<Lines>> = const { RefCell::new(Vec::new()) };
}

/// The subscriber of all captures, and whether it is the process's global one: then it also sees threads that the code
/// under test starts, and log calls inside of log calls. If there is another already, each capture stands for its own
/// thread only.
static SUBSCRIBER: LazyLock<(Dispatch, bool)> = LazyLock::new(|| {
    let dispatch = Dispatch::new(Registry::default().with(layer("trace", |_, line| route(line))));
    let is_global = tracing::dispatcher::set_global_default(dispatch.clone()).is_ok();
    (dispatch, is_global)
});

/// Captures this test's events, of every level, until the returned value is dropped.
#[must_use = "events are captured only while this lives"]
pub fn capture() -> Capture {
    let (dispatch, is_global) = &*SUBSCRIBER;
    let default = (!is_global).then(|| tracing::dispatcher::set_default(dispatch));
    CAPTURING.store(true, Ordering::Relaxed);
    let lines = Lines::default();
    CAPTURES.with(|captures| captures.borrow_mut().push(Arc::clone(&lines)));
    Capture {
        lines,
        default,
        not_send: PhantomData,
    }
}

/// A layer whose finished lines go to a function instead of sinks: for a test, or a benchmark, of a whole subscriber.
///
/// `directives` is in the syntax of `RUST_LOG`; what it does not say is `info`.
///
/// # Panics
/// If `directives` cannot be read.
pub fn layer<S>(directives: &str, take: impl Fn(Level, &[u8]) + Send + Sync + 'static) -> Layered<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let parsed = Directives::of_level(Level::INFO).parse_over(directives);
    assert!(parsed.is_ok(), "{directives}: {parsed:?}");
    let logging = Logging::new(Options {
        start: parsed.unwrap_or_else(|_| Directives::of_level(Level::INFO)),
        redactor: Arc::new(Redactor::standard()),
        fields: Rendered::new(),
        rate: Rate::UNLIMITED,
        error_rate: Rate::UNLIMITED,
        recorder: None,
        output: Output::Call(Box::new(take)),
    });
    LogLayer::new(Arc::clone(&logging)).with_filter(LogFilter::new(logging))
}

/// The capture that a context opened here and now belongs to.
#[inline]
pub(crate) fn current_capture() -> Option<Lines> {
    // Outside of tests a context pays one load.
    if !CAPTURING.load(Ordering::Relaxed) {
        return None;
    }
    CAPTURES
        .try_with(|captures| captures.borrow().last().cloned())
        .ok()
        .flatten()
        .or_else(|| current::with(|context| context.and_then(|context| context.capture().cloned())))
}

fn route(line: &[u8]) {
    if let Some(lines) = current_capture() {
        lines
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(line.to_vec());
    }
}

/// What a test's code logged; from [`capture`].
pub struct Capture {
    lines: Lines,
    default: Option<DefaultGuard>,
    /// It stands for its thread.
    not_send: PhantomData<*const ()>,
}

impl Capture {
    /// The lines as they would be written, in order.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines
            .iter()
            .map(|line| String::from_utf8_lossy(line).into_owned())
            .collect()
    }

    /// The events so far, in order.
    ///
    /// # Panics
    /// If a line is not one JSON object, which would be a defect of Plimsoll.
    #[must_use]
    #[track_caller]
    pub fn events(&self) -> Vec<CapturedEvent> {
        let parse = |line: String| {
            let parsed: Result<Map<String, Value>, _> = serde_json::from_str(&line);
            assert!(parsed.is_ok(), "not a JSON object: {line}");
            CapturedEvent(parsed.unwrap_or_default())
        };
        self.lines().into_iter().map(parse).collect()
    }

    /// The events of that name, in order.
    #[must_use]
    #[track_caller]
    pub fn all(&self, name: &str) -> Vec<CapturedEvent> {
        self.events()
            .into_iter()
            .filter(|event| event.name() == name)
            .collect()
    }

    /// The one event of that name.
    ///
    /// # Panics
    /// If there is none or more than one; the message shows all lines.
    #[must_use]
    #[track_caller]
    pub fn only(&self, name: &str) -> CapturedEvent {
        let mut found = self.all(name);
        assert!(
            found.len() == 1,
            "{} events named {name:?} in:\n{}",
            found.len(),
            self.lines().join("\n")
        );
        found.pop().unwrap_or_default()
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        self.default.take();
        let _ = CAPTURES.try_with(|captures| {
            captures
                .borrow_mut()
                .retain(|lines| !Arc::ptr_eq(lines, &self.lines));
        });
    }
}

impl fmt::Debug for Capture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Capture").field(&self.lines()).finish()
    }
}

/// One captured event: the fields of its line. `event["key"]` is `null` for a field that it does not have.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CapturedEvent(Map<String, Value>);

impl CapturedEvent {
    /// The event's name: `job.submitted`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.text("event")
    }

    /// The level as it stands on the line: `error`, `warning`, `info`, `debug` or `trace`.
    #[must_use]
    pub fn level(&self) -> &str {
        self.text("level")
    }

    /// A field, if the event has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// The keys, sorted.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    fn text(&self, key: &str) -> &str {
        self.0.get(key).and_then(Value::as_str).unwrap_or_default()
    }
}

impl Index<&str> for CapturedEvent {
    type Output = Value;

    fn index(&self, key: &str) -> &Value {
        self.0.get(key).unwrap_or(&Value::Null)
    }
}
