//! Programs that the tests ask. A missing one fails the test with the line that installs it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The checkout.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// `promtool`, ready for arguments.
pub(crate) fn promtool() -> Command {
    let found = Command::new("promtool")
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success());
    assert!(
        found,
        "promtool is missing; this line installs it: sudo apt-get install -y prometheus"
    );
    let mut command = Command::new("promtool");
    command.current_dir(root());
    command
}

/// A Python that has the strict OpenMetrics parser: the one that `cargo xtask test` makes.
pub(crate) fn python() -> Command {
    let python = std::env::var_os("PLIMSOLL_TEST_PYTHON").map_or_else(
        || root().join("target/xtask/python/bin/python"),
        PathBuf::from,
    );
    let found = Command::new(&python)
        .args(["-c", "import prometheus_client.openmetrics.parser"])
        .output()
        .is_ok_and(|output| output.status.success());
    assert!(
        found,
        "prometheus-client is missing; this line installs it: python3 -m venv {0}/target/xtask/python && \
         {0}/target/xtask/python/bin/pip install prometheus-client==0.26.0",
        root().display()
    );
    Command::new(python)
}

/// Runs a command with text on its standard input; the output is both of its streams, and whether it succeeded.
pub(crate) fn feed(command: &mut Command, input: &[u8]) -> (String, bool) {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // A program that refuses early closes its end; its verdict says why.
            let _ = stdin.write_all(input);
        });
        let output = child.wait_with_output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (String::from_utf8(text).unwrap(), output.status.success())
    })
}
