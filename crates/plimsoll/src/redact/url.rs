//! Credentials in the authority of a URL (RFC 3986, 3.2.1).

use plimsoll_standard::sensitive::password_like;

use super::hit::Hit;
use super::names::Rule;

/// No authority is longer.
const LONGEST: usize = 1024;

/// Looks at the `://` whose colon is at `colon`; a finding covers `user:password`. Returns where it ended.
pub(super) fn find(text: &[u8], colon: usize, hits: &mut Vec<Hit>) -> Option<usize> {
    let start = colon + 3;
    let named = colon > 0 && text[colon - 1].is_ascii_alphanumeric();
    let rest = text
        .get(start..text.len().min(start + LONGEST))
        .filter(|_| named)?;
    // No userinfo without its mark; the cheapest question comes first.
    memchr::memchr(b'@', rest)?;
    let authority = &rest[..rest
        .iter()
        .position(|byte| b"/?#".contains(byte) || ends_url(*byte))
        .unwrap_or(rest.len())];
    let at = match authority.iter().rposition(|byte| *byte == b'@') {
        Some(at) => at,
        // A password with `/`, `?` or `#` in it is not valid, and happens: `user:pa/ss@host`.
        None => unescaped_password(rest, authority.len())?,
    };
    let userinfo = &rest[..at];
    if is_marker(userinfo) {
        return None;
    }
    let secret = match userinfo.iter().position(|byte| *byte == b':') {
        Some(mark) => {
            let password = &userinfo[mark + 1..];
            !password.is_empty() && !stands_in(password)
        }
        None => {
            userinfo.len() >= 16
                && userinfo.iter().any(u8::is_ascii_digit)
                && !userinfo.contains(&b'.')
        }
    };
    secret.then(|| {
        hits.push(Hit::new(start, start + at, Rule::UrlCredentials.index()));
        start + at
    })
}

/// `user:password@tcp(host:port)/db` of Go's drivers and `user/password@//host`
/// and `jdbc:oracle:thin:user/password@host` of Oracle's.
pub(super) fn find_driver_form(text: &[u8], hits: &mut Vec<Hit>) {
    for at in memchr::memchr_iter(b'@', text) {
        let after = &text[at + 1..];
        let mark = if after.starts_with(b"tcp(") || after.starts_with(b"unix(") {
            b':'
        } else if after.starts_with(b"//")
            || memchr::memmem::find(&text[at.saturating_sub(128)..at], b":thin:").is_some()
        {
            b'/'
        } else {
            account(text, at, hits);
            continue;
        };
        let low = at.saturating_sub(256);
        let start = text[low..at]
            .iter()
            .rposition(|byte| ends_url(*byte) || (mark == b'/' && *byte == b':'))
            .map_or(low, |last| low + last + 1);
        let userinfo = &text[start..at];
        if is_marker(userinfo) {
            continue;
        }
        let password = userinfo
            .iter()
            .position(|byte| *byte == mark)
            .map(|place| &userinfo[place + 1..]);
        if password.is_some_and(|password| {
            !password.is_empty() && !password.contains(&b'/') && !stands_in(password)
        }) {
            hits.push(Hit::new(start, at, Rule::UrlCredentials.index()));
        }
    }
}

/// `app:x1@db`: an account at a host, without a scheme.
fn account(text: &[u8], at: usize, hits: &mut Vec<Hit>) {
    let low = at.saturating_sub(96);
    let start = text[low..at]
        .iter()
        .rposition(|byte| byte.is_ascii_whitespace() || b"\"'`=(,<>[{|/".contains(byte))
        .map_or(low, |last| low + last + 1);
    let userinfo = &text[start..at];
    let host = text.get(at + 1).is_some_and(u8::is_ascii_alphanumeric)
        && !text[at + 1..].starts_with(b"sha");
    let Some(mark) = memchr::memchr(b':', userinfo).filter(|mark| *mark > 0 && host) else {
        return;
    };
    let (user, password) = (&userinfo[..mark], &userinfo[mark + 1..]);
    let named = user
        .iter()
        .all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(byte));
    let fits = std::str::from_utf8(password)
        .is_ok_and(|password| !password.contains(':') && password_like(password));
    if named && fits && user != b"mailto" {
        hits.push(Hit::new(start, at, Rule::UrlCredentials.index()));
    }
}

/// What an earlier look left here. Its colon parts no user from a password.
fn is_marker(userinfo: &[u8]) -> bool {
    userinfo.starts_with(b"[redacted:") && userinfo.ends_with(b"]")
}

/// `${PASSWORD}`, `***`, `{password}`, `<password>`, `%s`: no password, but where one goes.
fn stands_in(password: &[u8]) -> bool {
    password.iter().all(|byte| b"*xX.".contains(byte))
        || (password.starts_with(b"${") && password.ends_with(b"}"))
        || (password.starts_with(b"{") && password.ends_with(b"}"))
        || password == b"%s"
        || password.starts_with(b"[redacted")
}

fn unescaped_password(rest: &[u8], authority: usize) -> Option<usize> {
    let colon = rest[..authority].iter().position(|byte| *byte == b':')?;
    let port_like = rest[colon + 1..authority].iter().all(u8::is_ascii_digit);
    if port_like {
        return None;
    }
    let end = rest
        .iter()
        .position(|byte| ends_url(*byte))
        .unwrap_or(rest.len());
    let at = rest[..end].iter().rposition(|byte| *byte == b'@')?;
    (at > authority).then_some(at)
}

fn ends_url(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte.is_ascii_control() || b"\"'<>`\\^|".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        let mut hits = Vec::new();
        for colon in memchr::memmem::find_iter(text.as_bytes(), b"://") {
            find(text.as_bytes(), colon, &mut hits);
        }
        hits.iter().map(|hit| &text[hit.start..hit.end]).collect()
    }

    #[test]
    fn user_and_password() {
        assert_eq!(found("postgres://app:s3cret@db:5432/x"), ["app:s3cret"]);
        assert_eq!(found("redis://:p@ss@cache:6379"), [":p@ss"]);
        assert_eq!(found("amqp://u:a/b@mq/v"), ["u:a/b"]);
        assert_eq!(
            found("https://0123456789abcdef0123456789abcdef@o1.ingest.example/2"),
            ["0123456789abcdef0123456789abcdef"]
        );
    }

    #[test]
    fn no_password() {
        for text in [
            "https://example.com/a@b",
            "ssh://git@host/x",
            "http://host:8080/x@y",
            "postgres://app@db/x",
            "https://user:***@host",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }
}
