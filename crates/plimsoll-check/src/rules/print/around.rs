//! What the functions and types around a print say about it.

use crate::call::LogCall;
use crate::context::Context;
use crate::facts::Language;
use crate::scope::{Scope, ScopeKind};
use crate::words::{has_any, has_word, words};

/// A function whose name says that it prints.
pub(super) const SHOWN: &str = "function that prints for a user";

/// A branch that is taken because someone at a terminal wanted it.
pub(super) const ASKED: &str = "asked for by the user";

/// What a surrounding scope says.
pub(super) fn around(context: &Context<'_>, call: &LogCall, scope: &Scope) -> Option<&'static str> {
    let name = context.text(scope.name);
    let text = context.text(scope.text);
    match scope.kind {
        // A `dbg!` is a leftover wherever it stands.
        ScopeKind::MacroDefinition => (call.callee != "dbg!").then_some("macro definition"),
        ScopeKind::Type => sink(text).then_some("log sink"),
        ScopeKind::Closure => matches!(name, "set_hook" | "take_hook").then_some("panic hook"),
        ScopeKind::Function => function(context, scope, name, text),
        ScopeKind::Branch(_) => {
            let quiet = has_word(
                text,
                &[
                    "verbose",
                    "quiet",
                    "silent",
                    "isatty",
                    "interactive",
                    "stdout",
                    "tty",
                    "dry",
                    "dryrun",
                    "version",
                    "help",
                    "json",
                    "pretty",
                ],
            ) || text.contains("is_terminal()")
                || text.contains("__main__")
                || has_any(
                    text,
                    &[
                        "Cmd::",
                        "Command::",
                        "Commands::",
                        "Subcommand::",
                        "SubCommand::",
                        "Action::",
                        "Opts::",
                        "Args::",
                    ],
                )
                // `if opt.schema { println!(..); return; }`
                || has_word(text, &["opt", "opts", "args", "cli", "matches"])
                    && context.exit_after(call).is_some();
            quiet.then_some(ASKED)
        }
        _ => None,
    }
}

/// A type that is a log sink, a formatter, a command.
fn sink(header: &str) -> bool {
    let last = header.split(['{', '\n']).next().unwrap_or(header);
    // `BaseHTTPRequestHandler` handles requests, not lines.
    if has_any(last, &["RequestHandler", "EventHandler"]) {
        return false;
    }
    has_any(
        last,
        &[
            "Log for",
            "Layer<",
            "Layer for",
            "Subscriber for",
            "Drain for",
            "Write for",
            "MakeWriter",
            "Handler(",
            "Handler)",
            "Handler,",
            "Formatter)",
            "BaseCommand",
            "Command)",
            "Command,",
            "Command(",
            "Cmd)",
            "argparse.",
            "Action)",
            "Exporter for",
            "Exporter)",
            "Reporter",
            "Printer",
            "Visitor for",
            "Visit for",
            "Logger",
            "Console",
            "Sink for",
            "Interceptor",
            "ProgressBar",
            "Progress",
        ],
    )
}

fn function(context: &Context<'_>, scope: &Scope, name: &str, text: &str) -> Option<&'static str> {
    let names = words(name);
    let first = names.first().map_or("", String::as_str);
    let told = names.iter().any(|word| {
        matches!(
            word.as_str(),
            "usage" | "help" | "version" | "banner" | "config"
        )
    });
    // `do_GET` of Python's own server answers a request, `do_list` of its `cmd` a command.
    let answers = name
        .strip_prefix("do_")
        .is_some_and(|method| method.bytes().all(|b| b.is_ascii_uppercase()));
    if answers {
        return None;
    }
    if matches!(first, "install" | "uninstall") {
        return Some("command line");
    }
    if matches!(first, "print" | "dump") && !told {
        return Some(SHOWN);
    }
    if matches!(
        first,
        "print"
            | "show"
            | "display"
            | "dump"
            | "output"
            | "usage"
            | "help"
            | "banner"
            | "render"
            | "pprint"
            | "prompt"
            | "ask"
            | "confirm"
            | "echo"
            | "cmd"
            | "cli"
            | "do"
    ) || names.iter().any(|word| {
        matches!(
            word.as_str(),
            "cli"
                | "usage"
                | "banner"
                | "cmd"
                | "command"
                | "subcommand"
                | "printer"
                | "completions"
                | "interactive"
                | "wizard"
                | "splash"
                | "stdout"
                | "stderr"
                | "genkey"
                | "keygen"
                | "keypair"
        )
    }) {
        return Some("function that prints for a user");
    }
    if has_word(name, &["logger", "logging", "tracing", "telemetry"])
        || matches!(
            name,
            "emit"
                | "write_log"
                | "log"
                | "panic_hook"
                | "init_log"
                | "log_message"
                | "_log"
                | "write"
        )
        || has_any(name, &["init_log", "setup_log", "configure_log"])
    {
        return Some("log set-up or sink");
    }
    if has_any(
        text,
        &[
            "ArgMatches",
            "Args",
            "Arguments",
            "Opts",
            "Cli",
            "clap::",
            "argparse",
            "Namespace",
            "click.Context",
            "typer.",
            "Opt,",
            "Opt)",
        ],
    ) || has_any(
        text,
        &[
            "(args)", "(args,", ", args)", ", args,", "(argv", "(opts", "options)",
        ],
    ) && context.facts.language == Language::Python
        && !text.contains("kwargs")
    {
        return Some("command line");
    }
    let decorated = scope.attributes.iter().any(|attribute| {
        let text = context.text(*attribute);
        has_any(
            text,
            &[
                "click.",
                "command",
                "typer",
                ".cli",
                "argument(",
                "option(",
                "task(c",
                "invoke",
                "nox.",
                "@task",
            ],
        ) && !has_any(
            text,
            &[
                "celery",
                "shared_task",
                "app.task",
                "commands.command",
                "bot.command",
                "slash_command",
                "tree.command",
            ],
        )
    });
    if decorated && context.facts.language == Language::Python {
        return Some("command line");
    }
    None
}
