//! Which macros write a line, and at which level.

use crate::call::{Api, Level};

/// Log macros by their last path segment.
pub(super) fn standard_macro(name: &str) -> Option<(Api, Option<Level>)> {
    let api = Api::Tracing;
    Some(match name {
        "trace" => (api, Some(Level::Trace)),
        "debug" => (api, Some(Level::Debug)),
        "info" => (api, Some(Level::Info)),
        "warn" | "warning" => (api, Some(Level::Warn)),
        "error" => (api, Some(Level::Error)),
        "crit" | "critical" | "fatal" => (Api::Slog, Some(Level::Critical)),
        "event" => (api, None),
        "log" => (Api::Log, None),
        "span" => (Api::TracingSpan, None),
        "trace_span" | "debug_span" | "info_span" | "warn_span" | "error_span" => {
            (Api::TracingSpan, Some(Level::Info))
        }
        "println" | "eprintln" | "print" | "eprint" | "dbg" => (Api::Print, None),
        _ => return custom_macro(name).map(|level| (Api::Other, Some(level))),
    })
}

/// `log_info`, `warn_once`, `slog_error`, `debug_rate_limited`: a level and words of logging, nothing else; `admin_warn`.
fn custom_macro(name: &str) -> Option<Level> {
    let mut level = None;
    if !name.contains('_') {
        return None;
    }
    if name.ends_with("_warn") || name.ends_with("_warning") {
        return Some(Level::Warn);
    }
    for word in name.split('_') {
        let found = match word {
            "trace" => Level::Trace,
            "debug" => Level::Debug,
            "info" => Level::Info,
            "warn" | "warning" => Level::Warn,
            "error" => Level::Error,
            "fatal" | "crit" | "critical" => Level::Critical,
            "log" | "slog" | "once" | "tracing" | "rate" | "limited" | "ratelimit"
            | "ratelimited" | "throttled" | "every" | "kv" | "ctx" | "event" | "internal" => {
                continue;
            }
            _ => return None,
        };
        level = Some(found);
    }
    level.filter(|_| name != "internal_error" && name != "error_event")
}

/// `Level::INFO`, `log::Level::Info`, `tracing::Level::ERROR`.
pub(super) fn level_named(text: &str) -> Option<Level> {
    if !text.contains("Level")
        && !text.contains("::")
        && !text.bytes().all(|b| b.is_ascii_uppercase())
    {
        return None;
    }
    match text
        .rsplit("::")
        .next()?
        .trim()
        .to_ascii_lowercase()
        .as_str()
    {
        "trace" => Some(Level::Trace),
        "debug" => Some(Level::Debug),
        "info" => Some(Level::Info),
        "warn" => Some(Level::Warn),
        "error" => Some(Level::Error),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_macros_are_told_from_errors() {
        assert_eq!(custom_macro("log_info"), Some(Level::Info));
        assert_eq!(custom_macro("warn_once"), Some(Level::Warn));
        for name in [
            "api_error",
            "error_chain",
            "debug_assert",
            "internal_error",
            "compile_error",
            "error",
        ] {
            assert_eq!(custom_macro(name), None, "{name}");
        }
    }
}
