//! PL002: a credential or direct personal data in a log call.

mod about;
mod label;
mod masked;
mod request;
mod says;

use plimsoll_standard::sensitive::{is_placeholder, is_status};
use says::{Says, says};

use super::{Setting, shown, types};
use crate::call::{Api, LogCall, Mention};
use crate::context::Context;
use crate::finding::{Check, Hit};

pub(crate) fn check(context: &Context<'_>, setting: Setting<'_>, call: &LogCall) -> Option<Hit> {
    let by_name = call
        .mentions
        .iter()
        .find(|mention| sensitive(context, call, mention, setting.strict));
    let name = match by_name {
        Some(found) if says(found, context) == Says::Sensitive => &found.name,
        Some(found) => &found.key,
        None => &literal(context, call).or_else(|| label::labelled(context, call))?,
    };
    let place = match call.api {
        Api::Instrument => "records the argument",
        Api::TracingSpan => "records",
        _ => "writes",
    };
    let help = match call.api {
        Api::Instrument => format!("name it in skip({name}), or record an id in fields(..)"),
        _ => {
            "log an id or that it is present, or wrap the type so that it prints masked".to_owned()
        }
    };
    Some(Hit {
        check: Check::Secret,
        span: call.span,
        message: format!(
            "{} {place} `{name}`, a credential or personal data, for everyone who reads the log",
            shown(call)
        ),
        help,
        fix: None,
    })
}

/// A field named for a secret whose value stands in the code: `password = "hunter2"`.
fn literal(context: &Context<'_>, call: &LogCall) -> Option<String> {
    let text = context.text(call.span);
    let named = |key: &String| Mention {
        name: key.clone(),
        ..Mention::default()
    };
    call.fields
        .iter()
        .filter(|key| says(&named(key), context) == Says::Sensitive)
        .find(|key| {
            memchr::memmem::find_iter(text.as_bytes(), key.as_bytes()).any(|at| {
                let value = text[at + key.len()..].trim_start();
                let value = value.strip_prefix('=').map(str::trim_start);
                let inside = value.and_then(|value| value.strip_prefix('"'));
                inside
                    .and_then(|inside| inside.split_once('"'))
                    .is_some_and(|(value, _)| {
                        value.len() > 3 && !is_placeholder(value) && !is_status(value)
                    })
            })
        })
        .cloned()
}

fn sensitive(context: &Context<'_>, call: &LogCall, mention: &Mention, strict: bool) -> bool {
    let by_name = says(mention, context);
    let by_key = if mention.key.is_empty() {
        Says::Nothing
    } else {
        says(
            &Mention {
                name: mention.key.clone(),
                ..Mention::default()
            },
            context,
        )
    };
    let named = match by_name {
        Says::Sensitive => true,
        Says::Harmless => false,
        Says::Nothing => by_key == Says::Sensitive && !mention.called,
    };
    if !named {
        return false;
    }
    strict
        || !(masked::masked_type(context, call, mention)
            || masked::masked_before(context, call, mention)
            || masked::an_object(context, call, mention)
            || masked::count_or_lexeme(context, call, mention)
            || masked::position(call, mention))
}
