//! The way in for crates that measure through the `metrics` facade: what they record appears in the process's registry.
//!
//! Set-up installs it when the feature `metrics-facade` is on. Names and labels of the facade are free, those of the text
//! formats are not, so: a character that cannot be written becomes `_`, a counter gets its `_total`, a name or label that the
//! formats or Prometheus keep for themselves gets `_value` behind or `exported_` before it. Buckets are those of jobs (5 ms to
//! 600 s), or sizes up to 1 GiB where name or unit says bytes.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, PoisonError, RwLock};

use metrics::{CounterFn, GaugeFn, HistogramFn, Key, KeyName, Metadata, SharedString, Unit};
use plimsoll_standard::catalogue::JOB_BUCKETS;

use super::buckets::Buckets;
use super::counter::Counter;
use super::gauge::Gauge;
use super::histogram::Histogram;
use super::name::{self, Kind, MetricError};
use super::registry::{Registry, Series};

const SIZES: &[f64] = &[
    64.0,
    256.0,
    1024.0,
    4096.0,
    16_384.0,
    65_536.0,
    262_144.0,
    1_048_576.0,
    4_194_304.0,
    16_777_216.0,
    67_108_864.0,
    268_435_456.0,
    1_073_741_824.0,
];
const UNDESCRIBED: &str = "Recorded through the metrics facade.";
/// Keys whose handles are kept; more are looked up each time, so that memory stays bounded.
const MOST_KEYS: usize = 10_000;

/// Makes `registry` what the process's facade records into.
///
/// # Errors
/// [`MetricError::Recorder`] if the process has a recorder already.
pub fn install(registry: &'static Registry) -> Result<(), MetricError> {
    metrics::set_global_recorder(Recorder::new(registry)).map_err(|_| MetricError::Recorder)
}

/// A recorder of the facade that records into a [`Registry`].
#[derive(Debug)]
pub struct Recorder {
    registry: &'static Registry,
    described: RwLock<HashMap<String, (String, Option<Unit>)>>,
    counters: Kept<metrics::Counter>,
    gauges: Kept<metrics::Gauge>,
    histograms: Kept<metrics::Histogram>,
}

type Kept<T> = RwLock<HashMap<Key, T>>;

impl Recorder {
    /// Records into this registry.
    pub fn new(registry: &'static Registry) -> Self {
        Self {
            registry,
            described: RwLock::default(),
            counters: RwLock::default(),
            gauges: RwLock::default(),
            histograms: RwLock::default(),
        }
    }

    fn describe(&self, key: &KeyName, unit: Option<Unit>, description: &SharedString) {
        let mut described = self
            .described
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if described.len() < MOST_KEYS {
            described.insert(key.as_str().to_owned(), (description.to_string(), unit));
        }
    }

    fn series(&self, key: &Key, kind: Kind) -> Option<Series> {
        let name = legal_name(key.name(), kind);
        let mut labels: Vec<(String, &str)> = key
            .labels()
            .map(|label| (legal_label(label.key(), kind), label.value()))
            .collect();
        labels.sort();
        labels.dedup_by(|later, first| later.0 == first.0);
        let (names, values): (Vec<&str>, Vec<&str>) = labels
            .iter()
            .map(|(name, value)| (name.as_str(), *value))
            .unzip();
        let described = self
            .described
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let (help, unit) = match described.get(key.name()) {
            Some((help, unit)) => (help.as_str(), *unit),
            None => (UNDESCRIBED, None),
        };
        let buckets = (kind == Kind::Histogram).then(|| {
            let sizes = name.ends_with("_bytes") || unit.is_some_and(|unit| unit.is_data_based());
            Buckets::new(&name, if sizes { SIZES } else { JOB_BUCKETS })
        });
        let buckets = buckets.transpose().ok()?;
        self.registry
            .variant(&name, help, kind, (&names, &values), buckets)
            .ok()
    }
}

/// The handle kept for a key, or a new one.
fn kept<T: Clone>(kept: &Kept<T>, key: &Key, make: impl FnOnce() -> T) -> T
where
    Key: Hash + Eq,
{
    if let Some(found) = kept.read().unwrap_or_else(PoisonError::into_inner).get(key) {
        return found.clone();
    }
    let made = make();
    let mut all = kept.write().unwrap_or_else(PoisonError::into_inner);
    if all.len() < MOST_KEYS {
        all.insert(key.to_retained(), made.clone());
    }
    made
}

impl metrics::Recorder for Recorder {
    fn describe_counter(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.describe(&key, unit, &description);
    }

    fn describe_gauge(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.describe(&key, unit, &description);
    }

    fn describe_histogram(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.describe(&key, unit, &description);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> metrics::Counter {
        kept(&self.counters, key, || {
            match self.series(key, Kind::Counter) {
                Some((core, row)) => metrics::Counter::from_arc(Arc::new(Counter { core, row })),
                None => metrics::Counter::noop(),
            }
        })
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> metrics::Gauge {
        kept(&self.gauges, key, || match self.series(key, Kind::Gauge) {
            Some((core, row)) => metrics::Gauge::from_arc(Arc::new(Gauge { core, row })),
            None => metrics::Gauge::noop(),
        })
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> metrics::Histogram {
        kept(&self.histograms, key, || {
            match self.series(key, Kind::Histogram) {
                Some((core, row)) => {
                    metrics::Histogram::from_arc(Arc::new(Histogram { core, row }))
                }
                None => metrics::Histogram::noop(),
            }
        })
    }
}

impl CounterFn for Counter {
    fn increment(&self, value: u64) {
        self.add(value);
    }

    fn absolute(&self, value: u64) {
        self.core.raise_row(self.row, value);
    }
}

impl GaugeFn for Gauge {
    fn increment(&self, value: f64) {
        self.add(value);
    }

    fn decrement(&self, value: f64) {
        self.add(-value);
    }

    fn set(&self, value: f64) {
        Self::set(self, value);
    }
}

impl HistogramFn for Histogram {
    fn record(&self, value: f64) {
        self.observe(value);
    }
}

fn legal(text: &str, colon: bool) -> String {
    let mut out: String = text
        .chars()
        .map(|letter| {
            let fits = letter.is_ascii_alphanumeric() || letter == '_' || (colon && letter == ':');
            if fits { letter } else { '_' }
        })
        .collect();
    if !out.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') {
        out.insert(0, '_');
    }
    out
}

fn legal_name(text: &str, kind: Kind) -> String {
    let name = legal(text, true);
    let name = match (kind, name.strip_suffix("_total")) {
        (Kind::Counter, None) => name + "_total",
        (Kind::Gauge | Kind::Histogram, Some(base)) => format!("{base}_value"),
        _ => name,
    };
    if name::check(&name, kind, &[]).is_ok() {
        return name;
    }
    match kind {
        Kind::Counter => format!("{}_value_total", name::base(&name, kind)),
        Kind::Gauge | Kind::Histogram => name + "_value",
    }
}

fn legal_label(text: &str, kind: Kind) -> String {
    let label = legal(text, false);
    let placeholder = if kind == Kind::Counter {
        "a_total"
    } else {
        "a"
    };
    if name::check(placeholder, kind, &[&label]).is_ok() {
        label
    } else {
        format!("exported_{label}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Format;

    fn recorded(work: impl FnOnce()) -> String {
        let registry: &'static Registry = Box::leak(Box::new(Registry::new()));
        metrics::with_local_recorder(&Recorder::new(registry), work);
        let [classic, openmetrics] = [Format::Classic, Format::OpenMetrics].map(|format| {
            let mut out = Vec::new();
            registry.render(format, &mut out);
            String::from_utf8(out).unwrap()
        });
        crate::metrics::text::parse::parse(&classic, false).unwrap();
        crate::metrics::text::parse::parse(&openmetrics, true).unwrap();
        classic
    }

    #[test]
    fn what_third_parties_record_is_written() {
        let text = recorded(|| {
            metrics::describe_counter!("dns.lookups", "Names looked up.");
            metrics::counter!("dns.lookups", "kind" => "A").increment(2);
            metrics::counter!("dns.lookups", "kind" => "A").increment(1);
            metrics::counter!("bytes_total").absolute(40);
            metrics::gauge!("workers").set(3.0);
            metrics::gauge!("workers").decrement(1.0);
            metrics::histogram!("poll_seconds").record(0.02);
            metrics::histogram!("body_bytes").record(2000.0);
        });
        for line in [
            "# HELP dns_lookups_total Names looked up.",
            "dns_lookups_total{kind=\"A\"} 3",
            "bytes_total 40",
            "workers 2.0",
            "poll_seconds_bucket{le=\"0.025\"} 1",
            "body_bytes_bucket{le=\"4096.0\"} 1",
        ] {
            assert!(
                text.contains(&format!("{line}\n")),
                "{line} is missing in\n{text}"
            );
        }
    }

    #[test]
    fn label_names_may_differ_from_call_to_call() {
        let text = recorded(|| {
            metrics::counter!("hits", "a" => "1").increment(1);
            metrics::counter!("hits", "b" => "2", "a" => "1").increment(1);
            metrics::counter!("hits").increment(1);
        });
        assert_eq!(
            text.matches("# TYPE hits_total counter\n").count(),
            1,
            "{text}"
        );
        for line in [
            "hits_total{a=\"1\"} 1",
            "hits_total{a=\"1\",b=\"2\"} 1",
            "hits_total 1",
        ] {
            assert!(
                text.contains(&format!("{line}\n")),
                "{line} is missing in\n{text}"
            );
        }
    }

    #[test]
    fn names_that_cannot_be_written_are_changed_and_not_lost() {
        let text = recorded(|| {
            metrics::gauge!("tokio_workers_count").set(4.0);
            metrics::gauge!("9 lives", "job" => "x", "a-b" => "y", "le" => "z", "__n" => "w")
                .set(9.0);
            metrics::histogram!("x_total").record(1.0);
            metrics::counter!("größe_sum").increment(1);
        });
        for line in [
            "tokio_workers_count_value 4.0",
            "_9_lives{a_b=\"y\",exported___n=\"w\",exported_job=\"x\",le=\"z\"} 9.0",
            "x_value_count 1",
            "gr__e_sum_value_total 1",
        ] {
            assert!(
                text.contains(&format!("{line}\n")),
                "{line} is missing in\n{text}"
            );
        }
    }
}
