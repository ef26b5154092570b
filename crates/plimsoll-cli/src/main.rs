//! `plimsoll`.

use std::process::ExitCode;

fn main() -> ExitCode {
    plimsoll_cli::run("plimsoll", std::env::args_os())
}
