//! A safe rewrite of a structlog call: `log.info(f"user {user.id} left")` to `log.info("user left", id=str(user.id))`.
//!
//! `str` and `repr` keep the logged values as they were in the text. Only plain names are moved; everything else is
//! left to a person.

use ruff_python_ast::{ConversionFlag, Expr, ExprCall, FStringPart};

use super::loggers::span;
use crate::call::Fix;

/// Keywords that structlog or the standard own.
const TAKEN: &[&str] = &[
    "event",
    "level",
    "timestamp",
    "logger",
    "exc_info",
    "stack_info",
    "stacklevel",
    "positional_args",
    "msg",
    "extra",
];

/// The rewrite, if there is a safe one.
pub(super) fn fix(call: &ExprCall, source: &str) -> Option<Fix> {
    let [Expr::FString(string)] = &*call.arguments.args else {
        return None;
    };
    let mut text = String::new();
    let mut fields: Vec<(String, String)> = Vec::new();
    let [FStringPart::FString(part)] = string.value.as_slice() else {
        return None;
    };
    for element in &part.elements {
        if let Some(literal) = element.as_literal() {
            text.push_str(span(literal).text(source));
            continue;
        }
        let element = element.as_interpolation()?;
        if element.format_spec.is_some() || element.debug_text.is_some() {
            return None;
        }
        let shown = match element.conversion {
            ConversionFlag::None | ConversionFlag::Str => "str",
            ConversionFlag::Repr => "repr",
            ConversionFlag::Ascii => return None,
        };
        let name = match &*element.expression {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(attribute) => attribute.attr.as_str(),
            _ => return None,
        };
        let value = format!("{shown}({})", span(&*element.expression).text(source));
        let taken = TAKEN.contains(&name)
            || fields.iter().any(|(other, _)| other == name)
            || call
                .arguments
                .keywords
                .iter()
                .any(|keyword| keyword.arg.as_ref().is_none_or(|arg| arg.as_str() == name));
        if taken {
            return None;
        }
        fields.push((name.to_owned(), value));
        text.push('\u{0}');
    }
    if fields.is_empty() || text.contains("{{") || text.contains("}}") || text.contains('\n') {
        return None;
    }
    let written = span(string).text(source);
    let quote = written.find(['"', '\''])?;
    let prefix = written[..quote].replace(['f', 'F'], "");
    let triple = written[quote..].starts_with("\"\"\"") || written[quote..].starts_with("'''");
    let mark = &written[quote..quote + if triple { 3 } else { 1 }];
    let text = crate::tidy::without_holes(&text)?;
    let list: Vec<String> = fields
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    // Keywords stand after all positional arguments; there is only the message.
    Some(Fix {
        edits: vec![(
            span(string),
            format!("{prefix}{mark}{text}{mark}, {}", list.join(", ")),
        )],
    })
}
