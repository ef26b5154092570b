//! The libraries, each by the cheapest labels it takes.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use plimsoll::metrics as own;
use plimsoll_standard::config::Metrics;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;

use crate::requests::Request;

/// The buckets of semantic conventions for requests, in seconds.
pub const BUCKETS: [f64; 14] = [
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];

const LABELS: [&str; 3] = ["method", "route", "status"];

/// One library with one family of each kind.
pub trait Engine: Sync {
    const NAME: &'static str;
    type Counter: Sync;
    type Histogram: Sync;

    fn new() -> Self;
    /// A counter by its labels, looked up with every call.
    fn count(&self, request: &Request);
    /// A histogram by its labels, looked up with every call.
    fn observe(&self, request: &Request);
    fn counter(&self, request: &Request) -> Self::Counter;
    fn histogram(&self, request: &Request) -> Self::Histogram;
    fn count_by(counter: &Self::Counter);
    fn observe_by(histogram: &Self::Histogram, seconds: f64);
    /// Adds a counter series with a route of its own.
    fn add_series(&self, route: &str);
    /// The text of a scrape. The buffer is the caller's, as far as the library lets it.
    fn scrape(&self, text: &mut Vec<u8>);
}

pub struct Plimsoll {
    registry: own::Registry,
    counters: own::CounterFamily<3>,
    histograms: own::HistogramFamily<3>,
}

impl Engine for Plimsoll {
    const NAME: &'static str = "plimsoll";
    type Counter = own::Counter;
    type Histogram = own::Histogram;

    fn new() -> Self {
        let registry = own::Registry::new();
        let counters = registry
            .counter("requests_total", "Requests.", LABELS)
            .expect("valid names");
        let histograms = registry
            .histogram_with("request_seconds", "Durations.", LABELS, &BUCKETS)
            .expect("valid names");
        registry.configure(&Metrics {
            cardinality_limit: 200_000,
            ..Metrics::default()
        });
        Self {
            registry,
            counters,
            histograms,
        }
    }

    fn count(&self, request: &Request) {
        self.counters
            .inc([request.method, request.route, request.status]);
    }

    fn observe(&self, request: &Request) {
        self.histograms.observe(
            [request.method, request.route, request.status],
            request.seconds,
        );
    }

    fn counter(&self, request: &Request) -> own::Counter {
        self.counters
            .with([request.method, request.route, request.status])
    }

    fn histogram(&self, request: &Request) -> own::Histogram {
        self.histograms
            .with([request.method, request.route, request.status])
    }

    fn count_by(counter: &own::Counter) {
        counter.inc();
    }

    fn observe_by(histogram: &own::Histogram, seconds: f64) {
        histogram.observe(seconds);
    }

    fn add_series(&self, route: &str) {
        self.counters.inc(["GET", route, "200"]);
    }

    fn scrape(&self, text: &mut Vec<u8>) {
        self.registry.render(own::Format::Classic, text);
    }
}

pub struct Prometheus {
    registry: prometheus::Registry,
    counters: prometheus::IntCounterVec,
    histograms: prometheus::HistogramVec,
}

impl Engine for Prometheus {
    const NAME: &'static str = "prometheus";
    type Counter = prometheus::IntCounter;
    type Histogram = prometheus::Histogram;

    fn new() -> Self {
        let registry = prometheus::Registry::new();
        let options = prometheus::Opts::new("requests_total", "Requests.");
        let counters = prometheus::IntCounterVec::new(options, &LABELS).expect("valid names");
        let options = prometheus::HistogramOpts::new("request_seconds", "Durations.");
        let options = options.buckets(BUCKETS.to_vec());
        let histograms = prometheus::HistogramVec::new(options, &LABELS).expect("valid names");
        registry
            .register(Box::new(counters.clone()))
            .expect("a new name");
        registry
            .register(Box::new(histograms.clone()))
            .expect("a new name");
        Self {
            registry,
            counters,
            histograms,
        }
    }

    fn count(&self, request: &Request) {
        self.counters
            .with_label_values(&[request.method, request.route, request.status])
            .inc();
    }

    fn observe(&self, request: &Request) {
        self.histograms
            .with_label_values(&[request.method, request.route, request.status])
            .observe(request.seconds);
    }

    fn counter(&self, request: &Request) -> prometheus::IntCounter {
        self.counters
            .with_label_values(&[request.method, request.route, request.status])
    }

    fn histogram(&self, request: &Request) -> prometheus::Histogram {
        self.histograms
            .with_label_values(&[request.method, request.route, request.status])
    }

    fn count_by(counter: &prometheus::IntCounter) {
        counter.inc();
    }

    fn observe_by(histogram: &prometheus::Histogram, seconds: f64) {
        histogram.observe(seconds);
    }

    fn add_series(&self, route: &str) {
        self.counters
            .with_label_values(&["GET", route, "200"])
            .inc();
    }

    fn scrape(&self, text: &mut Vec<u8>) {
        use prometheus::Encoder as _;
        text.clear();
        prometheus::TextEncoder::new()
            .encode(&self.registry.gather(), text)
            .expect("valid metrics");
    }
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct Labels {
    method: &'static str,
    route: &'static str,
    status: &'static str,
}

type Histograms = Family<Labels, Histogram, fn() -> Histogram>;

pub struct PrometheusClient {
    registry: prometheus_client::registry::Registry,
    counters: Family<Labels, Counter>,
    histograms: Histograms,
}

fn labels(request: &Request) -> Labels {
    Labels {
        method: request.method,
        route: request.route,
        status: request.status,
    }
}

impl Engine for PrometheusClient {
    const NAME: &'static str = "prometheus-client";
    type Counter = Counter;
    type Histogram = Histogram;

    fn new() -> Self {
        let mut registry = prometheus_client::registry::Registry::default();
        let counters = Family::<Labels, Counter>::default();
        let histograms: Histograms = Family::new_with_constructor(|| Histogram::new(BUCKETS));
        registry.register("requests", "Requests", counters.clone());
        registry.register("request_seconds", "Durations", histograms.clone());
        Self {
            registry,
            counters,
            histograms,
        }
    }

    fn count(&self, request: &Request) {
        self.counters.get_or_create(&labels(request)).inc();
    }

    fn observe(&self, request: &Request) {
        self.histograms
            .get_or_create(&labels(request))
            .observe(request.seconds);
    }

    fn counter(&self, request: &Request) -> Counter {
        self.counters.get_or_create(&labels(request)).clone()
    }

    fn histogram(&self, request: &Request) -> Histogram {
        self.histograms.get_or_create(&labels(request)).clone()
    }

    fn count_by(counter: &Counter) {
        counter.inc();
    }

    fn observe_by(histogram: &Histogram, seconds: f64) {
        histogram.observe(seconds);
    }

    fn add_series(&self, route: &str) {
        let route = &*route.to_owned().leak();
        self.counters
            .get_or_create(&Labels {
                method: "GET",
                route,
                status: "200",
            })
            .inc();
    }

    fn scrape(&self, text: &mut Vec<u8>) {
        let mut out = String::from_utf8(std::mem::take(text)).unwrap_or_default();
        out.clear();
        prometheus_client::encoding::text::encode(&mut out, &self.registry)
            .expect("a String takes all");
        *text = out.into_bytes();
    }
}

/// The `metrics` facade with its Prometheus exporter, which are one a process.
pub struct Facade {
    handle: &'static PrometheusHandle,
}

impl Engine for Facade {
    const NAME: &'static str = "metrics + exporter";
    type Counter = metrics::Counter;
    type Histogram = metrics::Histogram;

    fn new() -> Self {
        static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
        let handle = HANDLE.get_or_init(|| {
            PrometheusBuilder::new()
                .set_buckets_for_metric(Matcher::Full("request_seconds".to_owned()), &BUCKETS)
                .expect("there are buckets")
                .install_recorder()
                .expect("the only recorder")
        });
        Self { handle }
    }

    fn count(&self, request: &Request) {
        metrics::counter!("requests_total", "method" => request.method, "route" => request.route,
            "status" => request.status)
        .increment(1);
    }

    fn observe(&self, request: &Request) {
        metrics::histogram!("request_seconds", "method" => request.method, "route" => request.route,
            "status" => request.status)
        .record(request.seconds);
    }

    fn counter(&self, request: &Request) -> metrics::Counter {
        metrics::counter!("requests_total", "method" => request.method, "route" => request.route,
            "status" => request.status)
    }

    fn histogram(&self, request: &Request) -> metrics::Histogram {
        metrics::histogram!("request_seconds", "method" => request.method, "route" => request.route,
            "status" => request.status)
    }

    fn count_by(counter: &metrics::Counter) {
        counter.increment(1);
    }

    fn observe_by(histogram: &metrics::Histogram, seconds: f64) {
        histogram.record(seconds);
    }

    fn add_series(&self, route: &str) {
        metrics::counter!("requests_total", "method" => "GET", "route" => route.to_owned(), "status" => "200")
            .increment(1);
    }

    fn scrape(&self, text: &mut Vec<u8>) {
        *text = self.handle.render().into_bytes();
    }
}
