//! Baselines outlive moved lines; the order of findings and the output never change.

use plimsoll_check::baseline::Baseline;
use plimsoll_check::report;

use super::{run, tree};

#[test]
fn moved_lines_stay_known_and_new_ones_do_not() {
    let folder = tree(&[(
        "src/lib.rs",
        "pub fn f(x: u32) {\n    println!(\"a\");\n    println!(\"a\");\n    tracing::info!(\"x {x}\");\n}\n",
    )]);
    let file = folder.path().join("known.json");
    assert_eq!(Baseline::read(&file).unwrap(), None);
    Baseline::of(&run(folder.path()).findings)
        .write(&file)
        .unwrap();
    let known = Baseline::read(&file).unwrap().unwrap();

    std::fs::write(
        folder.path().join("src/lib.rs"),
        "//! Moved.\n\npub fn g() {}\n\npub fn f(x: u32) {\n    println!(\n        \"a\"\n    );\n    println!(\"a\");\n    tracing::info!(\"x {x}\");\n    println!(\"a\");\n    tracing::info!(\"y {x}\");\n}\n",
    )
    .unwrap();
    let mut findings = run(folder.path()).findings;
    assert_eq!(known.subtract(&mut findings), 3);
    let lines: Vec<_> = findings.iter().map(|finding| finding.line).collect();
    assert_eq!(lines, [11, 12]);
}

#[test]
fn a_file_that_is_no_baseline_is_refused() {
    let folder = tree(&[("known.json", "{\"version\": 9, \"findings\": {}}")]);
    let error = Baseline::read(&folder.path().join("known.json"))
        .unwrap_err()
        .to_string();
    assert!(error.contains("version 9"), "{error}");
}

#[test]
fn every_run_says_the_same() {
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/tune");
    let first = report::json(&run(&corpus).findings);
    assert!(first.lines().count() > 300);
    let single = plimsoll_check::Options {
        threads: Some(1),
        ..plimsoll_check::Options::default()
    };
    let alone = plimsoll_check::check(&corpus, &single, &|_, _| {}).unwrap();
    assert_eq!(first, report::json(&alone.findings));
}

#[test]
fn each_line_of_json_has_exactly_its_keys() {
    let folder = tree(&[("a/b c/ä.rs", "fn f() {\n    println!(\"x\\ny\");\n}\n")]);
    let text = report::json(&run(folder.path()).findings);
    let line: serde_json::Value = serde_json::from_str(text.trim()).unwrap();
    let keys: Vec<_> = line.as_object().unwrap().keys().cloned().collect();
    assert_eq!(
        keys,
        [
            "check",
            "column",
            "end_line",
            "fingerprint",
            "help",
            "line",
            "message",
            "path",
            "rule"
        ]
    );
    assert_eq!(line["path"], "a/b c/ä.rs");
    assert_eq!(
        (
            line["line"].as_u64(),
            line["column"].as_u64(),
            line["end_line"].as_u64()
        ),
        (Some(2), Some(5), Some(2))
    );
}

#[test]
fn gitignored_files_are_not_read_and_an_ignored_root_is() {
    let print = "fn f() {\n    println!(\"x\");\n}\n";
    let folder = tree(&[
        (".gitignore", "/out/\n"),
        ("src/a.rs", print),
        ("out/b.rs", print),
    ]);
    assert_eq!(run(folder.path()).files, 1);
    assert_eq!(run(&folder.path().join("out")).files, 1);
}

#[test]
fn a_file_that_does_not_parse_is_searched_and_counted() {
    let folder = tree(&[
        ("src/a.rs", "fn f( {\n    info!(\"x {}\", y);\n"),
        ("app/b.py", "def f(:\n    log.info(f\"x {y}\")\n"),
        ("app/c.py", "print \"python 2\"\nlog.info(f\"x {y}\")\n"),
    ]);
    let report = run(folder.path());
    assert_eq!(report.broken.len(), 3);
    let found = report
        .findings
        .iter()
        .filter(|finding| finding.check == plimsoll_check::Check::Unstructured)
        .count();
    assert_eq!(found, 3, "{:?}", report.findings);
}
