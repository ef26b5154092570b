//! What kind of loop it is, from its header and its body.

use crate::facts::Language;
use crate::scope::{LoopForm, LoopKind, Scope, ScopeKind};
use crate::words::{has_any, has_word, words};

/// Calls that wait for something to come or for time to pass.
const WAITS: &[&str] = &[
    ".recv(",
    ".join_next(",
    ".recv_",
    "recv_timeout",
    ".accept(",
    "accept().await",
    "sleep(",
    "sleep_until(",
    ".tick()",
    "select!",
    "select_biased!",
    ".changed()",
    ".notified()",
    "next_event",
    "next_message",
    ".poll(",
    ".wait(",
    ".listen(",
    "wait_for(",
    "queue.get(",
    "_queue.get(",
    "brpop",
    "blpop",
    "xread",
    "xreadgroup",
    ".receive(",
    "receive_message",
    "read_line(",
    "readline(",
    "readuntil(",
    "read_until(",
    ".receive_text(",
    "receive_json(",
    "receive_bytes(",
    "signal.pause",
    "epoll",
    ".dequeue(",
    ".consume(",
    "get_message(",
    ".tick().await",
    "park_timeout",
    "wait_timeout",
    "deferLater",
    "read_frame(",
    "next_frame(",
    "Timer::after",
    "fetch_job(",
];

/// Names of sources that bring things as they happen.
const SOURCES: &[&str] = &[
    "rx",
    "receiver",
    "recv",
    "incoming",
    "signals",
    "listener",
    "listen",
    "consumer",
    "consume",
    "subscriber",
    "subscription",
    "subscribe",
    "pubsub",
    "watcher",
    "watch",
    "ws",
    "websocket",
    "socket",
    "channel",
    "stream",
    "mailbox",
    "inbox",
    "notifications",
    "ticker",
    "interval",
    "stdin",
    "tail",
    "follow",
    "poll",
    "wait",
    "receive",
    "connection",
    "conn",
    "framed",
    "codec",
    "swarm",
    "changes",
    "eventloop",
    "tick",
    "accept",
];

/// Names of things that lie in store, however they are brought.
const STORES: &[&str] = &[
    "rows",
    "row",
    "query",
    "fetch",
    "cursor",
    "entries",
    "entry",
    "dir",
    "readdir",
    "objects",
    "list",
    "field",
    "files",
    "file",
    "pages",
    "page",
    "scan",
    "find",
    "keys",
    "records",
    "items",
    "paginator",
    "paginate",
    "select",
    "all",
    "documents",
    "docs",
    "blobs",
    "tasks",
    "futures",
    "unordered",
    "joinset",
];

/// The kind of a loop scope.
pub(crate) fn kind(source: &str, language: Language, scope: &Scope, form: LoopForm) -> LoopKind {
    debug_assert!(matches!(scope.kind, ScopeKind::Loop(_)));
    let body = scope.span.text(source);
    let header = scope.text.text(source);
    let pattern = scope.name.text(source);
    match form {
        LoopForm::Infinite => infinite(body),
        LoopForm::While => while_loop(header, body),
        LoopForm::WhileLet => while_let(header, body),
        LoopForm::For => {
            let kind = for_loop(header, pattern, body, language);
            let known = kind == LoopKind::Data
                && defined(source, scope.span.start as usize, header)
                    .is_some_and(|value| constant(value, language));
            if known { LoopKind::Const } else { kind }
        }
        LoopForm::AsyncFor => {
            if brings(header)
                || has_word(header, &["events", "messages", "updates", "notifications"])
            {
                LoopKind::Event
            } else {
                LoopKind::Data
            }
        }
        LoopForm::Each => each(header, pattern),
    }
}

/// Whether a loop runs over what someone wrote into a configuration: few, and the same at each start.
pub(crate) fn configured(source: &str, scope: &Scope) -> bool {
    let header = scope.text.text(source);
    settings(header) || defined(source, scope.span.start as usize, header).is_some_and(settings)
}

fn settings(header: &str) -> bool {
    has_word(
        header,
        &["config", "configs", "configured", "settings", "conf", "cfg"],
    ) && !has_any(header, &["fetch", "query", ".load", ".list("])
}

/// What a plain name was given last, before the loop at `before`.
fn defined<'s>(source: &'s str, before: usize, header: &str) -> Option<&'s str> {
    const REACH: usize = 4_000;
    let header = header.trim().trim_start_matches(['&', '*']);
    let (name, method) = header.split_once('.').unwrap_or((header, ""));
    if !matches!(
        method,
        "" | "items()" | "keys()" | "values()" | "iter()" | "into_iter()"
    ) {
        return None;
    }
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if !plain || name.len() < 2 {
        return None;
    }
    let mut from = before.saturating_sub(REACH);
    while !source.is_char_boundary(from) {
        from += 1;
    }
    let text = source.get(from..before)?;
    let at = memchr::memmem::rfind(text.as_bytes(), format!("{name} = ").as_bytes())?;
    let begins = text[..at]
        .rsplit('\n')
        .next()?
        .split_whitespace()
        .all(|word| matches!(word, "let" | "mut"));
    if !begins || text[at..].contains("\ndef ") || text[at..].contains("\nfn ") {
        return None;
    }
    let value = &text[at + name.len() + 3..];
    let close = match value.bytes().next()? {
        b'(' => Some(('(', ')')),
        b'[' => Some(('[', ']')),
        b'{' => Some(('{', '}')),
        _ => None,
    };
    let Some((open, close)) = close else {
        return value.lines().next();
    };
    let mut depth = 0i32;
    for (at, c) in value.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close {
            depth -= 1;
            if depth == 0 {
                // An empty one is filled later.
                return value.get(..=at).filter(|value| value.len() > 2);
            }
        }
    }
    None
}

fn infinite(body: &str) -> LoopKind {
    if retries(body) {
        LoopKind::Retry
    } else {
        LoopKind::Event
    }
}

fn retries(text: &str) -> bool {
    has_word(
        text,
        &[
            "retry", "retries", "retrying", "attempt", "attempts", "tries", "backoff", "trial",
        ],
    )
}

fn while_loop(header: &str, body: &str) -> LoopKind {
    if retries(header) {
        return LoopKind::Retry;
    }
    let flags = [
        "running",
        "run",
        "stop",
        "stopped",
        "stopping",
        "shutdown",
        "terminate",
        "terminated",
        "closed",
        "alive",
        "active",
        "true",
        "connected",
        "finished",
        "exit",
        "quit",
        "done",
        "cancelled",
        "canceled",
        "deadline",
        "timeout",
        "now",
        "elapsed",
        "time",
        "ready",
        "started",
        "keep",
        "continue",
        "closing",
        "killed",
        "should",
        "open",
    ];
    // `while stream.next().await.is_some()`
    if header.contains(".await") {
        return while_let(header, body);
    }
    if has_word(header, &flags) || has_any(body, WAITS) || header.trim() == "1" {
        return LoopKind::Event;
    }
    LoopKind::Data
}

fn while_let(header: &str, body: &str) -> LoopKind {
    let value = header.split_once('=').map_or(header, |(_, value)| value);
    let names = words(value);
    let has = |wanted: &[&str]| names.iter().any(|word| wanted.contains(&word.as_str()));
    if header.contains(".await") {
        // A stream of rows is a collection, a stream of messages is not.
        // `user_list_stream`: the stream of changes of a list.
        let listed = has(&["stream"])
            && names
                .iter()
                .filter(|word| STORES.contains(&word.as_str()))
                .all(|word| word == "list");
        let stored = has(STORES) && !listed && !has(&["recv", "rx", "receiver", "ws", "socket"]);
        return if stored {
            LoopKind::Data
        } else {
            LoopKind::Event
        };
    }
    if brings(value)
        || has_any(value, &["recv", ".wait"])
        || has_any(body, &["sleep(", "sleep_until("])
    {
        return LoopKind::Event;
    }
    LoopKind::Data
}

/// Whether the thing looped over brings items as they happen.
fn brings(header: &str) -> bool {
    let names = words(header);
    names.iter().any(|word| SOURCES.contains(&word.as_str()))
        && !names.iter().any(|word| STORES.contains(&word.as_str()))
}

fn for_loop(header: &str, pattern: &str, body: &str, language: Language) -> LoopKind {
    if retries(pattern)
        || has_word(
            header,
            &["retry", "retries", "attempts", "tries", "backoff"],
        )
    {
        return LoopKind::Retry;
    }
    if constant(header, language) {
        return LoopKind::Const;
    }
    let over = header
        .trim()
        .trim_start_matches(['&', '*'])
        .trim_start_matches("mut ");
    let last: String = over
        .split(['(', '[', '{'])
        .next()
        .unwrap_or(over)
        .rsplit(['.', ':'])
        .next()
        .unwrap_or(over)
        .trim()
        .to_ascii_lowercase();
    let waits = has_word(
        &last,
        &[
            "incoming",
            "listen",
            "signals",
            "consume",
            "subscribe",
            "watch",
            "tail",
        ],
    ) || matches!(
        last.as_str(),
        "rx" | "receiver"
            | "consumer"
            | "listener"
            | "subscriber"
            | "watcher"
            | "pubsub"
            | "try_iter"
            | "stream"
            | "eventloop"
            | "forever"
            | "stdin"
            | "events_iter"
            | "subscription"
    ) || (matches!(last.as_str(), "iter" | "into_iter")
        && has_word(over, &["rx", "receiver", "consumer", "signals"]))
        // Lines as a peer or a child sends them.
        || over.contains(".lines()") && has_word(over, &["stream", "socket", "stdin", "conn", "connection", "stdout", "stderr"])
        || last == "iter" && over.contains(".get,")
        || last == "count" && over.contains("count(");
    let named = has_word(
        over.split('(').next().unwrap_or(over),
        &[
            "consumer",
            "receiver",
            "listener",
            "subscriber",
            "subscription",
            "watcher",
        ],
    );
    if waits || named {
        return LoopKind::Event;
    }
    // The same operation a fixed number of times, waiting in between, is a retry or a poll.
    if (over.starts_with("range(") || over.contains(".."))
        && has_any(body, &["sleep("])
        && !over.contains("len(")
    {
        return LoopKind::Retry;
    }
    LoopKind::Data
}

fn each(header: &str, method: &str) -> LoopKind {
    let stored = has_any(
        header,
        &[
            "iter(", "drain(", "values(", "keys(", "lines(", "rows", "fetch", "..",
        ],
    );
    if !stored && brings(header) && !method.starts_with("retain") {
        return LoopKind::Event;
    }
    if constant(
        header.split(".iter()").next().unwrap_or(header),
        Language::Rust,
    ) {
        return LoopKind::Const;
    }
    LoopKind::Data
}

/// A literal collection, a range of literals, a named constant: short and the same each time.
fn constant(header: &str, language: Language) -> bool {
    let text = header.trim().trim_start_matches(['&', '*']).trim();
    if text.starts_with('[') && matching_end(text, '[', ']') {
        return !text.contains('*')
            && !text.contains("..")
            && !text.contains(" for ")
            && !text.contains(';');
    }
    if text.starts_with('[') {
        // `[a, b].iter()`, `[a, b].into_iter().enumerate()`
        return text.contains("].iter()") || text.contains("].into_iter()");
    }
    if language == Language::Python {
        let literal = text.starts_with('(') && matching_end(text, '(', ')') && text.contains(',')
            || text.starts_with('{') && matching_end(text, '{', '}') && !text.contains(" for ");
        if literal {
            return true;
        }
        if let Some(inner) = text
            .strip_prefix("range(")
            .and_then(|rest| rest.strip_suffix(')'))
        {
            return inner
                .split(',')
                .all(|part| number(part) || named_constant(part));
        }
        if let Some(inner) = text
            .strip_prefix("enumerate(")
            .and_then(|rest| rest.strip_suffix(')'))
        {
            return constant(inner, language);
        }
    }
    if text.starts_with("vec![") && matching_end(&text[4..], '[', ']') {
        return !text.contains(';');
    }
    if let Some((low, high)) = text.trim_matches(['(', ')']).split_once("..") {
        return number(low)
            && (number(high.trim_start_matches('='))
                || named_constant(high.trim_start_matches('=')));
    }
    let base = text
        .trim_end_matches("()")
        .trim_end_matches(".iter")
        .trim_end_matches(".into_iter")
        .trim_end_matches(".items")
        .trim_end_matches(".keys")
        .trim_end_matches(".values");
    // A class is looped over for its members.
    let members = language == Language::Python
        && base.bytes().next().is_some_and(|b| b.is_ascii_uppercase())
        && base.bytes().all(|b| b.is_ascii_alphanumeric());
    members
        || named_constant(base)
        || base.ends_with("::iter")
        || base.ends_with("::all")
        || base.ends_with("::VARIANTS")
}

fn matching_end(text: &str, open: char, close: char) -> bool {
    let mut depth = 0i32;
    for (at, c) in text.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close {
            depth -= 1;
            if depth == 0 {
                return at + close.len_utf8() == text.len();
            }
        }
    }
    false
}

fn number(text: &str) -> bool {
    let text = text.trim();
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    !text.is_empty()
        && text.bytes().next().is_some_and(|b| b.is_ascii_digit())
        && digits.len() <= 2
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// `NAMES`, `path::NAMES`, `self.NAMES`.
fn named_constant(text: &str) -> bool {
    let last = text.trim().rsplit(['.', ':']).next().unwrap_or_default();
    last.len() > 1
        && last.bytes().any(|b| b.is_ascii_uppercase())
        && last
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_tell_the_kind() {
        let rust = |header: &str| for_loop(header, "x", "", Language::Rust);
        assert_eq!(rust("users.iter()"), LoopKind::Data);
        assert_eq!(rust("0..3"), LoopKind::Const);
        assert_eq!(rust("0..n"), LoopKind::Data);
        assert_eq!(rust("[A, B]"), LoopKind::Const);
        assert_eq!(rust("SIGNALS"), LoopKind::Const);
        assert_eq!(rust("listener.incoming()"), LoopKind::Event);
        assert_eq!(rust("0..max_retries"), LoopKind::Retry);
        assert_eq!(while_let("Some(m) = rx.recv().await", ""), LoopKind::Event);
        assert_eq!(
            while_let("Some(row) = rows.try_next().await?", ""),
            LoopKind::Data
        );
        assert_eq!(while_let("Some(n) = stack.pop()", ""), LoopKind::Data);
        let python = |header: &str| for_loop(header, "x", "", Language::Python);
        assert_eq!(python("range(3)"), LoopKind::Const);
        assert_eq!(python("(\"a\", \"b\")"), LoopKind::Const);
        assert_eq!(python("range(len(xs))"), LoopKind::Data);
        assert_eq!(python("consumer"), LoopKind::Event);
    }
}
