//! `jobs`: the reference job service.

use std::borrow::Cow;
use std::io::Write;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use jobs_service::cli::{Cli, Command, healthcheck, load};
use jobs_service::serve;
use plimsoll::redact::redacted;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // The message shows the value that was refused.
            let _ = match redacted(&error.to_string()) {
                Cow::Borrowed(_) => error.print(),
                Cow::Owned(text) => write!(std::io::stderr(), "{text}"),
            };
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
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
