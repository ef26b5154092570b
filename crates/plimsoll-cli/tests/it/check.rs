//! `plimsoll check` as people and machines call it.

use std::path::Path;
use std::process::{Command, Output};

const SERVICE: &str = "use tracing::info;\n\nfn serve(user: &User) {\n    println!(\"up\");\n    info!(\"user {} came\", user.id);\n}\n";

fn tree(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("src")).unwrap();
    std::fs::write(folder.path().join("src/lib.rs"), text).unwrap();
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    command
        .arg("check")
        .args(arguments)
        .current_dir(folder)
        .env_remove("PLIMSOLL_CONFIG")
        .env_remove("NO_COLOR");
    command.output().unwrap()
}

fn out(output: &Output) -> String {
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
fn the_nearest_configuration_counts() {
    let folder = tree(SERVICE);
    std::fs::write(folder.path().join("plimsoll.toml"), "[check]\ndisable = [\"PL001\"]\n[[check.allow]]\npaths = [\"src/lib.rs\"]\nrules = [\"PL003\"]\nreason = \"old\"\n").unwrap();
    assert_eq!(run(folder.path(), &[]).status.code(), Some(0));
    std::fs::write(
        folder.path().join("plimsoll.toml"),
        "[check]\ndisbale = [\"PL001\"]\n",
    )
    .unwrap();
    let output = run(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("disbale"));
}

#[test]
fn allowed_paths_are_relative_to_their_file_and_must_be_of_use() {
    let folder = tree(SERVICE);
    let write = |reason: &str, path: &str| {
        std::fs::write(
            folder.path().join("plimsoll.toml"),
            format!("[check]\nstrict = false\n\n[[check.allow]]\npaths = [\"{path}\"]\nreason = \"{reason}\"\n"),
        )
        .unwrap();
    };
    write("old", "src/lib.rs");
    for (place, path) in [
        ("", "."),
        ("", "src"),
        ("", "src/lib.rs"),
        ("src", "."),
        ("src", "lib.rs"),
    ] {
        let output = run(&folder.path().join(place), &[path]);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{place} {path}: {}",
            out(&output)
        );
    }
    write("old", "src/gone.rs");
    let text = out(&run(folder.path(), &["--disable", "PL001,PL003"]));
    assert!(
        text.contains("plimsoll.toml:4:1") && text.contains("hides nothing"),
        "{text}"
    );
    // A part of the tree cannot tell whether it is of use elsewhere.
    let output = run(folder.path(), &["src", "--disable", "PL001,PL003"]);
    assert_eq!(output.status.code(), Some(0));
    write(" ", "src/lib.rs");
    let text = out(&run(folder.path(), &[]));
    assert!(
        text.contains("PL000[suppression]") && text.contains("gives no reason"),
        "{text}"
    );
}

#[test]
fn a_part_of_a_package_is_judged_as_that_part() {
    let folder = tree(SERVICE);
    let root = folder.path();
    std::fs::create_dir_all(root.join("tests")).unwrap();
    std::fs::write(root.join("tests/it.rs"), SERVICE).unwrap();
    std::fs::write(
        root.join("Cargo.toml"),
        "[package]\nname = \"ordersctl\"\nversion = \"0.1.0\"\n[dependencies]\nclap = \"4\"\n",
    )
    .unwrap();
    std::fs::write(
        root.join("src/main.rs"),
        "fn main() {\n    println!(\"done\");\n}\n",
    )
    .unwrap();
    for (place, path) in [
        ("", "."),
        ("", "src/main.rs"),
        ("src", "main.rs"),
        ("src", "."),
        ("", "tests/it.rs"),
    ] {
        let output = run(&root.join(place), &[path, "--disable", "PL003"]);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{place} {path}: {}",
            out(&output)
        );
    }
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
fn paths_start_where_their_reader_does() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    std::fs::create_dir_all(root.join(".git")).unwrap();
    std::fs::create_dir_all(root.join("svc/src")).unwrap();
    std::fs::write(root.join("svc/src/lib.rs"), SERVICE).unwrap();
    let text = |place: &str, arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        command
            .arg("check")
            .args(arguments)
            .args(["--disable", "PL001"]);
        command
            .current_dir(root.join(place))
            .env_remove("PLIMSOLL_CONFIG")
            .env_remove("GITHUB_WORKSPACE");
        out(&command.output().unwrap())
    };
    // Where it is run, what is checked; and the path as a terminal, as the runner and the scanner, and json have it.
    for (place, path, human, github, json) in [
        ("", "svc", "svc/src/lib.rs", "svc/src/lib.rs", "src/lib.rs"),
        ("svc", ".", "src/lib.rs", "svc/src/lib.rs", "src/lib.rs"),
        (
            "",
            "svc/src/lib.rs",
            "svc/src/lib.rs",
            "svc/src/lib.rs",
            "lib.rs",
        ),
        ("svc/src", "lib.rs", "lib.rs", "svc/src/lib.rs", "lib.rs"),
        (
            ".git",
            "../svc",
            "../svc/src/lib.rs",
            "svc/src/lib.rs",
            "src/lib.rs",
        ),
    ] {
        let shown = text(place, &[path]);
        assert!(
            shown.contains(&format!(" --> {human}:5:5\n  |\n5 |     info!(")),
            "{place} {path}: {shown}"
        );
        let shown = text(place, &[path, "--format", "github"]);
        assert!(
            shown.starts_with(&format!("::warning file={github},line=5,")),
            "{place} {path}: {shown}"
        );
        let document: serde_json::Value =
            serde_json::from_str(&text(place, &[path, "--format", "sarif"])).unwrap();
        let location = &document["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
        assert_eq!(
            location["artifactLocation"]["uri"], github,
            "{place} {path}"
        );
        let line: serde_json::Value =
            serde_json::from_str(&text(place, &[path, "--format", "json"])).unwrap();
        assert_eq!(line["path"], json, "{place} {path}");
    }
    // The runner's own folder counts before the repository's.
    let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["check", "svc", "--format", "github", "--disable", "PL001"])
        .current_dir(&root)
        .env("GITHUB_WORKSPACE", root.join("svc"))
        .output()
        .unwrap();
    assert!(out(&output).starts_with("::warning file=src/lib.rs,"));
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

#[test]
fn every_command_reports_a_failure_in_one_form() {
    let folder = tempfile::tempdir().unwrap();
    let said = |program: &str, arguments: &[&str]| {
        let output = Command::new(program)
            .args(arguments)
            .current_dir(folder.path())
            .env_remove("PLIMSOLL_CONFIG")
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap();
        assert_ne!(output.status.code(), Some(0), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let plimsoll = env!("CARGO_BIN_EXE_plimsoll");
    for arguments in [
        ["redact", "--config", "none"],
        ["alerts", "--config", "none"],
        ["dashboard", "--config", "none"],
        ["check", "--config", "none"],
    ] {
        let text = said(plimsoll, &arguments);
        assert!(text.starts_with("error: cannot read none: "), "{text}");
    }
    for arguments in [
        &["logs", "none"][..],
        &["logs", "--recover", "none"],
        &["check", "none"],
        &["alerts", "--check", "none"],
        &["logs", "--level", "loud"],
    ] {
        let text = said(plimsoll, arguments);
        assert!(text.starts_with("error: "), "{arguments:?}: {text}");
    }
    let text = said(
        env!("CARGO_BIN_EXE_cargo-plimsoll"),
        &["plimsoll", "check", "--no-such"],
    );
    assert!(text.contains("Usage: cargo plimsoll check"), "{text}");
}

#[test]
fn a_generated_file_may_go_into_a_new_folder() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["alerts", "--output", "a/b/rules.yml"])
        .current_dir(folder.path())
        .env_remove("PLIMSOLL_CONFIG")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(folder.path().join("a/b/rules.yml").is_file());
}
