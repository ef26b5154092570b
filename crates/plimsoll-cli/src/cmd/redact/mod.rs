//! `plimsoll redact`: a filter for the output of any program.

mod path;
mod stream;

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use plimsoll::redact::Redactor;

use crate::{config, say};

/// Take secrets and personal data out of a stream: standard input to standard output, line for line
///
/// A line that is a JSON object is redacted by key and by value at any depth and stays one JSON line; any other line is
/// redacted by value. All other bytes pass unchanged, also those that are not UTF-8.
///
/// Example: some-program 2>&1 | plimsoll redact
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Tell which pattern fired where, one JSON object a finding, to this file (`-` or nothing: standard error)
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-", require_equals = true)]
    report: Option<PathBuf>,
    /// Read `[redact]` from this file [default: `$PLIMSOLL_CONFIG`, else ./plimsoll.toml if it is there]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print the names of all patterns and stop
    #[arg(long)]
    list: bool,
}

pub(crate) fn run(args: &Args) -> ExitCode {
    match filter(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Usage(message)) => fail(&message, 2),
        // Who reads the output has gone: nothing is left to do, and nothing is wrong.
        Err(Failure::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Failure::Io(error)) => fail(&error.to_string(), 1),
    }
}

fn fail(message: &str, code: u8) -> ExitCode {
    say::error(message);
    ExitCode::from(code)
}

enum Failure {
    Usage(String),
    Io(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

fn filter(args: &Args) -> Result<(), Failure> {
    let config = config::load(args.config.as_deref()).map_err(Failure::Usage)?;
    let redactor =
        Redactor::from_config(&config.redact).map_err(|error| Failure::Usage(error.to_string()))?;
    let mut out = io::stdout().lock();
    if args.list {
        for (name, _) in redactor.counts().iter() {
            writeln!(out, "{name}")?;
        }
        return Ok(());
    }
    let mut report: Option<Box<dyn Write>> = match args.report.as_deref() {
        None => None,
        Some(path) if path == Path::new("-") => Some(Box::new(io::stderr())),
        Some(path) => Some(Box::new(io::LineWriter::new(File::create(path).map_err(
            |error| Failure::Usage(format!("--report {}: {error}", path.display())),
        )?))),
    };
    let report = report.as_mut().map(|out| out as &mut dyn Write);
    stream::filter(redactor, io::stdin(), &mut out, report)?;
    Ok(())
}
