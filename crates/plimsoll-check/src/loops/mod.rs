//! What kind of loop it is, from its header and its body.

mod constant;
mod origin;
mod sources;

use constant::constant;
use origin::defined;
use sources::{STORES, WAITS, brings};

use crate::facts::Language;
use crate::scope::{LoopForm, LoopKind, Scope, ScopeKind};
use crate::words::{has_any, has_word, words};

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
