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
    Some(Hit {
        check: Check::Print,
        span: call.span,
        message: format!(
            "{} has no level, no fields and no time: no log pipeline can use it{aside}",
            shown(call)
        ),
        help: format!("use {} or the level that fits", remedy(context)),
        fix: None,
    })
}

/// A line of the library that the file imports; else of the one that the standard names.
fn remedy(context: &Context<'_>) -> &'static str {
    let imports = |marks: &[&str]| has_any(context.source, marks);
    match context.facts.language {
        Language::Rust if imports(&["tracing::"]) => TRACING,
        Language::Rust if imports(&["slog::", "use slog;"]) => {
            "slog::info!(log, \"event.name\"; \"key\" => %value)"
        }
        Language::Rust if imports(&["use log::", "use log;", " log::"]) => {
            "log::info!(key:% = value; \"event.name\")"
        }
        Language::Rust => TRACING,
        Language::Python if imports(&["import structlog", "from structlog"]) => {
            "log.info(\"event.name\", key=value)"
        }
        Language::Python if imports(&["from loguru", "import loguru"]) => {
            "logger.info(\"event.name\", key=value)"
        }
        Language::Python => "log.info(\"event.name\", extra={\"key\": value})",
    }
}

const TRACING: &str = "tracing::info!(key = %value, \"event.name\")";

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
    if one_off(setting.path) {
        return Some("one-off migration");
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
        if let Some(why) = around(context, call, scope) {
            // In a service nobody asked for what is shown.
            if why == SHOWN && setting.service {
                continue;
            }
            return Some(why);
        }
    }
    if context.facts.language == Language::Python && script(context) {
        return Some("script");
    }
    leaves(context, call)
        .or_else(|| content(context, setting, call))
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

/// A file whose code brings data from one version to the next, run by a person who waits for it.
fn one_off(path: &str) -> bool {
    let (path, python) = match path.rsplit_once('.') {
        Some((path, extension)) => (path, extension == "py"),
        None => (path, false),
    };
    path.split('/').any(|part| {
        matches!(
            part,
            "upgrade" | "upgrades" | "upgrader" | "downgrade" | "migrator"
        ) || part == "migrate" && python
    })
}

/// A function whose name says that it prints.
const SHOWN: &str = "function that prints for a user";

/// What a surrounding scope says.
fn around(context: &Context<'_>, call: &LogCall, scope: &Scope) -> Option<&'static str> {
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
    let told = names.iter().any(|word| {
        matches!(
            word.as_str(),
            "usage" | "help" | "version" | "banner" | "config"
        )
    });
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
    // A module may borrow click's colours and be no command.
    let clicks = has_any(source, &["import click", "from click"])
        && has_any(source, &["@click.", "@command(", "@group("]);
    source.starts_with("#!")
        || clicks
        // Without functions all of it is run.
        || parses && (main || source.contains("def main(") || !has_any(source, &["def ", "class "]))
        || has_any(
            source,
            &[
                "typer.Typer(",
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

/// `sys.stdout.write(line)`: what another program or a capture said is handed on.
fn relays(call: &LogCall) -> bool {
    call.callee.ends_with(".write")
        && call.message.text.is_empty()
        && call.mentions.iter().all(|mention| !mention.called)
        && call.mentions.iter().any(|mention| {
            has_word(
                &mention.name,
                &[
                    "text", "line", "data", "chunk", "output", "out", "content", "s", "buf",
                    "buffer", "decoded",
                ],
            )
        })
}

/// A constant and nothing else, or one word in capitals before a value: what another program waits for.
fn announces(context: &Context<'_>, call: &LogCall) -> bool {
    let text = context.text(call.span);
    let Some((_, inside)) = text.split_once('(') else {
        return false;
    };
    let mut names = inside
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| {
            word.len() > 3 && !matches!(*word, "flush" | "True" | "file" | "stdout" | "constants")
        });
    let constant = |word: &str| {
        word.bytes().any(|b| b == b'_')
            && word
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    };
    if let (Some(name), None) = (names.next(), names.next())
        && constant(name)
    {
        return true;
    }
    let mut spoken = call
        .message
        .text
        .split(|c: char| c.is_whitespace() || matches!(c, '{' | '}' | ':' | '=' | ','))
        .filter(|word| !word.is_empty());
    matches!((spoken.next(), spoken.next()), (Some(word), None | Some(_))
        if word.len() > 3
            && !matches!(word, "DEBUG" | "ERROR" | "INFO" | "WARN" | "WARNING" | "TODO" | "HERE")
            && word.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'))
        && call.message.text.split_whitespace().count() <= 2
}

/// What is printed is a document, a banner, a progress line.
fn content(context: &Context<'_>, setting: Setting<'_>, call: &LogCall) -> Option<&'static str> {
    let source = context.text(call.span);
    if announces(context, call) {
        return Some("protocol");
    }
    if relays(call) {
        return Some("somebody else's output");
    }
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
    let styled = has_any(
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
    );
    // In a service nobody sits at the terminal.
    if styled && !setting.service {
        return Some("styled for a terminal");
    }
    if has_any(source, &["\\033]", "\\x1b]", "\\u{1b}]"]) {
        return Some("addressed to a terminal");
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

/// Whether a function of exactly this name is called: `input(`, not `validate_input(`.
fn called(body: &str, call: &str) -> bool {
    memchr::memmem::find_iter(body.as_bytes(), call.as_bytes()).any(|at| {
        at == 0 || !matches!(body.as_bytes()[at - 1], b'_' | b'.' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9')
    })
}
