//! Plimsoll's layer beside others: it silences none, and none silences it.

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};
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

/// Another layer, as a formatter's would be.
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

#[test]
fn opentelemetrys_spans_are_exported_whatever_plimsolls_level_is() {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .build();
    let lines = Arc::new(Mutex::new(Vec::new()));
    let taken = Arc::clone(&lines);
    let telemetry = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    let subscriber = tracing_subscriber::registry()
        .with(plimsoll::testing::layer("warn", move |_, line: &[u8]| {
            taken.lock().unwrap().push(line.to_vec());
        }))
        .with(telemetry);
    tracing::subscriber::with_default(subscriber, || {
        let context = plimsoll::Context::builder().request_id("r-1").build();
        let _entered = context.enter();
        tracing::info_span!("outer", order = 7).in_scope(|| {
            info!("quiet");
            tracing::debug_span!("inner").in_scope(|| warn!(attempt = 2, "loud"));
        });
    });
    provider.force_flush().unwrap();
    let mut spans = exporter.get_finished_spans().unwrap();
    spans.sort_by_key(|span| span.name.to_string());
    let names: Vec<&str> = spans.iter().map(|span| &*span.name).collect();
    assert_eq!(names, ["inner", "outer"]);
    assert_eq!(spans[0].parent_span_id, spans[1].span_context.span_id());
    let order = |span: &opentelemetry_sdk::trace::SpanData| {
        span.attributes
            .iter()
            .any(|attribute| attribute.key.as_str() == "order")
    };
    assert!(order(&spans[1]));
    // Events below Plimsoll's level are events of the span all the same.
    let events = |index: usize| {
        spans[index]
            .events
            .iter()
            .map(|event| &*event.name)
            .collect::<Vec<_>>()
    };
    assert_eq!((events(0), events(1)), (vec!["loud"], vec!["quiet"]));
    let lines = lines.lock().unwrap();
    assert_eq!(lines.len(), 1);
    let line: serde_json::Value = serde_json::from_slice(&lines[0]).unwrap();
    assert_eq!(
        (&line["event"], &line["attempt"], &line["request_id"]),
        (&"loud".into(), &2.into(), &"r-1".into())
    );
}

#[test]
fn an_environment_filter_of_another_layer_is_its_own() {
    use tracing_subscriber::filter::EnvFilter;
    let lines = Arc::new(Mutex::new(Vec::new()));
    let (quieter, louder) = (Seen::default(), Seen::default());
    let taken = Arc::clone(&lines);
    let filter = |directives: &str| EnvFilter::builder().parse_lossy(directives);
    let subscriber = tracing_subscriber::registry()
        .with(quieter.clone().with_filter(filter("error")))
        .with(plimsoll::testing::layer("info", move |level, _| {
            taken.lock().unwrap().push(level);
        }))
        .with(louder.clone().with_filter(filter("off,[debug_span]=trace")));
    tracing::subscriber::with_default(subscriber, log_all);
    assert_eq!(quieter.list(), ["ERROR "]);
    assert_eq!(louder.list(), ["DEBUG debug_span"]);
    assert_eq!(
        *lines.lock().unwrap(),
        [
            tracing::Level::ERROR,
            tracing::Level::WARN,
            tracing::Level::INFO
        ]
    );
}
