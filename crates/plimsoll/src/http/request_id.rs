//! Which request id a request gets.

use super::REQUEST_ID;
use crate::context::entropy;
use crate::metrics::{self, CounterFamily};
use crate::redact::redacted;
use http::{HeaderMap, HeaderValue};
use std::borrow::Cow;
use std::sync::LazyLock;

/// Longest id of a caller that is kept.
const LONGEST: usize = 128;

/// Ids that were replaced because they were not safe. Nothing of them is kept or logged: a counter cannot be flooded.
static REPLACED: LazyLock<Option<CounterFamily<0>>> = LazyLock::new(|| {
    metrics::registry()
        .counter(
            "http_server_request_ids_replaced_total",
            "Inbound x-request-id headers that were not 1 to 128 safe characters, or a secret, and were replaced.",
            [],
        )
        .ok()
});

/// The caller's id if there is exactly one, safe to write anywhere and no secret, else a fresh version 4 UUID.
pub(super) fn choose(headers: &HeaderMap, trusted: bool) -> HeaderValue {
    if trusted {
        let mut values = headers.get_all(REQUEST_ID).iter();
        match (values.next(), values.next()) {
            (None, _) => return fresh(),
            (Some(value), None) if is_safe(value.as_bytes()) && is_no_secret(value) => {
                return value.clone();
            }
            _ => {}
        }
        if let Some(replaced) = &*REPLACED {
            replaced.inc([]);
        }
    }
    fresh()
}

/// A random (version 4) UUID with hyphens.
fn fresh() -> HeaderValue {
    let id = uuid::Builder::from_random_bytes(entropy::random()).into_uuid();
    let mut text = uuid::Uuid::encode_buffer();
    let text: &str = id.hyphenated().encode_lower(&mut text);
    // Hex digits and hyphens are always a valid header value.
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("unknown"))
}

/// A token sent by mistake would go back to the caller, and on to every service that this one calls.
fn is_no_secret(id: &HeaderValue) -> bool {
    id.to_str()
        .is_ok_and(|id| matches!(redacted(id), Cow::Borrowed(_)))
}

/// 1 to 128 characters that mean nothing to a shell, a terminal, a log format or a URL's query.
pub(super) fn is_safe(id: &[u8]) -> bool {
    (1..=LONGEST).contains(&id.len())
        && id.iter().all(|byte| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b'.' | b'_' | b'~' | b':' | b'+' | b'/' | b'=' | b'-')
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn chosen(values: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(
                REQUEST_ID,
                HeaderValue::from_bytes(value.as_bytes()).unwrap(),
            );
        }
        choose(&headers, true).to_str().unwrap().to_owned()
    }

    #[test]
    fn a_safe_id_is_kept() {
        let longest = "a".repeat(128);
        for id in ["7f3c", "A-Z_0.9~:+/=", "x", &longest] {
            assert_eq!(chosen(&[id]), id);
        }
    }

    #[test]
    fn anything_else_is_replaced_by_a_uuid() {
        let long = "a".repeat(129);
        let cases: [&[&str]; 9] = [
            &[],
            &[""],
            &[&long],
            &["a b"],
            &["a\tb"],
            &["\"},{"],
            &["ä"],
            &["a,b"],
            &["one", "two"],
        ];
        for case in cases {
            let id = chosen(case);
            let uuid = uuid::Uuid::parse_str(&id).unwrap();
            assert_eq!(uuid.get_version_num(), 4, "{case:?}");
            assert_ne!(id, chosen(case));
        }
        let token = ["AKIA", "QYLPMN5HFIQR7XYA"].concat();
        assert_eq!(
            uuid::Uuid::parse_str(&chosen(&[&token]))
                .unwrap()
                .get_version_num(),
            4
        );
        let mut headers = HeaderMap::new();
        headers.insert(REQUEST_ID, HeaderValue::from_static("7f3c"));
        assert_ne!(choose(&headers, false), "7f3c");
    }

    proptest! {
        #[test]
        fn what_is_kept_survives_every_format(id in ".{0,140}") {
            if is_safe(id.as_bytes()) {
                prop_assert!(id.is_ascii() && !id.contains(['"', '\\', ' ', '<', '&', '?', '#', '%']));
                prop_assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{}\"", id));
            }
        }
    }
}
