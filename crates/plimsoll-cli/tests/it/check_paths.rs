//! `plimsoll check` by path: which configuration counts, what a part of a package is, how paths are written.

use std::process::Command;

use crate::check::{SERVICE, out, run, tree};

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
