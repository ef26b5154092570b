//! `plimsoll alerts`.

use std::process::ExitCode;

use crate::alerts;
use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  plimsoll alerts --output deploy/prometheus/rules.yml
  plimsoll alerts --check deploy/prometheus/rules.yml     exit 1 if the file is stale, for CI";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    output: Output,
}

pub(crate) fn run(args: &Args) -> ExitCode {
    args.output.deliver("alerts", alerts::rules)
}
