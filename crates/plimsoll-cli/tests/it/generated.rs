//! `plimsoll alerts` and `plimsoll dashboard`.

use std::process::{Command, Output};

use crate::tools::{promtool, root};

fn plimsoll(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(arguments)
        .current_dir(root())
        .env_remove("PLIMSOLL_CONFIG")
        .output()
        .unwrap()
}

#[test]
fn the_committed_files_are_what_the_targets_ask_for() {
    for (command, file) in [
        ("alerts", "deploy/prometheus/rules.yml"),
        ("dashboard", "deploy/grafana/plimsoll.json"),
    ] {
        let output = plimsoll(&[command, "--check", file]);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

#[test]
fn a_stale_file_is_named_with_its_remedy() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("rules.yml");
    let path = file.to_str().unwrap();
    assert!(plimsoll(&["alerts", "--output", path]).status.success());
    assert!(plimsoll(&["alerts", "--check", path]).status.success());
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("> 1000", "> 2000")).unwrap();
    let output = plimsoll(&["alerts", "--check", path]);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        message.contains("plimsoll alerts --output") && message.contains(path),
        "{message}"
    );
}

#[test]
fn the_rules_follow_the_file_and_a_wrong_one_is_usage() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("plimsoll.toml");
    let path = file.to_str().unwrap();
    std::fs::write(&file, "[targets]\njob_queue_depth = 77\n").unwrap();
    let output = plimsoll(&["alerts", "--config", path]);
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .contains("queue:job_queue_depth:max > 77\n")
    );

    std::fs::write(&file, "[targets]\njob_queue_depht = 77\n").unwrap();
    let output = plimsoll(&["alerts", "--config", path]);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        message.contains("job_queue_depht") && message.contains(path),
        "{message}"
    );

    let output = plimsoll(&["dashboard", "--config", "no-such-file.toml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("no-such-file.toml")
    );
}

#[test]
fn promtool_takes_the_rules_and_their_tests_pass() {
    for arguments in [
        [
            "check",
            "rules",
            "--lint=all",
            "--lint-fatal",
            "deploy/prometheus/rules.yml",
        ]
        .as_slice(),
        &["test", "rules", "deploy/prometheus/rules_test.yml"],
    ] {
        let output = promtool().args(arguments).output().unwrap();
        let text =
            String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{text}");
    }
}

#[test]
fn every_alert_has_its_runbook_page() {
    let rules = std::fs::read_to_string(root().join("deploy/prometheus/rules.yml")).unwrap();
    let pages: Vec<&str> = rules
        .lines()
        .filter_map(|line| line.trim().strip_prefix("runbook_url: "))
        .filter_map(|url| url.trim_matches('"').rsplit_once('/'))
        .map(|(_, page)| page)
        .collect();
    assert_eq!(pages.len(), rules.matches("- alert:").count());
    for page in pages {
        let path = root().join("docs/runbooks").join(page);
        let text = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for heading in ["## What it means", "## What to look at", "## What to do"] {
            assert!(text.contains(heading), "{page} has no {heading:?}");
        }
    }
}

#[test]
fn the_catalogue_of_the_documentation_is_the_one_of_the_standard() {
    let text = std::fs::read_to_string(root().join("docs/metrics.md")).unwrap();
    let table: String = plimsoll_standard::catalogue::ALL
        .iter()
        .map(|entry| {
            let labels: Vec<String> = entry
                .labels
                .iter()
                .map(|label| format!("`{label}`"))
                .collect();
            let labels = if labels.is_empty() {
                "none".to_owned()
            } else {
                labels.join(", ")
            };
            format!(
                "| `{}` | {} | {labels} | {} |\n",
                entry.name,
                entry.kind.as_str(),
                entry.help
            )
        })
        .collect();
    assert!(
        text.contains(&table),
        "docs/metrics.md should have this table:\n{table}"
    );
    for entry in plimsoll_standard::catalogue::ALL
        .iter()
        .filter(|entry| !entry.buckets.is_empty())
    {
        let bounds: Vec<String> = entry.buckets.iter().map(ToString::to_string).collect();
        let line = format!("`{}`: {}", entry.name, bounds.join(" "));
        assert!(text.contains(&line), "docs/metrics.md should say: {line}");
    }
}
