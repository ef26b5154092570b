//! `plimsoll dashboard`.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::output::Output;
use crate::{config, dashboard};

const EXAMPLES: &str = "\
Examples:
  plimsoll dashboard --output deploy/grafana/plimsoll.json
  plimsoll dashboard --check deploy/grafana/plimsoll.json     exit 1 if the file is stale, for CI";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Read this file instead of the one `PLIMSOLL_CONFIG` names, or ./plimsoll.toml
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

#[allow(clippy::print_stderr, reason = "a command line speaks to its user")]
pub(crate) fn run(args: &Args) -> ExitCode {
    match config::load(args.config.as_deref()) {
        Ok(config) => args
            .output
            .deliver(&dashboard::dashboard(&config.targets), "dashboard"),
        Err(message) => {
            eprintln!("plimsoll: {message}");
            ExitCode::from(2)
        }
    }
}
