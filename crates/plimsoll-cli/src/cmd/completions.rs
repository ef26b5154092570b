//! `plimsoll completions`.

use std::process::ExitCode;

/// Examples: `plimsoll completions bash > /etc/bash_completion.d/plimsoll`
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Which shell
    shell: clap_complete::Shell,
}

pub(crate) fn run(args: &Args, command: &mut clap::Command) -> ExitCode {
    clap_complete::generate(args.shell, command, "plimsoll", &mut std::io::stdout());
    ExitCode::SUCCESS
}
