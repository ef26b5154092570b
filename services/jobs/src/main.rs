//! `jobs`: the reference job service.

use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use clap::{CommandFactory, Parser};
use jobs_service::cli::{Cli, Command, healthcheck, load};
use jobs_service::{serve, settings};

/// A wrong value may have come by the environment: then the flag's name alone leads nowhere.
fn with_variable(mut error: clap::Error) -> clap::Error {
    let Some(ContextValue::String(argument)) = error.get(ContextKind::InvalidArg) else {
        return error;
    };
    let flag = argument.split_whitespace().next().unwrap_or_default();
    if let Some(variable) = settings::variable(flag) {
        let both = format!("{argument} ({variable})");
        error.insert(ContextKind::InvalidArg, ContextValue::String(both));
    }
    error
}

/// What is wrong with the arguments, and what may have been meant, in one line.
fn in_one_line(error: &clap::Error) -> String {
    let text = error.to_string();
    let said = text
        .split("\n\n")
        .filter(|part| !part.starts_with("Usage:") && !part.starts_with("For more information"))
        .map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect::<Vec<_>>()
        .join("; ");
    format!("{}; try --help", said.trim_start_matches("error: "))
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        // The message shows the value that was refused: it is redacted.
        Err(error) if error.use_stderr() => {
            return serve::complain(2, &in_one_line(&with_variable(error)));
        }
        // Help and version.
        Err(error) => {
            let _ = error.print();
            return ExitCode::SUCCESS;
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return serve::complain(1, &format!("the runtime cannot start: {error}")),
    };
    let code = match cli.command {
        None => runtime.block_on(serve::run(cli.serve)),
        Some(Command::Healthcheck(args)) => runtime.block_on(healthcheck::run(&args)),
        Some(Command::Load(args)) => runtime.block_on(load::run(&args)),
        Some(Command::Completions { shell }) => {
            clap_complete::generate(shell, &mut Cli::command(), "jobs", &mut std::io::stdout());
            ExitCode::SUCCESS
        }
    };
    // Dropping the runtime would wait without limit for a blocking thread, such as one that resolves a name at a
    // server which does not answer. Everything worth waiting for has been waited for.
    runtime.shutdown_background();
    code
}
