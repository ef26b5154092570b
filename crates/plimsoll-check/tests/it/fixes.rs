//! `--fix`: what comes out compiles or parses, says the same, and is clean the second time.

use plimsoll_check::fix::fix_text;
use plimsoll_check::{Check, Options, check_text};

fn fixed(path: &str, text: &str) -> String {
    let findings = check_text(path, text, &Options::default());
    let fixable: Vec<_> = findings
        .iter()
        .filter(|finding| finding.fix.is_some())
        .collect();
    let (result, applied) = fix_text(text, &fixable);
    assert_eq!(applied, fixable.len());
    // A second run has nothing more to fix, and nothing unstructured where something was fixed.
    let again = check_text(path, &result, &Options::default());
    assert!(
        again.iter().all(|finding| finding.fix.is_none()),
        "{result}"
    );
    let left = |findings: &[plimsoll_check::Finding]| {
        findings
            .iter()
            .filter(|finding| finding.check == Check::Unstructured)
            .count()
    };
    assert_eq!(left(&again), left(&findings) - applied, "{result}");
    result
}

#[test]
fn tracing_arguments_become_fields() {
    let cases = [
        (
            "info!(\"user {} left\", user.id)",
            "info!(id = %user.id, \"user left\")",
        ),
        ("info!(\"user {user} left\")", "info!(%user, \"user left\")"),
        (
            "info!(\"user {user:?} left\")",
            "info!(?user, \"user left\")",
        ),
        (
            "warn!(\"disk {}: {:?}\", self.disk.name, error)",
            "warn!(name = %self.disk.name, ?error, \"disk\")",
        ),
        (
            "tracing::debug!(target: \"db\", rows, \"read {} from {table}\", path.display())",
            "tracing::debug!(target: \"db\", rows, path = %path.display(), %table, \"read from\")",
        ),
        (
            "error!(\"job {id} failed: {err}\", id = job.id, err = e)",
            "error!(id = %job.id, err = %e, \"job failed\")",
        ),
        (
            "info!(\"{} jobs, {} workers\", jobs, workers,)",
            "info!(%jobs, %workers, \"jobs, workers\",)",
        ),
        (
            "info!(r#\"path \"{}\" opened\"#, path)",
            "info!(%path, r#\"path opened\"#)",
        ),
        (
            "info!(\"at {}\", &self.addr)",
            "info!(addr = %&self.addr, \"at\")",
        ),
    ];
    for (before, after) in cases {
        let file = |call: &str| {
            format!("use tracing::{{debug, error, info, warn}};\nfn f() {{\n    {call};\n}}\n")
        };
        let result = fixed("src/a.rs", &file(before));
        assert_eq!(result, file(after));
        syn::parse_file(&result).unwrap();
    }
}

#[test]
fn what_needs_a_guess_is_left_alone() {
    let cases = [
        "info!(\"{} of {}\", a.len(), compute(b))",
        "info!(\"{:>8}\", width)",
        "info!(\"{}\", x)",
        "info!(\"{} and {}\", a.id, b.id)",
        "info!(id = 3, \"{}\", user.id)",
        "info!(\"pair {}\", pair.0)",
        "info!(\"sum {}\", a + b)",
        "info!(\"json {:#?}\", value)",
        "info!(\"twice {0} {0}\", x)",
        "log::info!(\"user {}\", user)",
    ];
    for call in cases {
        let file = format!("use tracing::info;\nfn f() {{\n    {call};\n}}\n");
        assert_eq!(fixed("src/a.rs", &file), file);
    }
    let log = "use log::info;\nfn f() {\n    info!(\"user {}\", user);\n}\n";
    assert_eq!(fixed("src/a.rs", log), log);
}

#[test]
fn structlog_holes_become_keywords() {
    let file = |call: &str| {
        format!(
            "import structlog\n\nlog = structlog.get_logger()\n\n\ndef f(user, job):\n    {call}\n"
        )
    };
    let cases = [
        (
            "log.info(f\"user {user.id} left\")",
            "log.info(\"user left\", id=str(user.id))",
        ),
        (
            "log.info(f\"job {job!r} done\", took=3)",
            "log.info(\"job done\", job=repr(job), took=3)",
        ),
        (
            "log.error(f'failed: {job}')",
            "log.error('failed', job=str(job))",
        ),
        (
            "log.info(f\"{user} has {job}\",)",
            "log.info(\"has\", user=str(user), job=str(job),)",
        ),
    ];
    for (before, after) in cases {
        let result = fixed("app/a.py", &file(before));
        assert_eq!(result, file(after));
        assert!(!plimsoll_check::python::read(&result).broken);
    }
    for call in [
        "log.info(f\"{user.id} {job.id}\")",
        "log.info(f\"{len(job)} left\")",
        "log.info(f\"{job:>3} left\")",
        "log.info(f\"{job=} left\")",
        "log.info(f\"{event} left\")",
    ] {
        assert_eq!(fixed("app/a.py", &file(call)), file(call));
    }
    let stdlib = "import logging\nlog = logging.getLogger()\nlog.info(f\"user {user} left\")\n";
    assert_eq!(fixed("app/a.py", stdlib), stdlib);
}

#[test]
fn the_whole_collection_parses_when_fixed_and_is_clean_the_second_time() {
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut changed = [0, 0];
    for half in ["tune", "score"] {
        for (at, language) in ["rust", "python"].into_iter().enumerate() {
            let root = corpus.join(half).join(language);
            for (path, text) in sources(&root, &root) {
                let result = fixed(&path, &text);
                if result == text {
                    continue;
                }
                changed[at] += 1;
                if language == "rust" {
                    assert!(syn::parse_file(&result).is_ok(), "{path}\n{result}");
                } else {
                    assert!(!plimsoll_check::python::read(&result).broken, "{result}");
                }
            }
        }
    }
    assert!(changed.iter().all(|files| *files > 0), "{changed:?}");
}

/// The files below a folder, by their paths in the tree.
fn sources(root: &std::path::Path, folder: &std::path::Path) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(sources(root, &path));
        } else if path.extension().is_some_and(|e| e == "rs" || e == "py") {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap();
            all.push((name.to_owned(), std::fs::read_to_string(&path).unwrap()));
        }
    }
    all
}
