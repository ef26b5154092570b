//! The `tracestate` half of W3C Trace Context Level 2 (section 3.3): opaque to us, checked and sent on.

use super::trace::trim_whitespace;

/// A list has at most this many members (section 3.3.1.1).
const MEMBERS: usize = 32;
/// A key and a value have at most this many characters each (section 3.3.1.3).
const CHARACTERS: usize = 256;
/// What may stand before and after the `@` of a key.
const TENANT: usize = 241;
const SYSTEM: usize = 14;
/// What we send on at most; the text asks for at least 512. A longer list loses whole members.
const PROPAGATED: usize = 2048;
/// Members longer than this go first when a list is too long (section 3.3.1.5).
const LONG: usize = 128;

/// All `tracestate` headers as one value; `None` if there are none, they are empty or anything in them is invalid.
///
/// A repeated key is passed on as it came: the text leaves that to us, and dropping one would break a trace elsewhere.
#[expect(
    single_use_lifetimes,
    reason = "an anonymous lifetime is not allowed inside `impl Trait`"
)]
pub(super) fn combine<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Option<String> {
    let mut members: Vec<&str> = Vec::new();
    for value in values {
        for member in value.split(|&byte| byte == b',').map(trim_whitespace) {
            if member.is_empty() {
                continue;
            }
            if members.len() == MEMBERS || !is_member(member) {
                return None;
            }
            members.push(std::str::from_utf8(member).ok()?);
        }
    }
    shorten(&mut members);
    (!members.is_empty()).then(|| members.join(","))
}

/// Removes whole members until the list fits: the long ones first, then from the end.
fn shorten(members: &mut Vec<&str>) {
    let length = |members: &[&str]| members.iter().map(|member| member.len() + 1).sum::<usize>();
    let mut excess = length(members).saturating_sub(PROPAGATED + 1);
    while excess > 0 {
        let last_long = members.iter().rposition(|member| member.len() > LONG);
        let Some(at) = last_long.or(members.len().checked_sub(1)) else {
            return;
        };
        excess = excess.saturating_sub(members.remove(at).len() + 1);
    }
}

/// `key "=" value` as section 3.3.1.3 writes it.
///
/// A key with an `@` is read as Level 1 has it, `tenant@system`, which is what the working group's own test harness asks
/// for at either level; Level 2's grammar would also let the sign stand elsewhere.
fn is_member(member: &[u8]) -> bool {
    let Some(equals) = member.iter().position(|&byte| byte == b'=') else {
        return false;
    };
    let (key, value) = (&member[..equals], &member[equals + 1..]);
    let key_valid = match key.iter().position(|&byte| byte == b'@') {
        None => is_name(key, CHARACTERS),
        Some(at) => {
            let system = &key[at + 1..];
            is_name(&key[..at], TENANT)
                && is_name(system, SYSTEM)
                && matches!(system.first(), Some(b'a'..=b'z'))
        }
    };
    key_valid
        && (1..=CHARACTERS).contains(&value.len())
        && value
            .iter()
            .all(|&byte| matches!(byte, b' '..=b'~') && byte != b'=')
}

/// Letters and digits first, then signs too, and not more than `most`.
fn is_name(name: &[u8], most: usize) -> bool {
    matches!(name.first(), Some(b'a'..=b'z' | b'0'..=b'9'))
        && name.len() <= most
        && name
            .iter()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'*' | b'/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn combined(values: &[&str]) -> Option<String> {
        combine(values.iter().map(|value| value.as_bytes()))
    }

    #[test]
    fn headers_are_joined_in_order_without_empty_members_and_white_space() {
        assert_eq!(
            combined(&["foo=1 \t , \t bar=2", "", " , ", "\tbaz=3 "]).as_deref(),
            Some("foo=1,bar=2,baz=3")
        );
        assert_eq!(
            combined(&["foo=1,foo=2", "foo=1"]).as_deref(),
            Some("foo=1,foo=2,foo=1")
        );
        assert_eq!(combined(&["", " \t,"]), None);
        assert_eq!(combined(&["a= b"]).as_deref(), Some("a= b"));
    }

    #[test]
    fn anything_invalid_drops_the_whole_list() {
        let long_key = format!("{}=1", "z".repeat(257));
        let long_value = format!("a={}", "z".repeat(257));
        let long_tenant = format!("{}@v=1", "t".repeat(242));
        let long_system = format!("t@{}=1", "v".repeat(15));
        for bad in [
            "foo",
            "=1",
            "foo=",
            "foo =1",
            "FOO=1",
            "foo.bar=1",
            "@foo=1",
            "foo@=1",
            "foo@@bar=1",
            "foo@bar@baz=1",
            "foo@1=1",
            &long_tenant,
            &long_system,
            "foo=bar=baz",
            "foo=\u{7f}",
            "foo=ä",
            "a=\tb\tc",
            &long_key,
            &long_value,
        ] {
            assert_eq!(combined(&["ok=1", bad]), None, "{bad}");
        }
        assert!(
            combined(&[
                &format!("{}=1", "z".repeat(256)),
                &format!("a={}", "z".repeat(256))
            ])
            .is_some()
        );
        assert!(combined(&["foo@bar=1,0foo=1,0foo@b0=1"]).is_some());
        let longest = format!("{}@{}=1", "t".repeat(241), "v".repeat(14));
        assert!(combined(&[&longest]).is_some());
    }

    #[test]
    fn thirty_two_members_and_no_more() {
        let list = |count| {
            (0..count)
                .map(|at| format!("k{at}={at}"))
                .collect::<Vec<_>>()
                .join(",")
        };
        assert_eq!(combined(&[&list(32), ",,,"]), Some(list(32)));
        assert_eq!(combined(&[&list(33)]), None);
    }

    #[test]
    fn a_list_too_long_loses_long_members_then_the_last_ones() {
        let long = format!("long={}", "x".repeat(200));
        let short = |at: usize| format!("s{at:02}={}", "y".repeat(96));
        let mut list: Vec<String> = (0..19).map(short).collect();
        list.insert(1, long.clone());
        // 19 short members of 100 characters and one long one: 1,918 + 206, so only the long one has to go.
        let out = combined(&[&list.join(",")]).unwrap();
        assert!(out.len() <= PROPAGATED && !out.contains("long="));
        assert!(out.starts_with("s00=") && out.contains("s18="));
        let many: Vec<String> = (0..32).map(short).collect();
        let out = combined(&[&many.join(",")]).unwrap();
        assert!(out.len() <= PROPAGATED && out.contains("s19=") && !out.contains("s20="));
    }

    proptest! {
        #[test]
        fn what_goes_out_is_valid_and_stable(values in proptest::collection::vec(
            "[a-z@ =,\t]{0,40}|([a-z][a-z0-9@]{0,9}= ?[!-+]{1,150}[,\t ]{1,3}){0,20}", 0..4)
        ) {
            let list: Vec<&str> = values.iter().map(String::as_str).collect();
            if let Some(out) = combined(&list) {
                prop_assert!(out.len() <= PROPAGATED);
                prop_assert!(out.split(',').count() <= MEMBERS);
                prop_assert_eq!(combined(&[&out]), Some(out));
            }
        }

        #[test]
        fn any_bytes_are_survived(values: Vec<Vec<u8>>) {
            combine(values.iter().map(Vec::as_slice));
        }
    }
}
