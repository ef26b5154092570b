//! What the sieve lets through, and that no rule would have found anything in it.

use proptest::prelude::*;

use crate::redact::engine::Engine;

/// Pieces of which texts are made: names, marks, values, words of every rule.
const PIECES: &[&str] = &[
    "password",
    "Password",
    "pwd",
    "pin",
    "PIN",
    "otp",
    "token",
    "secret",
    "api_key",
    "apiKey",
    "key",
    "code",
    "number",
    "credentials",
    "bearer",
    "Basic",
    "by",
    "identified by",
    "insert into",
    "values",
    "form-data",
    "auth",
    "AUTH",
    "requirepass",
    "pw",
    "Passwort",
    "mot de passe",
    "contraseña",
    "пароль",
    "lautet",
    "es",
    "name",
    "value",
    "header",
    "id",
    "order_id",
    "user",
    "state",
    "sid",
    "session",
    "route",
    "status",
    "INFO",
    "is",
    "your",
    "is your",
    "for",
    "the",
    "card",
    "phone",
    "call",
    "email",
    "machine h login l",
    "aws_secret_access_key",
    "identified with x by",
    "new token for bob",
    "as the",
    "is not the right",
    "mysql",
    "LOGIN",
    "IDENTIFY",
    "a1 LOGIN ada",
    "ada:x1y2z3!",
    "', ('",
    "parameters: (",
    "-px1y2z3!",
    "<p name=\"password\">",
    "<![CDATA[",
    ")=(",
    "|",
    "\" \"",
    "max_tokens",
    "2xx",
    "hunter2",
    "x1y2z3!",
    "482913",
    "4111111111111111",
    "4111 1111 1111 1111",
    "+14155552671",
    "078-05-1120",
    "GB29NWBK60161331926819",
    "GB29 NWBK 6016 1331 9268 19",
    "jane@example.org",
    "https://a:b@c.de/",
    "?token=abc",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "AKIAIOSFODNN7EXAMPLE",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlMTIzNDU2",
    "dXNlcjpwYXNzd29yZA==",
    "7f3c2a10-9b1d-4e57-8a2f-0c6d5e4b3a21",
    "2026-11-22T17:00:42Z",
    "17:00",
    "crates/plimsoll/src/lib.rs",
    "-----BEGIN PRIVATE KEY-----",
    "$2b$12$abcdefghijklmnopqrstuv",
    "--password",
    "-p",
    "<password>",
    "</password>",
    "é",
    "日本",
    " ",
    " ",
    " ",
    "  ",
    "\n",
    "\t",
    ":",
    "=",
    ": ",
    "=",
    ",",
    ", ",
    ".",
    ";",
    "&",
    "?",
    "@",
    "<",
    ">",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "\"",
    "'",
    "`",
    "\\",
    "\\n",
    "\\u0040",
    "\\\"",
    "%",
    "%3D",
    "%40",
    "%20",
    "5%",
    "/",
    "//",
    "://",
    "-",
    "_",
    "+",
    "~",
    "$",
    "!",
    "|",
    "\":\"",
    "\",\"",
    "\":",
    "(\"",
    "\")",
    "{\"",
    "\"}",
    "[\"",
    "\"]",
];

fn engine() -> Engine {
    Engine::new(&plimsoll_standard::config::Redact::default())
        .unwrap()
        .0
}

fn check(engine: &Engine, text: &str) -> Result<(), TestCaseError> {
    let mut hits = Vec::new();
    engine.by_rules(text.as_bytes(), &mut hits);
    prop_assert!(
        hits.is_empty() || !engine.is_sifted(text.as_bytes()),
        "let through: {text:?}: {hits:?}"
    );
    Ok(())
}

#[test]
fn ordinary_texts_pass() {
    let engine = engine();
    for text in [
        "user-58132",
        "delivered after the second attempt, 2xx",
        "could not parse \"C:\\in\":\tunexpected end, line 184726\nin data",
        "2026-11-22T17:00:42Z INFO orders: request handled route=/orders/{id} status=200 duration_ms=41.7 worker=3",
        r#"{"order":{"id":"ord_1029384","lines":[{"sku":"A-1","count":2,"price":"19.90"}],"state":"paid"}}"#,
        "connection refused (os error 111), retry 3 of 5 in 2s",
        "GET /v1/orders/17 HTTP/1.1",
    ] {
        assert!(engine.is_sifted(text.as_bytes()), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_let_through_that_a_rule_finds(
        pieces in prop::collection::vec(0..PIECES.len(), 1..14)
    ) {
        thread_local!(static ENGINE: Engine = engine());
        let text: String = pieces.iter().map(|piece| PIECES[*piece]).collect();
        ENGINE.with(|engine| {
            check(engine, &text)?;
            check(engine, &format!("{{\"a\":\"{text}\"}}"))?;
            check(engine, &format!("{{\"{text}\":1}}"))
        })?;
    }
}
