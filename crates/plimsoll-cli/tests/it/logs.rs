//! `plimsoll logs`.

use std::io::Write;
use std::process::{Command, Output, Stdio};

const LINES: &str = concat!(
    r#"{"timestamp":"2026-11-22T07:09:06.232288Z","level":"info","event":"job.submitted","job_id":"j-1"}"#,
    "\n",
    r#"{"timestamp":"2026-11-22T07:09:07.000001Z","level":"error","event":"job.failed","job_id":"j-1"}"#,
    "\nKilled\x1b[2J\n",
);

fn logs(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .arg("logs")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn lines_are_made_readable() {
    let output = logs(&[], LINES);
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(
        lines[0].contains("job.submitted") && lines[0].contains("job_id=j-1"),
        "{text}"
    );
    assert!(
        !text.contains('\x1b'),
        "no colour in a pipe, and nothing that acts on a terminal: {text:?}"
    );
    let coloured = String::from_utf8(logs(&["--color", "always"], LINES).stdout).unwrap();
    assert!(coloured.contains("\x1b[") && !coloured.contains("\x1b[2J"));
}

#[test]
fn a_level_leaves_the_lesser_out() {
    let text = String::from_utf8(logs(&["--level", "warning", "--json"], LINES).stdout).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines, [LINES.lines().nth(1).unwrap(), "Killed\x1b[2J"]);
    for same in ["warn", "WARN", "Warning"] {
        let shown = logs(&["--level", same, "--json"], LINES).stdout;
        assert_eq!(String::from_utf8(shown).unwrap(), text, "{same}");
    }
    assert_eq!(logs(&["--level", "loud"], "").status.code(), Some(2));
}

#[test]
#[cfg(target_os = "linux")]
fn lines_of_a_dead_process_are_brought_back() {
    use plimsoll::sink::{Pipeline, RingOptions, Sink};
    use std::time::Duration;

    struct Broken;
    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::Other.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    let directory = tempfile::tempdir().unwrap();
    let options = RingOptions::for_service("dead").directory(directory.path());
    let pipeline = Pipeline::start(vec![Sink::writer("broken", Broken)], options).unwrap();
    for line in LINES.lines() {
        pipeline.push(tracing::Level::INFO, line.as_bytes());
    }
    assert!(!pipeline.shutdown(Duration::from_millis(50)).is_complete());
    let arguments = ["--recover", directory.path().to_str().unwrap()];
    // While the process lives its ring is its own.
    assert_eq!(logs(&arguments, "").stdout, b"");
    drop(pipeline);
    let output = logs(&arguments, "");
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), 2, "{text}");
    assert!(
        text.lines()
            .all(|line| line.ends_with("\"recovered\":\"maybe-repeated\"}")
                || line.ends_with("\"recovered\":\"yes\"}"))
    );
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.success() && said.contains("1 rings recovered: 2 lines"),
        "{said}"
    );
    let said = String::from_utf8(logs(&arguments, "").stderr).unwrap();
    assert!(said.contains("0 rings recovered"), "{said}");
    assert_eq!(
        logs(&["--recover", "/does/not/exist"], "").status.code(),
        Some(2)
    );
}
