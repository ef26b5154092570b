//! `cargo plimsoll`: the same command; cargo passes its own name as the first argument.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments: Vec<_> = std::env::args_os().collect();
    if arguments
        .get(1)
        .is_some_and(|argument| argument == "plimsoll")
    {
        arguments.remove(1);
    }
    plimsoll_cli::run("cargo plimsoll", arguments)
}
