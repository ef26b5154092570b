//! The type of a value, as far as its file tells: parameters, bindings, fields of structs.

use crate::call::{LogCall, Mention};
use crate::context::Context;
use crate::facts::Language;
use crate::scope::ScopeKind;

/// The type written for what a mention names: of the field that it is, of the binding or the parameter; else of any
/// field of that name in the file.
pub(super) fn declared<'f>(
    context: &Context<'f>,
    call: &LogCall,
    mention: &Mention,
) -> Option<&'f str> {
    if context.facts.language == Language::Rust
        && let Some(kind) = followed(context, call, mention)
    {
        return Some(kind);
    }
    typed(parameters(context, call), &mention.name, false)
        .or_else(|| typed(context.source, &mention.name, true))
}

/// Whether the expression goes on to take the value out of the type that hides it.
pub(super) fn revealed(context: &Context<'_>, mention: &Mention) -> bool {
    let rest = context.source.get(mention.span.end as usize..);
    rest.is_some_and(|rest| {
        [
            ".expose",
            ".reveal",
            ".into_exposed",
            ".into_inner",
            ".secret()",
            ".unsecure",
        ]
        .iter()
        .any(|method| rest.starts_with(method))
    })
}

/// `login.password` with `login: &Login` and `struct Login { password: Secret<String> }`, step by step.
fn followed<'f>(context: &Context<'f>, call: &LogCall, mention: &Mention) -> Option<&'f str> {
    if mention.owner.contains(':') {
        return None;
    }
    let mut path = mention
        .owner
        .split('.')
        .filter(|name| !name.is_empty())
        .chain([mention.name.as_str()]);
    let first = path.next()?;
    let mut kind = if first == "self" {
        own(context, call)?
    } else {
        bound(context, call, first).or_else(|| parameter(parameters(context, call), first))?
    };
    for name in path {
        kind = names(kind).find_map(|holder| field(context.source, holder, name))?;
    }
    Some(kind)
}

fn parameters<'f>(context: &Context<'f>, call: &LogCall) -> &'f str {
    context
        .function(call)
        .map_or("", |function| context.text(function.text))
}

/// The names that make up a type.
pub(super) fn names(kind: &str) -> impl Iterator<Item = &str> {
    kind.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|name| !name.is_empty())
}

/// `name: T`, or `Json(name): Json<T>`.
fn parameter<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    typed(text, name, false).or_else(|| {
        let pattern = format!("({name}):");
        let rest = &text[text.find(&pattern)? + pattern.len()..];
        let end = rest.find([',', ')', '\n']).unwrap_or(rest.len());
        Some(rest[..end].trim())
    })
}

/// What the last `let name` before the call says: its written type, or the type whose function or literal it is given.
fn bound<'f>(context: &Context<'f>, call: &LogCall, name: &str) -> Option<&'f str> {
    let start = context
        .function(call)
        .map_or(0, |function| function.span.start);
    let before = context
        .source
        .get(start as usize..call.span.start as usize)?;
    let rest = ["let ", "let mut "]
        .iter()
        .filter_map(|word| {
            let pattern = format!("{word}{name}");
            let at = before.rfind(&pattern)?;
            let rest = &before[at + pattern.len()..];
            let whole = !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
            whole.then_some((at, rest))
        })
        .max_by_key(|(at, _)| *at)
        .map(|(_, rest)| rest.trim_start())?;
    if let Some(kind) = rest.strip_prefix(':') {
        return Some(kind[..kind.find(['=', ';', '\n'])?].trim());
    }
    let mut value = rest.strip_prefix('=')?.trim_start().trim_start_matches('&');
    for carrier in ["Some(", "Ok(", "Arc::new(", "Box::new(", "Rc::new("] {
        value = value.strip_prefix(carrier).unwrap_or(value);
    }
    let end =
        value.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | ':' | '<' | '>'))?;
    let path = &value[..end];
    let kind = if value[end..].starts_with('(') {
        path.rsplit_once("::")?.0
    } else if value[end..].trim_start().starts_with('{') {
        path
    } else {
        return None;
    };
    let last = kind.rsplit("::").next().unwrap_or(kind);
    last.starts_with(|c: char| c.is_ascii_uppercase() || c == '<')
        .then_some(kind)
}

/// The type that the `impl` around the call is for.
fn own<'f>(context: &Context<'f>, call: &LogCall) -> Option<&'f str> {
    let header = context
        .around(call)
        .find_map(|(_, scope)| (scope.kind == ScopeKind::Type).then(|| context.text(scope.text)))?;
    let header = header.split('{').next().unwrap_or(header);
    Some(header.rsplit(" for ").next().unwrap_or(header))
}

/// The type of a field of a struct in the file.
fn field<'t>(source: &'t str, holder: &str, name: &str) -> Option<&'t str> {
    let pattern = format!("struct {holder}");
    let rest = source.match_indices(&pattern).find_map(|(at, _)| {
        let rest = &source[at + pattern.len()..];
        (!rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')).then_some(rest)
    })?;
    let open = rest.find(['{', ';', '('])?;
    let body = rest[open..].strip_prefix('{')?;
    let mut depth = 1;
    let end = body.bytes().position(|byte| {
        depth += i32::from(byte == b'{') - i32::from(byte == b'}');
        depth == 0
    })?;
    typed(&body[..end], name, false)
}

/// The type after `name:`; with `field` only where a line begins with it, as a struct's fields do.
fn typed<'t>(text: &'t str, name: &str, field: bool) -> Option<&'t str> {
    let bytes = text.as_bytes();
    for at in memchr::memmem::find_iter(bytes, name.as_bytes()) {
        let boundary = at == 0
            || !(bytes[at - 1].is_ascii_alphanumeric()
                || matches!(bytes[at - 1], b'_' | b'.' | b':' | b'"' | b'\''));
        let line = text[..at].rsplit('\n').next().unwrap_or_default();
        let begins = line.split_whitespace().all(|word| word.starts_with("pub"));
        if field && !begins {
            continue;
        }
        let rest = text[at + name.len()..].trim_start_matches(' ');
        let Some(rest) = rest
            .strip_prefix(':')
            .filter(|rest| boundary && !rest.starts_with(':'))
        else {
            continue;
        };
        let end = rest.find(['\n', ',', ')', '=', ';']).unwrap_or(rest.len());
        let kind = rest[..end].trim();
        if kind
            .bytes()
            .next()
            .is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'&' | b'<' | b'\''))
        {
            return Some(kind);
        }
    }
    None
}
