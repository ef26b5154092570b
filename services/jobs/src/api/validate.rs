//! What a submission must look like. All wrong fields are named at once.

use axum::http::HeaderMap;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::problem::{FieldError, UNKNOWN};
use super::{Problem, StatusCode, problem};
use crate::handlers::{Handlers, JobType};
use crate::time::from_rfc3339;

const DEFAULT_ATTEMPTS: i64 = 5;
const MOST_ATTEMPTS: i64 = 25;

/// A submission that can be stored.
#[derive(Debug)]
pub(super) struct Valid {
    pub(super) job_type: JobType,
    pub(super) user_id: String,
    /// Compact JSON.
    pub(super) payload: String,
    pub(super) run_at: Option<i64>,
    pub(super) max_attempts: i64,
    /// Over all of the above, so that a repeated key can be told from a reused one.
    pub(super) body_hash: String,
}

pub(super) fn validate(body: &Value, handlers: &Handlers) -> Result<Valid, Problem> {
    let Value::Object(body) = body else {
        return Err(problem::fields(vec![FieldError::new(
            "body",
            "must be a JSON object",
        )]));
    };
    let mut errors: Vec<FieldError> = body
        .keys()
        .filter(|key| {
            !["job_type", "user_id", "payload", "run_at", "max_attempts"].contains(&key.as_str())
        })
        .take(10)
        .map(|key| FieldError::new(shorten(key), UNKNOWN))
        .collect();
    let job_type = job_type(body).map_err(|error| errors.push(error)).ok();
    let user_id = user_id(body).map_err(|error| errors.push(error)).ok();
    let run_at = run_at(body).map_err(|error| errors.push(error)).ok();
    let max_attempts = max_attempts(body).map_err(|error| errors.push(error)).ok();
    let payload = payload(body, job_type, handlers)
        .map_err(|error| errors.push(error))
        .ok();
    match (job_type, user_id, payload, run_at, max_attempts) {
        (Some(job_type), Some(user_id), Some(payload), Some(run_at), Some(max_attempts))
            if errors.is_empty() =>
        {
            let body_hash = hash(job_type, &payload, run_at, max_attempts);
            Ok(Valid {
                job_type,
                user_id,
                payload,
                run_at,
                max_attempts,
                body_hash,
            })
        }
        _ => Err(problem::fields(errors)),
    }
}

/// The header `Idempotency-Key`, if it is there.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut values = headers.get_all("idempotency-key").iter();
    let wrong = || {
        let detail = "must be given once, as 1 to 255 visible ASCII characters";
        problem::field(StatusCode::BAD_REQUEST, "Idempotency-Key", detail)
    };
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => match value.to_str() {
            Ok(key)
                if (1..=255).contains(&key.len())
                    && key.bytes().all(|byte| byte.is_ascii_graphic()) =>
            {
                Ok(Some(key.to_owned()))
            }
            _ => Err(wrong()),
        },
        (Some(_), Some(_)) => Err(wrong()),
    }
}

fn job_type(body: &Map<String, Value>) -> Result<JobType, FieldError> {
    body.get("job_type")
        .and_then(Value::as_str)
        .and_then(JobType::parse)
        .ok_or_else(|| FieldError::new("job_type", format!("must be one of {}", JobType::names())))
}

fn user_id(body: &Map<String, Value>) -> Result<String, FieldError> {
    body.get("user_id")
        .and_then(Value::as_str)
        .filter(|id| (1..=128).contains(&id.len()) && !id.chars().any(char::is_control))
        .map(str::to_owned)
        .ok_or_else(|| {
            FieldError::new(
                "user_id",
                "must be a text of 1 to 128 bytes without control characters",
            )
        })
}

fn run_at(body: &Map<String, Value>) -> Result<Option<i64>, FieldError> {
    match body.get("run_at") {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value
            .as_str()
            .and_then(from_rfc3339)
            .map(Some)
            .ok_or_else(|| {
                FieldError::new("run_at", "must be a time such as 2030-01-31T12:00:00Z")
            }),
    }
}

fn max_attempts(body: &Map<String, Value>) -> Result<i64, FieldError> {
    match body.get("max_attempts") {
        None | Some(Value::Null) => Ok(DEFAULT_ATTEMPTS),
        Some(value) => value
            .as_i64()
            .filter(|number| (1..=MOST_ATTEMPTS).contains(number))
            .ok_or_else(|| {
                FieldError::new(
                    "max_attempts",
                    format!("must be a whole number from 1 to {MOST_ATTEMPTS}"),
                )
            }),
    }
}

fn payload(
    body: &Map<String, Value>,
    kind: Option<JobType>,
    handlers: &Handlers,
) -> Result<String, FieldError> {
    let payload = body
        .get("payload")
        .filter(|payload| payload.is_object())
        .ok_or_else(|| FieldError::new("payload", "must be a JSON object"))?;
    if let Some(kind) = kind {
        handlers
            .check(kind, payload)
            .map_err(|error| FieldError::new(error.field, error.detail))?;
    }
    Ok(payload.to_string())
}

fn hash(job_type: JobType, payload: &str, run_at: Option<i64>, max_attempts: i64) -> String {
    let text = format!(
        "{}\n{payload}\n{run_at:?}\n{max_attempts}",
        job_type.as_str()
    );
    crate::handlers::hex(&Sha256::digest(text))
}

/// An unknown key comes back to its sender only as far as it helps.
fn shorten(key: &str) -> String {
    key.chars().take(64).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(body: &Value) -> Result<Valid, Problem> {
        validate(body, &Handlers::new(None, None))
    }

    fn fields(body: &Value) -> Vec<String> {
        let problem = serde_json::to_value(check(body).unwrap_err()).unwrap();
        let errors = problem["errors"].as_array().unwrap();
        errors
            .iter()
            .map(|error| error["field"].as_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn all_wrong_fields_are_named_at_once() {
        let body = json!({"job_type": "nap", "user_id": "", "payload": [], "run_at": 3, "max_attempts": 0, "extra": 1});
        assert_eq!(
            fields(&body),
            [
                "extra",
                "job_type",
                "user_id",
                "run_at",
                "max_attempts",
                "payload"
            ]
        );
        assert_eq!(fields(&json!([])), ["body"]);
        assert_eq!(
            fields(&json!({"job_type": "sleep", "user_id": "u", "payload": {}})),
            ["payload.seconds"]
        );
        assert_eq!(
            fields(&json!({"job_type": "webhook", "user_id": "u", "payload": {}})),
            ["job_type"]
        );
        assert_eq!(
            fields(&json!({"job_type": "digest", "user_id": "u", "payload": {"file": "x"}})),
            ["payload.file"]
        );
    }

    #[test]
    fn the_hash_is_over_the_meaning() {
        let hash = |body: &str| {
            check(&serde_json::from_str(body).unwrap())
                .unwrap()
                .body_hash
        };
        let one = hash(r#"{"job_type":"digest","user_id":"u","payload":{"a":1,"b":2}}"#);
        let two = hash(
            r#"{ "payload": {"b": 2, "a": 1}, "user_id": "u", "job_type": "digest", "run_at": null }"#,
        );
        let other = hash(r#"{"job_type":"digest","user_id":"u","payload":{"a":1,"b":3}}"#);
        assert_eq!(one, two);
        assert_ne!(one, other);
    }
}
