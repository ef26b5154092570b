//! What is written reads back, whatever was recorded.

use proptest::prelude::*;

use super::parse::parse;
use super::*;
use crate::metrics::Registry;

fn texts(registry: &Registry) -> [String; 2] {
    [Format::Classic, Format::OpenMetrics].map(|format| {
        let mut out = Vec::new();
        registry.render(format, &mut out);
        String::from_utf8(out).unwrap()
    })
}

#[test]
fn the_two_formats_to_the_letter() {
    let registry = Registry::new();
    let jobs = registry
        .counter(
            "jobs_total",
            "Jobs, by \"kind\" \\ size.\nSecond line.",
            ["kind"],
        )
        .unwrap();
    jobs.add(["a\\b\"c\nd"], 3);
    registry
        .gauge("depth_bytes", "Depth.", [])
        .unwrap()
        .set([], 1.0);
    registry
        .histogram_with("t_seconds", "T.", ["k"], &[0.5, 1.0])
        .unwrap()
        .observe(["x"], 0.75);
    registry
        .counter_source("cpu_seconds_total", "C.", || Some(1.5))
        .unwrap();
    let [classic, openmetrics] = texts(&registry);
    assert_eq!(
        classic,
        "# HELP jobs_total Jobs, by \"kind\" \\\\ size.\\nSecond line.\n# TYPE jobs_total counter\n\
         jobs_total{kind=\"a\\\\b\\\"c\\nd\"} 3\n\
         # HELP depth_bytes Depth.\n# TYPE depth_bytes gauge\ndepth_bytes 1.0\n\
         # HELP t_seconds T.\n# TYPE t_seconds histogram\n\
         t_seconds_bucket{k=\"x\",le=\"0.5\"} 0\nt_seconds_bucket{k=\"x\",le=\"1.0\"} 1\n\
         t_seconds_bucket{k=\"x\",le=\"+Inf\"} 1\nt_seconds_sum{k=\"x\"} 0.75\nt_seconds_count{k=\"x\"} 1\n\
         # HELP cpu_seconds_total C.\n# TYPE cpu_seconds_total counter\ncpu_seconds_total 1.5\n"
    );
    assert_eq!(
        openmetrics,
        "# HELP jobs Jobs, by \\\"kind\\\" \\\\ size.\\nSecond line.\n# TYPE jobs counter\n\
         jobs_total{kind=\"a\\\\b\\\"c\\nd\"} 3\n\
         # HELP depth_bytes Depth.\n# TYPE depth_bytes gauge\n# UNIT depth_bytes bytes\ndepth_bytes 1.0\n\
         # HELP t_seconds T.\n# TYPE t_seconds histogram\n# UNIT t_seconds seconds\n\
         t_seconds_bucket{k=\"x\",le=\"0.5\"} 0\nt_seconds_bucket{k=\"x\",le=\"1.0\"} 1\n\
         t_seconds_bucket{k=\"x\",le=\"+Inf\"} 1\nt_seconds_sum{k=\"x\"} 0.75\nt_seconds_count{k=\"x\"} 1\n\
         # HELP cpu_seconds C.\n# TYPE cpu_seconds counter\n# UNIT cpu_seconds seconds\ncpu_seconds_total 1.5\n\
         # EOF\n"
    );
}

#[test]
fn an_empty_registry_writes_a_whole_text() {
    assert_eq!(
        texts(&Registry::new()),
        [String::new(), "# EOF\n".to_owned()]
    );
}

proptest! {
    #[test]
    fn what_is_recorded_reads_back(
        help in any::<String>(),
        values in proptest::collection::vec((any::<String>(), ".{0,3}", any::<f64>(), 0..1000_u64), 0..20),
    ) {
        let registry = Registry::new();
        let counter = registry.counter("a_total", &help, ["k", "l"]).unwrap();
        let gauge = registry.gauge("b", &help, ["k", "l"]).unwrap();
        let histogram = registry.histogram("c_seconds", &help, ["k", "l"]).unwrap();
        for (key, label, value, amount) in &values {
            counter.add([key, label], *amount);
            gauge.set([key, label], *value);
            histogram.observe([key, label], *value);
        }
        let [classic, openmetrics] = texts(&registry);
        let classic = parse(&classic, false).map_err(TestCaseError::fail)?;
        let openmetrics = parse(&openmetrics, true).map_err(TestCaseError::fail)?;
        prop_assert_eq!(format!("{:?}", classic.samples), format!("{:?}", openmetrics.samples));
        for family in classic.families.values().chain(openmetrics.families.values()) {
            prop_assert_eq!(&family.1, &help);
        }
        for (key, label, _, _) in &values {
            let labels = [("k".to_owned(), key.clone()), ("l".to_owned(), label.clone())];
            let expected: u64 = values.iter().filter(|other| (&other.0, &other.1) == (key, label)).map(|other| other.3).sum();
            let read = classic.samples.iter().find(|sample| sample.0 == "a_total" && sample.1 == labels);
            prop_assert_eq!(read.map(|sample| sample.2), Some(expected as f64));
        }
    }
}
