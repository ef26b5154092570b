//! Plimsoll's layer beside others: it silences none, and none silences it.

use std::sync::{Arc, Mutex};
use tracing::{Event, Subscriber, debug, error, info, warn};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<String>>>);

impl Seen {
    fn list(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

/// Another layer, as OpenTelemetry's or a formatter's would be.
impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Seen {
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let span = context
            .event_span(event)
            .map(|span| span.name())
            .unwrap_or_default();
        self.0
            .lock()
            .unwrap()
            .push(format!("{} {span}", event.metadata().level()));
    }
}

fn log_all() {
    error!("x");
    warn!("x");
    info!("x");
    debug!("x");
    tracing::debug_span!("debug_span").in_scope(|| debug!("x"));
}

#[test]
fn each_layer_has_its_own_level() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let taken = Arc::clone(&lines);
    let other = Seen::default();
    let filtered = Seen::default();
    let subscriber = tracing_subscriber::registry()
        .with(other.clone())
        .with(plimsoll::testing::layer("warn", move |level, _| {
            taken.lock().unwrap().push(level);
        }))
        .with(
            filtered
                .clone()
                .with_filter(tracing_subscriber::filter::LevelFilter::INFO),
        );
    tracing::subscriber::with_default(subscriber, log_all);
    assert_eq!(
        *lines.lock().unwrap(),
        [tracing::Level::ERROR, tracing::Level::WARN]
    );
    assert_eq!(
        other.list(),
        ["ERROR ", "WARN ", "INFO ", "DEBUG ", "DEBUG debug_span"]
    );
    assert_eq!(filtered.list(), ["ERROR ", "WARN ", "INFO "]);
}

#[test]
fn two_of_plimsolls_layers_do_not_mix() {
    let (first, second) = (
        Arc::new(Mutex::new(Vec::new())),
        Arc::new(Mutex::new(Vec::new())),
    );
    let (to_first, to_second) = (Arc::clone(&first), Arc::clone(&second));
    let push = |to: Arc<Mutex<Vec<String>>>| {
        move |_, line: &[u8]| {
            to.lock()
                .unwrap()
                .push(String::from_utf8(line.to_vec()).unwrap());
        }
    };
    let subscriber = tracing_subscriber::registry()
        .with(plimsoll::testing::layer("info", push(to_first)))
        .with(plimsoll::testing::layer("debug", push(to_second)));
    tracing::subscriber::with_default(subscriber, || {
        tracing::debug_span!("quiet", only_second = 1).in_scope(|| info!(a = 1, "x"));
        debug!("y");
    });
    let (first, second) = (first.lock().unwrap(), second.lock().unwrap());
    assert_eq!(first.len(), 1);
    assert_eq!(second.len(), 2);
    assert!(!first[0].contains("only_second"));
    assert!(second[0].contains(r#""only_second":1"#));
}

#[test]
fn a_quiet_level_does_not_lose_the_context() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let taken = Arc::clone(&lines);
    let layer = plimsoll::testing::layer("warn", move |_, line: &[u8]| {
        taken.lock().unwrap().push(line.to_vec());
    });
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
        let context = plimsoll::Context::builder().request_id("r-1").build();
        let _entered = context.enter();
        tracing::info_span!("request").in_scope(|| warn!("x"));
    });
    assert!(String::from_utf8_lossy(&lines.lock().unwrap()[0]).contains(r#""request_id":"r-1""#));
}
