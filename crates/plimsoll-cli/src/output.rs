//! What is generated from `plimsoll.toml`'s targets, and where it goes: to stdout, to a file, or beside one that it must
//! equal.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use plimsoll_standard::config::Targets;

use crate::{config, say};

/// The options that generators share.
#[derive(Debug, clap::Args)]
pub(crate) struct Output {
    /// Read this file instead of the one `PLIMSOLL_CONFIG` names, or ./plimsoll.toml
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Write to this file instead of stdout
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write nothing; exit with 1 if this file differs from what would be written
    #[arg(long, value_name = "FILE", conflicts_with = "output")]
    check: Option<PathBuf>,
}

impl Output {
    /// Delivers what `generate` makes of the targets; `command` is what the user can run to bring a stale file up to date.
    pub(crate) fn deliver(&self, command: &str, generate: fn(&Targets) -> String) -> ExitCode {
        let (code, message) = match config::load(self.config.as_deref()) {
            Err(message) => (ExitCode::from(2), message),
            Ok(config) => match self.write(command, &generate(&config.targets)) {
                Ok(()) => return ExitCode::SUCCESS,
                Err(message) => (ExitCode::FAILURE, message),
            },
        };
        say::error(&message);
        code
    }

    fn write(&self, command: &str, text: &str) -> Result<(), String> {
        match (&self.output, &self.check) {
            (Some(path), _) => write(path, text)
                .map_err(|error| format!("cannot write {}: {error}", path.display())),
            (None, Some(path)) => compare(path, text, command),
            (None, None) => std::io::stdout()
                .write_all(text.as_bytes())
                .map_err(|error| format!("cannot write to stdout: {error}")),
        }
    }
}

/// Makes the folders above the file, too: a first run has nowhere to put it yet.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, text)
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
