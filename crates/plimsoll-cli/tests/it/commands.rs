//! What all commands have in common: failures in one form, files into new folders.

use std::process::Command;

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
