//! The promises of the recording path: nothing lost, nothing twice, memory bounded.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;

use super::*;

fn text(registry: &Registry, format: Format) -> String {
    let mut out = Vec::new();
    registry.render(format, &mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn threads_lose_no_count_even_after_they_end() {
    let registry = Registry::new();
    let counter = registry
        .counter("a_total", "A.", ["thread", "kind"])
        .unwrap();
    let histogram = registry.histogram("b_seconds", "B.", ["kind"]).unwrap();
    for _ in 0..3 {
        let barrier = Barrier::new(8);
        thread::scope(|scope| {
            for number in 0..8 {
                let (counter, histogram, barrier) = (&counter, &histogram, &barrier);
                scope.spawn(move || {
                    let own = number.to_string();
                    let handle = counter.with(["all", "handle"]);
                    barrier.wait();
                    for step in 0..2_000 {
                        counter.inc([&own, "own"]);
                        counter.inc(["all", "shared"]);
                        handle.inc();
                        histogram.observe(["x"], f64::from(step) * 0.001);
                    }
                });
            }
        });
    }
    for number in 0..8 {
        assert_eq!(counter.get([&number.to_string(), "own"]), 6_000);
    }
    assert_eq!(counter.get(["all", "shared"]), 48_000);
    assert_eq!(counter.get(["all", "handle"]), 48_000);
    assert_eq!(histogram.count(["x"]), 48_000);
}

#[test]
fn a_thread_takes_over_the_cells_of_one_that_ended() {
    let registry = Registry::new();
    let counter = registry.counter("a_total", "A.", []).unwrap();
    for _ in 0..50 {
        let counter = counter.clone();
        thread::spawn(move || counter.inc([])).join().unwrap();
    }
    assert_eq!(counter.get([]), 50);
    assert_eq!(counter.core.shards(), 1);
}

#[test]
fn a_recording_from_the_end_of_a_thread_counts() {
    struct AtTheEnd(CounterFamily<0>);
    impl Drop for AtTheEnd {
        fn drop(&mut self) {
            self.0.inc([]);
        }
    }
    thread_local!(static HELD: std::cell::RefCell<Option<AtTheEnd>> = const { std::cell::RefCell::new(None) });
    let registry = Registry::new();
    let counter = registry.counter("a_total", "A.", []).unwrap();
    for recorded_before in [false, true] {
        let counter = counter.clone();
        thread::spawn(move || {
            // The order in which a thread's values are dropped is that of their first use.
            if recorded_before {
                counter.inc([]);
            }
            HELD.with(|held| *held.borrow_mut() = Some(AtTheEnd(counter.clone())));
        })
        .join()
        .unwrap();
    }
    assert_eq!(counter.get([]), 3);
}

#[test]
fn a_scrape_beside_recordings_never_sees_a_counter_fall() {
    let registry = Registry::new();
    let counter = registry.counter("a_total", "A.", ["k"]).unwrap();
    let histogram = registry.histogram("b_seconds", "B.", []).unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                // Values over ever more octaves, so that blocks grow under the reader's eyes.
                for step in 0..30_000_u32 {
                    counter.inc([["x", "y"][step as usize % 2]]);
                    histogram.observe([], 1e-6 * 1.0006_f64.powi(step as i32 % 20_000));
                }
                done.store(true, Relaxed);
            });
        }
        let mut last = (0.0, 0.0);
        while !done.load(Relaxed) {
            let snapshot = registry.snapshot();
            let now = (
                snapshot.value("a_total", &[]).unwrap_or(0.0),
                snapshot.value("b_seconds", &[]).unwrap(),
            );
            assert!(now.0 >= last.0 && now.1 >= last.1, "{now:?} after {last:?}");
            last = now;
        }
    });
    assert_eq!(registry.snapshot().value("a_total", &[]), Some(60_000.0));
    assert_eq!(histogram.count([]), 60_000);
}

#[test]
fn a_gauge_set_and_added_to_from_many_threads_holds_the_right_value() {
    let registry = Registry::new();
    let gauge = registry.gauge("active", "Active.", ["k"]).unwrap();
    gauge.set(["x"], 10.0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..1_000 {
                    gauge.add(["x"], 1.0);
                    gauge.add(["x"], -1.0);
                }
                gauge.add(["x"], 2.0);
            });
        }
    });
    assert_eq!(gauge.get(["x"]), 18.0);
    gauge.set(["x"], 0.5);
    assert_eq!(gauge.get(["x"]), 0.5);
    gauge.with(["x"]).add(-1.0);
    assert_eq!(gauge.get(["x"]), -0.5);
}

#[test]
fn label_sets_beyond_the_limit_share_one_series_and_the_total_stays_right() {
    let registry = Registry::new();
    let mut settings = plimsoll_standard::config::Metrics {
        cardinality_limit: 5,
        ..Default::default()
    };
    settings
        .cardinality_limits
        .insert("wide_total".to_owned(), 50);
    registry.configure(&settings);
    let narrow = registry.counter("narrow_total", "N.", ["path"]).unwrap();
    let wide = registry.counter("wide_total", "W.", ["path"]).unwrap();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for path in 0..1_000 {
                    narrow.inc([&path.to_string()]);
                    wide.inc([&path.to_string()]);
                }
            });
        }
    });
    let snapshot = registry.snapshot();
    for (name, limit) in [("narrow_total", 5), ("wide_total", 50)] {
        assert_eq!(snapshot.family(name).unwrap().series.len(), limit + 1);
        assert_eq!(snapshot.value(name, &[]), Some(4_000.0));
        let other = snapshot.value(name, &[("path", "_other")]).unwrap();
        assert_eq!(other, 4_000.0 - 4.0 * limit as f64);
    }
    assert_eq!(registry.overflows().len(), 2);
}

#[test]
fn a_caller_who_says_other_makes_no_second_series() {
    let registry = Registry::new();
    let counter = registry.counter("a_total", "A.", ["k"]).unwrap();
    assert!(!text(&registry, Format::Classic).contains("a_total"));
    counter.inc(["_other"]);
    counter.with(["_other"]).inc();
    let text = text(&registry, Format::Classic);
    assert_eq!(
        text.matches("a_total{k=\"_other\"} 2\n").count(),
        1,
        "{text}"
    );
}

#[test]
fn a_long_label_value_is_cut_and_still_counted_once() {
    let registry = Registry::new();
    let counter = registry.counter("a_total", "A.", ["k"]).unwrap();
    let long = "ü".repeat(10_000);
    (0..3).for_each(|_| counter.inc([&long]));
    assert_eq!(counter.get([&long]), 3);
    assert!(text(&registry, Format::Classic).len() < 1_000);
}

#[test]
fn a_counter_is_raised_to_a_total_and_never_lowered() {
    let registry = Registry::new();
    let counter = registry.counter("a_total", "A.", ["k"]).unwrap();
    counter.add(["x"], 3);
    counter.raise_to(["x"], 10);
    counter.raise_to(["x"], 4);
    assert_eq!(counter.get(["x"]), 10);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (10..=500).for_each(|total| counter.raise_to(["x"], total)));
        }
    });
    assert_eq!(counter.get(["x"]), 500);
}

#[test]
fn odd_values_keep_count_and_sum_true() {
    let registry = Registry::new();
    let histogram = registry.histogram("b_seconds", "B.", []).unwrap();
    for value in [
        f64::NAN,
        -1.0,
        f64::NEG_INFINITY,
        f64::INFINITY,
        0.0,
        -0.0,
        1.0,
    ] {
        histogram.observe([], value);
    }
    let text = text(&registry, Format::OpenMetrics);
    assert!(
        text.contains("b_seconds_count 7\n") && text.contains("b_seconds_sum 1.0\n"),
        "{text}"
    );
    assert!(
        text.contains("b_seconds_bucket{le=\"0.005\"} 5\n"),
        "{text}"
    );
    assert!(text.contains("b_seconds_bucket{le=\"1.0\"} 6\n"), "{text}");
    assert!(text.contains("b_seconds_bucket{le=\"+Inf\"} 7\n"), "{text}");
}

#[test]
fn quantiles_are_live_and_within_two_percent() {
    let registry = Registry::new();
    let histogram = registry.histogram("b_seconds", "B.", ["route"]).unwrap();
    assert_eq!(histogram.quantile(0.95, |_| true), None);
    // A long-tailed distribution by its inverse, a constant one, and a uniform one.
    let values = |route: &str, share: f64| match route {
        "tail" => 0.01 * (-(1.0 - share).ln()).powf(1.8) + 1e-5,
        "constant" => 0.103_7,
        _ => 0.2 + 3.0 * share,
    };
    for route in ["tail", "constant", "uniform"] {
        let count = 20_000;
        for step in 0..count {
            histogram.observe(
                [route],
                values(route, (f64::from(step) + 0.5) / f64::from(count)),
            );
        }
        for share in [0.5, 0.9, 0.95, 0.99] {
            let read = histogram
                .quantile(share, |labels| labels == [route])
                .unwrap();
            let truth = values(route, share);
            assert!(
                (read - truth).abs() / truth < 0.02,
                "{route} {share}: {read} for {truth}"
            );
        }
    }
    let snapshot = registry.snapshot();
    let Value::Histogram {
        quantiles, count, ..
    } = &snapshot.family("b_seconds").unwrap().series[1].value
    else {
        panic!("not a histogram");
    };
    assert_eq!(*count, 20_000);
    assert!((quantiles.unwrap()[1] - 0.103_7).abs() < 0.002);
}

#[test]
fn the_same_registration_is_shared_and_another_one_is_refused() {
    let registry = Registry::new();
    let first = registry.counter("a_total", "A.", ["k"]).unwrap();
    let second = registry.counter("a_total", "Again.", ["k"]).unwrap();
    first.inc(["x"]);
    assert_eq!(second.get(["x"]), 1);
    for error in [
        registry.counter("a_total", "A.", ["l"]).map(drop),
        registry.gauge("a", "A.", []).map(drop),
        registry.histogram("a", "A.", ["k"]).map(drop),
        registry.gauge_source("a", "A.", || None),
    ] {
        let error = error.unwrap_err().to_string();
        assert!(
            error.contains("already registered by the counter a_total"),
            "{error}"
        );
    }
}

#[test]
fn collectors_run_before_each_render_and_a_panicking_one_harms_nothing() {
    let registry = Registry::new();
    let gauge = registry.gauge("depth", "D.", []).unwrap();
    registry.on_scrape(|| panic!("a collector's own fault"));
    registry.on_scrape({
        let gauge = gauge.clone();
        move || gauge.set([], gauge.get([]) + 1.0)
    });
    registry
        .gauge_source("broken", "B.", || panic!("a source's own fault"))
        .unwrap();
    registry
        .counter_source("odd_total", "O.", || Some(f64::NAN))
        .unwrap();
    assert!(text(&registry, Format::Classic).contains("depth 1.0\n"));
    let text = text(&registry, Format::OpenMetrics);
    assert!(
        text.contains("depth 2.0\n") && text.ends_with("# EOF\n"),
        "{text}"
    );
    assert!(!text.contains("broken") && !text.contains("odd"), "{text}");
}

#[test]
fn what_is_known_beforehand_appears_at_zero() {
    let registry = Registry::new();
    let catalogue = Catalogue::register(&registry);
    catalogue.expect_cache("jobs");
    catalogue.expect_job("default", "webhook");
    let text = text(&registry, Format::Classic);
    for line in [
        "log_events_total{level=\"warning\"} 0",
        "log_suppressed_total 0",
        "plimsoll_violations_total{rule=\"PL006\"} 0",
        "cache_requests_total{cache=\"jobs\",result=\"hit\"} 0",
        "job_attempts_total{queue=\"default\",job_type=\"webhook\",outcome=\"lost\"} 0",
        "job_duration_seconds_count{queue=\"default\",job_type=\"webhook\",outcome=\"dead\"} 0",
        "job_duration_seconds_bucket{queue=\"default\",job_type=\"webhook\",outcome=\"dead\",le=\"600.0\"} 0",
        "jobs_submitted_total{queue=\"default\",job_type=\"webhook\"} 0",
        "plimsoll_series_overflow_total{metric=\"job_wait_seconds\"} 0",
    ] {
        assert!(
            text.contains(&format!("{line}\n")),
            "{line} is missing in\n{text}"
        );
    }
}

#[test]
fn every_metric_of_the_catalogue_is_registered_as_the_standard_has_it() {
    let registry = Registry::new();
    let _catalogue = Catalogue::register(&registry);
    let snapshot = registry.snapshot();
    for entry in plimsoll_standard::catalogue::ALL {
        let family = snapshot.family(entry.name).unwrap();
        assert_eq!(
            (family.kind, family.help.as_str()),
            (entry.kind, entry.help),
            "{}",
            entry.name
        );
        assert_eq!(family.labels, entry.labels, "{}", entry.name);
    }
}
