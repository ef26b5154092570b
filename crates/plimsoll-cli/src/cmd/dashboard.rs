//! `plimsoll dashboard`.

use std::process::ExitCode;

use crate::dashboard;
use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  plimsoll dashboard --output deploy/grafana/plimsoll.json
  plimsoll dashboard --check deploy/grafana/plimsoll.json     exit 1 if the file is stale, for CI";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    output: Output,
}

pub(crate) fn run(args: &Args) -> ExitCode {
    args.output.deliver("dashboard", dashboard::dashboard)
}
