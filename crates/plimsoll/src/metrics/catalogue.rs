//! The standard's metrics, registered and ready to record.

use std::sync::LazyLock;

use plimsoll_standard::catalogue::{
    self as standard, ATTEMPT_OUTCOMES, CACHE_RESULTS, JOB_OUTCOMES, LOG_LEVELS, Metric,
};

use super::buckets::Buckets;
use super::family::Core;
use super::registry::Registry;
use super::{CounterFamily, GaugeFamily, HistogramFamily, registry};

/// The metrics of the standard as fields. Labels are given in the order of each field's description.
#[derive(Debug)]
#[non_exhaustive]
pub struct Catalogue {
    /// `http_server_request_duration_seconds`: method, route template, status code.
    pub http_server_request_duration: HistogramFamily<3>,
    /// `http_server_active_requests`: method.
    pub http_server_active_requests: GaugeFamily<1>,
    /// `db_client_operation_duration_seconds`: system, operation, outcome (ok, error, timeout, cancelled).
    pub db_client_operation_duration: HistogramFamily<3>,
    /// `cache_requests_total`: cache, result (hit, miss, error).
    pub cache_requests: CounterFamily<2>,
    /// `jobs_submitted_total`: queue, job type.
    pub jobs_submitted: CounterFamily<2>,
    /// `job_attempts_total`: queue, job type, outcome (succeeded, failed, timeout, panicked, lost).
    pub job_attempts: CounterFamily<3>,
    /// `job_duration_seconds`: queue, job type, outcome (succeeded, dead, cancelled).
    pub job_duration: HistogramFamily<3>,
    /// `job_wait_seconds`: queue, job type.
    pub job_wait: HistogramFamily<2>,
    /// `job_queue_depth`: queue.
    pub job_queue_depth: GaugeFamily<1>,
    /// `job_queue_oldest_seconds`: queue.
    pub job_queue_oldest: GaugeFamily<1>,
    /// `health_check_up`: check.
    pub health_check_up: GaugeFamily<1>,
    /// `health_check_duration_seconds`: check.
    pub health_check_duration: HistogramFamily<1>,
    /// `log_events_total`: level.
    pub log_events: CounterFamily<1>,
    /// `log_written_total`: sink.
    pub log_written: CounterFamily<1>,
    /// `log_dropped_total`: level, reason.
    pub log_dropped: CounterFamily<2>,
    /// `log_suppressed_total`: no labels.
    pub log_suppressed: CounterFamily<0>,
    /// `redactions_total`: pattern.
    pub redactions: CounterFamily<1>,
    /// `plimsoll_violations_total`: rule id.
    pub violations: CounterFamily<1>,
}

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::register(registry()));

/// The standard's metrics in the process's registry.
#[inline]
pub fn catalogue() -> &'static Catalogue {
    &CATALOGUE
}

impl Catalogue {
    /// Registers the standard's metrics. Series whose label values are known beforehand start at 0.
    pub(super) fn register(registry: &Registry) -> Self {
        let catalogue = Self {
            http_server_request_duration: histogram(
                registry,
                &standard::HTTP_SERVER_REQUEST_DURATION,
            ),
            http_server_active_requests: gauge(registry, &standard::HTTP_SERVER_ACTIVE_REQUESTS),
            db_client_operation_duration: histogram(
                registry,
                &standard::DB_CLIENT_OPERATION_DURATION,
            ),
            cache_requests: counter(registry, &standard::CACHE_REQUESTS),
            jobs_submitted: counter(registry, &standard::JOBS_SUBMITTED),
            job_attempts: counter(registry, &standard::JOB_ATTEMPTS),
            job_duration: histogram(registry, &standard::JOB_DURATION),
            job_wait: histogram(registry, &standard::JOB_WAIT),
            job_queue_depth: gauge(registry, &standard::JOB_QUEUE_DEPTH),
            job_queue_oldest: gauge(registry, &standard::JOB_QUEUE_OLDEST),
            health_check_up: gauge(registry, &standard::HEALTH_CHECK_UP),
            health_check_duration: histogram(registry, &standard::HEALTH_CHECK_DURATION),
            log_events: counter(registry, &standard::LOG_EVENTS),
            log_written: counter(registry, &standard::LOG_WRITTEN),
            log_dropped: counter(registry, &standard::LOG_DROPPED),
            log_suppressed: counter(registry, &standard::LOG_SUPPRESSED),
            redactions: counter(registry, &standard::REDACTIONS),
            violations: counter(registry, &standard::VIOLATIONS),
        };
        let overflows = counter(registry, &standard::SERIES_OVERFLOW);
        registry.on_scrape_with(move |registry| {
            for (metric, recordings) in registry.overflows() {
                overflows.raise_to([&metric], recordings);
            }
        });
        // A name can only be taken by a caller, who then writes it himself.
        let _ = super::process::register(registry);
        for level in LOG_LEVELS {
            catalogue.log_events.zero([level]);
        }
        for rule in plimsoll_standard::Rule::ALL {
            catalogue.violations.zero([rule.id()]);
        }
        catalogue
    }

    /// Makes the series of a cache appear at 0, so that its hit rate exists from the first read.
    pub fn expect_cache(&self, cache: &str) {
        for result in CACHE_RESULTS {
            self.cache_requests.zero([cache, result]);
        }
    }

    /// Makes the series of a job type appear at 0, so that its success rate exists from the first job.
    pub fn expect_job(&self, queue: &str, job_type: &str) {
        self.jobs_submitted.zero([queue, job_type]);
        self.job_wait.zero([queue, job_type]);
        for outcome in ATTEMPT_OUTCOMES {
            self.job_attempts.zero([queue, job_type, outcome]);
        }
        for outcome in JOB_OUTCOMES {
            self.job_duration.zero([queue, job_type, outcome]);
        }
    }
}

// The catalogue is data that tests register without an error. If a caller took one of its names first, recordings
// go to a family that is written nowhere, which is better than a service that does not start.

fn counter<const N: usize>(registry: &Registry, metric: &Metric<N>) -> CounterFamily<N> {
    registry
        .counter(metric.name, metric.help, metric.labels)
        .unwrap_or_else(|_| CounterFamily {
            core: unwritten(metric),
        })
}

fn gauge<const N: usize>(registry: &Registry, metric: &Metric<N>) -> GaugeFamily<N> {
    registry
        .gauge(metric.name, metric.help, metric.labels)
        .unwrap_or_else(|_| GaugeFamily {
            core: unwritten(metric),
        })
}

fn histogram<const N: usize>(registry: &Registry, metric: &Metric<N>) -> HistogramFamily<N> {
    registry
        .histogram_with(metric.name, metric.help, metric.labels, metric.buckets)
        .unwrap_or_else(|_| HistogramFamily {
            core: unwritten(metric),
        })
}

fn unwritten<const N: usize>(metric: &Metric<N>) -> std::sync::Arc<Core> {
    let buckets = Buckets::new(metric.name, metric.buckets).ok();
    Core::new(
        metric.name,
        metric.help,
        metric.kind,
        &metric.labels,
        buckets,
        1,
    )
}
