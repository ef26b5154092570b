//! Which named values a Python expression carries into a line.

use ruff_python_ast::{BoolOp, Expr, FStringPart, Operator, UnaryOp};

use super::loggers::{last, span};
use crate::call::Mention;

/// Functions that hand their argument on.
const THROUGH: &[&str] = &[
    "str",
    "repr",
    "bytes",
    "list",
    "dict",
    "tuple",
    "set",
    "sorted",
    "dumps",
    "join",
    "format",
    "pformat",
    "quote",
    "unquote",
    "getattr",
    "decode",
    "encode",
    "b64decode",
    "b64encode",
    "force_str",
    "force_text",
    "smart_str",
    "to_json",
    "loads",
    "ascii",
    "unicode",
    "text_type",
    "to_text",
    "to_hex",
    "hex",
    "hexlify",
    "to_bytes",
    "safe_load",
    "asdict",
    "to_native",
    "urlencode",
];

/// Methods that hand their receiver on.
const SAME: &[&str] = &[
    "strip",
    "lower",
    "upper",
    "decode",
    "encode",
    "copy",
    "items",
    "values",
    "rstrip",
    "lstrip",
    "title",
    "casefold",
    "get_secret_value",
    "to_dict",
    "dict",
    "model_dump",
    "json",
    "as_dict",
    "get_value",
    "reveal",
    "hexdigest_raw",
    "format",
    "replace",
    "first",
    "getvalue",
];

/// The named values of `expr`.
pub(super) fn mentions(expr: &Expr, key: &str, found: &mut Vec<Mention>, depth: u32) {
    if depth > 10 {
        return;
    }
    let mut deeper = |expr: &Expr| mentions(expr, key, found, depth + 1);
    match expr {
        Expr::Name(name) => found.push(Mention {
            name: name.id.to_string(),
            key: key.to_owned(),
            span: span(expr),
            ..Mention::default()
        }),
        Expr::Attribute(attribute) => found.push(Mention {
            name: attribute.attr.to_string(),
            owner: last(&attribute.value).to_owned(),
            key: key.to_owned(),
            span: span(expr),
            called: false,
        }),
        Expr::Call(call) => {
            let name = last(&call.func);
            let method = matches!(&*call.func, Expr::Attribute(_));
            let literal = call.arguments.args.first().and_then(text);
            if let (Some(literal), true) = (
                literal,
                matches!(
                    name,
                    "get"
                        | "getenv"
                        | "getlist"
                        | "header"
                        | "get_argument"
                        | "pop"
                        | "get_header"
                        | "getattr"
                        | "get_json"
                        | "get_body_argument"
                        | "setdefault"
                        | "get_secret"
                        | "get_env"
                        | "env"
                        | "get_config"
                        | "get_setting"
                        | "config"
                ),
            ) {
                let owner = match &*call.func {
                    Expr::Attribute(attribute) => last(&attribute.value).to_owned(),
                    _ => String::new(),
                };
                found.push(Mention {
                    name: literal,
                    owner,
                    key: key.to_owned(),
                    span: span(expr),
                    called: false,
                });
            } else if name == "getattr" && call.arguments.args.len() > 1 {
                if let Some(literal) = call.arguments.args.get(1).and_then(text) {
                    found.push(Mention {
                        name: literal,
                        key: key.to_owned(),
                        span: span(expr),
                        ..Mention::default()
                    });
                }
            } else if method && SAME.contains(&name) {
                if let Expr::Attribute(attribute) = &*call.func {
                    deeper(&attribute.value);
                }
                if name == "format" {
                    call.arguments.args.iter().for_each(&mut deeper);
                    call.arguments
                        .keywords
                        .iter()
                        .for_each(|keyword| deeper(&keyword.value));
                }
            } else if THROUGH.contains(&name) {
                call.arguments.args.iter().for_each(&mut deeper);
                for keyword in &call.arguments.keywords {
                    if name == "dict" || name == "format" {
                        let key = keyword.arg.as_ref().map_or("", |arg| arg.as_str());
                        mentions(&keyword.value, key, found, depth + 1);
                    }
                }
            } else {
                found.push(Mention {
                    name: name.to_owned(),
                    key: key.to_owned(),
                    span: span(expr),
                    called: true,
                    ..Mention::default()
                });
            }
        }
        Expr::Subscript(subscript) => match &*subscript.slice {
            // A part of it is not the value.
            Expr::Slice(_) => {}
            Expr::StringLiteral(literal) => found.push(Mention {
                name: literal.value.to_str().to_owned(),
                owner: last(&subscript.value).to_owned(),
                key: key.to_owned(),
                span: span(expr),
                called: false,
            }),
            // `data[CONF_EMAIL]`
            Expr::Name(key_name) if is_constant(key_name.id.as_str()) => found.push(Mention {
                name: key_name.id.to_ascii_lowercase(),
                owner: last(&subscript.value).to_owned(),
                key: key.to_owned(),
                span: span(expr),
                called: false,
            }),
            _ => deeper(&subscript.value),
        },
        Expr::FString(string) => {
            for part in string.value.iter() {
                if let FStringPart::FString(part) = part {
                    for element in part.elements.interpolations() {
                        deeper(&element.expression);
                    }
                }
            }
        }
        Expr::BinOp(operation) => match operation.op {
            Operator::Add => {
                deeper(&operation.left);
                deeper(&operation.right);
            }
            Operator::Mod if is_text(&operation.left) => deeper(&operation.right),
            _ => {}
        },
        Expr::BoolOp(operation) => match operation.op {
            BoolOp::Or => operation.values.iter().for_each(&mut deeper),
            BoolOp::And => operation.values.iter().skip(1).for_each(&mut deeper),
        },
        Expr::UnaryOp(operation) if operation.op != UnaryOp::Not => {}
        Expr::If(choice) => {
            deeper(&choice.body);
            deeper(&choice.orelse);
        }
        Expr::Dict(dict) => {
            for item in &dict.items {
                let key = item.key.as_ref().and_then(text).unwrap_or_default();
                mentions(&item.value, &key, found, depth + 1);
            }
        }
        Expr::Tuple(tuple) => tuple.elts.iter().for_each(&mut deeper),
        Expr::List(list) => list.elts.iter().for_each(&mut deeper),
        Expr::Set(set) => set.elts.iter().for_each(&mut deeper),
        Expr::Await(inner) => deeper(&inner.value),
        Expr::Starred(inner) => deeper(&inner.value),
        Expr::Named(named) => deeper(&named.value),
        Expr::ListComp(each) => deeper(&each.elt),
        Expr::Generator(each) => deeper(&each.elt),
        Expr::SetComp(each) => deeper(&each.elt),
        _ => {}
    }
}

/// The value of a string literal.
pub(super) fn text(expr: &Expr) -> Option<String> {
    match expr {
        Expr::StringLiteral(literal) => Some(literal.value.to_str().to_owned()),
        _ => None,
    }
}

/// Whether an expression is a string with certainty: a literal, an f-string, a sum that begins with one.
pub(super) fn is_text(expr: &Expr) -> bool {
    match expr {
        Expr::StringLiteral(_) | Expr::FString(_) => true,
        Expr::BinOp(operation) => {
            matches!(operation.op, Operator::Add | Operator::Mod)
                && (is_text(&operation.left) || is_text(&operation.right))
        }
        Expr::Call(call) => {
            matches!(&*call.func, Expr::Attribute(attribute) if is_text(&attribute.value))
                || matches!(
                    last(&call.func),
                    "_" | "gettext" | "str" | "dedent" | "ugettext"
                )
        }
        _ => false,
    }
}

fn is_constant(name: &str) -> bool {
    name.len() > 3 && !name.bytes().any(|byte| byte.is_ascii_lowercase())
}
