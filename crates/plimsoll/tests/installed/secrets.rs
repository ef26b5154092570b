//! Redaction of a whole process: panics, the `log` crate, file sinks, and the three ways to configure it.

use super::{Written, install, plays, run};
use plimsoll::sink::{RingOptions, Sink};
use plimsoll_standard::Config;
use serde_json::json;
use std::time::Duration;
use tracing::{error, info};

const CORE: &str = "Kx7Qm2Vt9Lp4Zw8Rb5Nd";

fn forms() -> [String; 3] {
    let host = "db.internal/app";
    [
        format!("password={CORE}"),
        format!("Authorization: Bearer {CORE}"),
        format!("postgres://app:{CORE}@{host}"),
    ]
}

#[track_caller]
fn clean(written: &Written) {
    assert!(!written.stdout.contains(CORE), "{}", written.stdout);
    assert!(!written.stderr.contains(CORE), "{}", written.stderr);
}

#[test]
fn a_panic_tells_no_secret() {
    const TEST: &str = "secrets::a_panic_tells_no_secret";
    if plays(TEST) {
        let _guard = install("[log.fields]\nnote = \"token=Kx7Qm2Vt9Lp4Zw8Rb5Nd\"");
        for text in forms() {
            std::thread::spawn(move || {
                let context = plimsoll::Context::builder()
                    .field("path", text.as_str())
                    .build();
                let _entered = context.enter();
                panic!("cannot go on: {text}");
            })
            .join()
            .unwrap_err();
        }
        return;
    }
    let written = run(TEST, &[]);
    clean(&written);
    let panics = written.all("panic");
    assert_eq!(panics.len(), 3);
    for line in panics {
        assert!(
            line["message"].as_str().unwrap().contains("[redacted:"),
            "{line:?}"
        );
        assert!(
            line["path"].as_str().unwrap().contains("[redacted:"),
            "{line:?}"
        );
    }
}

#[test]
fn a_record_of_the_log_crate_tells_no_secret() {
    const TEST: &str = "secrets::a_record_of_the_log_crate_tells_no_secret";
    if plays(TEST) {
        let _guard = install("");
        for text in forms() {
            log::warn!(text = text.as_str(), debug:? = Some(&text), api_key = CORE; "refused: {text}");
        }
        return;
    }
    let written = run(TEST, &[]);
    clean(&written);
    assert_eq!(written.lines.len(), 3);
    for line in &written.lines {
        for key in ["event", "text", "debug", "api_key"] {
            assert!(
                line[key].as_str().unwrap().contains("[redacted:"),
                "{key} of {line:?}"
            );
        }
    }
}

#[test]
fn no_sink_and_no_format_shows_a_secret() {
    const TEST: &str = "secrets::no_sink_and_no_format_shows_a_secret";
    if plays(TEST) {
        let directory = std::env::var("DIRECTORY").unwrap();
        let guard = plimsoll::configure()
            .config(Config::default())
            .sink(Sink::file(format!("{directory}/all.log")))
            .sink(Sink::stdout().format(plimsoll::sink::Format::Console))
            .ring(RingOptions::for_service("test").durable(false))
            .install()
            .unwrap();
        for text in forms() {
            error!(password = CORE, text, "refused: {text}");
        }
        assert!(guard.flush(Duration::from_secs(5)));
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let written = run(TEST, &[("DIRECTORY", directory.path().to_str().unwrap())]);
    clean(&written);
    assert!(
        written.stdout.matches("refused: ").count() >= 3,
        "{}",
        written.stdout
    );
    let mut files = 0;
    for file in std::fs::read_dir(directory.path()).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        assert!(!text.contains(CORE), "{text}");
        files += text.matches("[redacted:password]").count();
    }
    assert!(files >= 3, "{files}");
}

/// What was written, and what both counters say in the end.
fn count_and_say(guard: &plimsoll::Guard) {
    let catalogue = plimsoll::metrics::catalogue();
    assert!(guard.flush(Duration::from_secs(5)));
    info!(
        passwords = catalogue.redactions.get(["password"]),
        violations = catalogue.violations.get(["PL002"]),
        "counts"
    );
}

#[test]
fn observing_counts_each_finding_once_and_changes_nothing() {
    const TEST: &str = "secrets::observing_counts_each_finding_once_and_changes_nothing";
    if plays(TEST) {
        let mode = std::env::var("MODE").unwrap();
        let guard = install(&format!("[redact]\nmode = \"{mode}\""));
        for _ in 0..10 {
            info!(password = CORE, "by key");
            info!("by value: password={CORE}");
        }
        info!(
            author = "Ada",
            prompt_tokens = 512,
            "nothing: max_tokens=100"
        );
        count_and_say(&guard);
        return;
    }
    let observed = run(TEST, &[("MODE", "observe")]);
    assert_eq!(
        observed.stdout.matches(CORE).count(),
        20,
        "{}",
        observed.stdout
    );
    assert!(!observed.stdout.contains("[redacted:"));
    let enforced = run(TEST, &[("MODE", "enforce")]);
    clean(&enforced);
    for written in [observed, enforced] {
        let counts = written.only("counts");
        assert_eq!(
            (&counts["passwords"], &counts["violations"]),
            (&json!(20), &json!(20))
        );
        assert!(written.all("redact.self_test_failed").is_empty());
        assert_eq!(
            written.only("nothing: max_tokens=100")["prompt_tokens"],
            512
        );
    }
}

/// Honest ways to break redaction: a key that is declared safe, a pattern that is left out.
#[test]
fn a_broken_redaction_is_told_and_strict_refuses_it() {
    const TEST: &str = "secrets::a_broken_redaction_is_told_and_strict_refuses_it";
    if plays(TEST) {
        let guard = install(&std::env::var("REDACT").unwrap());
        count_and_say(&guard);
        return;
    }
    for broken in ["safe_keys = [\"password\"]", "disable = [\"jwt\"]"] {
        let written = run(TEST, &[("REDACT", &format!("[redact]\n{broken}"))]);
        let told = written.only("redact.self_test_failed");
        assert_eq!(told["level"], "error");
        assert_eq!(
            written.only("counts")["violations"],
            told["survivors"],
            "{broken}"
        );
        let strict = run(
            TEST,
            &[("REDACT", &format!("[redact]\nstrict = true\n{broken}"))],
        );
        assert!(strict.lines.is_empty(), "{}", strict.stdout);
        assert!(strict.stderr.contains("redact.strict"), "{}", strict.stderr);
    }
    let strict = run(TEST, &[("REDACT", "[redact]\nstrict = true")]);
    assert_eq!(strict.only("counts")["violations"], 0);
}
