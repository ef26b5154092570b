//! What the project does to itself; one file a subcommand.
//!
//! A subcommand is a module with `Args` (its command line) and `run`, and one line in [`Command`] and
//! in `main`.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is a command line tool: what it prints is its result"
)]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod bench;
mod check_score;
mod redaction;
mod test;

/// What a subcommand returns: its exit code, or a sentence for standard error and exit code 1.
pub(crate) type Outcome = Result<ExitCode, Box<dyn std::error::Error>>;

/// What the project does to itself: test, bench, score.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Everything that proves a clean checkout; what the CI runs
    Test(test::Args),
    /// Measure Plimsoll side by side with its peers
    Bench(bench::Args),
    /// Score the checker on its labelled collection
    CheckScore(check_score::Args),
    /// Score redaction on the labelled collection, beside detect-secrets
    Redaction(redaction::Args),
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Test(args) => test::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::CheckScore(args) => check_score::run(&args),
        Command::Redaction(args) => redaction::run(&args),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::FAILURE
    })
}

/// The root of the workspace, whatever the working directory is.
pub(crate) fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
}
