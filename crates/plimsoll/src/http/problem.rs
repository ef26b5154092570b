//! `application/problem+json` (RFC 9457) with the request's id.

use crate::Context;
use crate::redact::redacted;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::Serialize;
use std::borrow::Cow;

/// An error body: RFC 9457 members, `request_id` of the current context, and `errors` for input named field by field.
///
/// What callers and drivers put into a text may be a secret, so each passes [`redacted`] on its way in.
///
/// ```
/// use http::StatusCode;
/// use plimsoll::http::Problem;
///
/// let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY)
///     .detail("the order cannot be placed")
///     .error("quantity", "must be at least 1");
/// assert!(problem.body().contains(r#""field":"quantity""#));
/// ```
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct Problem(Box<Members>);

#[derive(Debug, Clone, Serialize)]
struct Members {
    #[serde(rename = "type")]
    kind: Cow<'static, str>,
    title: Cow<'static, str>,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<Cow<'static, str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(skip)]
    headers: HeaderMap,
}

/// What is wrong with one field of the input.
#[derive(Debug, Clone, Serialize)]
struct FieldError {
    field: Cow<'static, str>,
    detail: Cow<'static, str>,
}

impl Problem {
    /// A problem of that status, titled by its reason phrase.
    #[must_use]
    pub fn new(status: StatusCode) -> Self {
        Self(Box::new(Members {
            kind: "about:blank".into(),
            title: status.canonical_reason().unwrap_or("Error").into(),
            status: status.as_u16(),
            detail: None,
            errors: Vec::new(),
            request_id: Context::current()
                .and_then(|context| context.request_id().map(str::to_owned)),
            headers: HeaderMap::new(),
        }))
    }

    /// What happened and what to do, for a person. Must not hold internals.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.0.detail = Some(clean(detail.into()));
        self
    }

    /// Adds what is wrong with one field of the input.
    #[must_use]
    pub fn error(
        mut self,
        field: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.0.errors.push(FieldError {
            field: clean(field.into()),
            detail: clean(detail.into()),
        });
        self
    }

    /// Adds a header to the response, such as `retry-after`.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.append(name, value);
        self
    }

    /// The status code.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The JSON body.
    #[must_use]
    pub fn body(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| r#"{"type":"about:blank"}"#.to_owned())
    }

    /// The response with any body type that bytes turn into.
    pub fn response<B: From<Bytes>>(&self) -> http::Response<B> {
        let mut response = http::Response::new(B::from(self.body().into()));
        *response.status_mut() = self.status();
        response.headers_mut().extend(self.0.headers.clone());
        response.headers_mut().insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        response
    }
}

fn clean(text: Cow<'static, str>) -> Cow<'static, str> {
    match redacted(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(redacted) => redacted.into(),
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        self.response()
    }
}
