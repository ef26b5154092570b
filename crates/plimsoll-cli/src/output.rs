//! Where a generated file goes: to stdout, to a file, or beside one that it must equal.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The options that generators share.
#[derive(Debug, clap::Args)]
pub(crate) struct Output {
    /// Write to this file instead of stdout
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write nothing; exit with 1 if this file differs from what would be written
    #[arg(long, value_name = "FILE", conflicts_with = "output")]
    check: Option<PathBuf>,
}

impl Output {
    /// Delivers `text`; `command` is what the user can run to bring a stale file up to date.
    #[allow(clippy::print_stderr, reason = "a command line speaks to its user")]
    pub(crate) fn deliver(&self, text: &str, command: &str) -> ExitCode {
        let outcome = match (&self.output, &self.check) {
            (Some(path), _) => std::fs::write(path, text)
                .map_err(|error| format!("cannot write {}: {error}", path.display())),
            (None, Some(path)) => compare(path, text, command),
            (None, None) => std::io::stdout()
                .write_all(text.as_bytes())
                .map_err(|error| format!("cannot write to stdout: {error}")),
        };
        match outcome {
            Ok(()) => ExitCode::SUCCESS,
            Err(message) => {
                eprintln!("plimsoll: {message}");
                ExitCode::FAILURE
            }
        }
    }
}

fn compare(path: &Path, text: &str, command: &str) -> Result<(), String> {
    let present = std::fs::read_to_string(path)
        .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    if present == text {
        return Ok(());
    }
    let lines = present
        .lines()
        .zip(text.lines())
        .take_while(|(old, new)| old == new)
        .count();
    Err(format!(
        "{0} is not what plimsoll.toml asks for, from line {1} on; `plimsoll {command} --output {0}` brings it up to date",
        path.display(),
        lines + 1
    ))
}
