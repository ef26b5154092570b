//! The operator port: what the people and machines that run the service read and change.
//!
//! It listens on loopback unless told otherwise, has a thread of its own, so that a busy service can still be looked
//! at, and holds `/metrics`, `/log/level` and `/health/checks`.

mod door;
mod level;

pub(crate) use door::Door;

use crate::health::Health;
use crate::http::Problem;
use crate::log::LevelControl;
use crate::metrics;
use crate::redact::Redactor;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderValue, StatusCode};
use std::sync::Arc;
use std::time::Duration;

/// A change is a few words.
const BODY_LIMIT: usize = 4096;
/// How long an answer may take to begin, the wait for the request's body included.
const ANSWER: Duration = Duration::from_secs(10);

const INDEX: &str = "\
Plimsoll's operator port

GET  /metrics        metrics; classic text or OpenMetrics, as the Accept header asks
GET  /health/checks  health checks with causes and latencies
GET  /log/level      levels that hold now
PUT  /log/level      {\"level\": \"debug\", \"target\": \"orders\", \"ttl_seconds\": 900}; target and ttl_seconds may be left out
DELETE /log/level    ends all that was set; ?target=orders ends that one
";

/// What the port shows and changes.
pub(crate) struct Operated {
    pub(crate) health: Health,
    pub(crate) level: LevelControl,
    pub(crate) redactor: Arc<Redactor>,
    pub(crate) door: Door,
}

/// The routes of the port.
pub(crate) fn router(operated: Operated) -> Router {
    let operated = Arc::new(operated);
    Router::new()
        .route("/", get(|| async { INDEX }))
        .route("/metrics", get(scrape))
        .route("/health/checks", get(checks))
        .route(
            "/log/level",
            get(level::read).put(level::change).delete(level::end),
        )
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(axum::middleware::from_fn_with_state(
            Arc::clone(&operated),
            door::check,
        ))
        .layer(axum::middleware::from_fn(in_time))
        .layer(axum::middleware::map_response(uncached))
        .with_state(operated)
}

async fn in_time(request: Request, next: Next) -> Response {
    tokio::time::timeout(ANSWER, next.run(request))
        .await
        .unwrap_or_else(|_| {
            Problem::new(StatusCode::REQUEST_TIMEOUT)
                .detail("the request must arrive within 10 seconds")
                .into_response()
        })
}

async fn uncached(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

async fn scrape(headers: HeaderMap) -> Response {
    let accept = headers
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .unwrap_or_default();
    let format = metrics::negotiate(accept);
    let mut text = Vec::new();
    metrics::registry().render(format, &mut text);
    ([(CONTENT_TYPE, format.content_type())], text).into_response()
}

async fn checks(State(operated): State<Arc<Operated>>) -> Response {
    let redactor = &operated.redactor;
    let key = redactor.key("error");
    let body = operated.health.report().details(|cause| {
        redactor
            .value(key, cause)
            .unwrap_or_else(|| cause.to_owned())
    });
    ([(CONTENT_TYPE, "application/json")], body).into_response()
}
