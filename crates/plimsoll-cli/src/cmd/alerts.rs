//! `plimsoll alerts`.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::output::Output;
use crate::{alerts, config};

const EXAMPLES: &str = "\
Examples:
  plimsoll alerts --output deploy/prometheus/rules.yml
  plimsoll alerts --check deploy/prometheus/rules.yml     exit 1 if the file is stale, for CI";

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
            .deliver(&alerts::rules(&config.targets), "alerts"),
        Err(message) => {
            eprintln!("plimsoll: {message}");
            ExitCode::from(2)
        }
    }
}
