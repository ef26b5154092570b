//! Prometheus rules from the targets: recording rules for the eight key metrics, and the alerts.
//!
//! Every rule keeps the label `job`, which Prometheus sets to the scraped service: one Prometheus watches many
//! services, and replicas of one service share it. So two replicas that both report a queue's depth from the same
//! database count once (`max`), and what each counts for itself adds up (`sum`).

mod recording;
mod yaml;

use plimsoll_standard::config::Targets;

use yaml::Rules;

/// The text of `rules.yml`.
pub(crate) fn rules(targets: &Targets) -> String {
    let mut rules = Rules::new();
    rules.group("plimsoll-recording", "30s");
    recording::write(&mut rules);
    rules.group("plimsoll-alerts", "30s");
    write_alerts(&mut rules, targets);
    rules.finish()
}

/// An alert on a ratio, over a long and a short window: the long one keeps it from firing on a blip, the short one
/// lets it end soon after the trouble does.
struct Ratio {
    name: &'static str,
    /// Recorded ratio and count of events, each without its window.
    record: &'static str,
    events: &'static str,
    comparison: String,
    /// Share of bad events at which it fires.
    bad: f64,
    severity: &'static str,
    summary: &'static str,
    description: String,
    runbook: &'static str,
}

fn write_alerts(rules: &mut Rules, targets: &Targets) {
    let percent = |share: f64| format!("{} %", round(share * 100.0));
    let ratios = [
        Ratio {
            name: "JobSuccessRateLow",
            record: recording::JOB_SUCCESS,
            events: recording::JOB_EVENTS,
            comparison: format!("< {}", round(1.0 - targets.job_failure_threshold())),
            bad: targets.job_failure_threshold(),
            severity: "critical",
            summary: "Jobs of queue {{ $labels.queue }} of {{ $labels.job }} fail",
            description: format!(
                "{{{{ $value | humanizePercentage }}}} of the jobs finished in the last {{window}} succeeded; the target is {}.",
                percent(targets.job_success_rate)
            ),
            runbook: "job-success-rate",
        },
        Ratio {
            name: "CacheHitRateLow",
            record: recording::CACHE_HITS,
            events: recording::CACHE_EVENTS,
            comparison: format!("< {}", round(1.0 - targets.cache_miss_threshold())),
            bad: targets.cache_miss_threshold(),
            severity: "warning",
            summary: "Cache {{ $labels.cache }} of {{ $labels.job }} misses too often",
            description: format!(
                "{{{{ $value | humanizePercentage }}}} of the reads in the last {{window}} hit; the target is {}.",
                percent(targets.cache_hit_rate)
            ),
            runbook: "cache-hit-rate",
        },
        Ratio {
            name: "EndpointErrorRateHigh",
            record: recording::HTTP_ERRORS,
            events: recording::HTTP_EVENTS,
            comparison: format!("> {}", round(targets.http_error_threshold())),
            bad: targets.http_error_threshold(),
            severity: "critical",
            summary: "{{ $labels.http_request_method }} {{ $labels.http_route }} of {{ $labels.job }} fails",
            description: format!(
                "{{{{ $value | humanizePercentage }}}} of the requests in the last {{window}} ended with a 5xx status; the target is at most {}.",
                percent(targets.http_error_rate)
            ),
            runbook: "error-rate",
        },
    ];
    for ratio in &ratios {
        // So many events that a single bad one cannot miss the target.
        let guard = targets
            .alerts
            .minimum_events
            .max((1.0 / round(ratio.bad)).ceil() as u64);
        // The slow pair finds what a service with little traffic would never show within an hour.
        for (long, short, wait, severity) in [
            ("1h", "5m", "2m", ratio.severity),
            ("1d", "1h", "15m", "warning"),
        ] {
            let name = if long == "1d" {
                format!("{}Slowly", ratio.name)
            } else {
                ratio.name.to_owned()
            };
            let (record, events, comparison) = (ratio.record, ratio.events, &ratio.comparison);
            rules.alert(
                &name,
                &format!(
                    "{record}:ratio_rate{long} {comparison}\nand\n{record}:ratio_rate{short} {comparison}\nand\n\
                     {events}:increase{long} >= {guard}"
                ),
                wait,
                severity,
                &[
                    ("summary", ratio.summary),
                    ("description", &ratio.description.replace("{window}", long)),
                    ("runbook_url", &page(targets, ratio.runbook)),
                ],
            );
        }
    }
    rules.alert(
        "JobQueueDeep",
        &format!(
            "{}:max > {}",
            recording::QUEUE_DEPTH,
            targets.job_queue_depth
        ),
        "5m",
        "critical",
        &[
            (
                "summary",
                "Queue {{ $labels.queue }} of {{ $labels.job }} grows faster than it is worked off",
            ),
            (
                "description",
                &format!(
                    "{{{{ $value | humanize }}}} jobs are due and wait; the target is at most {}.",
                    targets.job_queue_depth
                ),
            ),
            ("runbook_url", &page(targets, "queue-depth")),
        ],
    );
    // `log_events_total` is there from a service's first scrape, whatever the service does.
    rules.alert(
        "ServiceMetricsMissing",
        "group by (job) (present_over_time(log_events_total[1h])) unless group by (job) (log_events_total)",
        "5m",
        "critical",
        &[
            ("summary", "{{ $labels.job }} is not measured any more"),
            ("description", "It reported within the last hour and reports nothing now, so no other alert on it can fire."),
            ("runbook_url", &page(targets, "metrics-missing")),
        ],
    );
}

fn page(targets: &Targets, name: &str) -> String {
    format!(
        "{}/{name}.md",
        targets.alerts.runbooks.trim_end_matches('/')
    )
}

/// A threshold without the noise of binary fractions: 1 - 0.99 is not 0.010000000000000009 to a reader.
fn round(number: f64) -> f64 {
    (number * 1e9).round() / 1e9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_the_targets() {
        let rules = rules(&Targets::default());
        for part in [
            "queue:job_success:ratio_rate1h < 0.99",
            "queue:job_queue_depth:max > 1000",
            "cache:cache_hit:ratio_rate1h < 0.8\n",
            "route:http_server_error:ratio_rate1h > 0.01\n",
            "the target is 99 %.",
        ] {
            assert!(rules.contains(part), "{part} is missing in\n{rules}");
        }
    }

    #[test]
    fn a_changed_target_changes_its_rule_alone() {
        let before = rules(&Targets::default());
        let after = rules(&Targets {
            job_queue_depth: 77,
            ..Targets::default()
        });
        let changed: Vec<_> = before
            .lines()
            .zip(after.lines())
            .filter(|(old, new)| old != new)
            .map(|(_, new)| new)
            .collect();
        assert_eq!(changed.len(), 2, "{changed:?}");
        assert!(
            changed.iter().all(|line| line.contains("77")),
            "{changed:?}"
        );
    }
}
