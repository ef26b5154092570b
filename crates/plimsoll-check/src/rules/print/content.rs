//! What is printed: a document, a banner, a protocol's word.

use super::Setting;
use crate::call::{LogCall, MessageKind};
use crate::context::Context;
use crate::words::{has_any, has_word};

/// What is printed is a document, a banner, a progress line.
pub(super) fn content(
    context: &Context<'_>,
    setting: Setting<'_>,
    call: &LogCall,
) -> Option<&'static str> {
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
    // What goes wrong with the log cannot be logged.
    if has_word(&call.message.text, &["logger", "logging"]) {
        return Some("log set-up or sink");
    }
    if is_table(source) {
        return Some("table");
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

/// `{:<20} {:>width$}`, `%-20s`: columns for someone who reads them on a terminal.
fn is_table(source: &str) -> bool {
    let aligned = |mark: char| {
        source.split(mark).skip(1).any(|after| {
            let column = after.trim_start_matches(['<', '>', '^']);
            column.len() < after.len()
                && column.starts_with(|first: char| {
                    first.is_ascii_digit() || first.is_ascii_lowercase() || first == '{'
                })
        })
    };
    let padded = source
        .split("%-")
        .skip(1)
        .any(|after| after.starts_with(|first: char| first.is_ascii_digit()));
    (source.contains('{') && aligned(':')) || padded || has_any(source, &[".ljust(", ".rjust("])
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
