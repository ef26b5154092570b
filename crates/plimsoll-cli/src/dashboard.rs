//! A Grafana dashboard from the targets: the eight key metrics, each with its target as the line to stay below or above.

use plimsoll_standard::config::Targets;
use serde_json::{Value, json};

/// Which side of a target is the good one.
#[derive(Clone, Copy)]
enum Good {
    Above,
    Below,
    /// No target.
    Any,
}

struct Panel<'a> {
    title: &'a str,
    description: &'a str,
    /// Expression and legend of each line.
    queries: &'a [(&'a str, &'a str)],
    unit: &'a str,
    target: f64,
    good: Good,
}

/// The dashboard's JSON, to import in Grafana (schema 39, Grafana 10 and later). Its queries are the recording rules
/// of `plimsoll alerts`, so rules and dashboard never disagree on what a rate is.
pub(crate) fn dashboard(targets: &Targets) -> String {
    let panels = [
        Panel {
            title: "Jobs submitted per minute",
            description: "Submissions committed, by queue and job type.",
            queries: &[(
                "queue:jobs_submitted:per_minute5m{job=~\"$job\"}",
                "{{queue}} {{job_type}}",
            )],
            unit: "short",
            target: 0.0,
            good: Good::Any,
        },
        Panel {
            title: "Job success rate",
            description: "Jobs that succeeded in the end, of those that succeeded or died.",
            queries: &[("queue:job_success:ratio_rate1h{job=~\"$job\"}", "{{queue}}")],
            unit: "percentunit",
            target: targets.job_success_rate,
            good: Good::Above,
        },
        Panel {
            title: "Job p95 duration",
            description: "Run time of the final attempt.",
            queries: &[(
                "queue_job_type:job_duration_seconds:p95_rate5m{job=~\"$job\"}",
                "{{queue}} {{job_type}}",
            )],
            unit: "s",
            target: targets.job_p95_seconds,
            good: Good::Below,
        },
        Panel {
            title: "Queue depth",
            description: "Jobs due and not running.",
            queries: &[("queue:job_queue_depth:max{job=~\"$job\"}", "{{queue}}")],
            unit: "short",
            target: targets.job_queue_depth as f64,
            good: Good::Below,
        },
        Panel {
            title: "HTTP request duration",
            description: "p50, p95 and p99 by endpoint.",
            queries: &[
                (
                    "route:http_server_request_duration_seconds:p50_rate5m{job=~\"$job\"}",
                    "p50 {{http_request_method}} {{http_route}}",
                ),
                (
                    "route:http_server_request_duration_seconds:p95_rate5m{job=~\"$job\"}",
                    "p95 {{http_request_method}} {{http_route}}",
                ),
                (
                    "route:http_server_request_duration_seconds:p99_rate5m{job=~\"$job\"}",
                    "p99 {{http_request_method}} {{http_route}}",
                ),
            ],
            unit: "s",
            target: targets.http_p95_seconds,
            good: Good::Below,
        },
        Panel {
            title: "Database query duration",
            description: "p95 by operation.",
            queries: &[(
                "operation:db_client_operation_duration_seconds:p95_rate5m{job=~\"$job\"}",
                "{{db_system_name}} {{db_operation_name}}",
            )],
            unit: "s",
            target: targets.database_p95_seconds,
            good: Good::Below,
        },
        Panel {
            title: "Cache hit rate",
            description: "Hits of hits and misses.",
            queries: &[("cache:cache_hit:ratio_rate5m{job=~\"$job\"}", "{{cache}}")],
            unit: "percentunit",
            target: targets.cache_hit_rate,
            good: Good::Above,
        },
        Panel {
            title: "Error rate per endpoint",
            description: "Requests that ended with a 5xx status.",
            queries: &[(
                "route:http_server_error:ratio_rate5m{job=~\"$job\"}",
                "{{http_request_method}} {{http_route}}",
            )],
            unit: "percentunit",
            target: targets.http_error_rate,
            good: Good::Below,
        },
    ];
    let panels: Vec<Value> = panels
        .iter()
        .enumerate()
        .map(|(place, panel)| panel.json(place))
        .collect();
    let mut dashboard = json!({
        "uid": "plimsoll",
        "title": "Plimsoll",
        "description": "Made by `plimsoll dashboard` from [targets] of plimsoll.toml. Change the targets, not this file.",
        "tags": ["plimsoll"],
        "schemaVersion": 39,
        "editable": true,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "templating": {"list": [
            {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus"},
            {
                "name": "job", "label": "Service", "type": "query", "includeAll": true, "multi": true,
                "allValue": ".+", "current": {"text": "All", "value": "$__all"}, "refresh": 2,
                "datasource": datasource(), "query": "label_values(log_events_total, job)",
            },
        ]},
        "panels": panels,
    });
    // The same text whatever order the other crates of a build make the map keep.
    dashboard.sort_all_objects();
    format!("{dashboard:#}\n")
}

fn datasource() -> Value {
    json!({"type": "prometheus", "uid": "${datasource}"})
}

impl Panel<'_> {
    fn json(&self, place: usize) -> Value {
        let targets: Vec<Value> = self
            .queries
            .iter()
            .zip(["A", "B", "C"])
            .map(|((expression, legend), letter)| {
                json!({"refId": letter, "expr": expression, "legendFormat": legend, "datasource": datasource()})
            })
            .collect();
        let (below, above) = match self.good {
            Good::Above => ("red", "green"),
            Good::Below => ("green", "red"),
            Good::Any => ("green", "green"),
        };
        let steps = if matches!(self.good, Good::Any) {
            json!([{"color": below, "value": null}])
        } else {
            json!([{"color": below, "value": null}, {"color": above, "value": self.target}])
        };
        let mut defaults = json!({
            "unit": self.unit,
            "min": 0,
            "thresholds": {"mode": "absolute", "steps": steps},
            "custom": {"thresholdsStyle": {"mode": if matches!(self.good, Good::Any) { "off" } else { "line" }}},
        });
        if self.unit == "percentunit"
            && let Some(defaults) = defaults.as_object_mut()
        {
            defaults.insert("max".to_owned(), json!(1));
        }
        json!({
            "id": place + 1,
            "type": "timeseries",
            "title": self.title,
            "description": self.description,
            "datasource": datasource(),
            "gridPos": {"x": place % 2 * 12, "y": place / 2 * 8, "w": 12, "h": 8},
            "fieldConfig": {"defaults": defaults, "overrides": []},
            "options": {"legend": {"displayMode": "table", "placement": "bottom", "calcs": ["lastNotNull", "max"]}},
            "targets": targets,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_query_is_a_recorded_rule_and_every_target_a_line() {
        let targets = Targets::default();
        let dashboard: Value = serde_json::from_str(&dashboard(&targets)).unwrap();
        let rules = crate::alerts::rules(&targets);
        let panels = dashboard["panels"].as_array().unwrap();
        assert_eq!(panels.len(), 8, "the eight key metrics");
        for panel in panels {
            for query in panel["targets"].as_array().unwrap() {
                let (record, _) = query["expr"].as_str().unwrap().split_once('{').unwrap();
                assert!(rules.contains(&format!("- record: {record}\n")), "{record}");
            }
        }
        let lines: Vec<f64> = panels
            .iter()
            .filter_map(|panel| {
                panel["fieldConfig"]["defaults"]["thresholds"]["steps"][1]["value"].as_f64()
            })
            .collect();
        assert_eq!(lines, [0.99, 60.0, 1000.0, 0.5, 0.1, 0.8, 0.01]);
    }
}
