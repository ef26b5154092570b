//! Recording and scraping.

use allocation_counter::measure;
use plimsoll::metrics::{Format, Registry};

const ROUTES: [&str; 3] = ["/", "/jobs/{id}", "/accounts/{account}/statements/{year}"];

#[test]
fn a_recording_that_was_met_before_allocates_nothing() {
    let registry = Registry::new();
    let names = ["method", "route", "status"];
    let counter = registry
        .counter("requests_total", "Requests.", names)
        .unwrap();
    let gauge = registry.gauge("active", "Active.", ["method"]).unwrap();
    let histogram = registry
        .histogram("duration_seconds", "Durations.", names)
        .unwrap();
    let handle = histogram.with(["GET", "/", "200"]);
    let record = || {
        for route in ROUTES {
            counter.inc(["GET", route, "200"]);
            gauge.add(["GET"], 1.0);
            histogram.observe(["GET", route, "200"], 0.003);
            histogram.observe(["GET", route, "200"], 0.0031);
        }
        handle.observe(0.0032);
    };
    record();
    let allocations = measure(|| (0..1000).for_each(|_| record()));
    assert_eq!(allocations.count_total, 0, "{allocations:?}");
}

#[test]
fn a_scrape_into_a_kept_buffer_allocates_less_than_a_kilobyte() {
    let registry = Registry::new();
    let counter = registry
        .counter("requests_total", "Requests.", ["route", "status"])
        .unwrap();
    let histogram = registry
        .histogram("duration_seconds", "Durations.", ["route"])
        .unwrap();
    for route in 0..1000 {
        counter.inc([&format!("/route/{route}"), "200"]);
        histogram.observe([&format!("/route/{route}")], 0.1);
    }
    let mut out = Vec::new();
    registry.render(Format::Classic, &mut out);
    let size = out.len();
    assert!(size > 1000 * 16 * 30, "{size}");
    for format in [Format::Classic, Format::OpenMetrics] {
        out.clear();
        out.reserve(size + 1000);
        let allocations = measure(|| registry.render(format, &mut out));
        assert!(allocations.bytes_total < 1024, "{allocations:?}");
    }
}

#[test]
fn a_label_set_beyond_the_limit_leaves_nothing_behind() {
    let registry = Registry::new();
    registry.configure(&plimsoll_standard::config::Metrics {
        cardinality_limit: 10,
        ..Default::default()
    });
    let counter = registry
        .counter("requests_total", "Requests.", ["path"])
        .unwrap();
    (0..100).for_each(|path| counter.inc([&path.to_string()]));
    let allocations = measure(|| {
        for path in 100..10_000 {
            counter.inc([&path.to_string()]);
        }
    });
    assert_eq!(allocations.bytes_current, 0, "{allocations:?}");
    assert_eq!(counter.get(["_other"]), 9_990);
    assert_eq!(
        registry.snapshot().value("requests_total", &[]),
        Some(10_000.0)
    );
}
