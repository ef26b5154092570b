//! `plimsoll check` as people and machines call it.

use std::path::Path;
use std::process::{Command, Output};

pub(crate) const SERVICE: &str = "use tracing::info;\n\nfn serve(user: &User) {\n    println!(\"up\");\n    info!(\"user {} came\", user.id);\n}\n";

pub(crate) fn tree(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("src")).unwrap();
    std::fs::write(folder.path().join("src/lib.rs"), text).unwrap();
    folder
}

pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    command
        .arg("check")
        .args(arguments)
        .current_dir(folder)
        .env_remove("PLIMSOLL_CONFIG")
        .env_remove("NO_COLOR");
    command.output().unwrap()
}

pub(crate) fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn exit_codes_tell_clean_from_findings_from_failure() {
    let folder = tree(SERVICE);
    assert_eq!(run(folder.path(), &[]).status.code(), Some(1));
    assert_eq!(
        run(folder.path(), &["--disable", "PL001,PL003"])
            .status
            .code(),
        Some(0)
    );
    assert_eq!(run(folder.path(), &["nowhere"]).status.code(), Some(2));
    assert_eq!(
        run(folder.path(), &["--disable", "PL042"]).status.code(),
        Some(2)
    );
    assert_eq!(
        run(folder.path(), &["--explain", "PL042"]).status.code(),
        Some(2)
    );
    assert_eq!(
        run(folder.path(), &["--diff", "no-such-revision"])
            .status
            .code(),
        Some(2)
    );
    assert_eq!(
        run(folder.path(), &["--format", "xml"]).status.code(),
        Some(2)
    );
}

#[test]
fn people_see_the_line_and_what_to_write_instead() {
    let folder = tree(SERVICE);
    let text = out(&run(folder.path(), &[]));
    assert!(
        text.contains("PL003[unstructured]: info! puts values into the text"),
        "{text}"
    );
    assert!(
        text.contains(
            " --> src/lib.rs:5:5\n  |\n5 |     info!(\"user {} came\", user.id);\n  |     ^^^"
        ),
        "{text}"
    );
    assert!(text.contains("= instead: "), "{text}");
    assert!(text.contains("PL001 print-for-logging"), "{text}");
    assert!(!text.contains('\x1b'), "no colours into a pipe");
    assert!(out(&run(folder.path(), &["--color", "always"])).contains('\x1b'));
    for name in [
        "PL003",
        "pl003",
        "unstructured-message",
        "unstructured",
        "lazy-args",
    ] {
        assert!(
            out(&run(folder.path(), &["--explain", name])).starts_with("# PL003"),
            "{name}"
        );
    }
    for name in ["PL000", "suppression"] {
        assert!(
            out(&run(folder.path(), &["--explain", name])).starts_with("# PL000"),
            "{name}"
        );
    }
}

#[test]
fn cargo_calls_it_too() {
    let folder = tree(SERVICE);
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-plimsoll"))
        .args(["plimsoll", "check", "--format", "json"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        out(&output),
        out(&run(folder.path(), &["--format", "json"]))
    );
    assert_eq!(
        out(&run(folder.path(), &["--format", "github"]))
            .lines()
            .count(),
        2
    );
}

#[test]
fn a_baseline_is_recorded_then_held() {
    let folder = tree(SERVICE);
    assert_eq!(
        run(folder.path(), &["--baseline", "known.json"])
            .status
            .code(),
        Some(0)
    );
    assert_eq!(
        run(folder.path(), &["--baseline", "known.json"])
            .status
            .code(),
        Some(0)
    );
    std::fs::write(
        folder.path().join("src/lib.rs"),
        format!("//! Moved.\n{SERVICE}fn g() {{\n    println!(\"new\");\n}}\n"),
    )
    .unwrap();
    let output = run(
        folder.path(),
        &["--baseline", "known.json", "--format", "json"],
    );
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(out(&output).lines().count(), 1);
    assert_eq!(
        run(
            folder.path(),
            &["--baseline", "known.json", "--update-baseline"]
        )
        .status
        .code(),
        Some(0)
    );
    assert_eq!(
        run(folder.path(), &["--baseline", "known.json"])
            .status
            .code(),
        Some(0)
    );
}

#[test]
fn a_diff_shows_what_changed_alone() {
    let folder = tree(SERVICE);
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command
            .current_dir(folder.path())
            .args(["-c", "user.name=n", "-c", "user.email=e@example.com"])
            .args(arguments);
        assert!(command.output().unwrap().status.success(), "{arguments:?}");
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-qm", "first"]);
    assert_eq!(
        run(folder.path(), &["--diff", "HEAD"]).status.code(),
        Some(0)
    );
    std::fs::write(
        folder.path().join("src/lib.rs"),
        format!("{SERVICE}fn g() {{\n    println!(\"new\");\n}}\n"),
    )
    .unwrap();
    std::fs::write(
        folder.path().join("src/new.rs"),
        "fn h() {\n    println!(\"untracked\");\n}\n",
    )
    .unwrap();
    let text = out(&run(folder.path(), &["--diff", "HEAD", "--format", "json"]));
    let lines: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let found: Vec<_> = lines
        .iter()
        .map(|line| {
            (
                line["path"].as_str().unwrap(),
                line["line"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(found, [("src/lib.rs", 8), ("src/new.rs", 2)]);
}

#[test]
fn a_fix_compiles_and_is_clean() {
    let folder = tree(SERVICE);
    let output = run(folder.path(), &["--fix", "--disable", "PL001"]);
    assert_eq!(output.status.code(), Some(0));
    let text = std::fs::read_to_string(folder.path().join("src/lib.rs")).unwrap();
    assert!(
        text.contains("info!(id = %user.id, \"user came\");"),
        "{text}"
    );
    syn::parse_file(&text).unwrap();
}

#[test]
fn what_a_baseline_holds_back_is_counted() {
    let folder = tree(SERVICE);
    for _ in 0..2 {
        let text = out(&run(folder.path(), &["--baseline", "known.json"]));
        assert!(
            text.ends_with("no new findings, 2 known, in 1 file\n"),
            "{text}"
        );
    }
    assert!(out(&run(folder.path(), &[])).ends_with("\n2 findings in 1 file\n"));
}
