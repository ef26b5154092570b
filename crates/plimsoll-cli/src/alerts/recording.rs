//! The eight key metrics as recording rules. Names are `level:metric:operations`, as Prometheus' practice has it.

use plimsoll_standard::catalogue::{
    CACHE_REQUESTS, DB_CLIENT_OPERATION_DURATION, HTTP_SERVER_REQUEST_DURATION, JOB_DURATION,
    JOB_QUEUE_DEPTH, JOB_QUEUE_OLDEST, JOBS_SUBMITTED,
};

use super::yaml::Rules;

pub(super) const JOB_SUCCESS: &str = "queue:job_success";
pub(super) const JOB_EVENTS: &str = "queue:jobs_finished";
pub(super) const CACHE_HITS: &str = "cache:cache_hit";
pub(super) const CACHE_EVENTS: &str = "cache:cache_reads";
pub(super) const HTTP_ERRORS: &str = "route:http_server_error";
pub(super) const HTTP_EVENTS: &str = "route:http_server_requests";
pub(super) const QUEUE_DEPTH: &str = "queue:job_queue_depth";

const RATIO_WINDOWS: [&str; 3] = ["5m", "1h", "1d"];
const EVENT_WINDOWS: [&str; 2] = ["1h", "1d"];

pub(super) fn write(rules: &mut Rules) {
    let queue = "job, queue";
    rules.comment("Jobs submitted per minute");
    rules.record(
        "queue:jobs_submitted:per_minute5m",
        &format!(
            "sum by ({queue}, job_type) (rate({}[5m])) * 60",
            JOBS_SUBMITTED.name
        ),
    );

    let finished = format!("{}_count", JOB_DURATION.name);
    rules.comment(
        "Job success rate: jobs that succeeded in the end, of those that succeeded or died",
    );
    for window in RATIO_WINDOWS {
        rules.record(
            &format!("{JOB_SUCCESS}:ratio_rate{window}"),
            &ratio(
                &format!("sum by ({queue}) (rate({finished}{{outcome=\"succeeded\"}}[{window}]))"),
                &format!(
                    "sum by ({queue}) (rate({finished}{{outcome=~\"succeeded|dead\"}}[{window}]))"
                ),
            ),
        );
    }
    for window in EVENT_WINDOWS {
        rules.record(
            &format!("{JOB_EVENTS}:increase{window}"),
            &format!(
                "sum by ({queue}) (increase({finished}{{outcome=~\"succeeded|dead\"}}[{window}]))"
            ),
        );
    }

    rules.comment("Job p95 duration");
    rules.record(
        "queue_job_type:job_duration_seconds:p95_rate5m",
        &quantile(
            0.95,
            &format!("{queue}, job_type"),
            JOB_DURATION.name,
            "{outcome=~\"succeeded|dead\"}",
        ),
    );

    rules.comment("Queue depth: each replica reports the same rows of the same database, so they are not added up");
    rules.record(
        &format!("{QUEUE_DEPTH}:max"),
        &format!("max by ({queue}) ({})", JOB_QUEUE_DEPTH.name),
    );
    rules.record(
        "queue:job_queue_oldest_seconds:max",
        &format!("max by ({queue}) ({})", JOB_QUEUE_OLDEST.name),
    );

    let route = "job, http_request_method, http_route";
    rules.comment("HTTP request duration");
    for (name, share) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)] {
        rules.record(
            &format!("route:http_server_request_duration_seconds:{name}_rate5m"),
            &quantile(share, route, HTTP_SERVER_REQUEST_DURATION.name, ""),
        );
    }

    rules.comment("Database query duration");
    rules.record(
        "operation:db_client_operation_duration_seconds:p95_rate5m",
        &quantile(
            0.95,
            "job, db_system_name, db_operation_name",
            DB_CLIENT_OPERATION_DURATION.name,
            "",
        ),
    );

    let (cache, reads) = ("job, cache", CACHE_REQUESTS.name);
    rules.comment("Cache hit rate: hits of hits and misses; an error is neither");
    for window in RATIO_WINDOWS {
        rules.record(
            &format!("{CACHE_HITS}:ratio_rate{window}"),
            &ratio(
                &format!("sum by ({cache}) (rate({reads}{{result=\"hit\"}}[{window}]))"),
                &format!("sum by ({cache}) (rate({reads}{{result=~\"hit|miss\"}}[{window}]))"),
            ),
        );
    }
    for window in EVENT_WINDOWS {
        rules.record(
            &format!("{CACHE_EVENTS}:increase{window}"),
            &format!("sum by ({cache}) (increase({reads}{{result=~\"hit|miss\"}}[{window}]))"),
        );
    }

    let requests = format!("{}_count", HTTP_SERVER_REQUEST_DURATION.name);
    rules.comment("Error rate per endpoint: requests that ended with a 5xx status");
    for window in RATIO_WINDOWS {
        rules.record(
            &format!("{HTTP_ERRORS}:ratio_rate{window}"),
            &ratio(
                &format!("sum by ({route}) (rate({requests}{{http_response_status_code=~\"5..\"}}[{window}]))"),
                &format!("sum by ({route}) (rate({requests}[{window}]))"),
            ),
        );
    }
    for window in EVENT_WINDOWS {
        rules.record(
            &format!("{HTTP_EVENTS}:increase{window}"),
            &format!("sum by ({route}) (increase({requests}[{window}]))"),
        );
    }
}

/// The share of `part` in `whole`; 0 where a part was never seen, and nothing while nothing happens.
fn ratio(part: &str, whole: &str) -> String {
    format!("(\n  {part}\n  or\n  0 * {whole}\n)\n/\n{whole}")
}

fn quantile(share: f64, by: &str, name: &str, filter: &str) -> String {
    format!("histogram_quantile({share}, sum by ({by}, le) (rate({name}_bucket{filter}[5m])))")
}
