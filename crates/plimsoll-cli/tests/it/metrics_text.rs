//! What `/metrics` says, judged by promtool and by the strict parsers of Prometheus' Python client.

use plimsoll::metrics::{self, Format, Registry};
use plimsoll_standard::config::Metrics;

use crate::tools::{feed, promtool, python};

/// Parses standard input strictly and prints each sample as one line of JSON, sorted.
const PARSE: &str = r#"
import json, sys
text = sys.stdin.buffer.read().decode("utf-8")
if sys.argv[1] == "openmetrics":
    from prometheus_client.openmetrics.parser import text_string_to_metric_families
else:
    from prometheus_client.parser import text_string_to_metric_families
lines = []
for family in text_string_to_metric_families(text):
    for sample in family.samples:
        lines.append(json.dumps([sample.name, sorted(sample.labels.items()), repr(float(sample.value))]))
print("\n".join(sorted(lines)))
"#;

const AWKWARD: &[&str] = &[
    "",
    " ",
    "\\",
    "\"",
    "\n",
    "\\n",
    "\\\\\"",
    "a,b=\"c\"",
    "}",
    "{",
    "# EOF",
    "é\u{2028}\u{85}",
    "\u{1f600}",
    "\u{0}\u{1b}[2J",
    "\r\n",
    "_other",
    "NaN",
];

fn both(registry: &Registry) -> [Vec<u8>; 2] {
    [Format::Classic, Format::OpenMetrics].map(|format| {
        let mut out = Vec::new();
        registry.render(format, &mut out);
        out
    })
}

fn judge(registry: &Registry) {
    let [classic, openmetrics] = both(registry);
    let (verdict, passed) = feed(promtool().args(["check", "metrics"]), &classic);
    assert!(passed && verdict.is_empty(), "promtool: {verdict}");
    let (read_classic, passed) = feed(python().args(["-c", PARSE, "classic"]), &classic);
    assert!(passed, "classic parser: {read_classic}");
    let (read_openmetrics, passed) =
        feed(python().args(["-c", PARSE, "openmetrics"]), &openmetrics);
    assert!(
        passed,
        "OpenMetrics parser: {read_openmetrics}\n{}",
        String::from_utf8_lossy(&openmetrics)
    );
    let times = [
        "process_cpu_seconds_total",
        "process_resident_memory",
        "process_virtual_memory",
        "process_open_fds",
    ];
    let steady = |text: &str| -> Vec<String> {
        text.lines()
            .filter(|line| !times.iter().any(|name| line.contains(name)))
            .map(str::to_owned)
            .collect()
    };
    assert!(!steady(&read_classic).is_empty());
    assert_eq!(
        steady(&read_classic),
        steady(&read_openmetrics),
        "a sample differs between the formats"
    );
}

#[test]
fn the_catalogue_in_use_is_valid_in_both_formats() {
    let catalogue = metrics::catalogue();
    catalogue.expect_cache("jobs");
    catalogue.expect_job("default", "webhook");
    for (step, route) in ["/jobs", "/jobs/{id}", "/files/{*path}", "unmatched"]
        .iter()
        .cycle()
        .take(200)
        .enumerate()
    {
        let status = ["200", "202", "404", "500"][step % 4];
        catalogue
            .http_server_request_duration
            .observe(["GET", route, status], step as f64 * 0.07);
        catalogue
            .job_duration
            .observe(["default", "webhook", "succeeded"], step as f64 * 7.0);
    }
    catalogue.http_server_active_requests.add(["GET"], 2.0);
    catalogue.job_queue_depth.set(["default"], 1001.0);
    catalogue.health_check_up.set(["redis"], 0.0);
    catalogue.log_dropped.add(["info", "ring_full"], 12);
    catalogue.redactions.inc(["card_number"]);
    judge(metrics::registry());
}

#[test]
fn awkward_values_names_and_overflow_are_valid_in_both_formats() {
    let registry = Registry::new();
    registry.configure(&Metrics {
        cardinality_limit: 10,
        ..Metrics::default()
    });
    let help = "Backslash \\ and \"quotes\",\nand a second line \\n é.";
    let counter = registry.counter("awkward_total", help, ["a", "b"]).unwrap();
    let gauge = registry.gauge("awkward_bytes", help, ["a"]).unwrap();
    let histogram = registry.histogram("awkward_seconds", help, ["a"]).unwrap();
    for (place, value) in AWKWARD.iter().enumerate() {
        counter.add([value, "x"], u64::MAX / 64);
        gauge.set(
            [value],
            [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e-300, -0.0][place % 5],
        );
        histogram.observe(
            [value],
            [0.3, f64::NAN, f64::INFINITY, -4.0, 5e-324][place % 5],
        );
    }
    registry
        .histogram_with("payload_bytes", "Sizes.", [], &[1024.0, 1_048_576.0, 1e9])
        .unwrap()
        .observe([], 2048.0);
    judge(&registry);
}

#[test]
fn the_parsers_do_refuse() {
    for (format, text) in [
        ("openmetrics", "# HELP a A.\n# TYPE a counter\na 1\n# EOF\n"),
        ("openmetrics", "a_total 1\n"),
        ("classic", "a{b=\"c} 1\n"),
    ] {
        let (_, passed) = feed(python().args(["-c", PARSE, format]), text.as_bytes());
        assert!(!passed, "{text:?} passed as {format}");
    }
    let (_, passed) = feed(promtool().args(["check", "metrics"]), b"a_total 1\n");
    assert!(!passed, "promtool passed a metric without HELP");
}
