//! The metrics of a service that keeps the standard: names, labels, meaning and buckets.
//!
//! The library registers exactly these, the generators write rules and dashboards about these, and the tables in
//! the documentation are checked against these. Names follow the OpenTelemetry semantic conventions in their
//! Prometheus form where a stable one exists (HTTP, database), and the Prometheus client conventions for process
//! metrics. No metric uses the labels `job` or `instance`, which are Prometheus' own.

/// What a metric counts like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only ever goes up; its name ends in `_total`.
    Counter,
    /// A present value that goes up and down.
    Gauge,
    /// A distribution with fixed bucket bounds.
    Histogram,
}

impl Kind {
    /// The word of the `# TYPE` line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// One metric with `N` labels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Metric<const N: usize> {
    /// The full name, unit and `_total` included.
    pub name: &'static str,
    /// Counter, gauge or histogram.
    pub kind: Kind,
    /// What it means, in one sentence.
    pub help: &'static str,
    /// Label names, in the order in which values are given.
    pub labels: [&'static str; N],
    /// Upper bucket bounds of a histogram, in the metric's unit, without `+Inf`; empty otherwise.
    pub buckets: &'static [f64],
}

/// One metric, its number of labels forgotten: what tables and generators walk over.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry {
    /// The full name.
    pub name: &'static str,
    /// Counter, gauge or histogram.
    pub kind: Kind,
    /// What it means.
    pub help: &'static str,
    /// Label names.
    pub labels: &'static [&'static str],
    /// Upper bucket bounds of a histogram.
    pub buckets: &'static [f64],
}

impl<const N: usize> Metric<N> {
    const fn counter(name: &'static str, labels: [&'static str; N], help: &'static str) -> Self {
        Self {
            name,
            kind: Kind::Counter,
            help,
            labels,
            buckets: &[],
        }
    }

    const fn gauge(name: &'static str, labels: [&'static str; N], help: &'static str) -> Self {
        Self {
            name,
            kind: Kind::Gauge,
            help,
            labels,
            buckets: &[],
        }
    }

    const fn histogram(
        name: &'static str,
        labels: [&'static str; N],
        buckets: &'static [f64],
        help: &'static str,
    ) -> Self {
        Self {
            name,
            kind: Kind::Histogram,
            help,
            labels,
            buckets,
        }
    }

    const fn entry(&'static self) -> Entry {
        Entry {
            name: self.name,
            kind: self.kind,
            help: self.help,
            labels: &self.labels,
            buckets: self.buckets,
        }
    }
}

/// Seconds; the advisory bounds of `http.server.request.duration` (OpenTelemetry semantic conventions 1.44).
pub const HTTP_BUCKETS: &[f64] = &[
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];

/// Seconds; the advisory bounds of `db.client.operation.duration` (OpenTelemetry semantic conventions 1.44).
pub const DB_BUCKETS: &[f64] = &[0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0];

/// Seconds; the HTTP bounds, extended to ten minutes because jobs take longer than requests.
pub const JOB_BUCKETS: &[f64] = &[
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, 30.0, 60.0,
    120.0, 300.0, 600.0,
];

/// Seconds; a health check that takes longer than its timeout (800 ms by default) has failed.
pub const HEALTH_BUCKETS: &[f64] = &[0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];

macro_rules! catalogue {
    ($($(#[$doc:meta])* $name:ident: Metric<$n:literal> = $value:expr;)*) => {
        $($(#[$doc])* pub static $name: Metric<$n> = $value;)*
        /// Every metric of the standard, in the order of the documentation.
        pub static ALL: &[Entry] = &[$($name.entry()),*];
    };
}

catalogue! {
    /// Requests served, by route template.
    HTTP_SERVER_REQUEST_DURATION: Metric<3> = Metric::histogram(
        "http_server_request_duration_seconds",
        ["http_request_method", "http_route", "http_response_status_code"],
        HTTP_BUCKETS,
        "Time from receiving a request to the end of its response, in seconds.",
    );
    /// Requests in flight.
    HTTP_SERVER_ACTIVE_REQUESTS: Metric<1> = Metric::gauge(
        "http_server_active_requests",
        ["http_request_method"],
        "Requests being served now.",
    );
    /// Database statements.
    DB_CLIENT_OPERATION_DURATION: Metric<3> = Metric::histogram(
        "db_client_operation_duration_seconds",
        ["db_system_name", "db_operation_name", "outcome"],
        DB_BUCKETS,
        "Time of one database operation as its caller saw it, by outcome: ok, error, timeout or cancelled, in seconds.",
    );
    /// Cache reads; the hit rate is hit / (hit + miss).
    CACHE_REQUESTS: Metric<2> = Metric::counter(
        "cache_requests_total",
        ["cache", "result"],
        "Cache reads by result: hit, miss or error.",
    );
    /// Jobs accepted.
    JOBS_SUBMITTED: Metric<2> = Metric::counter(
        "jobs_submitted_total",
        ["queue", "job_type"],
        "Jobs accepted, counted when the submission is committed.",
    );
    /// Attempts at jobs.
    JOB_ATTEMPTS: Metric<3> = Metric::counter(
        "job_attempts_total",
        ["queue", "job_type", "outcome"],
        "Attempts at running a job by outcome: succeeded, failed, timeout, panicked or lost.",
    );
    /// Final attempts; success is succeeded / (succeeded + dead).
    JOB_DURATION: Metric<3> = Metric::histogram(
        "job_duration_seconds",
        ["queue", "job_type", "outcome"],
        JOB_BUCKETS,
        "Run time of the final attempt of a job by outcome: succeeded, dead or cancelled, in seconds.",
    );
    /// Waiting time.
    JOB_WAIT: Metric<2> = Metric::histogram(
        "job_wait_seconds",
        ["queue", "job_type"],
        JOB_BUCKETS,
        "Time from when a job was due to when it started, in seconds.",
    );
    /// Depth of the queue, the same from every replica.
    JOB_QUEUE_DEPTH: Metric<1> = Metric::gauge(
        "job_queue_depth",
        ["queue"],
        "Jobs due and not running, read from the database: each replica reports the same, so take max by (queue).",
    );
    /// Age of the oldest waiting job.
    JOB_QUEUE_OLDEST: Metric<1> = Metric::gauge(
        "job_queue_oldest_seconds",
        ["queue"],
        "Age of the oldest job that is due and not running, in seconds; 0 when none waits.",
    );
    /// State of a health check.
    HEALTH_CHECK_UP: Metric<1> = Metric::gauge(
        "health_check_up",
        ["check"],
        "1 while the dependency behind the check is up, else 0.",
    );
    /// Time of a health check.
    HEALTH_CHECK_DURATION: Metric<1> = Metric::histogram(
        "health_check_duration_seconds",
        ["check"],
        HEALTH_BUCKETS,
        "Time of one run of a health check, in seconds.",
    );
    /// Log events that passed the level filter.
    LOG_EVENTS: Metric<1> = Metric::counter(
        "log_events_total",
        ["level"],
        "Log events that passed the level filter, by level.",
    );
    /// Log lines that reached a sink.
    LOG_WRITTEN: Metric<1> = Metric::counter(
        "log_written_total",
        ["sink"],
        "Log lines written by a sink.",
    );
    /// Log lines lost.
    LOG_DROPPED: Metric<2> = Metric::counter(
        "log_dropped_total",
        ["level", "reason"],
        "Log lines lost, by level and reason.",
    );
    /// Log events held back by the rate limit.
    LOG_SUPPRESSED: Metric<0> = Metric::counter(
        "log_suppressed_total",
        [],
        "Log events held back by the rate limit of their call site.",
    );
    /// Values taken out of log lines.
    REDACTIONS: Metric<1> = Metric::counter(
        "redactions_total",
        ["pattern"],
        "Values taken out before they reached a sink, by what gave them away.",
    );
    /// The forbidden things, seen at run time.
    VIOLATIONS: Metric<1> = Metric::counter(
        "plimsoll_violations_total",
        ["rule"],
        "Forbidden things seen at run time, by rule id.",
    );
    /// Recordings beyond the cardinality limit.
    SERIES_OVERFLOW: Metric<1> = Metric::counter(
        "plimsoll_series_overflow_total",
        ["metric"],
        "Recordings whose label set came after the metric's limit and went to the series labelled _other.",
    );
}

/// The levels of a log line as the labels of `log_events_total` have them.
pub const LOG_LEVELS: [&str; 5] = ["trace", "debug", "info", "warning", "error"];
/// The results of a cache read.
pub const CACHE_RESULTS: [&str; 3] = ["hit", "miss", "error"];
/// The outcomes of one attempt at a job.
pub const ATTEMPT_OUTCOMES: [&str; 5] = ["succeeded", "failed", "timeout", "panicked", "lost"];
/// The final outcomes of a job.
pub const JOB_OUTCOMES: [&str; 3] = ["succeeded", "dead", "cancelled"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_conventions() {
        let mut seen = std::collections::BTreeSet::new();
        for entry in ALL {
            assert!(seen.insert(entry.name), "{} twice", entry.name);
            assert_eq!(
                entry.name.ends_with("_total"),
                entry.kind == Kind::Counter,
                "{}",
                entry.name
            );
            assert_eq!(
                entry.buckets.is_empty(),
                entry.kind != Kind::Histogram,
                "{}",
                entry.name
            );
            assert!(entry.help.ends_with('.'), "{}", entry.name);
            for label in entry.labels {
                assert!(
                    !matches!(*label, "job" | "instance" | "le"),
                    "{} uses {label}",
                    entry.name
                );
            }
        }
    }

    #[test]
    fn bounds_rise() {
        for entry in ALL {
            assert!(entry.buckets.is_sorted_by(|a, b| a < b), "{}", entry.name);
        }
    }
}
