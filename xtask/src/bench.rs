//! `cargo xtask bench`: builds `bench/`, a workspace of its own with the peers, and runs one comparison.

use std::process::{Command, ExitCode};

use crate::Outcome;

/// The command line of `cargo xtask bench`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The comparison, one of the packages in bench/
    #[arg(value_parser = ["loggers", "parts", "http", "metrics", "redaction"])]
    comparison: String,
    /// Passed on to the comparison; `-- --help` lists what it takes
    #[arg(last = true)]
    rest: Vec<String>,
}

pub(crate) fn run(args: &Args) -> Outcome {
    let package = format!("bench-{}", args.comparison);
    let status = Command::new(env!("CARGO"))
        .current_dir(crate::root().join("bench"))
        .args([
            "run",
            "--quiet",
            "--locked",
            "--release",
            "--package",
            &package,
            "--",
        ])
        .args(&args.rest)
        .status()?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
