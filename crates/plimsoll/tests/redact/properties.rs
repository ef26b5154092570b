//! What holds for any value.

use plimsoll::redact::{KeyVerdict, Redactor};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

static REDACTOR: LazyLock<Redactor> = LazyLock::new(Redactor::standard);

/// Text of pieces that the rules look at, and of anything else.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => prop::sample::select(vec![
            "password", "token", "secret", "user", "Authorization", "Cookie", "api_key", "=", ":", ": ", " ", "\"", "'", "\\", "\\\"", "{", "}", "[", "]",
            ",", ";", "&", "?", "@", "://", "Bearer ", "Basic ", "hunter2", "S3cr3t!x", "ada@example.com", "4111 1111 1111 1111", "+14155552671",
            "[redacted:password]", "<password>", "</password>", "%3D", "%22", "\\u0022", "\n", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefghijk",
            "postgres://a:b@c", " as the ", "\" \"", "INSERT INTO users (name, email) VALUES ('", "', '", "<p name=\"password\">", "AUTH PLAIN ", "following password ", "\";s:3:\"", " --user ", " -u ", "[\"-u\",\"", " for bob", "(", ")", ")=(", "|", "\n  ", "AUTH ", "-p", "mysql ", "<![CDATA[", "é", "\u{1F600}", "0", "-----BEGIN PRIVATE KEY-----",
        ]).prop_map(str::to_owned),
        1 => any::<String>().prop_map(|text| text.chars().take(6).collect()),
    ];
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    let key = prop_oneof![
        prop::sample::select(vec![
            "password",
            "cvv",
            "user",
            "name",
            "value",
            "token",
            "credentials",
            "tokens",
            "email",
            "pin"
        ])
        .prop_map(str::to_owned),
        text(),
    ];
    leaf.prop_recursive(4, 32, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..5)
                .prop_map(|pairs| Value::from(pairs.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn redacted(text: &str) -> String {
    REDACTOR
        .value(KeyVerdict::CLEAN, text)
        .unwrap_or_else(|| text.to_owned())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn once_is_enough(text in text()) {
        let once = redacted(&text);
        prop_assert_eq!(redacted(&once), once.clone(), "from {:?}", text);
    }

    #[test]
    fn json_stays_json(value in json_value()) {
        let text = value.to_string();
        // As text a bare number may be a card's, and its marker stands without quotes.
        let as_text = (!value.is_number()).then(|| REDACTOR.value(KeyVerdict::CLEAN, &text)).flatten();
        for redacted in [REDACTOR.json(KeyVerdict::CLEAN, &text), as_text].into_iter().flatten() {
            prop_assert!(serde_json::from_str::<Value>(&redacted).is_ok(), "{} -> {}", text, redacted);
        }
        // And what was JSON inside a string still is.
        let outer = json!({ "body": text }).to_string();
        if let Some(redacted) = REDACTOR.json(KeyVerdict::CLEAN, &outer) {
            let read: Value = serde_json::from_str(&redacted).unwrap();
            let body = read["body"].as_str().unwrap();
            prop_assert!(!matches!(value, Value::Object(_) | Value::Array(_)) || serde_json::from_str::<Value>(body).is_ok(), "{}", body);
        }
    }

    #[test]
    fn a_line_keeps_its_other_bytes(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let bytes: Vec<u8> = bytes.into_iter().filter(|byte| *byte != b'\n').collect();
        let mut out = Vec::new();
        let mut expected = Vec::new();
        let mut at = 0;
        REDACTOR.line(&bytes, &mut out, |finding| {
            expected.extend_from_slice(&bytes[at..finding.start]);
            expected.extend_from_slice(format!("[redacted:{}]", finding.pattern).as_bytes());
            at = finding.end;
        });
        expected.extend_from_slice(&bytes[at..]);
        prop_assert_eq!(out, expected);
    }

    #[test]
    fn a_secret_is_found_in_any_dress(
        before in "[a-z ,.]{0,20}",
        key in prop::sample::select(vec!["password", "Password", "PASSWORD", "userPassword", "user_password", "client_secret", "API_KEY", "x-api-key"]),
        dress in 0_usize..9,
    ) {
        let secret = "Zx9!canary7Qw";
        let pair = match dress {
            0 => format!("{key}={secret}"),
            1 => format!("\"{key}\":\"{secret}\""),
            2 => format!("\\\"{key}\\\": \\\"{secret}\\\""),
            3 => format!("\\\\\\\"{key}\\\\\\\":\\\\\\\"{secret}\\\\\\\""),
            4 => format!("'{key}': '{secret}'"),
            5 => format!("{key}: Some(\"{secret}\")"),
            6 => format!("<{key}>{secret}</{key}>"),
            7 => format!("\\n{key}=\\\"{secret}\\\"\\n"),
            _ => format!("{key} => '{secret}'"),
        };
        let text = format!("{before} {pair} and more");
        prop_assert!(!redacted(&text).contains("canary"), "{} -> {}", text, redacted(&text));
    }
}

#[test]
fn the_marker_echoes_nothing() {
    let text = redacted("password=hunter2-canary");
    assert_eq!(text, "password=[redacted:password]");
}

#[test]
fn a_cut_element_leaves_the_quote_that_closes_its_string() {
    let text = r#""</password><password>hunter2""#;
    assert_eq!(
        redacted(text),
        r#""</password><password>[redacted:password]""#
    );
    assert_eq!(
        redacted("</a><password>hunter2"),
        "</a><password>[redacted:password]"
    );
}
