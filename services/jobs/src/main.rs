//! `jobs`: the reference job service.

use std::borrow::Cow;
use std::io::Write;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use clap::{CommandFactory, Parser};
use jobs_service::cli::{Cli, Command, healthcheck, load};
use jobs_service::{serve, settings};
use plimsoll::redact::redacted;

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

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let code = u8::try_from(error.exit_code()).unwrap_or(2);
            let error = with_variable(error);
            // The message shows the value that was refused.
            let _ = match redacted(&error.to_string()) {
                Cow::Borrowed(_) => error.print(),
                Cow::Owned(text) => write!(std::io::stderr(), "{text}"),
            };
            return ExitCode::from(code);
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
