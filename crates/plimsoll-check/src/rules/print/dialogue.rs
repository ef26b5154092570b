//! Prints for someone at a terminal: before an exit, in a dialogue.

use crate::call::LogCall;
use crate::context::Context;
use crate::facts::Language;
use crate::scope::{Exit, ScopeKind};
use crate::words::{has_any, has_word, words};

/// The process ends after it: nobody is there to read a log, and often there is none yet.
pub(super) fn leaves(context: &Context<'_>, call: &LogCall) -> Option<&'static str> {
    let exit = context.exit_after(call);
    // A module is run as it is imported.
    let main = context.function(call).is_none_or(|function| {
        words(context.text(function.name))
            .last()
            .is_some_and(|word| word == "main")
    });
    match exit {
        Some(Exit::Process) => Some("before an exit"),
        Some(Exit::Return | Exit::Raise) if main => Some("before an exit"),
        _ => complains(context, call).then_some("before an exit"),
    }
}

/// A complaint in a function that ends the process further down: the exit waits for the last complaint.
fn complains(context: &Context<'_>, call: &LogCall) -> bool {
    let fault = has_word(
        &call.message.text,
        &[
            "error",
            "invalid",
            "deprecated",
            "missing",
            "usage",
            "unknown",
            "must",
            "required",
        ],
    );
    fault
        && context.function(call).is_some_and(|function| {
            let end = (function.span.end as usize).min(context.source.len());
            let rest = context.source.get(call.span.end as usize..end);
            has_any(
                rest.unwrap_or_default(),
                &["process::exit(", "sys.exit(", "os._exit("],
            )
        })
}

/// The function talks with someone at a terminal, or speaks a protocol.
pub(super) fn dialogue(context: &Context<'_>, call: &LogCall) -> Option<&'static str> {
    let function = context.function(call)?;
    let body = context.text(function.span);
    let asks = ["input(", "raw_input(", "prompt(", "confirm("]
        .iter()
        .any(|call| called(body, call))
        || has_any(
            body,
            &[
                "getpass",
                ".isatty()",
                "stdin().read_line",
                "stdin().lines",
                "stdin.readline",
                "sys.stdin.read",
                "in sys.stdin",
                "rpassword",
                "dialoguer",
                "Confirm::",
                "read_password",
                "io::stdin()",
                "indicatif",
                "webbrowser.open",
                "ArgumentParser(",
                "clap::Command",
                "Cli::parse",
                "Args::parse",
                "Opts::parse",
                "Opt::from_args",
                "get_matches(",
            ],
        );
    // A server's own main that parses arguments still talks to an operator.
    let serves = has_any(
        body,
        &[
            ".serve(",
            "HttpServer::new",
            "axum::serve",
            ".bind(",
            "TcpListener::bind",
            "run_app(",
            "uvicorn.run",
            "Server::bind",
            ".launch()",
            "serve_forever",
        ],
    );
    (asks && !serves).then_some("dialogue")
}

/// Whether a function of a tool answers requests: what it prints is for an operator.
pub(super) fn serves(context: &Context<'_>, call: &LogCall) -> bool {
    context.facts.language == Language::Rust
        && context.around(call).any(|(_, scope)| {
            scope.kind == ScopeKind::Function
                && has_any(
                    context.text(scope.text),
                    &[
                        "Request<",
                        "&Request",
                        "&mut Request",
                        ": Request",
                        "-> Response",
                        "HttpRequest",
                        "Response<",
                        "HttpResponse",
                        "HttpError",
                        "StatusCode",
                        "ServerState",
                        "AppState",
                    ],
                )
        })
}

/// Whether a function of exactly this name is called: `input(`, not `validate_input(`.
fn called(body: &str, call: &str) -> bool {
    memchr::memmem::find_iter(body.as_bytes(), call.as_bytes()).any(|at| {
        at == 0 || !matches!(body.as_bytes()[at - 1], b'_' | b'.' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9')
    })
}
