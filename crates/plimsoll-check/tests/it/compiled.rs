//! What `--fix` makes of Rust is compiled by cargo and run: it logs the same values as before.

use std::fs;
use std::path::Path;
use std::process::Command;

use plimsoll_check::fix::fix_text;
use plimsoll_check::{Check, Finding, Options, check_text};

const CALLS: &str = include_str!("../fixed/src/calls.rs");

/// The features of `tracing` that the fixed code needs: without its attributes the crate is built in seconds.
const MANIFEST: &str = r#"
[package]
name = "fixed"
version = "0.0.0"
edition = "2024"

[workspace]

[dependencies]
tracing = { version = "0.1", default-features = false, features = ["std"] }

[profile.dev]
debug = false
"#;

/// What one call logged.
struct Line {
    level: String,
    target: String,
    message: String,
    fields: Vec<(String, String)>,
}

#[test]
fn fixed_calls_compile_and_log_the_same_values() {
    let (after, applied) = fixed();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fixed");
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    fs::create_dir_all(folder.join("src")).unwrap();
    write("Cargo.toml", MANIFEST);
    // The versions that this test was built with are there without a network.
    fs::copy(here.join("../../Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    for name in ["src/main.rs", "src/world.rs"] {
        write(
            name,
            &fs::read_to_string(here.join("tests/fixed").join(name)).unwrap(),
        );
    }
    write("src/before.rs", CALLS);
    write("src/after.rs", &after);

    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--offline"])
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .current_dir(&folder)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}\n{after}");

    let printed = String::from_utf8(output.stdout).unwrap();
    let lines = |name: &str| -> Vec<Line> {
        let all = printed
            .lines()
            .map(|line| serde_json::from_str::<Vec<String>>(line).unwrap());
        all.filter(|line| line[0] == name)
            .map(|line| Line::new(&line))
            .collect()
    };
    let (before, after) = (lines("before"), lines("after"));
    assert_eq!(before.len(), after.len(), "{printed}");
    assert_eq!(before.len(), applied, "each call is run once: {printed}");
    for (before, after) in before.iter().zip(&after) {
        same_values(before, after);
    }
}

/// The file after one run, which leaves nothing for a second one, and how many calls changed.
fn fixed() -> (String, usize) {
    let findings = check_text("src/calls.rs", CALLS, &Options::default());
    let fixable: Vec<&Finding> = findings
        .iter()
        .filter(|finding| finding.fix.is_some())
        .collect();
    let (after, applied) = fix_text(CALLS, &fixable);
    assert!(applied >= 40, "{applied}");
    let again = check_text("src/calls.rs", &after, &Options::default());
    let left: Vec<&Finding> = again
        .iter()
        .filter(|finding| finding.check == Check::Unstructured)
        .collect();
    assert!(left.is_empty(), "{left:#?}\n{after}");
    (after, applied)
}

/// The fields there were are still there; the new ones hold what has left the text, and with them the text is whole.
fn same_values(before: &Line, after: &Line) {
    let shown = format!(
        "{} {:?}\n{} {:?}",
        before.message, before.fields, after.message, after.fields
    );
    assert_eq!(before.level, after.level, "{shown}");
    assert_eq!(before.target, after.target, "{shown}");
    assert!(
        before
            .fields
            .iter()
            .all(|field| after.fields.contains(field)),
        "{shown}"
    );
    let mut rest = before.message.as_str();
    let mut text = String::new();
    let new = after
        .fields
        .iter()
        .filter(|field| !before.fields.contains(field));
    for (_, value) in new {
        let (left, right) = rest
            .split_once(value.as_str())
            .unwrap_or_else(|| panic!("{value} is not in the text, or out of order: {shown}"));
        text.extend([left, " "]);
        rest = right;
    }
    text.push_str(rest);
    assert_eq!(words(&text), words(&after.message), "{shown}");
}

fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect()
}

impl Line {
    fn new(parts: &[String]) -> Self {
        let mut message = String::new();
        let mut fields = Vec::new();
        for pair in parts[3..].chunks(2) {
            if pair[0] == "message" {
                message.clone_from(&pair[1]);
            } else {
                fields.push((pair[0].clone(), pair[1].clone()));
            }
        }
        Self {
            level: parts[1].clone(),
            target: parts[2].replace("fixed::after", "fixed::before"),
            message,
            fields,
        }
    }
}
