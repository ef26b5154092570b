//! Reading a JSON body: bounded, and every way it can be wrong has its own status.

use std::error::Error;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::Value;

use super::{BODY_LIMIT, Problem, problem};

/// The body as JSON: 415 if it does not say so, 413 if it is too long, 408 if it is too
/// slow, 400 if it is not JSON.
pub(super) async fn read_json(headers: &HeaderMap, body: Body) -> Result<Value, Problem> {
    if !says_json(headers) {
        return Err(problem::field(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "content-type",
            "must be application/json",
        ));
    }
    let bytes = read(body).await?;
    serde_json::from_slice(&bytes).map_err(|error| {
        problem::field(
            StatusCode::BAD_REQUEST,
            "body",
            &format!("is not JSON: {error}"),
        )
    })
}

fn says_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
    else {
        return false;
    };
    let essence = value.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

/// A caller that sends a body of a few kilobytes for longer than this is gone, or means harm.
const DEADLINE: Duration = Duration::from_secs(5);

async fn read(body: Body) -> Result<Bytes, Problem> {
    let wrong = |status, detail: &str| Err(problem::field(status, "body", detail));
    match tokio::time::timeout(DEADLINE, Limited::new(body, BODY_LIMIT).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if is_too_long(&*error) => wrong(
            StatusCode::PAYLOAD_TOO_LARGE,
            &format!("must be at most {BODY_LIMIT} bytes"),
        ),
        Ok(Err(_)) => wrong(StatusCode::BAD_REQUEST, "ended before its end"),
        Err(_) => wrong(StatusCode::REQUEST_TIMEOUT, "must arrive within 5 seconds"),
    }
}

fn is_too_long(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return true;
        }
        cause = error.source();
    }
    false
}
