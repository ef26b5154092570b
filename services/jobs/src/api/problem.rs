//! Errors as `application/problem+json` (RFC 9457) with the request's id.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use plimsoll::context::Context;
use serde::Serialize;

use crate::store::StoreError;

/// An error of the API.
#[derive(Debug, Serialize)]
pub struct Problem {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
}

/// What is wrong with one field.
#[derive(Debug, Serialize)]
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
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: detail.into(),
            request_id: None,
            errors: Vec::new(),
        }
    }

    /// A body that is JSON but not a job.
    #[must_use]
    pub fn fields(errors: Vec<FieldError>) -> Self {
        let names: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
        let detail = format!("wrong or missing: {}", names.join(", "));
        Self {
            errors,
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
        }
    }

    /// One wrong field.
    #[must_use]
    pub fn field(status: StatusCode, field: &str, detail: &str) -> Self {
        Self {
            errors: vec![FieldError::new(field, detail)],
            ..Self::new(status, format!("{field}: {detail}"))
        }
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
    fn into_response(mut self) -> Response {
        self.request_id =
            Context::current().and_then(|context| context.request_id().map(str::to_owned));
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let content_type = HeaderValue::from_static("application/problem+json");
        let mut response = (status, [(header::CONTENT_TYPE, content_type)], body).into_response();
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
