//! What the message of a Python log call is made of.

use std::collections::HashMap;

use ruff_python_ast::{Expr, FStringPart, Operator};

use super::loggers::last;
use super::value::is_text;
use crate::call::MessageKind;

/// The constant parts of a message.
pub(super) fn text(expr: &Expr, into: &mut String) {
    match expr {
        Expr::StringLiteral(literal) => into.push_str(literal.value.to_str()),
        Expr::FString(string) => {
            for part in string.value.iter() {
                match part {
                    FStringPart::Literal(literal) => into.push_str(&literal.value),
                    FStringPart::FString(part) => {
                        for element in &part.elements {
                            match element.as_literal() {
                                Some(literal) => into.push_str(&literal.value),
                                None => into.push_str("{}"),
                            }
                        }
                    }
                }
            }
        }
        Expr::BinOp(operation) => {
            text(&operation.left, into);
            text(&operation.right, into);
        }
        Expr::Call(call) => {
            if let Expr::Attribute(attribute) = &*call.func {
                text(&attribute.value, into);
            }
            if hands_on(last(&call.func))
                && let Some(argument) = call.arguments.args.first()
            {
                text(argument, into);
            }
        }
        Expr::If(choice) => {
            text(&choice.body, into);
            into.push(' ');
            text(&choice.orelse, into);
        }
        _ => {}
    }
}

/// Functions that translate or trim a text: `_(..)`, `_LI(..)`, `gettext(..)`, `dedent(..)`.
fn hands_on(name: &str) -> bool {
    name.starts_with("_L") && name.len() == 3
        || matches!(
            name,
            "_" | "__"
                | "gettext"
                | "ugettext"
                | "ngettext"
                | "pgettext"
                | "gettext_lazy"
                | "gettext_noop"
                | "dedent"
                | "cleandoc"
        )
}

/// What a message expression is; `locals` are looked through.
pub(super) fn kind(expr: &Expr, locals: &HashMap<&str, &Expr>, depth: u32) -> MessageKind {
    if depth > 6 {
        return MessageKind::Forwarded;
    }
    match expr {
        Expr::StringLiteral(_)
        | Expr::BytesLiteral(_)
        | Expr::NumberLiteral(_)
        | Expr::NoneLiteral(_)
        | Expr::BooleanLiteral(_) => MessageKind::Static,
        Expr::FString(string) => {
            let values = string.value.iter().any(|part| match part {
                FStringPart::FString(part) => part
                    .elements
                    .interpolations()
                    .any(|element| !constant(&element.expression)),
                FStringPart::Literal(_) => false,
            });
            if values {
                MessageKind::Values
            } else {
                MessageKind::Static
            }
        }
        Expr::BinOp(operation) => match operation.op {
            Operator::Add => {
                let (left, right) = (
                    kind(&operation.left, locals, depth + 1),
                    kind(&operation.right, locals, depth + 1),
                );
                let fixed = |kind| kind == MessageKind::Static;
                if fixed(left) && fixed(right) {
                    MessageKind::Static
                } else {
                    MessageKind::Values
                }
            }
            Operator::Mod => MessageKind::Values,
            // `"=" * 80`
            Operator::Mult if has_text(expr) => MessageKind::Static,
            _ => MessageKind::Object,
        },
        Expr::Call(call) => match last(&call.func) {
            "format" | "join" | "format_map" => MessageKind::Values,
            name if (hands_on(name)
                || matches!(name, "strip" | "lstrip" | "rstrip" | "replace" | "upper"))
                && has_text(expr) =>
            {
                match call.arguments.args.first() {
                    Some(argument) => kind(argument, locals, depth + 1),
                    None => MessageKind::Static,
                }
            }
            _ => MessageKind::Object,
        },
        Expr::If(choice) => {
            let (a, b) = (
                kind(&choice.body, locals, depth + 1),
                kind(&choice.orelse, locals, depth + 1),
            );
            if a == MessageKind::Static { b } else { a }
        }
        Expr::Name(name) => match locals.get(name.id.as_str()) {
            Some(Expr::Name(other)) if other.id == name.id => MessageKind::Forwarded,
            // An accumulator of parts says nothing certain.
            Some(value) => match kind(value, &HashMap::new(), depth + 1) {
                MessageKind::Object if !is_text(value) => named(name.id.as_str()),
                known => known,
            },
            None => named(name.id.as_str()),
        },
        Expr::Attribute(attribute) => named(attribute.attr.as_str()),
        Expr::Await(_)
        | Expr::Subscript(_)
        | Expr::Dict(_)
        | Expr::List(_)
        | Expr::Tuple(_)
        | Expr::ListComp(_) => MessageKind::Object,
        _ => MessageKind::Forwarded,
    }
}

/// A name alone: a constant, a message handed in, or an object.
fn named(name: &str) -> MessageKind {
    if name.len() > 1 && !name.bytes().any(|byte| byte.is_ascii_lowercase()) {
        return MessageKind::Static;
    }
    let words = crate::words::words(name);
    let forwarded = words.last().is_some_and(|word| {
        matches!(
            word.as_str(),
            "msg"
                | "message"
                | "text"
                | "line"
                | "event"
                | "fmt"
                | "format"
                | "template"
                | "string"
                | "s"
                | "m"
                | "title"
                | "description"
                | "log"
                | "warning"
                | "notice"
        )
    });
    if forwarded {
        MessageKind::Forwarded
    } else {
        MessageKind::Object
    }
}

/// A value that is the same in every line.
fn constant(expr: &Expr) -> bool {
    match expr {
        Expr::StringLiteral(_) | Expr::NumberLiteral(_) => true,
        Expr::Name(name) => {
            name.id.len() > 1 && !name.id.bytes().any(|byte| byte.is_ascii_lowercase())
        }
        _ => false,
    }
}

fn has_text(expr: &Expr) -> bool {
    let mut found = String::new();
    text(expr, &mut found);
    !found.is_empty()
}
