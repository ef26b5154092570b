//! The standard's targets: what `[targets]` says where a service's own file says nothing.

/// Share of jobs that succeed in the end: "job success rate (target: > 99%)".
pub const JOB_SUCCESS_RATE: f64 = 0.99;
/// Jobs waiting in one queue: "queue depth (alert if > 1000)".
pub const JOB_QUEUE_DEPTH: u64 = 1000;
/// Share of cache reads that hit: "cache hit rate (target: > 80%)".
pub const CACHE_HIT_RATE: f64 = 0.80;
/// Share of an endpoint's requests that may fail. The standard asks for the error rate and names no figure; this is
/// the counterpart of its job success rate.
pub const HTTP_ERROR_RATE: f64 = 0.01;
/// Seconds within which 95 of 100 requests are answered; an objective for pages and dashboards, no alert.
pub const HTTP_P95_SECONDS: f64 = 0.5;
/// Seconds within which 95 of 100 jobs run; an objective for pages and dashboards, no alert.
pub const JOB_P95_SECONDS: f64 = 60.0;
/// Seconds within which 95 of 100 database operations are done; an objective for pages and dashboards, no alert.
pub const DATABASE_P95_SECONDS: f64 = 0.1;
/// Events in an alert's long window below which their rate says too little to wake somebody.
pub const MINIMUM_EVENTS: u64 = 30;
/// Where the runbook pages are.
pub const RUNBOOKS: &str = "https://github.com/plimsoll-rs/plimsoll/blob/main/docs/runbooks";
