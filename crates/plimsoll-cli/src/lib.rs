//! The `plimsoll` command; one file a subcommand under `cmd/`.

mod alerts;
mod cmd;
mod config;
mod dashboard;
mod output;
mod say;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

/// The production logging and observability standard, from the command line.
#[derive(Debug, Parser)]
#[command(name = "plimsoll", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make Prometheus recording and alerting rules from the targets
    Alerts(cmd::alerts::Args),
    /// Find the forbidden six of the standard in source code
    Check(cmd::check::Args),
    /// Print a completion script for a shell
    Completions(cmd::completions::Args),
    /// Make a Grafana dashboard from the targets
    Dashboard(cmd::dashboard::Args),
    /// Read JSON lines with ease, or bring back those of killed processes
    Logs(cmd::logs::Args),
    Redact(cmd::redact::Args),
}

/// Runs the command line, called by `name` (`plimsoll`, `cargo plimsoll`): 0 ok, 1 findings or failure, 2 usage or
/// configuration.
pub fn run(name: &str, arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let parsed = Cli::command()
        .bin_name(name)
        .try_get_matches_from(arguments)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    match cli.command {
        Command::Alerts(args) => cmd::alerts::run(&args),
        Command::Check(args) => cmd::check::run(&args),
        Command::Completions(args) => cmd::completions::run(&args, &mut Cli::command()),
        Command::Dashboard(args) => cmd::dashboard::run(&args),
        Command::Logs(args) => cmd::logs::run(&args),
        Command::Redact(args) => cmd::redact::run(&args),
    }
}
