//! What the text before a value calls it.

use plimsoll_standard::sensitive;

use super::says::{Says, direct, says};
use crate::call::{LogCall, Mention};
use crate::context::Context;
use crate::words::words;

/// A value with a name that says nothing after a text that says it all: `"authorization: {}", text`. Only where the
/// values can be told apart: as many names as places.
pub(super) fn labelled(context: &Context<'_>, call: &LogCall) -> Option<String> {
    let text = &call.message.text;
    let places: Vec<usize> = memchr::memchr2_iter(b'{', b'%', text.as_bytes())
        .filter(|at| {
            let next = text.as_bytes().get(at + 1);
            text.as_bytes()[*at] == b'{' && next != Some(&b'{')
                || text.as_bytes()[*at] == b'%' && matches!(next, Some(b's' | b'r'))
        })
        .collect();
    let values: Vec<&Mention> = call
        .mentions
        .iter()
        .filter(|mention| mention.key.is_empty())
        .collect();
    if places.len() != values.len() {
        return None;
    }
    places.iter().zip(values).find_map(|(at, value)| {
        let before = text[..*at].trim_end_matches(['\'', '"', '`', ' ']);
        let label = before.strip_suffix([':', '='])?;
        let label = label
            .rsplit(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-'))
            .next()
            .unwrap_or_default();
        let sure = sensitive::classify(label)
            .is_some_and(|class| direct(class) && class.strength != sensitive::Strength::Likely);
        let plain = !value.called
            && says(value, context) == Says::Nothing
            && !words(&value.name).iter().any(|word| {
                matches!(
                    word.as_str(),
                    "e" | "err"
                        | "error"
                        | "exc"
                        | "ex"
                        | "exception"
                        | "reason"
                        | "status"
                        | "msg"
                        | "message"
                        | "masked"
                        | "hash"
                        | "is"
                        | "has"
                        | "user"
                        | "username"
                        | "name"
                        | "detail"
                        | "details"
                        | "problem"
                        | "ok"
                        | "flag"
                        | "why"
                        | "cause"
                        | "n"
                        | "num"
                )
            });
        (sure && plain).then(|| label.to_owned())
    })
}
