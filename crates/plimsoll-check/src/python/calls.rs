//! Log calls and prints.

use ruff_python_ast::{Expr, ExprCall};

use super::embedded::{embedded, one};
use super::loggers::{last, level, makes, method, named, span};
use super::reader::Reader;
use super::value::mentions;
use super::{message, value};
use crate::call::{Api, Level, LogCall, Message, MessageKind};

/// Keywords that belong to `logging` itself.
const OWN: &[&str] = &[
    "exc_info",
    "extra",
    "stack_info",
    "stacklevel",
    "msg",
    "level",
    "event",
];

impl<'s> Reader<'s> {
    pub(super) fn call(&mut self, call: &'s ExprCall) {
        if let Some(print) = self.print(call) {
            self.calls.push(print);
        } else if let Some(log) = self.log(call) {
            self.calls.push(log);
        }
    }

    fn log(&self, call: &'s ExprCall) -> Option<LogCall> {
        let Expr::Attribute(attribute) = &*call.func else {
            return None;
        };
        let name = attribute.attr.as_str();
        let mut found = method(name)?;
        if !self.is_logger(&attribute.value) {
            return None;
        }
        // `math.log`-alikes and Twisted's `log.msg` are told apart by what stands before.
        if matches!(name, "msg" | "err")
            && !last(&attribute.value).ends_with("log")
            && last(&attribute.value) != "logger"
        {
            return None;
        }
        let mut arguments = call.arguments.args.iter();
        if found.is_none() {
            found = level(arguments.next()?);
        }
        let mut record = LogCall {
            span: span(call),
            api: self.api,
            callee: span(&*call.func)
                .text(self.source)
                .split_whitespace()
                .collect(),
            level: found,
            message: Message {
                kind: MessageKind::Missing,
                text: String::new(),
            },
            fields: Vec::new(),
            mentions: Vec::new(),
            embedded: Vec::new(),
            scope: self.scope,
            fix: None,
        };
        if record.callee.len() > 48 {
            record.callee = format!("{}.{name}", last(&attribute.value));
        }
        let keyword = |name: &str| {
            call.arguments
                .keywords
                .iter()
                .find(|keyword| keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == name))
        };
        let first = arguments.next().or_else(|| {
            keyword("msg")
                .or_else(|| keyword("event"))
                .map(|keyword| &keyword.value)
        });
        let rest: Vec<&Expr> = arguments.collect();
        if let Some(first) = first {
            message::text(first, &mut record.message.text);
            record.message.kind = message::kind(first, &self.locals, 0);
            mentions(first, "", &mut record.mentions, 0);
            self.through_locals(first, &mut record);
            let shown = match first {
                Expr::Name(name) => self.locals.get(name.id.as_str()).copied(),
                _ => None,
            };
            let shown = shown.filter(|value| value::is_text(value)).unwrap_or(first);
            embedded(shown, self.source, &mut record.embedded);
        }
        for argument in &rest {
            mentions(argument, "", &mut record.mentions, 0);
            record.embedded.extend(one(argument, self.source, false));
        }
        if !rest.is_empty() && record.message.kind == MessageKind::Static {
            record.message.kind = lazy(self.api, &record.message.text, &rest);
        }
        // An adapter of the project's own takes what the line is about first, then the text.
        if record.message.kind == MessageKind::Object
            && record.message.text.is_empty()
            && let Some((Expr::StringLiteral(literal), values)) = rest.split_first()
            && (values.is_empty() || literal.value.to_str().contains('%'))
        {
            literal.value.to_str().clone_into(&mut record.message.text);
            record.message.kind = if values.is_empty() {
                MessageKind::Static
            } else {
                MessageKind::Lazy
            };
        }
        Self::keywords(call, &mut record);
        // An exception as the only thing said: `logger.exception(e)`.
        if record.message.kind == MessageKind::Object
            && !rest.is_empty()
            && !record.message.text.is_empty()
        {
            record.message.kind = MessageKind::Lazy;
        }
        if self.api == Api::Structlog
            && record.message.kind == MessageKind::Values
            && record
                .callee
                .split('.')
                .next()
                .is_some_and(|name| self.loggers.contains(name) || name == "structlog")
        {
            record.fix = super::fix::fix(call, self.source);
        }
        Some(record)
    }

    /// `msg = f"..."; log.info(msg)`: what the name was last given.
    fn through_locals(&self, first: &Expr, record: &mut LogCall) {
        if let Expr::Name(name) = first
            && let Some(value) = self.locals.get(name.id.as_str())
        {
            message::text(value, &mut record.message.text);
            if value::is_text(value) {
                mentions(value, "", &mut record.mentions, 0);
            }
        }
    }

    fn keywords(call: &ExprCall, record: &mut LogCall) {
        for keyword in &call.arguments.keywords {
            let Some(name) = keyword
                .arg
                .as_ref()
                .map(ruff_python_ast::Identifier::as_str)
            else {
                // `**fields`
                record.fields.push("**".to_owned());
                continue;
            };
            if name == "extra" {
                if let Expr::Dict(dict) = &keyword.value {
                    for item in &dict.items {
                        let key = item.key.as_ref().and_then(value::text).unwrap_or_default();
                        mentions(&item.value, &key, &mut record.mentions, 0);
                        record.fields.push(key);
                    }
                } else {
                    record.fields.push("extra".to_owned());
                    mentions(&keyword.value, "", &mut record.mentions, 0);
                }
            } else if !OWN.contains(&name) {
                record.fields.push(name.to_owned());
                mentions(&keyword.value, name, &mut record.mentions, 0);
                if record.api == Api::Logging {
                    record.api = Api::Structlog;
                }
            }
        }
    }

    fn is_logger(&self, receiver: &Expr) -> bool {
        match receiver {
            Expr::Name(name) => named(name.id.as_str()) || self.loggers.contains(name.id.as_str()),
            Expr::Attribute(attribute) => {
                named(attribute.attr.as_str()) || self.loggers.contains(attribute.attr.as_str())
            }
            Expr::Call(call) => {
                makes(call)
                    || named(last(&call.func))
                    || matches!(&*call.func, Expr::Attribute(attribute) if matches!(attribute.attr.as_str(), "bind" | "opt" | "new" | "patch" | "contextualize") && self.is_logger(&attribute.value))
            }
            Expr::Subscript(subscript) => named(last(&subscript.value)),
            _ => false,
        }
    }

    fn print(&self, call: &'s ExprCall) -> Option<LogCall> {
        let prints = match &*call.func {
            Expr::Name(name) => match name.id.as_str() {
                "print" => !self.own_print && to_standard(call),
                "pprint" | "pp" => self.source.contains("pprint import"),
                "print_exc" | "print_exception" | "print_stack" => to_standard(call),
                _ => false,
            },
            Expr::Attribute(attribute) => match (last(&attribute.value), attribute.attr.as_str()) {
                ("pprint", "pprint") => true,
                ("stdout" | "stderr" | "__stdout__" | "__stderr__", "write" | "writelines") => {
                    matches!(&*attribute.value, Expr::Attribute(stream) if last(&stream.value) == "sys")
                        || matches!(&*attribute.value, Expr::Name(_))
                            && self.source.contains("from sys import")
                }
                ("traceback", "print_exc" | "print_exception" | "print_stack" | "print_tb") => {
                    to_standard(call)
                }
                ("builtins", "print") => to_standard(call),
                _ => false,
            },
            _ => false,
        };
        if !prints {
            return None;
        }
        let mut record = LogCall {
            span: span(call),
            api: Api::Print,
            callee: span(&*call.func).text(self.source).to_owned(),
            level: None::<Level>,
            message: Message {
                kind: MessageKind::Missing,
                text: String::new(),
            },
            fields: Vec::new(),
            mentions: Vec::new(),
            embedded: Vec::new(),
            scope: self.scope,
            fix: None,
        };
        for (index, argument) in call.arguments.args.iter().enumerate() {
            if index > 0 {
                record.message.text.push(' ');
            }
            message::text(argument, &mut record.message.text);
            mentions(argument, "", &mut record.mentions, 0);
            if index == 0 || record.message.kind == MessageKind::Static {
                record.message.kind = message::kind(argument, &self.locals, 0);
            }
        }
        Some(record)
    }
}

/// Whether the arguments are put into the text by the logger.
fn lazy(api: Api, text: &str, rest: &[&Expr]) -> MessageKind {
    if api == Api::Loguru && text.contains('{') {
        // loguru formats with braces, eagerly.
        return MessageKind::Values;
    }
    let only_mapping = rest.len() == 1 && matches!(rest[0], Expr::Dict(_));
    if text.contains('%') || only_mapping {
        MessageKind::Lazy
    } else {
        MessageKind::Static
    }
}

/// `file=` names neither stdout nor stderr: some other file.
fn to_standard(call: &ExprCall) -> bool {
    call.arguments
        .keywords
        .iter()
        .find(|keyword| {
            keyword
                .arg
                .as_ref()
                .is_some_and(|arg| arg.as_str() == "file")
        })
        .is_none_or(|keyword| {
            matches!(
                last(&keyword.value),
                "stdout" | "stderr" | "__stdout__" | "__stderr__"
            ) || matches!(keyword.value, Expr::NoneLiteral(_))
        })
}
