//! PL001: a print that tells an operator something from service or library code.

use super::{Setting, shown};
use crate::call::{LogCall, MessageKind};
use crate::context::Context;
use crate::facts::Language;
use crate::finding::{Check, Hit};
use crate::project::Role;
use crate::scope::{Exit, Scope, ScopeKind};
use crate::words::{has_any, has_word, words};

pub(crate) fn check(context: &Context<'_>, setting: Setting<'_>, call: &LogCall) -> Option<Hit> {
    let spared = spared(context, setting, call);
    if spared.is_some() && !setting.strict {
        return None;
    }
    let aside = spared
        .map(|why| format!(" (set aside by default: {why})"))
        .unwrap_or_default();
    let help = match context.facts.language {
        Language::Rust => "use tracing::info!(key = %value, \"event.name\") or the level that fits",
        Language::Python => "use log.info(\"event.name\", key=value) or the level that fits",
    };
    Some(Hit {
        check: Check::Print,
        span: call.span,
        message: format!(
            "{} has no level, no fields and no time: no log pipeline can use it{aside}",
            shown(call)
        ),
        help: help.to_owned(),
        fix: None,
    })
}

/// Why a print is none of this rule's business.
pub(crate) fn spared(
    context: &Context<'_>,
    setting: Setting<'_>,
    call: &LogCall,
) -> Option<&'static str> {
    if call.message.kind == MessageKind::Missing
        && call.mentions.is_empty()
        && call.callee.contains("print")
        && !call.callee.contains("traceback")
    {
        return Some("empty");
    }
    if sink_file(setting.path) {
        return Some("log set-up or sink");
    }
    if setting.role == Role::CommandLine {
        return Some("command line");
    }
    if context.allowed_by_attribute(
        call,
        &[
            "print_stdout",
            "print_stderr",
            "dbg_macro",
            "clippy::restriction",
            "disallowed_macros",
        ],
    ) {
        return Some("allowed by attribute");
    }
    if context.facts.language == Language::Python && silenced(context, call) {
        return Some("noqa");
    }
    for (_, scope) in context.around(call) {
        if let Some(why) = around(context, scope) {
            return Some(why);
        }
    }
    if context.facts.language == Language::Python && script(context) {
        return Some("script");
    }
    leaves(context, call)
        .or_else(|| content(context, call))
        .or_else(|| dialogue(context, call))
}

/// A file that is about logging itself.
fn sink_file(path: &str) -> bool {
    let path = path.rsplit_once('.').map_or(path, |(path, _)| path);
    path.split('/').any(|part| {
        matches!(
            part,
            "logging"
                | "logger"
                | "loggers"
                | "log"
                | "logs"
                | "tracing"
                | "telemetry"
                | "_logging"
                | "log_config"
                | "logging_config"
                | "logconfig"
                | "log_utils"
                | "observability"
        ) || part.starts_with("log_setup")
            || part.ends_with("_logger")
            || part.ends_with("_logging")
    })
}

/// What a surrounding scope says.
fn around(context: &Context<'_>, scope: &Scope) -> Option<&'static str> {
    let name = context.text(scope.name);
    let text = context.text(scope.text);
    match scope.kind {
        ScopeKind::MacroDefinition => Some("macro definition"),
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
                );
            quiet.then_some("asked for by the user")
        }
        _ => None,
    }
}

/// A type that is a log sink, a formatter, a command.
fn sink(header: &str) -> bool {
    let last = header.split(['{', '\n']).next().unwrap_or(header);
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
    if matches!(
        first,
        "print"
            | "show"
            | "display"
            | "dump"
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

/// `# noqa`, `# noqa: T201`, `# pylint: disable=print-...` on the line.
fn silenced(context: &Context<'_>, call: &LogCall) -> bool {
    let rest = &context.source[call.span.start as usize..];
    let end = call.span.end as usize - call.span.start as usize;
    let line_end = rest[end..].find('\n').map_or(rest.len(), |at| end + at);
    let text = &rest[..line_end];
    let Some(at) = text.find('#') else {
        return false;
    };
    let comment = &text[at..];
    let lower = comment.to_ascii_lowercase();
    lower.contains("noqa")
        && (!lower.contains("noqa:") || lower.contains("t2") || lower.contains("t001"))
        || lower.contains("disable=print")
        || lower.contains("disable=bad-builtin")
        || lower.contains("nolog")
}

/// A module that is run, not served: a shebang, an argument parser.
fn script(context: &Context<'_>) -> bool {
    let source = context.source;
    let main = has_any(
        source,
        &["__name__ == \"__main__\"", "__name__ == '__main__'"],
    );
    let serves = has_any(
        source,
        &[
            "uvicorn.run",
            "app.run(",
            "run_app(",
            "FastAPI(",
            "Flask(",
            "web.Application(",
            "serve_forever",
            "asyncio.run(",
            "run_forever",
            "getLogger",
            "get_logger",
            "import logging",
            "loguru",
        ],
    );
    if main && !serves {
        return true;
    }
    let parses = has_any(
        source,
        &[
            "ArgumentParser(",
            "OptionParser(",
            "getopt.getopt",
            "getopt.gnu_getopt",
            "sys.argv",
            "docopt(",
        ],
    );
    source.starts_with("#!")
        || parses && (main || source.contains("def main("))
        || has_any(
            source,
            &[
                "import click",
                "from click",
                "import typer",
                "import fire\n",
                "import cmd\n",
                "import curses",
                "management.base import",
                "import invoke",
                "from invoke",
            ],
        )
}

/// The process ends after it: nobody is there to read a log, and often there is none yet.
fn leaves(context: &Context<'_>, call: &LogCall) -> Option<&'static str> {
    let exit = context.exit_after(call);
    let main = context.function(call).is_some_and(|function| {
        matches!(
            context.text(function.name),
            "main" | "run_main" | "real_main" | "_main"
        )
    });
    match exit {
        Some(Exit::Process) => Some("before an exit"),
        Some(Exit::Return | Exit::Raise) if main => Some("before an exit"),
        _ => None,
    }
}

/// What is printed is a document, a banner, a progress line.
fn content(context: &Context<'_>, call: &LogCall) -> Option<&'static str> {
    let source = context.text(call.span);
    if has_any(
        source,
        &[
            "serde_json::to_string",
            "serde_json::to_writer",
            "to_string_pretty",
            "json.dumps",
            "yaml.dump",
            "toml::to_string",
            "serde_yaml",
            "to_json(",
            "tabulate(",
            "CARGO_PKG_VERSION",
            "__version__",
            "env!(\"CARGO",
            "usage(",
            "USAGE",
            "BANNER",
            "banner",
            "LOGO",
            "ASCII_ART",
            "include_str!",
        ],
    ) {
        return Some("document");
    }
    if has_any(
        source,
        &[
            "\\x1b[",
            "\"-\" *",
            "\"=\" *",
            "'-' *",
            "'=' *",
            "\"*\" *",
            "'*' *",
            "\"#\" *",
            "\\033[",
            "\\u{1b}",
            ".green()",
            ".red()",
            ".yellow()",
            ".bold()",
            ".cyan()",
            "style(",
            "Style::",
            "colored(",
            "Fore.",
            "termcolor",
        ],
    ) {
        return Some("styled for a terminal");
    }
    if has_any(source, &["\"\\r", "'\\r", "end='\\r'", "end=\"\\r\""]) {
        return Some("progress");
    }
    if source.starts_with("println!(\"cargo:") || source.contains("\"cargo::") {
        return Some("protocol");
    }
    let text = &call.message.text;
    let drawn = text
        .chars()
        .filter(|c| {
            matches!(
                c,
                '=' | '-' | '*' | '#' | '_' | '|' | '/' | '\\' | '█' | '═' | '─'
            )
        })
        .count();
    if call.message.kind == MessageKind::Static && text.len() > 8 && drawn * 2 > text.len() {
        return Some("banner");
    }
    None
}

/// The function talks with someone at a terminal, or speaks a protocol.
fn dialogue(context: &Context<'_>, call: &LogCall) -> Option<&'static str> {
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
                "sys.stdin",
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

/// Whether a function of exactly this name is called: `input(`, not `validate_input(`.
fn called(body: &str, call: &str) -> bool {
    memchr::memmem::find_iter(body.as_bytes(), call.as_bytes()).any(|at| {
        at == 0 || !matches!(body.as_bytes()[at - 1], b'_' | b'.' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9')
    })
}
