//! What needs a process of its own: the global subscriber, the panic hook, the `log` crate, the environment.
//!
//! Each test starts this very binary again for one case and reads what that wrote.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs
)]

mod secrets;

use plimsoll::sink::RingOptions;
use plimsoll_standard::Config;
use serde_json::{Map, Value, json};
use std::fmt;
use std::process::Command;
use std::time::{Duration, Instant};
use tracing::{debug, error, info, info_span, warn};

const CASE: &str = "PLIMSOLL_TEST_CASE";

/// What a case wrote.
struct Written {
    lines: Vec<Map<String, Value>>,
    stdout: String,
    stderr: String,
}

impl Written {
    fn all(&self, event: &str) -> Vec<&Map<String, Value>> {
        self.lines
            .iter()
            .filter(|line| line["event"] == event)
            .collect()
    }

    #[track_caller]
    fn only(&self, event: &str) -> &Map<String, Value> {
        let found = self.all(event);
        assert_eq!(
            found.len(),
            1,
            "{event} in {}\n{}",
            self.stdout,
            self.stderr
        );
        found[0]
    }
}

/// Runs the test of that name again as its own process, with these variables.
fn run(test: &str, variables: &[(&str, &str)]) -> Written {
    let output = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env(CASE, test)
        .env_remove("RUST_LOG")
        .env_remove("LOG_LEVEL")
        .env_remove("LOG_FORMAT")
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    // The harness writes its own lines between.
    let lines = stdout
        .lines()
        .filter_map(|line| line.find("{\"timestamp\"").map(|at| &line[at..]))
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    Written {
        lines,
        stdout,
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Whether this is the started process, which plays the case.
fn plays(test: &str) -> bool {
    std::env::var(CASE).is_ok_and(|case| case == test)
}

fn install(config: &str) -> plimsoll::Guard {
    let config = Config::parse("test", config, []).unwrap();
    plimsoll::configure()
        .service("test")
        .config(config)
        .ring(RingOptions::for_service("test").durable(false))
        .install()
        .unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_second_install_is_refused() {
    if plays("a_second_install_is_refused") {
        let _guard = install("");
        let second = plimsoll::configure().config(Config::default()).install();
        info!(error = second.unwrap_err().to_string(), "second");
        return;
    }
    let written = run("a_second_install_is_refused", &[]);
    let error = written.only("second")["error"].as_str().unwrap();
    assert!(
        error.contains("already") && error.contains("build()"),
        "{error}"
    );
    assert_eq!(written.only("second")["service"], "test");
}

struct Broken;
impl fmt::Debug for Broken {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("never told")
    }
}

#[test]
fn a_panic_is_one_line_with_its_context() {
    if plays("a_panic_is_one_line_with_its_context") {
        let _guard = install("");
        let context = plimsoll::Context::builder()
            .request_id("r-1")
            .field("path", "/x")
            .build();
        std::thread::Builder::new()
            .name("worker-7".to_owned())
            .spawn(move || {
                let _entered = context.enter();
                info!(broken = ?Broken, "quiet");
                panic!("lost\nthe order {}", 7);
            })
            .unwrap()
            .join()
            .unwrap_err();
        info!("after");
        return;
    }
    let written = run("a_panic_is_one_line_with_its_context", &[]);
    let line = written.only("panic");
    assert_eq!(line["level"], "error");
    assert_eq!(line["message"], "lost\nthe order 7");
    assert!(
        line["location"]
            .as_str()
            .unwrap()
            .contains("installed/main.rs:")
    );
    assert_eq!(line["thread"], "worker-7");
    assert_eq!(
        (&line["request_id"], &line["path"]),
        (&json!("r-1"), &json!("/x"))
    );
    let frames = line["backtrace"].as_array().unwrap();
    assert!(
        frames[0].as_str().unwrap().contains("installed/main.rs:"),
        "{frames:?}"
    );
    assert_eq!(
        written.only("quiet")["broken"],
        "[unprintable: its formatter panicked]"
    );
    written.only("after");
    assert!(!written.stderr.contains("panicked"), "{}", written.stderr);
}

#[test]
fn the_log_crate_keeps_its_key_values() {
    if plays("the_log_crate_keeps_its_key_values") {
        let _guard = install("");
        let context = plimsoll::Context::builder().request_id("r-1").build();
        let _entered = context.enter();
        let _span = info_span!("s", in_span = true).entered();
        log::info!(user_id = 42, password = "hunter2", level = "x", request_id = "mine", shown:% = "a b"; "said {}", "so");
        log::debug!("not written");
        log::warn!(target: "other", broken:? = Broken; "w\n");
        return;
    }
    let written = run("the_log_crate_keeps_its_key_values", &[]);
    let line = written.only("said so");
    assert_eq!(line["user_id"], 42);
    assert_eq!(line["field_level"], "x");
    assert_eq!(line["level"], "info");
    assert_eq!(line["request_id"], "r-1");
    assert_eq!(line["field_request_id"], "mine");
    assert_eq!(line["shown"], "a b");
    assert_eq!(line["in_span"], true);
    assert!(!written.stdout.contains("hunter2") && !written.stdout.contains("log.target"));
    assert_eq!(
        written.only("w\n")["broken"],
        "[unprintable: its formatter panicked]"
    );
    assert!(written.all("not written").is_empty());
}

#[test]
fn run_time_wins_over_rust_log_over_log_level_over_the_file() {
    const TEST: &str = "run_time_wins_over_rust_log_over_log_level_over_the_file";
    if plays(TEST) {
        let guard = install("[log]\nlevel = \"error\"");
        error!("e");
        warn!("w");
        info!("i");
        debug!("d");
        guard
            .level()
            .set(tracing::Level::DEBUG, None, None)
            .unwrap();
        debug!("at run time");
        return;
    }
    let seen = |variables: &[(&str, &str)]| {
        let written = run(TEST, variables);
        written.only("at run time");
        written.only("log.level_changed");
        ["e", "w", "i", "d"]
            .iter()
            .map(|event| written.all(event).len())
            .sum::<usize>()
    };
    assert_eq!(seen(&[]), 1);
    assert_eq!(seen(&[("LOG_LEVEL", "warn")]), 2);
    assert_eq!(seen(&[("LOG_LEVEL", "warn"), ("RUST_LOG", "info")]), 3);
    assert_eq!(
        seen(&[("LOG_LEVEL", "warn"), ("RUST_LOG", "installed=debug")]),
        4
    );
    let refused = run(TEST, &[("RUST_LOG", "[span]=debug")]);
    assert!(
        refused.stderr.contains("filters by span"),
        "{}",
        refused.stderr
    );
}

/// Waits until so many changes of the level have been told, which is when every callsite has heard of them.
fn wait_for_changes(count: u32) {
    let told = || {
        plimsoll::metrics::registry()
            .snapshot()
            .value("log_events_total", &[("level", "warning")])
    };
    let started = Instant::now();
    while told() != Some(count.into()) {
        assert!(started.elapsed() < Duration::from_secs(60), "{:?}", told());
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_level_set_at_run_time_ends_by_itself() {
    const TEST: &str = "a_level_set_at_run_time_ends_by_itself";
    const LONG: Option<Duration> = Some(Duration::from_secs(3600));
    const SHORT: Option<Duration> = Some(Duration::from_millis(50));
    if plays(TEST) {
        let guard = install("");
        let control = guard.level();
        let change = control.set(tracing::Level::ERROR, None, LONG).unwrap();
        assert_eq!(
            (change.old, change.new),
            (tracing::Level::INFO, tracing::Level::ERROR)
        );
        let here = Some("installed");
        control.set(tracing::Level::DEBUG, here, LONG).unwrap();
        debug!("debug while it holds");
        info!(target: "elsewhere", "silenced elsewhere");
        error!(target: "elsewhere", "never silenced");
        assert_eq!(control.get().overrides.len(), 2);
        // However slow the machine is: the end of one is awaited before the other one's time is cut short.
        control.set(tracing::Level::DEBUG, here, SHORT).unwrap();
        wait_for_changes(4);
        control.set(tracing::Level::ERROR, None, SHORT).unwrap();
        wait_for_changes(6);
        debug!("debug after it ended");
        info!(target: "elsewhere", "info again");
        assert!(
            control
                .set(
                    tracing::Level::INFO,
                    None,
                    Some(Duration::from_secs(86_401))
                )
                .is_err()
        );
        assert!(
            control
                .set(tracing::Level::INFO, Some("a b"), None)
                .is_err()
        );
        return;
    }
    let written = run(TEST, &[]);
    written.only("debug while it holds");
    written.only("never silenced");
    written.only("info again");
    assert!(
        written.all("silenced elsewhere").is_empty()
            && written.all("debug after it ended").is_empty()
    );
    let changes = written.all("log.level_changed");
    assert_eq!(changes.len(), 6, "{}", written.stdout);
    assert_eq!(
        (&changes[0]["old"], &changes[0]["new"]),
        (&json!("info"), &json!("error"))
    );
    assert_eq!(changes[1]["target"], "installed");
    assert_eq!(
        (&changes[3]["reason"], &changes[3]["new"]),
        (&json!("ended"), &json!("error"))
    );
    assert_eq!(
        (&changes[5]["reason"], &changes[5]["new"]),
        (&json!("ended"), &json!("info"))
    );
}

#[test]
fn a_hot_loop_of_the_log_crate_is_bounded_and_counted_exactly() {
    const TEST: &str = "a_hot_loop_of_the_log_crate_is_bounded_and_counted_exactly";
    if plays(TEST) {
        let guard = install("[log.limit]\nburst = 100\nper_second = 1");
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..5000).for_each(|n| log::info!(n; "loop")));
            }
        });
        (0..50).for_each(|_| log::info!("other callsite"));
        assert!(guard.flush(Duration::from_secs(10)));
        return;
    }
    let written = run(TEST, &[]);
    let told = written.all("log.suppressed");
    let told: u64 = told
        .iter()
        .map(|line| line["suppressed"].as_u64().unwrap())
        .sum();
    let kept = written.all("loop").len() as u64;
    assert_eq!(kept + told, 20_000);
    // Leases that threads still hold when they end are never more than these.
    assert!(kept <= 130 && kept > 30, "{kept}");
    assert_eq!(written.all("other callsite").len(), 50);
}

#[test]
fn a_hot_loop_is_bounded_and_counted_exactly() {
    const TEST: &str = "a_hot_loop_is_bounded_and_counted_exactly";
    if plays(TEST) {
        let guard = install("[log.limit]\nburst = 100\nper_second = 1");
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..5000).for_each(|n| info!(n, "loop")));
            }
        });
        (0..50).for_each(|_| info!("other callsite"));
        assert!(guard.flush(Duration::from_secs(10)));
        let count = plimsoll::metrics::catalogue();
        info!(
            events = count.log_events.get(["info"]) + 1,
            suppressed = count.log_suppressed.get([]),
            "counts"
        );
        return;
    }
    let written = run(TEST, &[]);
    let told: u64 = written
        .all("log.suppressed")
        .iter()
        .map(|line| line["suppressed"].as_u64().unwrap())
        .sum();
    let kept = written.all("loop").len() as u64;
    assert_eq!(kept + told, 20_000);
    // Leases that threads still hold when they end are never more than these.
    assert!(kept <= 130 && kept > 30, "{kept}");
    assert_eq!(written.all("other callsite").len(), 50);
    let line = written.all("log.suppressed")[0];
    assert_eq!(
        (&line["rule"], &line["level"]),
        (&json!("PL006"), &json!("warning"))
    );
    assert!(line["callsite"].as_str().unwrap().contains("main.rs:"));
    assert_eq!(written.only("counts")["suppressed"], told);
    assert_eq!(written.only("counts")["events"], 20_000 + 50 + 1);
}

#[test]
fn one_level_for_everything_is_told_once() {
    const TEST: &str = "one_level_for_everything_is_told_once";
    if plays(TEST) {
        let _guard = install("");
        (0..2000).for_each(|_| info!("x"));
        info!(
            count = plimsoll::metrics::catalogue().violations.get(["PL004"]),
            "count"
        );
        return;
    }
    let written = run(TEST, &[]);
    assert_eq!(written.only("standard.violation")["rule"], "PL004");
    assert_eq!(written.only("count")["count"], 1);
}

#[test]
fn the_flight_recorder_writes_what_led_to_a_failure() {
    const TEST: &str = "the_flight_recorder_writes_what_led_to_a_failure";
    if plays(TEST) {
        let _guard = install(
            "[log.recorder]\nenabled = true\ndirectives = \"installed=debug\"\nslower_than = \"1s\"\ndumps_per_minute = 4\nbytes = 4096",
        );
        debug!("outside");
        let open = |id: &str| plimsoll::Context::builder().request_id(id).build();
        {
            let fine = open("fine");
            let _entered = fine.enter();
            debug!("of a fine request");
            fine.finished(Duration::from_millis(10));
        }
        {
            let _entered = open("failed").enter();
            debug!(step = 1, recorded = "mine", "first");
            info!("written anyway");
            debug!(step = 2, "second");
            error!("the failure");
            debug!("after the failure");
        }
        {
            let slow = open("slow");
            let _entered = slow.enter();
            debug!("of a slow request");
            slow.finished(Duration::from_secs(2));
        }
        {
            let full = open("full");
            let _entered = full.enter();
            (0..100).for_each(|n| debug!(n, text = "x".repeat(100), "many"));
            full.fail("5xx");
        }
        for number in 0..3 {
            let context = open("budget");
            let _entered = context.enter();
            debug!(number, "within the budget");
            context.fail("timeout");
        }
        return;
    }
    let written = run(TEST, &[]);
    assert!(written.all("outside").is_empty() && written.all("of a fine request").is_empty());
    assert!(written.all("after the failure").is_empty());
    let order: Vec<&str> = written
        .lines
        .iter()
        .filter_map(|line| line["event"].as_str())
        .collect();
    assert_eq!(
        order[..4],
        ["written anyway", "first", "second", "the failure"],
        "{}",
        written.stdout
    );
    let first = written.only("first");
    assert_eq!(
        (&first["recorded"], &first["field_recorded"]),
        (&json!(true), &json!("mine"))
    );
    assert_eq!(
        (&first["level"], &first["request_id"]),
        (&json!("debug"), &json!("failed"))
    );
    assert_eq!(written.only("the failure").get("recorded"), None);
    assert_eq!(written.only("of a slow request")["recorded"], true);
    let dropped = written.only("log.recorder_full")["recorded_dropped"]
        .as_u64()
        .unwrap();
    assert_eq!(dropped + written.all("many").len() as u64, 100);
    assert_eq!(written.all("many").last().unwrap()["n"], 99);
    assert_eq!(written.all("within the budget").len(), 1);
}

#[test]
fn the_format_is_as_said() {
    const TEST: &str = "the_format_is_as_said";
    if plays(TEST) {
        let _guard = install("");
        info!(a = "b c", "x");
        return;
    }
    run(TEST, &[]).only("x");
    let console = run(TEST, &[("LOG_FORMAT", "console")]);
    assert!(console.lines.is_empty());
    assert!(
        console
            .stdout
            .contains("Z info    x                        a=\"b c\" service=test"),
        "{}",
        console.stdout
    );
    assert!(
        run(TEST, &[("LOG_FORMAT", "xml")])
            .stderr
            .contains("use json or console")
    );
    let coloured = run(TEST, &[("LOG_FORMAT", "console"), ("FORCE_COLOR", "1")]);
    assert!(
        coloured.stdout.contains("\u{1b}[32minfo"),
        "{}",
        coloured.stdout
    );
}
