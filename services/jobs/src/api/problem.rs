//! What the API says when something is wrong; [`Problem`] is the library's.

use axum::http::{HeaderValue, StatusCode, header};
use plimsoll::http::Problem;

use crate::store::StoreError;

/// A field that no job has.
pub(super) const UNKNOWN: &str = "unknown field";

/// What is wrong with one field.
#[derive(Debug)]
pub(super) struct FieldError {
    /// The field's path in the body, or the name of the header or query parameter.
    pub(super) field: String,
    /// What it must be.
    pub(super) detail: String,
}

impl FieldError {
    pub(super) fn new(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            detail: detail.into(),
        }
    }
}

/// A problem that is not one field's.
pub(super) fn of(status: StatusCode, detail: &'static str) -> Problem {
    Problem::new(status).detail(detail)
}

/// A body that is JSON but not a job.
pub(super) fn fields(errors: Vec<FieldError>) -> Problem {
    let named = |unknown: bool, what: &str| {
        let names: Vec<_> = errors
            .iter()
            .filter(|error| (error.detail == UNKNOWN) == unknown)
            .map(|error| error.field.as_str())
            .collect();
        (!names.is_empty()).then(|| format!("{what}: {}", names.join(", ")))
    };
    let detail: Vec<_> = [named(false, "wrong or missing"), named(true, UNKNOWN)]
        .into_iter()
        .flatten()
        .collect();
    let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY).detail(detail.join("; "));
    errors.into_iter().fold(problem, |problem, error| {
        problem.error(error.field, error.detail)
    })
}

/// One wrong field.
pub(super) fn field(status: StatusCode, field: &'static str, detail: &str) -> Problem {
    Problem::new(status)
        .detail(format!("{field}: {detail}"))
        .error(field, detail.to_owned())
}

pub(super) fn unknown_job() -> Problem {
    of(StatusCode::NOT_FOUND, "no job has this id")
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if matches!(error, StoreError::Cursor) {
            return field(
                StatusCode::BAD_REQUEST,
                "cursor",
                "must be the next_cursor of an earlier answer",
            );
        }
        // What the driver said is for the log, not for the caller.
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "database.unavailable"
        );
        of(
            StatusCode::SERVICE_UNAVAILABLE,
            "the database did not answer; try again, with the same Idempotency-Key if this was a submission",
        )
        .header(header::RETRY_AFTER, HeaderValue::from_static("1"))
    }
}
