//! One request from its first line to the last byte of its response: what is recorded when it is over, however it ends.

use super::layer::Shared;
use super::method::MethodLabel;
use super::request_id;
use super::route::Template;
use super::{TRACEPARENT, TRACESTATE};
use crate::Context;
use crate::context::TraceContext;
use crate::metrics;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

/// What a request without a response counts as: the client went away first (nginx' 499).
const CLIENT_CLOSED_REQUEST: u16 = 499;

/// How an exchange ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The response was handed over to the last byte.
    Completed,
    /// The client went away, or the server gave the connection up.
    Disconnected,
    /// The service failed without a response.
    Failed,
}

/// A request under way. Dropping it records it as disconnected.
pub(super) struct Exchange {
    shared: Arc<Shared>,
    pub(super) context: Context,
    /// The response's `x-request-id`, until it is there: a clone would allocate.
    pub(super) id: Option<HeaderValue>,
    started: Instant,
    method: MethodLabel,
    pub(super) bodiless: bool,
    pub(super) template: Template,
    status: Option<StatusCode>,
    pub(super) bytes: u64,
    over: bool,
}

impl Exchange {
    /// Opens the context of a request.
    pub(super) fn open<B>(shared: &Arc<Shared>, request: &Request<B>, template: Template) -> Self {
        let started = Instant::now();
        let headers = request.headers();
        let id = request_id::choose(headers, shared.trust_request_id);
        let method = MethodLabel::of(request.method());
        let context = Context::builder()
            // Safe characters only, so always text.
            .request_id(id.to_str().unwrap_or_default())
            .trace(trace(headers, shared.trust_trace))
            .field("method", request.method().as_str())
            .field("path", request.uri().path())
            .build();
        shared.active.fetch_add(1, Ordering::Relaxed);
        if !matches!(template, Template::Probe(_)) {
            method.active(1.0);
        }
        Self {
            shared: Arc::clone(shared),
            context,
            id: Some(id),
            started,
            method,
            bodiless: *request.method() == Method::HEAD,
            template,
            status: None,
            bytes: 0,
            over: false,
        }
    }

    /// Notes the head of the response.
    pub(super) fn answered(&mut self, status: StatusCode) {
        self.status = Some(status);
        self.bodiless |= status.is_informational()
            || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    }

    /// Whether responses should tell clients to open a new connection, elsewhere.
    pub(super) fn is_draining(&self) -> bool {
        self.shared.is_draining()
    }

    /// Records the exchange: one line, one measurement. Later calls do nothing.
    pub(super) fn end(&mut self, outcome: Outcome) {
        if std::mem::replace(&mut self.over, true) {
            return;
        }
        let elapsed = self.started.elapsed();
        self.shared.active.fetch_sub(1, Ordering::Relaxed);
        let status = self.status.map_or(
            match outcome {
                Outcome::Failed => 500,
                Outcome::Completed | Outcome::Disconnected => CLIENT_CLOSED_REQUEST,
            },
            |status| status.as_u16(),
        );
        if !matches!(self.template, Template::Probe(_)) {
            self.method.active(-1.0);
            self.shared.served.fetch_add(1, Ordering::Relaxed);
            let mut digits = itoa::Buffer::new();
            metrics::catalogue().http_server_request_duration.observe(
                [
                    self.method.name(),
                    self.template.as_str(),
                    digits.format(status),
                ],
                elapsed.as_secs_f64(),
            );
        }
        if !matches!(self.template, Template::Probe(_)) {
            // Before the request's own line: what the flight recorder kept came before it.
            if status >= 500 {
                self.context.fail("5xx");
            }
            self.context.finished(elapsed);
        }
        let _entered = self.context.enter();
        self.log(status, outcome, elapsed.as_micros());
    }

    /// The one line. A 5xx is an error, a probe is noise, all else is information.
    fn log(&self, status: u16, outcome: Outcome, microseconds: u128) {
        let route = self.template.as_str();
        let bytes = self.bytes;
        // Thousandths of a millisecond, so that the line has no long tail of digits.
        let duration_ms = microseconds as f64 / 1e3;
        if outcome != Outcome::Completed {
            let outcome = match outcome {
                Outcome::Failed => "failed",
                Outcome::Completed | Outcome::Disconnected => "disconnected",
            };
            if status >= 500 {
                tracing::error!(target: "plimsoll::http", route, status, duration_ms, bytes, outcome, "http.request");
            } else {
                tracing::info!(target: "plimsoll::http", route, status, duration_ms, bytes, outcome, "http.request");
            }
        } else if matches!(self.template, Template::Probe(_)) {
            tracing::debug!(target: "plimsoll::http", route, status, duration_ms, bytes, "http.request");
        } else if status >= 500 {
            tracing::error!(target: "plimsoll::http", route, status, duration_ms, bytes, "http.request");
        } else {
            tracing::info!(target: "plimsoll::http", route, status, duration_ms, bytes, "http.request");
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.end(Outcome::Disconnected);
    }
}

fn trace(headers: &HeaderMap, trusted: bool) -> TraceContext {
    if !trusted || !headers.contains_key(TRACEPARENT) {
        return TraceContext::root();
    }
    TraceContext::from_headers(
        headers
            .get_all(TRACEPARENT)
            .iter()
            .map(HeaderValue::as_bytes),
        headers
            .get_all(TRACESTATE)
            .iter()
            .map(HeaderValue::as_bytes),
    )
}
