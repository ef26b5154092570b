//! Errors as `application/problem+json` (RFC 9457) with the request's id.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::store::StoreError;

/// An error of the API.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Problem(plimsoll::http::Problem);

/// What is wrong with one field.
#[derive(Debug)]
pub struct FieldError {
    /// The field's path in the body, or the name of the header or query parameter.
    pub field: String,
    /// What it must be.
    pub detail: String,
}

impl FieldError {
    pub(crate) fn new(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            detail: detail.into(),
        }
    }
}

impl Problem {
    /// A problem; the title is the status' own.
    #[must_use]
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self(plimsoll::http::Problem::new(status).detail(detail.into()))
    }

    /// A body that is JSON but not a job.
    #[must_use]
    pub fn fields(errors: Vec<FieldError>) -> Self {
        let names: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
        let detail = format!("wrong or missing: {}", names.join(", "));
        let Self(problem) = Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail);
        Self(errors.into_iter().fold(problem, |problem, error| {
            problem.error(error.field, error.detail)
        }))
    }

    /// One wrong field.
    #[must_use]
    pub fn field(status: StatusCode, field: &'static str, detail: &str) -> Self {
        let Self(problem) = Self::new(status, format!("{field}: {detail}"));
        Self(problem.error(field, detail.to_owned()))
    }

    pub(crate) fn unknown_job() -> Self {
        Self::new(StatusCode::NOT_FOUND, "no job has this id")
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if matches!(error, StoreError::Cursor) {
            return Self::field(
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
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "the database did not answer; try again, with the same Idempotency-Key if this was a submission",
        )
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.0.into_response();
        let status = response.status();
        let headers = response.headers_mut();
        match status {
            StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            StatusCode::UNAUTHORIZED => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            _ => {}
        }
        response
    }
}
