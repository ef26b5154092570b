//! Values that are a piece of source code.

use plimsoll_standard::sensitive::Kind;

use super::name::word_byte;

/// `token = expected_token`: the name of a variable.
pub(super) fn is_variable(kind: Kind, value: &str) -> bool {
    kind != Kind::Password
        && value.contains('_')
        && value
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// `token = await next()`: a word of a programming language.
pub(super) fn is_keyword(value: &str) -> bool {
    matches!(
        value,
        "await"
            | "async"
            | "new"
            | "function"
            | "lambda"
            | "yield"
            | "return"
            | "typeof"
            | "nullptr"
            | "self"
            | "this"
            | "undefined"
            | "move"
            | "match"
            | "if"
            | "unsafe"
            | "const"
            | "let"
            | "static"
    )
}

/// `string password = 2;`: where a field stands in a Protobuf message.
pub(super) fn is_field_number(value: &str) -> bool {
    let number = value.trim_end_matches(';');
    number.len() <= 2 && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// A piece of source code or a type, as in `password: String` or `token = self.next()`.
pub(super) fn is_code(value: &str) -> bool {
    let name = value.trim_end_matches([',', ';', ')']);
    matches!(
        name,
        "str"
            | "&str"
            | "string"
            | "String"
            | "bool"
            | "int"
            | "varchar"
            | "text"
            | "TEXT"
            | "VARCHAR"
            | "bytes"
            | "Bytes"
            | "u64"
            | "i64"
            | "Option<String>"
            | "Optional[str]"
            | "SecretString"
            | "SecretStr"
            | "any"
            | "Any"
            | "object"
            | "char"
            | "number"
            | "password"
            | "Password"
            | "token"
            | "secret"
            | "PASSWORD"
            | "?"
            | "%s"
            | "%v"
            | "%q"
            | "{}"
            | "{:?}"
            | "NULL"
            | "NOT"
    ) || is_call(value)
        || value.starts_with("self.")
        || value.starts_with("process.env")
        || value.starts_with("os.environ")
        || value.starts_with("env.")
        || value.starts_with("config.")
        || value.starts_with("req.")
        || value.starts_with("request.")
        || (value.starts_with('{') && value.ends_with('}'))
        || (value.starts_with("%(") && value.ends_with('s'))
        || (value.starts_with(':')
            && value.len() > 1
            && value[1..]
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b == b'_'))
        || is_parameter(name)
}

/// `$PASSWORD`, `$1`, and `$p` of GraphQL.
fn is_parameter(name: &str) -> bool {
    name.strip_prefix('$').is_some_and(|name| {
        !name.is_empty()
            && (name
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b == b'_' || b.is_ascii_digit())
                || name.len() == 1)
    })
}

/// `read_password()?`, `env::var("X")`, `self.next(`: a name with arguments.
fn is_call(value: &str) -> bool {
    let value = value.trim_end_matches([',', ';', '?', '.']);
    let Some(open) = value.find('(') else {
        return false;
    };
    open > 1
        && (value.ends_with(['(', ')']) || value.contains("()."))
        && value[..open]
            .bytes()
            .all(|b| word_byte(b) || b == b'.' || b == b':' || b == b'!')
        && (value.len() > open + 2 || value[..open].len() > 2)
        && value[..open].starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
}
