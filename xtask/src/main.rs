//! What the project does to itself; one file a subcommand.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// `cargo xtask ...`
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {}

fn main() -> ExitCode {
    match Cli::parse().command {}
}
