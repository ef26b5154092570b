//! The values that a Python call puts into its text, and the names that they can be fields by.

use ruff_python_ast::{ConversionFlag, Expr, FStringPart, Operator};

use super::loggers::{last, span};
use super::value::text;
use crate::call::Embedded;

/// Longer expressions are no hint.
const LONGEST: usize = 60;

/// The named values of a message: an f-string, `"..." % x`, `"...".format(x)`, a sum of texts, an object.
pub(super) fn embedded(expr: &Expr, source: &str, found: &mut Vec<Embedded>) {
    match expr {
        Expr::FString(string) => {
            for part in string.value.iter() {
                let FStringPart::FString(part) = part else {
                    continue;
                };
                for element in part.elements.interpolations() {
                    let debug = element.conversion == ConversionFlag::Repr;
                    found.extend(one(&element.expression, source, debug));
                }
            }
        }
        Expr::BinOp(operation) => match (operation.op, &*operation.right) {
            (Operator::Mod, Expr::Tuple(tuple)) => {
                found.extend(
                    tuple
                        .elts
                        .iter()
                        .filter_map(|value| one(value, source, false)),
                );
            }
            (Operator::Mod, Expr::Dict(dict)) => {
                let values = dict.items.iter().map(|item| &item.value);
                found.extend(values.filter_map(|value| one(value, source, false)));
            }
            (Operator::Mod, value) => found.extend(one(value, source, false)),
            (Operator::Add, right) => {
                embedded(&operation.left, source, found);
                embedded(right, source, found);
            }
            _ => {}
        },
        Expr::Call(call) if last(&call.func) == "format" => {
            let arguments = call.arguments.args.iter();
            found.extend(arguments.filter_map(|value| one(value, source, false)));
            for keyword in &call.arguments.keywords {
                let value = span(&keyword.value).text(source);
                if let (Some(key), true) = (&keyword.arg, fits(value)) {
                    found.push(Embedded {
                        key: key.to_string(),
                        owner: String::new(),
                        value: value.to_owned(),
                        debug: false,
                    });
                }
            }
        }
        _ => found.extend(one(expr, source, false)),
    }
}

/// One value, if the code gives it a name.
pub(super) fn one(expr: &Expr, source: &str, debug: bool) -> Option<Embedded> {
    let (key, owner) = match expr {
        Expr::Name(name) => (name.id.to_string(), ""),
        Expr::Attribute(attribute) => (attribute.attr.to_string(), last(&attribute.value)),
        Expr::Subscript(subscript) => (text(&subscript.slice)?, last(&subscript.value)),
        Expr::Call(call) => match (last(&call.func), &*call.arguments.args) {
            ("str", [value]) => return one(value, source, debug),
            ("repr", [value]) => return one(value, source, true),
            _ => return None,
        },
        _ => return None,
    };
    let named = key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && key.bytes().next().is_some_and(|b| !b.is_ascii_digit());
    let value = span(expr).text(source);
    (named && fits(value)).then(|| Embedded {
        key,
        owner: owner.to_owned(),
        value: value.to_owned(),
        debug,
    })
}

fn fits(value: &str) -> bool {
    value.len() <= LONGEST && !value.contains('\n')
}
