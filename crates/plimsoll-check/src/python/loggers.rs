//! Which calls are log calls: logger names, level methods, prints.

use ruff_python_ast::{Expr, ExprCall};
use ruff_text_size::Ranged;

use crate::call::Level;
use crate::span::Span;
use crate::words::words;

/// The bytes of a node.
pub(super) fn span(node: &impl Ranged) -> Span {
    Span::new(node.start().to_u32(), node.end().to_u32())
}

/// The last name of a callee or receiver: `c` of `a.b.c`.
pub(super) fn last(expr: &Expr) -> &str {
    match expr {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        Expr::Call(call) => last(&call.func),
        Expr::Subscript(subscript) => last(&subscript.value),
        Expr::Await(inner) => last(&inner.value),
        _ => "",
    }
}

/// The level of a logger's method; `log` takes it as its first argument.
#[expect(
    clippy::option_option,
    reason = "no such method, and a method without a level of its own, are two answers"
)]
pub(super) fn method(name: &str) -> Option<Option<Level>> {
    Some(Some(match name {
        "trace" => Level::Trace,
        "debug" | "adebug" | "debug2" | "verbose" => Level::Debug,
        "info" | "ainfo" | "success" | "notice" | "msg" => Level::Info,
        "warning" | "warn" | "awarning" => Level::Warn,
        "error" | "exception" | "aerror" | "aexception" | "err" | "failure" => Level::Error,
        "critical" | "fatal" | "acritical" => Level::Critical,
        "log" | "alog" => return Some(None),
        _ => return None,
    }))
}

/// `logging.INFO`, `INFO`, `"info"`, `20`.
pub(super) fn level(expr: &Expr) -> Option<Level> {
    let name = match expr {
        Expr::StringLiteral(text) => text.value.to_str().to_ascii_lowercase(),
        other => last(other).to_ascii_lowercase(),
    };
    match name.as_str() {
        "trace" => Some(Level::Trace),
        "debug" => Some(Level::Debug),
        "info" => Some(Level::Info),
        "warning" | "warn" => Some(Level::Warn),
        "error" => Some(Level::Error),
        "critical" | "fatal" => Some(Level::Critical),
        _ => None,
    }
}

/// Whether a name is what people call a logger.
pub(super) fn named(name: &str) -> bool {
    if matches!(
        name,
        "log" | "logger" | "logging" | "LOG" | "LOGGER" | "_log" | "_logger"
    ) {
        return true;
    }
    // `threadlog`, `accesslog`: but not every word that ends so.
    let compound = name.strip_suffix("log").is_some_and(|before| {
        before.len() >= 2
            && ![
                "cata", "dia", "ana", "pro", "epi", "change", "back", "mono", "web", "weblog",
            ]
            .iter()
            .any(|other| before.ends_with(other))
    });
    if compound && !name.contains('_') && name.bytes().all(|b| b.is_ascii_lowercase()) {
        return true;
    }
    let all = words(name);
    all.last().is_some_and(|word| {
        matches!(
            word.as_str(),
            "log" | "logger" | "logging" | "loger" | "structlog"
        )
    }) && !all.iter().any(|word| {
        matches!(
            word.as_str(),
            "change" | "math" | "blog" | "dialog" | "catalog"
        )
    }) || matches!(name, "_LOGGER" | "__logger" | "__log")
}

/// Whether a call makes a logger.
pub(super) fn makes(call: &ExprCall) -> bool {
    matches!(
        last(&call.func),
        "getLogger"
            | "get_logger"
            | "getChild"
            | "LoggerAdapter"
            | "get_task_logger"
            | "getStructLogger"
            | "create_logger"
            | "new_logger"
    ) || matches!(
        last(&call.func),
        "bind" | "new" | "opt" | "unbind" | "patch"
    ) && matches!(&*call.func, Expr::Attribute(attribute) if named(last(&attribute.value)))
}
