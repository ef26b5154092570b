//! Every way into a line passes the redactor.

use plimsoll::Context;
use plimsoll::testing::capture;
use serde::Serialize;
use std::error::Error;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tracing::{Instrument, error, field::Empty, info, info_span};

/// What a secret's own bytes are in these tests.
const CORE: &str = "Kx7Qm2Vt9Lp4Zw8Rb5Nd";

/// A text with a secret in it, of another form each time.
fn secret() -> String {
    static FORM: AtomicUsize = AtomicUsize::new(0);
    let host = "db.internal/app";
    let forms = [
        format!("login with password={CORE} failed"),
        format!("GET /x: Authorization: Bearer {CORE}"),
        format!("postgres://app:{CORE}@{host}"),
        format!("{{\"user\":7,\"client_secret\":\"{CORE}\"}}"),
        format!("State {{ api_key: Some(\"{CORE}\") }}"),
        format!("https://x.test/cb?access_token={CORE}&v=2"),
    ];
    forms[FORM.fetch_add(1, Ordering::Relaxed) % forms.len()].clone()
}

#[derive(Debug, Serialize)]
struct Login {
    user: u32,
    password: String,
    note: String,
}

impl Login {
    fn made_up() -> Self {
        Self {
            user: 7,
            password: CORE.to_owned(),
            note: secret(),
        }
    }
}

#[derive(Debug)]
struct Failed(Option<Box<Self>>);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused: {}", secret())
    }
}

impl Error for Failed {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0
            .as_deref()
            .map(|cause| cause as &(dyn Error + 'static))
    }
}

/// No line holds the secret, and each of these events has a marker.
#[track_caller]
fn all_taken_out(captured: &plimsoll::testing::Capture, events: usize) {
    let lines = captured.lines();
    assert_eq!(lines.len(), events, "{lines:#?}");
    for line in lines {
        assert!(!line.contains(CORE), "{line}");
        assert!(line.contains("[redacted:"), "{line}");
    }
}

#[test]
fn fields_messages_errors_and_nested_values() {
    let captured = capture();
    for _ in 0..6 {
        info!("{}", secret());
        info!(text = secret(), "x");
        info!(shown = %secret(), "x");
        info!(debug = ?Login::made_up(), "x");
        info!(bytes = secret().as_bytes(), "x");
        info!(nested = plimsoll::json(&Login::made_up()), "x");
        info!(password = CORE, userToken = ?Some(CORE), "x");
        let error = Failed(Some(Box::new(Failed(None))));
        error!(error = &error as &dyn Error, "x");
        error!(error = %error, "x");
    }
    all_taken_out(&captured, 6 * 9);
}

#[test]
fn spans_with_what_is_recorded_later() {
    let captured = capture();
    for _ in 0..6 {
        let outer = info_span!("outer", password = CORE, detail = secret(), late = Empty);
        outer.record("late", secret());
        let _outer = outer.enter();
        let inner = info_span!("inner", login = ?Login::made_up());
        inner.in_scope(|| info!("x"));
        info!(parent: &inner, "x");
    }
    all_taken_out(&captured, 12);
}

#[tracing::instrument(fields(also = %secret()), err)]
fn instrumented(login: Login, token: &str, text: String) -> Result<(), Failed> {
    info!("x");
    Err(Failed(None))
}

#[tracing::instrument(ret)]
async fn instrumented_async(password: String, text: &str) -> String {
    info!("x");
    secret()
}

#[tokio::test]
async fn arguments_and_results_of_instrumented_functions() {
    let captured = capture();
    for _ in 0..6 {
        let _ = instrumented(Login::made_up(), CORE, secret());
        let text = secret();
        let _ = instrumented_async(CORE.to_owned(), &text)
            .in_current_span()
            .await;
    }
    all_taken_out(&captured, 6 * 4);
}

#[test]
fn what_is_bound_and_what_a_context_is_opened_with() {
    let captured = capture();
    for _ in 0..6 {
        let context = Context::builder()
            .request_id(secret())
            .field("path", format!("/reset/{}", secret()))
            .field("password", CORE)
            .build();
        context.bind("detail", secret());
        context.bind(format!("user_{}", "token"), CORE);
        let _entered = context.enter();
        plimsoll::bind("long", format!("{}{}", "x ".repeat(2000), secret()));
        info!("x");
    }
    all_taken_out(&captured, 6);
}

/// The checks run on this thread, so their lines are captured.
#[tokio::test]
async fn causes_of_failed_checks() {
    let captured = capture();
    let health = plimsoll::health::Health::new();
    let check = plimsoll::health::check("database", || async { Err::<(), _>(secret()) });
    health
        .add(check.interval(Duration::from_millis(5)))
        .unwrap();
    health.start().unwrap();
    while captured.all("health.check_failed").is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    all_taken_out(&captured, 1);
}
